"""The README's commands, in a copy of the repository, as a reader types them."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tests.cases.sites import ROOT
from tests.engine.conftest import Lab

PREPARED = ("-o", ".venv/plan", "-o", ".venv/tests")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The tracked files in a repository of their own, with this run's virtual environment."""
    folder = tmp_path / "copy"
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, folder / name)
    (folder / ".venv").symlink_to(sys.prefix)
    identity = ("-c", "user.name=test", "-c", "user.email=test@example")
    for words in (("init", "-q"), ("add", "-A"), (*identity, "commit", "-qm", "copy")):
        subprocess.run(["git", *words], cwd=folder, check=True)
    return folder


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


def test_a_preview_without_make_needs_no_options(home: Lab, copy: Path) -> None:
    environment = {**home.environment, "MULTIHOME_LAB_COMMAND": "preview"}
    assert run(copy, "pulumi", "stack", "init", "home", environment=environment).returncode != 0
    done = run(
        copy,
        *("pulumi", "preview", "--stack", "home", "--non-interactive"),
        environment=environment,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert {"multihome-lan-attachment", "multihome-iot-attachment"} <= set(done.stdout.split())


def test_the_commands_of_your_own_site_apply_it_and_remove_it(home: Lab, copy: Path) -> None:
    readme = (copy / "README.md").read_text()
    (block,) = re.findall(r"```sh\n( +pulumi install.*?)```", readme, re.DOTALL)
    reader = home.folder / "reader"
    (reader / ".ssh").mkdir(parents=True)
    (reader / ".ssh" / "id_ed25519").write_text(home.sshd.private_key)
    (copy / "kubeconfig.yaml").write_text(home.plane.kubeconfig)
    mine = copy / "Pulumi.mine.yaml"
    yaml = YAML()
    content = yaml.load(home.file.read_text())
    for key in ("multihome:ssh_private_key", "multihome:kubeconfig"):
        del content["config"][key]
    del content["encryptionsalt"]
    with mine.open("w") as out:
        yaml.dump(content, out)
    environment = {
        **home.environment,
        "HOME": str(reader),
        "XDG_CACHE_HOME": os.environ.get("XDG_CACHE_HOME", str(Path.home() / ".cache")),
        "PULUMI_SKIP_CONFIRMATIONS": "true",
    }
    script = block.replace("<site>", "mine").replace("pulumi install\n", "\n")
    done = run(copy, "sh", "-eu", "-c", script, environment=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    assert home.plane.exists("/apis/apps/v1/namespaces/homeassistant/statefulsets/home-assistant")
    assert "encryptionsalt" in mine.read_text()
    for secret in (home.sshd.private_key.splitlines()[1], home.plane.token):
        assert secret not in mine.read_text() + done.stdout + done.stderr

    (leave,) = re.findall(r"`(pulumi destroy --stack <site>[^`]*)`", readme)
    done = run(copy, *leave.replace("<site>", "mine").split(), environment=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    assert home.plane.exists("/api/v1/namespaces/homeassistant")
    give_up = ("pulumi", "state", "unprotect", "--all", "--yes", "--stack", "mine")
    assert "pulumi state unprotect" in readme
    assert run(copy, *give_up, environment=environment).returncode == 0
    done = run(copy, "pulumi", "destroy", "--stack", "mine", environment=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    assert not home.plane.exists("/api/v1/namespaces/homeassistant")
    exported = run(copy, "pulumi", "stack", "export", "--stack", "mine", environment=environment)
    assert json.loads(exported.stdout)["deployment"].get("resources", []) == []
