"""Where the manifest comes from: a file, the cache, or the web; verified by digest in each case.

Called by the program's entry and by the command line, never by a constructor.
"""

import hashlib
import os
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

from config.multus import ManifestFile, ManifestUrl, Multus
from config.releases import KNOWN_MANIFESTS

UPSTREAM = (
    "https://raw.githubusercontent.com/k8snetworkplumbingwg/multus-cni/"
    "{version}/deployments/multus-daemonset.yml"
)
TIMEOUT_SECONDS = 5


class ManifestUnavailableError(Exception):
    """The manifest cannot be read or fetched; the message is one line and says what helps."""


def cache_folder() -> Path:
    """Where verified manifests are kept, as `<sha256>.yml`."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "multihome" / "manifests"


def origin(multus: Multus) -> tuple[str, str]:
    """The URL and the sha256 of the site's manifest.

    Raises `ManifestUnavailableError` for a release of unknown digest without `manifest`.
    """
    if isinstance(multus.manifest, ManifestUrl):
        return multus.manifest.url, multus.manifest.sha256
    digest = KNOWN_MANIFESTS.get(multus.version)
    if digest is None:
        raise ManifestUnavailableError(
            f"multihome:multus.version: {multus.version}: its manifest is not known by digest;"
            " give multihome:multus.manifest with url and sha256"
        )
    return UPSTREAM.format(version=multus.version), digest


def manifest_of(multus: Multus) -> str | None:
    """The manifest's text, or None where another Multus is used."""
    return read_manifest(multus) if multus.install else None


def read_manifest(multus: Multus) -> str:
    """The manifest's text; fetched once, then from the cache."""
    if isinstance(multus.manifest, ManifestFile):
        try:
            return Path(multus.manifest.file).read_text(encoding="utf-8")
        except OSError as error:
            raise ManifestUnavailableError(
                f"multihome:multus.manifest.file: {multus.manifest.file}: {error.strerror};"
                " give the path of the release's multus-daemonset.yml"
            ) from None
    url, digest = origin(multus)
    cached = cache_folder() / f"{digest}.yml"
    if cached.is_file():
        content = cached.read_bytes()
        if hashlib.sha256(content).hexdigest() == digest:
            return content.decode()
    return store_manifest(_fetch(url, cached), digest).decode()


def store_manifest(content: bytes, digest: str) -> bytes:
    """Puts verified content into the cache; a half-written file never has the final name."""
    found = hashlib.sha256(content).hexdigest()
    if found != digest:
        raise ManifestUnavailableError(
            f"multihome:multus.manifest: the file has sha256 {found}, not {digest}; do not use it"
        )
    folder = cache_folder()
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
        file.write(content)
    Path(file.name).replace(folder / f"{digest}.yml")
    return content


def _fetch(url: str, cached: Path) -> bytes:
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310 - https by type
            return bytes(answer.read(1 << 20))
    except (urllib.error.URLError, OSError) as error:
        raise ManifestUnavailableError(
            f"multihome:multus.manifest: {url}: cannot be fetched"
            f" ({getattr(error, 'reason', error)}); run `make manifests`, or save that file"
            f" as {cached}"
        ) from None
