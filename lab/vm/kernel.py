"""Debian's kernels: the cloud kernel has 8021q, macvlan, bridges and overlay, as nodes have."""

import re
import subprocess
from pathlib import Path

from lab.vm.cached import cached

META_PACKAGE = "linux-image-cloud-amd64"


def kernel() -> Path:
    """A folder with `vmlinuz` and `modules/<release>`."""
    package = _package()
    return cached("kernel", package.encode(), lambda folder: _make(package, folder), 10)


def release(folder: Path) -> str:
    """The kernel release that the modules belong to."""
    (found,) = (folder / "modules").iterdir()
    return found.name


def _package() -> str:
    """Name and version of the package that Debian's meta package stands for today."""
    depends = subprocess.run(
        ["apt-cache", "depends", META_PACKAGE], check=True, capture_output=True, text=True
    ).stdout
    match = re.search(r"Depends: (linux-image-\S+)", depends)
    if match is None:
        raise RuntimeError(f"no {META_PACKAGE} in the package lists: run `apt-get update`")
    policy = subprocess.run(
        ["apt-cache", "policy", match[1]], check=True, capture_output=True, text=True
    ).stdout
    version = re.search(r"Candidate: (\S+)", policy)
    assert version is not None
    return f"{match[1]}={version[1]}"


def _make(package: str, folder: Path) -> None:
    subprocess.run(
        ["apt-get", "download", "-q", package], cwd=folder, check=True, capture_output=True
    )
    (archive,) = folder.glob("*.deb")
    subprocess.run(["dpkg", "-x", archive, folder / "unpacked"], check=True)
    archive.unlink()
    (image,) = (folder / "unpacked" / "boot").glob("vmlinuz-*")
    image.rename(folder / "vmlinuz")
    (folder / "unpacked" / "lib" / "modules").rename(folder / "modules")
    name = release(folder)
    subprocess.run(["rm", "-rf", folder / "unpacked"], check=True)
    (folder / "lib").mkdir()
    (folder / "lib" / "modules").symlink_to("../modules")
    subprocess.run(["depmod", "-b", folder, name], check=True)
