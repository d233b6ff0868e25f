"""The CNI plugins as an archive like upstream's, on a web server that nodes reach."""

import hashlib
import tarfile
from pathlib import Path

from lab.build.builder import build
from lab.vm.network import CLUSTER
from lab.vm.process import start_detached

PORT = 8080
NAME = "plugins.tgz"
URL = f"http://{CLUSTER}:{PORT}/{NAME}"


def serve_plugins(folder: Path) -> None:
    """Packs the archive into the lab's folder and serves it at `URL`."""
    archive = _archive(folder)
    archive.parent.mkdir()
    with tarfile.open(archive, "w:gz", compresslevel=1) as tar:
        for plugin in sorted(build("cni-plugins").iterdir()):
            tar.add(plugin, f"./{plugin.name}")
    server = ["busybox", "httpd", "-f", "-p", f"{CLUSTER}:{PORT}", "-h", str(archive.parent)]
    start_detached(folder, "web", server)


def plugins_digest(folder: Path) -> str:
    """The archive's sha256, in hexadecimal."""
    return hashlib.sha256(_archive(folder).read_bytes()).hexdigest()


def _archive(folder: Path) -> Path:
    return folder / "web" / NAME
