"""A site that is really applied: engine, provider, control plane, and sshd as its nodes."""

import os
import pwd
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from components.cni_plugins.scripts import FOLDER
from lab.account import Sudo
from lab.build.builder import build
from lab.control_plane.processes import ControlPlane, add_volume, start_control_plane
from lab.engine.applied import Applied, changed_keys
from lab.engine.environment import private_environment
from lab.sshd import Sshd, sshd_missing, start_sshd
from tests.cases.sites import ROOT
from tests.engine.loopback import API_SERVER, loopback

# Everything in which the applied stack file may differ from the one in the repository.
OVERRIDES = frozenset(
    {
        *("host", "port", "host_key", "user", "sudo", "sudo_password"),
        *("url", "sha256"),
        "data_dir",
        "storage",
    }
)


SECRETS = frozenset(
    f"multihome:{key}"
    for key in ("ssh_private_key", "ssh_private_key_password", "kubeconfig", "secrets")
)
# The name in multihome:secrets of the password that sudo asks for.
PASSWORD = "node-password"  # noqa: S105 - a name


@dataclass(frozen=True, kw_only=True)
class Login:
    """How SSH logs in: with `sudo` the user is not root; `passphrase` protects the key."""

    sudo: Sudo | None = None
    passphrase: str = ""


@dataclass
class Lab(Applied):
    """A site on a cluster of the lab; SSH servers take the places of its nodes, by their keys."""

    plane: ControlPlane
    sshds: dict[str, Sshd]

    @property
    def sshd(self) -> Sshd:
        """The server of the first node."""
        return next(iter(self.sshds.values()))

    def binds(self, name: str) -> dict[Path, Path]:
        """What the node sees in the place of the machine's own folders."""
        return node_binds(self.folder, list(self.sshds).index(name))

    def node_folder(self, name: str) -> Path:
        """The folder that the node sees as its k3s folder."""
        return self.binds(name)[self.folder / "k3s"]

    def connections(self) -> int:
        """How many connections the nodes have accepted."""
        return sum(sshd.connections() for sshd in self.sshds.values())


@contextmanager
def applied_lab(
    stack: str,
    folder: Path,
    engine: list[Path],
    archive: tuple[str, str],
    *,
    more_nodes: Sequence[str] = (),
    login: Login | None = None,
) -> Iterator[Lab]:
    """The stack file of the repository on a cluster and nodes of its own; nothing is applied yet.

    `archive` is the URL and the sha256 of the plugins' archive; `more_nodes` are like the first.
    """
    login = login or Login()
    missing = sshd_missing(login.sudo)
    if missing:
        pytest.skip(missing)
    content = YAML(typ="safe", pure=True).load((ROOT / f"Pulumi.{stack}.yaml").read_text())
    config = content["config"]
    nodes = [*config["multihome:nodes"], *more_nodes]
    with (
        start_control_plane(folder / "cluster", nodes, loopback(API_SERVER)) as plane,
        ExitStack() as servers,
    ):
        sshds: dict[str, Sshd] = {}
        for position, name in enumerate(nodes):
            first = next(iter(sshds.values()), None)
            sshds[name] = servers.enter_context(start_node(folder, position, first, login))
        environment = private_environment(folder / "state", engine, "tests")
        environment["TMPDIR"] = tempfile.gettempdir()
        applied = Lab(stack, folder, environment, plane, sshds)
        add_volume(plane, "data")
        before = content["config"]
        secrets = {"ssh_private_key": applied.sshd.private_key, "kubeconfig": plane.kubeconfig}
        if login.passphrase:
            secrets["ssh_private_key_password"] = login.passphrase
        if login.sudo == "asks":
            secrets[f"multihome:secrets.{PASSWORD}"] = applied.sshd.password
        applied.prepare(lambda tree: _override(tree, applied, archive, login), secrets)
        after = YAML(typ="safe", pure=True).load(applied.file.read_text())["config"]
        # Without flannel the folders are the machine's own, which the tests must not touch.
        allowed = OVERRIDES | {*more_nodes} | ({"multihome:cluster"} if stack == "cabin" else set())
        after = {k: v for k, v in after.items() if k not in SECRETS}
        assert changed_keys(before, after, allowed) <= allowed
        yield applied


def node_binds(folder: Path, position: int) -> dict[Path, Path]:
    """The node's own folders, by those that it sees them as."""
    own = folder / f"node-{position}"
    return {
        folder / "k3s": own / "k3s",
        Path(FOLDER): own / "removers",
        # k3s brings one as well.
        Path("/usr/local/sbin"): build("kubectl"),
        # A copied archive lies there, and each installation removes older ones. It comes last,
        # since it hides what the others are made of.
        Path(pwd.getpwuid(os.geteuid()).pw_dir): own / "home",
    }


@contextmanager
def start_node(folder: Path, position: int, first: Sshd | None, login: Login) -> Iterator[Sshd]:
    """An SSH server in the place of a node, with the first one's keys and a k3s folder of its own.

    Nodes are told apart by the loopback address; each sees its own folder as `folder/k3s`.
    """
    own = folder / f"node-{position}"
    if first is not None:
        shutil.copytree(first.log.parent, own / "sshd", ignore=shutil.ignore_patterns("*.log"))
    for path in (
        "home",
        "removers",
        "k3s/data/cni",
        "k3s/bin",
        "k3s/net.d",
        "k3s/agent/etc/cni/net.d",
    ):
        (own / path).mkdir(parents=True)
    (folder / "k3s").mkdir(exist_ok=True)
    Path(FOLDER).mkdir(mode=0o700, exist_ok=True)
    with start_sshd(
        own / "sshd",
        listen=loopback(position + 1),
        port=first.port if first else None,
        binds=node_binds(folder, position),
        sudo=login.sudo,
        passphrase=login.passphrase,
    ) as sshd:
        yield sshd


def _override(tree: dict[str, Any], lab: Lab, archive: tuple[str, str], login: Login) -> None:
    nodes = tree["multihome:nodes"]
    for name, sshd in lab.sshds.items():
        node = nodes.setdefault(name, dict(next(iter(nodes.values()))))
        node.update(host=sshd.host, port=sshd.port, host_key=sshd.host_key, user=sshd.user)
        if login.sudo is not None:
            node["sudo"] = True
        if login.sudo == "asks":
            node["sudo_password"] = PASSWORD
    url, digest = archive
    architectures = sorted({node["architecture"] for node in nodes.values()})
    tree["multihome:plugins"].update(url=url, sha256=dict.fromkeys(architectures, digest))
    tree["multihome:home_assistant"]["storage"] = {"storage_class": "lab"}
    cluster = tree["multihome:cluster"]
    data = lab.folder / "k3s"
    if cluster.get("flannel", True):
        cluster["data_dir"] = str(data)
    else:
        conflist = cluster["default_conflist"]
        cluster.clear()
        cluster.update(
            distribution="custom",
            conf_dir=str(data / "net.d"),
            bin_dir=str(data / "bin"),
            default_conflist=conflist,
        )
