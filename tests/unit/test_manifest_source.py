"""Multus' manifest from the cache or the web: whatever is in the way is told in one line."""

import hashlib
from pathlib import Path

import pytest

from components.multus.source import (
    ManifestUnavailableError,
    read_manifest,
    refused_manifest,
    store_manifest,
)
from config.multus import ManifestUrl, Multus

CONTENT = b"kind: List\n"
DIGEST = hashlib.sha256(CONTENT).hexdigest()
# Nobody listens on this port.
MULTUS = Multus(manifest=ManifestUrl(url="https://127.0.0.1:9/multus.yml", sha256=DIGEST))


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "multihome" / "manifests" / f"{DIGEST}.yml"


def line(error: Exception) -> str:
    return refused_manifest(MULTUS, error).line()


def test_a_manifest_that_is_in_the_cache_is_not_fetched(cache: Path) -> None:
    store_manifest(CONTENT, DIGEST)

    assert cache.read_bytes() == CONTENT
    assert read_manifest(MULTUS) == CONTENT.decode()


def test_a_manifest_that_cannot_be_fetched_is_told_with_the_place_where_to_put_it(
    cache: Path,
) -> None:
    with pytest.raises(ManifestUnavailableError) as caught:
        read_manifest(MULTUS)
    assert line(caught.value).startswith(
        "multihome:multus.manifest: https://127.0.0.1:9/multus.yml: manifest-refused: "
    )
    assert str(cache) in line(caught.value)


def test_a_cached_file_that_was_changed_is_not_taken(cache: Path) -> None:
    cache.parent.mkdir(parents=True)
    cache.write_bytes(b"forged")

    with pytest.raises(ManifestUnavailableError, match="cannot be fetched"):
        read_manifest(MULTUS)


def test_another_file_than_the_one_expected_is_not_stored(cache: Path) -> None:
    with pytest.raises(ManifestUnavailableError, match=f"not {DIGEST}; do not use it"):
        store_manifest(b"forged", DIGEST)
    assert not cache.exists()


def test_a_cache_that_cannot_be_written_is_told_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "file"
    file.touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(file))

    with pytest.raises(ManifestUnavailableError, match="set XDG_CACHE_HOME"):
        store_manifest(CONTENT, DIGEST)


def test_a_manifest_that_is_no_text_is_refused() -> None:
    content = b"\xff\xfe"
    digest = hashlib.sha256(content).hexdigest()
    store_manifest(content, digest)
    multus = Multus(manifest=ManifestUrl(sha256=digest))

    with pytest.raises(ManifestUnavailableError, match="not UTF-8") as caught:
        read_manifest(multus)
    assert "; expected upstream's multus-daemonset.yml of v4.2.4" in line(caught.value)
