"""What Home Assistant's log says of recovery mode, and how `up` learns of it."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from components.home_assistant.verify_start import LONGEST_REASON, reason, verdict
from tests.unit.pods import made, pod

AT = "2026-11-28 10:00:0"
SOUND = (
    f"{AT}0.1 WARNING (MainThread) [homeassistant.bootstrap] Skipping pip installation\n"
    f"{AT}0.2 ERROR (MainThread) [homeassistant.components.sensor] no answer\n"
)
BROKEN = (
    f"{AT}0.1 WARNING (MainThread) [homeassistant.bootstrap] Skipping pip installation\n"
    f"{AT}0.2 ERROR (MainThread) [homeassistant.bootstrap] Failed to parse configuration.yaml:"
    ' mapping values are not allowed here\n  in "/config/packages/a.yaml", line 3.'
    " Activating recovery mode\n"
    f"{AT}0.3 ERROR (MainThread) [homeassistant.components.cloud] later\n"
)
NEWER = (
    f"{AT}0.1 ERROR (MainThread) [homeassistant.bootstrap] Storage file core.entity_registry was"
    " created by a newer version of Home Assistant; activating recovery mode\n"
)
CORE = (
    f"{AT}0.1 ERROR (MainThread) [homeassistant.setup] Setup failed for http\n"
    f"{AT}0.2 WARNING (MainThread) [homeassistant.bootstrap] Unable to set up core integrations."
    " Activating recovery mode\n"
)


def test_errors_of_integrations_are_no_recovery_mode() -> None:
    assert reason(SOUND) is None


def test_a_device_s_recovery_mode_is_not_home_assistant_s() -> None:
    words = "[custom_components.coordinator] Stick is stuck; activating recovery mode"
    assert reason(f"{AT}0.1 WARNING (MainThread) {words}\n") is None


def test_an_error_of_two_lines_is_the_reason_as_a_whole() -> None:
    found = reason(BROKEN)
    assert found is not None
    assert "mapping values" in found
    assert "line 3" in found
    assert "pip" not in found
    assert "later" not in found


def test_stores_of_a_later_release_are_a_reason() -> None:
    assert "core.entity_registry" in str(reason(NEWER))


def test_the_errors_before_are_part_of_the_reason() -> None:
    assert "Setup failed for http" in str(reason(CORE))


def test_a_long_reason_keeps_its_end() -> None:
    found = reason(f"{AT}0.1 ERROR (MainThread) [a] " + "ä" * LONGEST_REASON + "\n" + CORE)
    assert found is not None
    assert len(found.encode()) <= LONGEST_REASON
    assert found.endswith("Activating recovery mode")


def test_an_image_without_a_log_gets_no_verdict(tmp_path: Path) -> None:
    assert verdict(tmp_path) is None


def test_home_assistant_begins_another_log_in_recovery_mode(tmp_path: Path) -> None:
    (tmp_path / "home-assistant.log").write_text(SOUND)
    (tmp_path / "home-assistant.log.1").write_text(BROKEN)
    assert "line 3" in str(verdict(tmp_path))


def test_a_log_from_before_this_start_says_nothing_of_it(tmp_path: Path) -> None:
    (tmp_path / "home-assistant.log.1").write_text(BROKEN)
    (tmp_path / ".ha_run.lock").write_text("{}")
    for name, seconds in (("home-assistant.log.1", 1000), (".ha_run.lock", 1001)):
        os.utime(tmp_path / name, (seconds, seconds))
    assert verdict(tmp_path) is None
    os.utime(tmp_path / "home-assistant.log.1", (1001, 1001))
    assert "line 3" in str(verdict(tmp_path))


@pytest.fixture
def url() -> Iterator[str]:
    """Something that answers, as Home Assistant does in either mode."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/manifest.json"
        server.shutdown()


def test_the_container_ends_with_the_reason_as_its_message(url: str, tmp_path: Path) -> None:
    (tmp_path / "home-assistant.log").write_text(BROKEN)
    with run(url, tmp_path) as process:
        assert process.wait(60) == 1
    assert "line 3" in (tmp_path / "told").read_text()
    assert not (tmp_path / "verified").exists()


def test_the_container_goes_on_beside_a_sound_home_assistant(url: str, tmp_path: Path) -> None:
    (tmp_path / "home-assistant.log").write_text(SOUND)
    with run(url, tmp_path) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "Home Assistant runs\n"
        assert process.poll() is None
        process.terminate()
        assert process.wait(60) == 0
    assert (tmp_path / "verified").exists()


def container(keys: Mapping[str, object]) -> dict[str, Any]:
    """The container of the site with the keys."""
    (found,) = (each for each in pod(keys)["spec"]["containers"] if each["name"] == "verify-start")
    return dict(found)


def run(url: str, folder: Path) -> subprocess.Popen[str]:
    """The container's own command with other files."""
    *_, script, _, _, _, _ = container({})["command"]
    files = [str(folder / name) for name in ("told", "verified")]
    words = [sys.executable, "-I", "-c", script, url, str(folder), *files]
    return subprocess.Popen(words, stdout=subprocess.PIPE, text=True)


def test_the_container_waits_as_long_as_home_assistant_may_take_and_writes_nothing() -> None:
    described = container({"start_minutes": 30})
    probe = described["startupProbe"]
    assert probe["periodSeconds"] * probe["failureThreshold"] == 30 * 60
    assert [mount["readOnly"] for mount in described["volumeMounts"]] == [True]


def test_the_pages_stay_in_reach_while_the_pod_is_not_ready() -> None:
    assert made({}).home_assistant["Service"]["spec"]["publishNotReadyAddresses"] is True
