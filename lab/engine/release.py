"""Pulumi's own releases, verified by the checksums that are published beside them."""

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

TIMEOUT_SECONDS = 5
_GITHUB = "https://github.com/pulumi"
_MACHINE = {"x86_64": ("x64", "amd64"), "aarch64": ("arm64", "arm64")}.get(
    platform.machine(), (platform.machine(), platform.machine())
)


@dataclass(frozen=True, kw_only=True)
class Release:
    """`folder` is where the release's files lie; archive and checksums are in it by name."""

    folder: str
    archive: str
    checksums: str


ENGINE = Release(
    folder=f"{_GITHUB}/pulumi/releases/download/v3.259.0",
    archive=f"pulumi-v3.259.0-linux-{_MACHINE[0]}.tar.gz",
    checksums="pulumi-3.259.0-checksums.txt",
)


def plugin_release(name: str, version: str) -> Release:
    """The release of a provider's plugin."""
    return Release(
        folder=f"{_GITHUB}/pulumi-{name}/releases/download/v{version}",
        archive=f"pulumi-resource-{name}-v{version}-linux-{_MACHINE[1]}.tar.gz",
        checksums=f"pulumi-{name}_{version}_checksums.txt",
    )


class ReleaseUnavailableError(Exception):
    """The release cannot be reached, or is not what its checksums say; the message is one line."""


def fetch_release(release: Release) -> Path:
    """The folder of the release's executables, from the cache if it was fetched before."""
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
        # Python's own has the filter that keeps files inside the folder from 3.11.4 on only.
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
