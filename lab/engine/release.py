"""Pulumi's own releases, verified by their published checksums."""

import hashlib
import platform
import shutil
import subprocess
import tempfile
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from lab.build.cache import cache_folder
from lab.build.versions import PULUMI

TIMEOUT_SECONDS = 5
_GITHUB = "https://github.com/pulumi"
_MACHINE = {"x86_64": ("x64", "amd64"), "aarch64": ("arm64", "arm64")}.get(
    platform.machine(), (platform.machine(), platform.machine())
)


@dataclass(frozen=True, kw_only=True)
class Release:
    """`folder` is a URL; `archive` and `checksums` are names of files in it."""

    folder: str
    archive: str
    checksums: str


ENGINE = Release(
    folder=f"{_GITHUB}/pulumi/releases/download/v{PULUMI}",
    archive=f"pulumi-v{PULUMI}-linux-{_MACHINE[0]}.tar.gz",
    checksums=f"pulumi-{PULUMI}-checksums.txt",
)


def plugin_release(name: str, version: str) -> Release:
    """The release of a provider's plugin."""
    return Release(
        folder=f"{_GITHUB}/pulumi-{name}/releases/download/v{version}",
        archive=f"pulumi-resource-{name}-v{version}-linux-{_MACHINE[1]}.tar.gz",
        checksums=f"pulumi-{name}_{version}_checksums.txt",
    )


class ReleaseUnavailableError(Exception):
    """The release cannot be fetched, or its digest is wrong; the message is one line."""


def fetch_release(release: Release) -> Path:
    """The folder of the release's executables, fetched into the cache when it is not there.

    Raises `ReleaseUnavailableError`.
    """
    final = cache_folder() / "releases" / release.archive.removesuffix(".tar.gz")
    if final.is_dir():
        return _executables(final)
    listed = _read(f"{release.folder}/{release.checksums}").decode(errors="replace")
    wanted = _listed(listed, release.archive)
    if wanted is None:
        raise ReleaseUnavailableError(f"{release.checksums} does not name {release.archive}")
    content = _read(f"{release.folder}/{release.archive}")
    found = hashlib.sha256(content).hexdigest()
    if found != wanted:
        raise ReleaseUnavailableError(f"{release.archive} has sha256 {found}, not {wanted}")
    final.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=final.parent) as folder:
        archive, unpacked = Path(folder) / "archive", Path(folder) / "out"
        archive.write_bytes(content)
        unpacked.mkdir()
        # Python's tarfile keeps files inside the folder only since 3.11.4.
        subprocess.run(["tar", "-xzof", archive, "-C", unpacked], check=True)
        shutil.move(unpacked, final)
    return _executables(final)


def _listed(checksums: str, name: str) -> str | None:
    for line in checksums.splitlines():
        digest, _, file = line.partition(" ")
        if file.strip().lstrip("*./") == name:
            return digest
    return None


def _executables(folder: Path) -> Path:
    """The engine's archive holds one folder `pulumi`, a plugin's its executable."""
    return folder / "pulumi" if (folder / "pulumi").is_dir() else folder


def _read(url: str) -> bytes:
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310 - our own
            return bytes(answer.read())
    except (urllib.error.URLError, OSError) as error:
        reason = getattr(error, "reason", error)
        raise ReleaseUnavailableError(f"{url} cannot be fetched ({reason})") from None
