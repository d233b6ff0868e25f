"""Where the manifest comes from: a file, the cache, or the web; verified by digest in each case.

Called by the program's entry and by the command line, never by a constructor.
"""

import hashlib
import http.client
import os
import tempfile
import urllib.request
from pathlib import Path

from config.multus import Multus
from config.reading.problem import NAMESPACE, Problem

TIMEOUT_SECONDS = 5
# Upstream's manifests have some 10 KiB.
MOST_BYTES = 1 << 20


class ManifestUnavailableError(Exception):
    """The manifest cannot be read or fetched; the message is one line and says what helps."""


def refused_manifest(multus: Multus, error: Exception) -> Problem:
    """The problem of a manifest that is not to be had, or not to be understood."""
    key = "manifest" if multus.manifest_file is None else "manifest.file"
    message = str(error)
    if ";" not in message:
        message += f"; expected upstream's multus-daemonset.yml of {multus.version}"
    return Problem(
        path=f"{NAMESPACE}:multus.{key}",
        value=multus.manifest_file or multus.manifest_url,
        rule="manifest-refused",
        message=message,
    )


def cache_folder() -> Path:
    """Where verified manifests are kept, as `<sha256>.yml`."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "multihome" / "manifests"


def manifest_of(multus: Multus) -> str | None:
    """The manifest's text, or None where another Multus is used."""
    return read_manifest(multus) if multus.install else None


def read_manifest(multus: Multus) -> str:
    """The manifest's text; fetched once, then from the cache.

    Raises `ManifestUnavailableError` where it cannot be had, or is another than the one expected.
    """
    if multus.manifest_file is not None:
        return _text(_read(Path(multus.manifest_file)))
    url, digest = multus.manifest_url, multus.manifest_digest
    cached = cache_folder() / f"{digest}.yml"
    if cached.is_file():
        content = cached.read_bytes()
        if hashlib.sha256(content).hexdigest() == digest:
            return _text(content)
    return _text(store_manifest(_fetch(url, cached), digest))


def store_manifest(content: bytes, digest: str) -> bytes:
    """Puts verified content into the cache; a half-written file never has the final name."""
    found = hashlib.sha256(content).hexdigest()
    if found != digest:
        raise ManifestUnavailableError(f"the file has sha256 {found}, not {digest}; do not use it")
    folder = cache_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
            file.write(content)
        Path(file.name).replace(folder / f"{digest}.yml")
    except OSError as error:
        raise ManifestUnavailableError(
            f"{folder}: {error.strerror}; let this user write there, or set XDG_CACHE_HOME"
        ) from None
    return content


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ManifestUnavailableError(
            f"{error.strerror}; give the path of the release's multus-daemonset.yml"
        ) from None


def _text(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise ManifestUnavailableError("the file is not UTF-8") from None


def _fetch(url: str, cached: Path) -> bytes:
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310 - https by type
            return bytes(answer.read(MOST_BYTES))
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise ManifestUnavailableError(
            f"it cannot be fetched ({getattr(error, 'reason', error)}); run `make manifests`, or"
            f" save that file as {cached}"
        ) from None
