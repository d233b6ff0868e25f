"""The files that `render` writes: all that would be applied and run, private, without a secret."""

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from components.objects import node_scripts_of, site_objects
from lab.build.manifests import main as fill_cache
from lab.build.manifests import upstream_file
from multihome.render import render_file
from tests.cases.sites import ROOT, site

HOME = site("home")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What is rendered of the stack file with a secret in it."""
    fill_cache([HOME.multus.version])
    text = (ROOT / "Pulumi.home.yaml").read_text()
    file = tmp_path / "Pulumi.home.yaml"
    file.write_text(f"{text}\n  multihome:ssh_private_key:\n    secure: v1:canary\n")
    monkeypatch.chdir(tmp_path)
    assert render_file(file) == 0
    return tmp_path / "rendered" / "home"


def test_files_are_private_and_hold_no_secret(folder: Path) -> None:
    assert folder.stat().st_mode & 0o777 == 0o700
    for path in folder.iterdir():
        assert path.stat().st_mode & 0o777 == 0o600
        assert "canary" not in path.read_text()


def test_each_object_is_one_file(folder: Path) -> None:
    listed = site_objects(HOME, upstream_file(HOME.multus.version).read_text())
    written = [YAML(typ="safe", pure=True).load(path.read_text()) for path in folder.glob("*.yaml")]
    assert sorted(written, key=str) == sorted(listed, key=str)


def test_each_node_has_a_script_to_install_and_one_to_remove(folder: Path) -> None:
    written = {path.name: path.read_text() for path in folder.glob("*.sh")}
    assert written == {
        f"node-{name}-{verb}.sh": getattr(scripts, verb)
        for name, scripts in node_scripts_of(HOME).items()
        for verb in ("install", "remove")
    }
