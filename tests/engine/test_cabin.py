"""Another site by the same program; and the previews that need no cluster."""

import json
import subprocess
from pathlib import Path
from typing import Any

from lab.engine.environment import init_stack, private_environment
from tests.cases.sites import ROOT
from tests.engine.lab import Lab


def test_the_cabin_is_applied_and_a_second_up_finds_nothing_to_do(cabin: Lab) -> None:
    cabin.up()

    outputs = json.loads(cabin.pulumi("stack", "output", "--json").stdout)
    assert outputs["addresses"] == {
        "cabin/lan": ["10.20.0.32/24", "fd20:0:0:20::32/64"],
        "heating/heating": ["fd20:0:0:30::3/64"],
    }
    connections = cabin.connections()
    cabin.up("--expect-no-changes")
    assert cabin.connections() == connections


def preview(tmp_path: Path, engine: list[Path], text: str) -> subprocess.CompletedProcess[str]:
    environment = private_environment(tmp_path / "state", engine, "preview")
    init_stack("home", tmp_path / "registry", environment)
    file = tmp_path / "Pulumi.home.yaml"
    file.write_text(text)
    return subprocess.run(
        [
            *("pulumi", "preview", "--stack", "home", "--non-interactive"),
            *("--config-file", str(file)),
        ],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_a_preview_needs_no_cluster_and_names_both_networks(
    tmp_path: Path, engine: list[Path]
) -> None:
    done = preview(tmp_path, engine, (ROOT / "Pulumi.home.yaml").read_text())

    assert done.returncode == 0, done.stdout + done.stderr
    assert {"multihome-lan-attachment", "multihome-iot-attachment"} <= set(done.stdout.split())


def test_a_wrong_plan_is_refused_in_one_line_and_without_a_traceback(
    tmp_path: Path, engine: list[Path]
) -> None:
    text = (ROOT / "Pulumi.home.yaml").read_text()
    done = preview(tmp_path, engine, text.replace(".18.32\n", ".19.32\n"))

    said = done.stdout + done.stderr
    assert done.returncode != 0
    assert "multihome:home_assistant.interfaces[0].address: 192.168.19.32" in said
    assert "Traceback" not in said
    assert "kubernetes:" not in said


def test_a_node_without_a_host_key_is_refused_by_up_before_any_resource(
    cabin: Lab,
) -> None:
    def forget(tree: dict[str, Any]) -> None:
        del tree["multihome:nodes"]["attic"]["host_key"]

    cabin.change(forget)
    connections = cabin.connections()
    done = cabin.pulumi("up")

    assert done.returncode != 0
    assert "host-key-missing" in done.stdout + done.stderr
    assert cabin.connections() == connections
    assert not cabin.plane.exists("/api/v1/namespaces/cabin")
