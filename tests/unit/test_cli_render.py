"""The files that `render` writes: all that would be applied and run, private, without a secret."""

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from components.objects import node_scripts_of, site_objects
from lab.build.manifests import main as fill_cache
from lab.build.manifests import upstream_file
from multihome.render import render_file
from tests.cases.sites import ROOT, site, tree
from tests.unit.recorder import record_site

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


def test_names_with_dots_as_kubernetes_takes_them_are_rendered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (ROOT / "Pulumi.home.yaml").read_text().replace("    k3s-1:", "    k3s-1.lan:")
    file = tmp_path / "Pulumi.home.yaml"
    file.write_text(
        f"{text}    storage: {{ storage_class: longhorn.fast }}\n"
        "    ingress: { host: home.example.org, tls_secret: home.example.org-tls }\n"
        "    nodes: [k3s-1.lan]\n"
    )
    monkeypatch.chdir(tmp_path)
    assert render_file(file) == 0
    folder = tmp_path / "rendered" / "home"

    written = "".join(path.read_text() for path in folder.glob("*.yaml"))
    assert "storageClassName: longhorn.fast" in written
    assert "secretName: home.example.org-tls" in written
    assert "- k3s-1.lan" in written
    assert (folder / "node-k3s-1.lan-install.sh").is_file()


def test_a_name_with_dots_is_a_resource_s_name() -> None:
    renamed = tree("home")
    renamed["nodes"] = {"k3s-1.lan": renamed["nodes"]["k3s-1"]}
    (command,) = record_site(renamed).of("command:remote:Command")
    assert command.name == "multihome-plugins-k3s-1.lan-plugins"
