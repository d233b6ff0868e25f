"""A site that is really applied: engine, provider, control plane, and sshd as its node."""

import hashlib
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from lab.build.builder import build
from lab.control_plane.processes import ControlPlane, add_volume, start_control_plane
from lab.engine.applied import Applied, changed_keys
from lab.engine.environment import engine_folders, private_environment
from lab.sshd import Sshd, sshd_missing, start_sshd
from lab.web import serve_folder
from tests.cases.sites import ROOT

# Everything in which the applied stack file may differ from the one in the repository.
OVERRIDES = frozenset(
    {
        *("host", "port", "host_key", "user"),
        *("url", "sha256"),
        "data_dir",
        "storage",
    }
)


SECRETS = frozenset({"multihome:ssh_private_key", "multihome:kubeconfig"})


@dataclass
class Lab(Applied):
    """A site on a cluster of the lab; an SSH server takes the place of its node."""

    plane: ControlPlane
    sshd: Sshd


@pytest.fixture(scope="session")
def engine() -> list[Path]:
    return engine_folders()


@pytest.fixture(scope="session")
def archive_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """(URL, sha256) of an archive like upstream's, of the plugins that were built here."""
    folder = tmp_path_factory.mktemp("archive")
    archive = folder / "plugins.tgz"
    with tarfile.open(archive, "w:gz") as tar:
        for plugin in sorted(build("cni-plugins").iterdir()):
            tar.add(plugin, f"./{plugin.name}")
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    with serve_folder(folder) as url:
        yield f"{url}/plugins.tgz", digest


@pytest.fixture
def home(tmp_path: Path, engine: list[Path], archive_server: tuple[str, str]) -> Iterator[Lab]:
    """`Pulumi.home.yaml` on a cluster and a node of its own."""
    yield from _applied("home", tmp_path, engine, archive_server)


@pytest.fixture
def cabin(tmp_path: Path, engine: list[Path], archive_server: tuple[str, str]) -> Iterator[Lab]:
    """`Pulumi.cabin.yaml`; its nodes are two SSH servers on one machine."""
    yield from _applied("cabin", tmp_path, engine, archive_server)


def _applied(
    stack: str, tmp_path: Path, engine: list[Path], archive: tuple[str, str]
) -> Iterator[Lab]:
    missing = sshd_missing()
    if missing:
        pytest.skip(missing)
    content = YAML(typ="safe", pure=True).load((ROOT / f"Pulumi.{stack}.yaml").read_text())
    config = content["config"]
    nodes = list(config["multihome:nodes"])
    with (
        start_control_plane(tmp_path / "cluster", nodes) as plane,
        start_sshd(tmp_path / "sshd") as sshd,
        ExitStack() as others,
    ):
        for position in range(1, len(nodes)):
            folder = tmp_path / f"sshd-{position}"
            shutil.copytree(tmp_path / "sshd", folder, ignore=shutil.ignore_patterns("*.log"))
            others.enter_context(
                start_sshd(folder, listen=f"127.0.0.{position + 1}", port=sshd.port)
            )
        environment = private_environment(tmp_path / "state", engine, "tests")
        environment["TMPDIR"] = tempfile.gettempdir()
        applied = Lab(stack, tmp_path, environment, plane, sshd)
        add_volume(plane, "data")
        before = content["config"]
        applied.prepare(
            lambda tree: _override(tree, tmp_path, sshd, archive),
            {"ssh_private_key": sshd.private_key, "kubeconfig": plane.kubeconfig},
        )
        after = YAML(typ="safe", pure=True).load(applied.file.read_text())["config"]
        # Without flannel the folders are the machine's own, which the tests must not touch.
        allowed = OVERRIDES | ({"multihome:cluster"} if stack == "cabin" else set())
        after = {k: v for k, v in after.items() if k not in SECRETS}
        assert changed_keys(before, after, allowed) <= allowed
        yield applied


def _override(tree: dict[str, Any], folder: Path, sshd: Sshd, archive: tuple[str, str]) -> None:
    for position, node in enumerate(tree["multihome:nodes"].values()):
        # Two nodes of one machine are told apart by the loopback address.
        node.update(host=f"127.0.0.{position + 1}", port=sshd.port, host_key=sshd.host_key)
        node["user"] = sshd.user
    url, digest = archive
    tree["multihome:plugins"].update(url=url, sha256=dict.fromkeys(("amd64", "arm64"), digest))
    tree["multihome:home_assistant"]["storage"] = {"storage_class": "lab"}
    cluster = tree["multihome:cluster"]
    data = folder / "k3s"
    if cluster.get("flannel", True):
        cluster["data_dir"] = str(data)
        bin_dir = data / "data" / "cni"
    else:
        conflist = cluster["default_conflist"]
        cluster.clear()
        bin_dir = data / "bin"
        cluster.update(
            distribution="custom",
            conf_dir=str(data / "net.d"),
            bin_dir=str(bin_dir),
            default_conflist=conflist,
        )
    bin_dir.mkdir(parents=True)
