"""The README's commands, in a copy of the repository, as a reader types them."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from lab.engine.environment import init_stack, private_environment
from tests.engine.reader import Reader
from tests.engine.test_home import CRD

PREPARED = ("-o", ".venv/plan", "-o", ".venv/tests")


def run(
    folder: Path, *words: str, environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        words,
        cwd=folder,
        env=environment or dict(os.environ),
        capture_output=True,
        text=True,
        check=False,
        timeout=280,
    )


def make(folder: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return run(folder, "make", *PREPARED, *words, environment={**os.environ, **variables})


def status(folder: Path) -> str:
    return run(folder, "git", "status", "--porcelain").stdout


def test_make_preview_shows_the_site_and_changes_nothing(copy: Path, engine: list[Path]) -> None:
    done = make(copy, "preview")

    assert engine
    assert done.returncode == 0, done.stdout + done.stderr
    table, _, rest = done.stdout.partition("pulumi preview --stack home")
    assert "192.168.18.0/24" in table
    assert "192.168.32.3" in table
    assert rest
    assert {"multihome-lan-attachment", "multihome-iot-attachment"} <= set(rest.split())
    assert status(copy) == ""
    assert (copy / ".state").stat().st_mode & 0o777 == 0o700


def test_make_preview_refuses_a_wrong_plan_before_the_engine(copy: Path) -> None:
    file = copy / "Pulumi.home.yaml"
    file.write_text(file.read_text().replace("address: 192.168.18.32", "address: 192.168.19.32"))
    done = make(copy, "preview")

    assert done.returncode != 0
    assert "address-outside-subnet" in done.stderr
    assert "pulumi preview" not in done.stdout


def test_make_render_writes_the_site_that_check_accepts(copy: Path) -> None:
    checked = run(copy, sys.executable, "-m", "multihome", "check", "Pulumi.home.yaml")
    assert checked.returncode == 0
    done = make(copy, "render", "STACK=home")

    assert done.returncode == 0, done.stderr
    assert (copy / "rendered" / "home").stat().st_mode & 0o777 == 0o700
    assert status(copy) == ""


@pytest.mark.parametrize("command", ["up", "destroy"])
def test_make_applies_nothing_without_the_real_plugin(
    copy: Path, engine: list[Path], command: str
) -> None:
    path = os.pathsep.join([*map(str, engine), os.environ["PATH"]])
    done = make(copy, command, PATH=path, PULUMI_HOME=str(copy / ".state" / "pulumi"))

    assert done.returncode != 0
    assert "the plugin `command` is not installed" in done.stderr
    assert "pulumi install" in done.stderr
    assert "pulumi up" not in done.stdout
    assert status(copy) == ""


def test_make_up_without_pulumi_says_what_to_install(copy: Path) -> None:
    done = make(copy, "up", PATH="/usr/bin:/bin")

    assert done.returncode != 0
    assert "no `pulumi` of 3.259.0 or later on PATH" in done.stderr


def test_a_preview_without_make_needs_no_options(
    copy: Path, tmp_path: Path, engine: list[Path]
) -> None:
    environment = private_environment(tmp_path / "state", engine, "preview")
    init_stack("home", tmp_path / "registry", environment)
    assert run(copy, "pulumi", "stack", "init", "home", environment=environment).returncode != 0
    done = run(
        copy,
        *("pulumi", "preview", "--stack", "home", "--non-interactive"),
        environment=environment,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert {"multihome-lan-attachment", "multihome-iot-attachment"} <= set(done.stdout.split())


def test_the_commands_of_your_own_site_apply_it_and_remove_it(reader: Reader) -> None:
    readme = (reader.folder / "README.md").read_text()
    plane = reader.lab.plane
    (block,) = re.findall(r"```sh\n( +pulumi install.*?)```", readme, re.DOTALL)

    said = reader.does(block.replace("pulumi install\n", "\n"))
    assert plane.exists("/apis/apps/v1/namespaces/homeassistant/statefulsets/home-assistant")
    written = reader.stack_file.read_text()
    assert "encryptionsalt" in written
    for secret in (reader.lab.sshd.private_key.splitlines()[1], plane.token):
        assert secret not in written + said

    (leave,) = re.findall(r"`(pulumi destroy --stack <site>[^`]*)`", readme)
    reader.does(leave)
    assert plane.exists("/api/v1/namespaces/homeassistant")
    assert "pulumi state unprotect" in readme
    reader.does("pulumi state unprotect --all --yes --stack <site>")
    reader.does("pulumi destroy --stack <site>")
    assert not plane.exists("/api/v1/namespaces/homeassistant")
    assert plane.exists(CRD)
    exported = json.loads(reader.does("pulumi stack export --stack <site>"))
    assert exported["deployment"].get("resources", []) == []
