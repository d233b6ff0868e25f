"""A folder that has what the scripts of a node touch, and a shell that runs them there."""

import hashlib
import os
import subprocess
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from components.cni_plugins.scripts import NodeScripts, node_scripts
from config.cluster import CniPaths
from config.plugins import ArchivedPlugins, Plugins, ReleasePlugins

NAMES = ("macvlan", "vlan")
NODE = "k3s-1"
SECONDS = 250


def plugins_archive(path: Path, word: str = "of upstream") -> Path:
    """Writes an archive in upstream's form; each plugin is a short text."""
    with tarfile.open(path, "w:gz") as tar:
        for name in ("bridge", "macvlan", "static", "vlan"):
            content = f"{name} {word}".encode()
            member = tarfile.TarInfo(f"./{name}")
            member.size = len(content)
            tar.addfile(member, BytesIO(content))
    return path


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def archived(archive: Path) -> ArchivedPlugins:
    return ArchivedPlugins(
        source="archive", archives={"amd64": str(archive)}, sha256={"amd64": digest(archive)}
    )


def released(archive: Path, url: str, sha256: str | None = None) -> ReleasePlugins:
    return ReleasePlugins(
        source="release",
        url=f"{url}/{archive.name}",
        sha256={"amd64": sha256 or digest(archive)},
    )


@dataclass(frozen=True, kw_only=True)
class Node:
    """A node in a folder; nothing outside of it is touched."""

    interpreter: tuple[str, ...]
    root: Path

    def __post_init__(self) -> None:
        for folder in (self.bin_dir, self.home, self.temporary, self.processes):
            folder.mkdir(parents=True)
        (self.bin_dir / "cni").write_text("k3s' own program")
        (self.bin_dir / "bridge").symlink_to("cni")
        (self.bin_dir / "theirs").write_text("somebody else's")

    @property
    def bin_dir(self) -> Path:
        """k3s' own folder: links to one program, and a file of somebody else."""
        return self.root / "data" / "cni"

    @property
    def conf_dir(self) -> Path:
        return self.root / "net.d"

    @property
    def home(self) -> Path:
        return self.root / "home"

    @property
    def temporary(self) -> Path:
        return self.root / "tmp"

    @property
    def processes(self) -> Path:
        """In the place of /proc."""
        return self.root / "proc"

    @property
    def folder(self) -> Path:
        return self.root / "var" / "multihome"

    @property
    def record(self) -> Path:
        return self.bin_dir / ".multihome-cni-plugins"

    def scripts(
        self,
        plugins: Plugins,
        names: Sequence[str] = NAMES,
        *,
        owner: str = NODE,
        multus_is_ours: bool = True,
        bin_dir: Path | None = None,
    ) -> NodeScripts:
        cni = CniPaths(
            conf_dir=str(self.conf_dir),
            bin_dir=str(bin_dir or self.bin_dir),
            default_conflist="10-flannel.conflist",
            conflist_version="1.0.0",
            bundled_plugins=(),
        )
        return node_scripts(
            plugins,
            "amd64",
            names,
            cni,
            owner=owner,
            cluster_release="v1.34.3+k3s1",
            multus_is_ours=multus_is_ours,
            folder=str(self.folder),
        )

    def copy(self, archive: Path, scripts: NodeScripts) -> None:
        """Puts the archive where the command plugin copies it."""
        assert scripts.copied is not None
        target = self.home / scripts.copied
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(archive.read_bytes())

    def environment(self, **changes: str) -> dict[str, str]:
        return {
            **os.environ,
            "TMPDIR": str(self.temporary),
            "MULTIHOME_PROC": str(self.processes),
            **changes,
        }

    def run(
        self, words: Sequence[str], text: str = "", **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Runs the words in the login folder, with the text as standard input."""
        return subprocess.run(
            words,
            input=text,
            cwd=self.home,
            env=self.environment(**environment),
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
        )

    def install(self, scripts: NodeScripts, **environment: str) -> subprocess.CompletedProcess[str]:
        return self.run([*self.interpreter, "-s"], scripts.install, **environment)

    def remove(
        self, scripts: NodeScripts, owner: str = NODE, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Runs the remover, where there is one."""
        return self.run([*self.interpreter, scripts.remover, owner], **environment)

    def files(self, folder: Path | None = None) -> Mapping[str, tuple[int, int, str]]:
        """All files in the folder, or of the node, with mode, time of change and content."""
        return {
            str(path.relative_to(self.root)): (
                path.lstat().st_mode,
                path.lstat().st_mtime_ns,
                digest(path),
            )
            for path in (folder or self.root).rglob("*")
            if path.is_file()
        }

    def have(self, plugins: Plugins, archive: Path) -> None:
        """Copies the archive and installs the plugins, which must succeed."""
        scripts = self.scripts(plugins)
        self.copy(archive, scripts)
        done = self.install(scripts)
        assert done.returncode == 0, done.stderr
