"""The check before a pod is replaced, with a stand-in for Home Assistant's `check_config`."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

import pytest
from pulumi.runtime import rpc

from components.home_assistant.data.backup_file import copy_size, write_copy
from components.home_assistant.data.check_config import (
    LARGEST_FILE,
    check_data,
    complaints,
    fill_scratch,
    hide,
    packages_environment,
)
from components.home_assistant.data.keep_data import keep_data
from components.home_assistant.data.record import Record, RefusedError, Wanted
from components.home_assistant.data.scripts import script
from components.home_assistant.seed import command, seed_plan
from components.home_assistant.seed_config import Plan
from components.objects import site_objects
from components.pod_networks.node_affinity import node_affinity
from components.workload.secrets import HASH_ANNOTATION
from tests.cases.sites import changed, changed_tree, site
from tests.unit.recorder import record_site

OLD, NEW = "2026.10.2", "2026.11.0"
# Fails for a package with `bad:`; says ERROR alone for one with `quiet:`. Of a secret that is not
# there it logs nothing.
STAND_IN = """
import json, pathlib, sys
assert sys.argv[1:5] == ["--script", "check_config", "--json", "--fail-on-warnings"], sys.argv
folder = pathlib.Path(sys.argv[sys.argv.index("--config") + 1])
texts = [p.read_text() for p in sorted((folder / "multihome/packages").glob("*.yaml"))]
text = "".join([(folder / "configuration.yaml").read_text(), *texts])
warn = {"bad": ["Integration 'bad' not found, with hunter22", {"password": "of config"}]}
if "quiet:" in text:
    print("ERROR:automation:no actions at " + str(folder))
if "broken:" in text:
    print("ERROR:loader:while parsing\\n  in lights.yaml, line 2")
if "broken:" in text or "!secret" in text:
    print("\\x1b[31mFatal error while loading config:\\x1b[0m Secret pin\\n  not defined")
    raise KeyError("components")
found = warn if "bad:" in text else {}
print("INFO:root:hunter22")
print(json.dumps({"errors": {}, "warnings": found}, indent=2))
sys.exit(1 if found else 0)
"""


def job(changes: dict[str, object]) -> dict[str, Any]:
    """The Job of a site, changed."""
    found = changed("home", changes).site
    assert found is not None
    described: dict[str, Any] = site_objects(found, None).home_assistant["Job"]
    return described


@pytest.fixture
def pod(tmp_path: Path) -> Path:
    """A folder with the volume, the mounted folders and the image's package."""
    for name in ("config/.storage", "config/backups", "packages", "secrets", "scratch"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "config" / ".HA_VERSION").write_text(NEW)
    (tmp_path / "config" / "configuration.yaml").write_text("good:\n")
    (tmp_path / "config" / ".storage" / "auth").write_text("{}")
    (tmp_path / "config" / "custom_components").mkdir()
    (tmp_path / "config" / "home-assistant_v2.db").write_text("large")
    package = tmp_path / "site" / "homeassistant"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "__main__.py").write_text(STAND_IN)
    information = tmp_path / "site" / "homeassistant.dist-info"
    information.mkdir()
    (information / "METADATA").write_text(f"Name: homeassistant\nVersion: {NEW}\n")
    return tmp_path


def run(
    pod: Path, seed: list[str] | None = None, hidden: Sequence[str] = (), **wanted: object
) -> tuple[int, str]:
    """The script as the Job runs it: its exit status, and what `up` prints of it."""
    plan = {
        **{name: str(pod / name) for name in ("config", "scratch", "packages", "secrets")},
        "wanted": {"copies": 3, **wanted},
        "seed": seed or [],
        "hidden": hidden,
    }
    done = subprocess.run(
        [sys.executable, "-c", script("check_config"), json.dumps(plan), str(pod / "message")],
        env={**os.environ, "PYTHONPATH": str(pod / "site")},
        capture_output=True,
        text=True,
        check=False,
    )
    if list((pod / "secrets").iterdir()):
        assert "hunter22" not in done.stdout
    assert "Traceback" not in done.stderr
    message = pod / "message"
    return done.returncode, message.read_text() if message.exists() else ""


