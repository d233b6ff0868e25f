"""A house that is really applied: engine, provider, control plane, sshd as the node."""

import hashlib
import json
import os
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from lab.build import build
from lab.cluster.control_plane import ControlPlane, add_volume, start_control_plane
from lab.engine.environment import engine_folders, init_stack, private_environment
from lab.sshd import Sshd, sshd_missing, start_sshd
from lab.web import serve_folder
from tests.sites import ROOT

# Everything in which the applied stack file may differ from the one in the repository.
OVERRIDES = frozenset(
    {
        *("host", "port", "host_key", "user"),
        *("url", "sha256"),
        "data_dir",
        "storage",
    }
)


@dataclass
class Applied:
    """A stack file of the repository, with the overrides, and the engine to apply it with."""

    stack: str
    folder: Path
    plane: ControlPlane
    sshd: Sshd
    environment: dict[str, str]
    file: Path = field(init=False)

    def __post_init__(self) -> None:
        self.file = self.folder / f"Pulumi.{self.stack}.yaml"

    def pulumi(self, *arguments: str, timeout: float = 240) -> subprocess.CompletedProcess[str]:
        """Runs `pulumi`, without failing when it fails."""
        return subprocess.run(
            self.command(*arguments),
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=timeout,
        )

    def command(self, *arguments: str) -> list[str]:
        options = ["--stack", self.stack, "--non-interactive"]
        if arguments[0] in {"up", "preview", "destroy"}:
            options += ["--config-file", str(self.file)]
        if arguments[0] in {"up", "destroy"}:
            options += ["--yes", "--skip-preview"]
        return ["pulumi", *arguments, *options]

    def up(self, *arguments: str) -> str:
        """Runs `pulumi up`, which must succeed; returns what it printed."""
        done = self.pulumi("up", *arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def change(self, edit: Any) -> None:
        """Edits the stack file's content in place."""
        yaml = YAML()
        content = yaml.load(self.file.read_text())
        edit(content["config"])
        with self.file.open("w") as out:
            yaml.dump(content, out)

    def resources(self) -> dict[str, dict[str, Any]]:
        """The resources in the state, by name."""
        said = self.pulumi("stack", "export")
        assert said.returncode == 0, said.stderr
        found = json.loads(said.stdout)["deployment"].get("resources", [])
        return {resource["urn"].rpartition("::")[2]: resource for resource in found}


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
def home(tmp_path: Path, engine: list[Path], archive_server: tuple[str, str]) -> Iterator[Applied]:
    """The article's house on a cluster and a node of its own."""
    yield from _applied("home", tmp_path, engine, archive_server)


@pytest.fixture
def cabin(tmp_path: Path, engine: list[Path], archive_server: tuple[str, str]) -> Iterator[Applied]:
    """The cabin; its nodes are two servers on one machine."""
    yield from _applied("cabin", tmp_path, engine, archive_server)


def _applied(
    stack: str, tmp_path: Path, engine: list[Path], archive: tuple[str, str]
) -> Iterator[Applied]:
    missing = sshd_missing()
    if missing:
        pytest.skip(missing)
    content = YAML(typ="safe", pure=True).load((ROOT / f"Pulumi.{stack}.yaml").read_text())
    config = content["config"]
    nodes = list(config["house:nodes"])
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
        environment["TMPDIR"] = os.environ.get("TMPDIR", "/tmp")  # noqa: S108
        applied = Applied(stack, tmp_path, plane, sshd, environment)
        shutil.copyfile(ROOT / applied.file.name, applied.file)
        add_volume(plane, "data")
        before = content["config"]
        applied.change(lambda tree: _override(tree, tmp_path, sshd, archive))
        after = YAML(typ="safe", pure=True).load(applied.file.read_text())["config"]
        # Without flannel the folders are the machine's own, which the tests must not touch.
        allowed = OVERRIDES | ({"house:cluster"} if stack == "cabin" else set())
        assert _changed_keys(before, after, allowed) <= allowed
        init_stack(stack, tmp_path / "registry", environment)
        for key, value in (
            ("ssh_private_key", sshd.private_key),
            ("kubeconfig", plane.kubeconfig),
        ):
            _set_secret(applied, key, value)
        yield applied


def _override(tree: dict[str, Any], folder: Path, sshd: Sshd, archive: tuple[str, str]) -> None:
    for position, node in enumerate(tree["house:nodes"].values()):
        # Two nodes of one machine are told apart by the loopback address.
        node.update(host=f"127.0.0.{position + 1}", port=sshd.port, host_key=sshd.host_key)
        node["user"] = sshd.user
    url, digest = archive
    tree["house:plugins"].update(url=url, sha256=dict.fromkeys(("amd64", "arm64"), digest))
    tree["house:home_assistant"]["storage"] = {"storage_class": "lab"}
    cluster = tree["house:cluster"]
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


def _changed_keys(before: Any, after: Any, whole: frozenset[str]) -> set[str]:
    keys: set[str] = set()
    for key in {*before, *after}:
        one, other = before.get(key), after.get(key)
        if isinstance(one, dict) and isinstance(other, dict) and key not in whole:
            keys |= _changed_keys(one, other, whole)
        elif one != other:
            keys.add(key)
    return keys


def _set_secret(applied: Applied, key: str, value: str) -> None:
    subprocess.run(
        [
            *("pulumi", "config", "set", "--secret", key, "--stack", applied.stack),
            *("--config-file", str(applied.file), "--non-interactive"),
        ],
        cwd=ROOT,
        env=applied.environment,
        input=value,
        text=True,
        check=True,
        capture_output=True,
    )