def volume(pod: Path) -> dict[str, str]:
    files = (path for path in (pod / "config").rglob("*") if path.is_file())
    return {str(path): path.read_text(errors="replace") for path in files}


def test_a_rootless_image_has_room_for_what_custom_integrations_need(
    pod: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Home Assistant asks for the folder that it installs packages into."""
    monkeypatch.setenv("UV_SYSTEM_PYTHON", "true")
    assert packages_environment(pod / "scratch", pod)["UV_SYSTEM_PYTHON"]
    environment = packages_environment(pod / "scratch", pod / "absent")
    asked = "import site, sys; print(*{site.getusersitepackages()} & {*sys.path})"
    # An environment of its own has no such folder.
    python = Path(sys.base_prefix, "bin", "python3")
    (folder,) = subprocess.run(
        [python, "-c", asked], env=environment, capture_output=True, text=True, check=True
    ).stdout.split()
    assert Path(folder).is_relative_to(pod / "scratch")
    assert "UV_SYSTEM_PYTHON" not in environment


def test_a_sound_configuration_passes_and_the_volume_is_not_written(pod: Path) -> None:
    (pod / "packages" / "a.yaml").write_text("a: {}\n")
    before = volume(pod)
    assert run(pod) == (0, "")
    assert volume(pod) == before
    assert (pod / "scratch" / "multihome" / "packages" / "a.yaml").exists()


def test_what_home_assistant_says_of_a_bad_package_is_the_message(pod: Path) -> None:
    (pod / "packages" / "a.yaml").write_text("bad:\n")
    (pod / "secrets" / "x").write_text("hunter22")

    status, message = run(pod)

    assert status == 1
    assert message == (
        "Home Assistant refuses the configuration:\n"
        "bad: Integration 'bad' not found, with [secret]\n"
        "No pod has been touched."
    )


def test_secrets_of_the_environment_are_not_repeated(
    pod: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in `db_url: !env_var DB_URL`."""
    (pod / "packages" / "a.yaml").write_text("bad:\n")
    monkeypatch.setenv("DB_URL", "hunter22")
    assert "with [secret]\n" in run(pod, hidden=["DB_URL", "ABSENT"])[1]

    changes = {"DB_URL": {"secret": "db"}, "PLAIN": "text"}
    described = job({"home_assistant/environment": changes, "secrets/db": {"secure": "v1:AAAA"}})
    (container,) = described["spec"]["template"]["spec"]["containers"]
    assert json.loads(container["command"][4])["hidden"] == ["DB_URL"]


def test_secrets_of_the_volume_are_not_repeated(pod: Path) -> None:
    (pod / "packages" / "a.yaml").write_text("bad:\n")
    (pod / "config" / "secrets.yaml").write_text("# mine\nwifi: 'hunter22'  # of guests\n")
    assert "with [secret]\n" in run(pod)[1]


def test_what_integrations_print_is_no_answer(pod: Path) -> None:
    main = pod / "site" / "homeassistant" / "__main__.py"
    main.write_text(
        f"print('{{\\n  a\\n}}'){STAND_IN}".replace("sys.exit", "print('bye'); sys.exit")
    )
    (pod / "packages" / "a.yaml").write_text("bad:\n")
    assert "\nbad: Integration 'bad' not found" in run(pod)[1]


@pytest.mark.parametrize("status", [0, 1])
def test_a_release_before_2025_11_has_its_status_alone(pod: Path, status: int) -> None:
    """It knows neither `--json` nor `--fail-on-warnings`."""
    said = "\x1b[31mUnknown arguments: --json\x1b[0m\nTesting configuration at x\nFailed config"
    main = pod / "site" / "homeassistant" / "__main__.py"
    main.write_text(f"print({said!r}); raise SystemExit({status})")
    found, message = run(pod)
    assert found == status
    assert ("Failed config" in message) == bool(status)


def test_an_error_line_is_a_failure_even_with_status_0(pod: Path) -> None:
    (pod / "packages" / "a.yaml").write_text("quiet: {}\n")
    status, message = run(pod)
    assert status == 1
    assert f"ERROR:automation:no actions at {pod / 'scratch'}\n" in message


def test_a_configuration_that_cannot_be_read_is_named_without_a_traceback(pod: Path) -> None:
    (pod / "packages" / "a.yaml").write_text("broken: {}\n")
    status, message = run(pod)
    assert status == 1
    assert message == (
        "Home Assistant refuses the configuration:\n"
        "ERROR:loader:while parsing\n"
        "  in lights.yaml, line 2\n"
        "No pod has been touched."
    )


def test_what_home_assistant_does_not_log_is_named_too(pod: Path) -> None:
    (pod / "packages" / "a.yaml").write_text("alarm: !secret pin\n")
    assert run(pod) == (
        1,
        "Home Assistant refuses the configuration:\n"
        "Fatal error while loading config: Secret pin\n"
        "  not defined\n"
        "No pod has been touched.",
    )


def test_the_last_word_is_kept_when_the_answer_is_none(pod: Path) -> None:
    (pod / "site" / "homeassistant" / "__main__.py").write_text("raise SystemExit('no such file')")
    status, message = run(pod)
    assert status == 1
    assert "no such file" in message


def test_an_empty_volume_needs_no_check(pod: Path) -> None:
    for name in (".HA_VERSION", "configuration.yaml"):
        (pod / "config" / name).unlink()
    (pod / "site" / "homeassistant" / "__main__.py").write_text("raise SystemExit('not called')")
    assert run(pod) == (0, "")


def test_the_seed_writes_before_the_check(pod: Path) -> None:
    (pod / "config" / "configuration.yaml").unlink()
    writes = "import sys, pathlib; pathlib.Path(sys.argv[1], 'configuration.yaml')"
    assert run(pod, [sys.executable, "-c", f"{writes}.write_text('bad:')"])[0] == 1


def test_a_seed_that_fails_is_the_message(pod: Path) -> None:
    seed = [sys.executable, "-c", "print('no such address'); raise SystemExit(1)"]
    status, message = run(pod, seed)
    assert (status, message) == (1, "no such address\nNo pod has been touched.")


def test_an_older_image_is_refused_beside_the_running_pod(pod: Path) -> None:
    (pod / "config" / ".HA_VERSION").write_text("2026.12.0")
    status, message = run(pod)
    assert status == 1
    assert message.startswith("the data are of Home Assistant 2026.12.0, which 2026.11.0 cannot")


@pytest.mark.parametrize(
    ("wanted", "kept", "is_needed"),
    [
        ({}, {}, True),
        ({}, {"copied": [OLD, NEW, "c.tar"]}, False),
        ({}, {"copied": [OLD, NEW, "removed.tar"]}, True),
        ({"backup": "c.tar"}, {"copied": [OLD, NEW, "c.tar"]}, True),
        ({"backup": "c.tar"}, {"copied": ["c.tar", "", "c.tar"]}, False),
        ({"backup": "c.tar"}, {"restoring": {"backup": "c.tar", "again": ""}}, False),
    ],
)
def test_room_is_needed_only_for_a_copy_that_is_not_there(
    wanted: dict[str, Any], kept: dict[str, object], tmp_path: Path, *, is_needed: bool
) -> None:
    write_copy(tmp_path, "c.tar", title="", version=OLD)
    (tmp_path / ".HA_VERSION").write_text(OLD)
    Record(tmp_path).set(**kept)
    with mock.patch("shutil.disk_usage", return_value=SimpleNamespace(free=0)):
        if is_needed:
            with pytest.raises(RefusedError, match="make room"):
                check_data(tmp_path, NEW, Wanted(copies=3, **wanted))
        else:
            check_data(tmp_path, NEW, Wanted(copies=3, **wanted))


def test_a_backup_that_is_not_there_is_refused(pod: Path) -> None:
    status, message = run(pod, backup="absent.tar")
    assert status == 1
    assert f"there is no {pod / 'scratch' / 'backups' / 'absent.tar'}; there are: none" in message


def test_files_that_home_assistant_removes_meanwhile_are_no_matter(tmp_path: Path) -> None:
    (tmp_path / "gone").symlink_to("nowhere")
    with mock.patch("os.walk", return_value=[(str(tmp_path), [], ["removed", "gone"])]):
        assert copy_size(tmp_path) > 0


def test_an_interrupted_start_is_no_matter(pod: Path) -> None:
    """The volume has what a killed container was going to give another name."""
    config = pod / "config"
    (config / "multihome" / "packages.new").mkdir(parents=True)
    for folder, name in ((".storage", "http"), ("multihome", "homeassistant.yaml")):
        (config / folder / f"{name}.multihome").write_text("half")
    (config / "configuration.yaml.multihome").write_text("half")
    before = volume(pod)
    found = site("home")
    plan = Plan(**{**seed_plan(found), "folder": str(pod / "scratch")})
    assert run(pod, [sys.executable, *command(plan)[1:]]) == (0, "")
    assert volume(pod) == before


def test_what_the_disk_says_is_the_message(pod: Path) -> None:
    (pod / "config" / "configuration.yaml").unlink()
    (pod / "config" / "configuration.yaml").mkdir()
    status, message = run(pod)
    assert status == 1
    assert message.startswith("[Errno 21] Is a directory: ")


def test_the_registries_of_a_large_home_come_back_for_the_check(pod: Path) -> None:
    """Automations name devices, which are in a store."""
    config = pod / "config"
    (config / ".HA_VERSION").write_text(OLD)
    with (config / ".storage" / "core.device_registry").open("wb") as large:
        large.truncate(LARGEST_FILE + 1)
    keep_data(config, NEW, Wanted(copies=3))
    (config / ".HA_VERSION").write_text(NEW)
    assert run(pod, backup="cold_copy_2026.10.2_1.tar") == (0, "")
    assert (pod / "scratch" / ".storage" / "core.device_registry").is_file()


def test_the_configuration_of_a_cold_copy_is_checked_before_it_comes_back(pod: Path) -> None:
    config = pod / "config"
    (config / ".HA_VERSION").write_text(OLD)
    (config / "configuration.yaml").write_text("bad:\n")
    keep_data(config, NEW, Wanted(copies=3))
    (config / ".HA_VERSION").write_text(NEW)
    (config / "configuration.yaml").write_text("good:\n")

    assert run(pod, backup="cold_copy_2026.10.2_1.tar")[0] == 1
    assert not (pod / "scratch" / "home-assistant_v2.db").exists()
    assert (pod / "scratch" / ".storage" / "auth").is_file()


def test_the_folder_that_is_checked_has_all_but_what_is_written(tmp_path: Path) -> None:
    config, scratch = tmp_path / "config", tmp_path / "scratch"
    (config / "multihome" / "packages").mkdir(parents=True)
    (config / "multihome" / "homeassistant.yaml").write_text("a: b")
    (config / "custom_components").mkdir()
    (config / "backups").mkdir()
    scratch.mkdir()
    fill_scratch(config, scratch, None)

    assert sorted(path.name for path in scratch.rglob("*")) == [
        ".storage",
        "backups",
        "custom_components",
    ]


def test_values_of_the_configuration_are_not_repeated() -> None:
    answer: dict[str, Any] = {
        "errors": {"recorder": ["invalid url", {"db_url": "postgresql://u:pw@h/d"}]},
        "warnings": {"x": ["same", "same"]},
    }
    log = "INFO:a\nERROR:b:c\n  line 2\nINFO:d\n  line 3"
    found = complaints(answer, log)
    assert found == ["recorder: invalid url", "x: same", "ERROR:b:c", "  line 2"]
    assert hide("a pass or a password", ["pass", "password", "or"]) == "a [secret] or a [secret]"


def test_the_job_runs_on_the_pod_s_nodes_and_beside_it_where_it_runs() -> None:
    spec = job({})["spec"]["template"]["spec"]
    (beside,) = spec["affinity"]["podAffinity"]["preferredDuringSchedulingIgnoredDuringExecution"]
    labels = beside["podAffinityTerm"]["labelSelector"]["matchLabels"]
    assert labels == {"app.kubernetes.io/name": "home-assistant"}
    assert spec["affinity"]["nodeAffinity"] == node_affinity(["k3s-1"])["nodeAffinity"]
    (mount,) = [m for m in spec["containers"][0]["volumeMounts"] if m["name"] == "config"]
    assert mount["readOnly"]


def test_the_job_has_the_rights_and_the_seed_of_the_pod() -> None:
    keys = {"tolerations": [{"key": "home", "operator": "Exists"}], "listen_on": ["lan"]}
    changes = {f"home_assistant/{key}": value for key, value in keys.items()}
    spec = job(changes)["spec"]["template"]["spec"]
    (container,) = spec["containers"]
    seeded = json.loads(json.loads(container["command"][4])["seed"][4])

    assert container["securityContext"]["capabilities"]["drop"] == ["ALL"]
    assert spec["securityContext"] == {"seccompProfile": {"type": "RuntimeDefault"}}
    assert [each["key"] for each in spec["tolerations"]] == ["home"]
    # Nobody calls the Job's pod, which has other addresses.
    assert (seeded["folder"], seeded["listen"]) == ("/config", None)
    assert json.loads(container["command"][4])["scratch"] == "/config"


def test_the_pod_is_replaced_only_after_the_job() -> None:
    changes = {"home_assistant/configuration": "tests/cases/other_packages"}
    recording = record_site(changed_tree("home", changes))
    (pod,) = recording.of("kubernetes:apps/v1:StatefulSet")
    (job,) = recording.of("kubernetes:batch/v1:Job")
    needed = recording.needed_by(pod)

    assert job.urn in needed
    (packages,) = [
        entry
        for entry in recording.of("kubernetes:core/v1:ConfigMap")
        if entry.inputs.get("immutable")
    ]
    assert packages.urn in recording.needed_by(job)
    assert job.request.customTimeouts.create == "15m"


@pytest.mark.parametrize(
    "changes",
    [
        {"home_assistant/image": "ghcr.io/home-assistant/home-assistant:2026.11.1"},
        {"home_assistant/restore": {"backup": "b.tar"}},
        {"home_assistant/copies": 4},
        {"home_assistant/http": {"port": 8124}},
    ],
)
def test_the_job_has_another_name_when_it_checks_something_else(
    changes: dict[str, object],
) -> None:
    assert job(changes)["metadata"]["name"] != job({})["metadata"]["name"]


def test_another_value_of_a_secret_is_checked_too() -> None:
    digests = []
    for value in ("one", "two"):
        changes: dict[str, object] = {
            "home_assistant/environment": {"DB_URL": {"secret": "db"}},
            "secrets/db": {"secure": value},
        }
        (found,) = record_site(changed_tree("home", changes)).of("kubernetes:batch/v1:Job")
        spec = found.inputs["spec"]
        assert rpc.is_rpc_secret(spec)
        metadata = rpc.unwrap_rpc_secret(spec)["template"]["metadata"]
        digests.append(metadata["annotations"][HASH_ANNOTATION])
    assert digests[0] != digests[1]


def test_there_is_no_job_where_none_is_wanted() -> None:
    without = changed("home", {"home_assistant/check_before_replacing": False}).site
    assert without is not None
    assert "Job" not in site_objects(without, None).home_assistant
