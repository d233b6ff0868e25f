"""Pulumi's own releases: taken when they are what they say, given up when they are not there."""

import hashlib
import socket
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.engine import release
from lab.engine.release import Release, ReleaseUnavailableError, fetch_release
from lab.web import serve_folder

ARCHIVE = "pulumi-v0.0.0-linux-x64.tar.gz"


@pytest.fixture
def published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Path, Release]]:
    folder = tmp_path / "published"
    (folder / "pulumi").mkdir(parents=True)
    (folder / "pulumi" / "pulumi").write_text("#!/bin/sh\n")
    with tarfile.open(folder / ARCHIVE, "w:gz") as tar:
        tar.add(folder / "pulumi", "pulumi")
    digest = hashlib.sha256((folder / ARCHIVE).read_bytes()).hexdigest()
    (folder / "checksums.txt").write_text(f"{'0' * 64}  other.tar.gz\n{digest}  {ARCHIVE}\n")
    monkeypatch.setattr(release, "cache_folder", lambda: tmp_path / "cache")
    with serve_folder(folder) as url:
        yield folder, Release(folder=url, archive=ARCHIVE, checksums="checksums.txt")


def test_a_release_is_fetched_once_and_unpacked(published: tuple[Path, Release]) -> None:
    folder, wanted = published

    found = fetch_release(wanted)
    assert (found / "pulumi").is_file()
    (folder / ARCHIVE).unlink()
    assert fetch_release(wanted) == found


def test_a_release_with_another_checksum_is_refused_and_leaves_nothing(
    published: tuple[Path, Release], tmp_path: Path
) -> None:
    folder, wanted = published
    (folder / "checksums.txt").write_text(f"{'0' * 64}  {ARCHIVE}\n")

    with pytest.raises(ReleaseUnavailableError, match="has sha256"):
        fetch_release(wanted)
    assert not (tmp_path / "cache").exists()


def test_a_release_that_its_checksums_do_not_name_is_refused(
    published: tuple[Path, Release],
) -> None:
    folder, wanted = published
    (folder / "checksums.txt").write_text("")

    with pytest.raises(ReleaseUnavailableError, match="does not name"):
        fetch_release(wanted)


def test_a_release_that_nobody_serves_is_given_up(
    published: tuple[Path, Release], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, wanted = published
    monkeypatch.setattr(release, "TIMEOUT_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        # It accepts, and never answers.
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(ReleaseUnavailableError, match="cannot be fetched"):
            fetch_release(Release(folder=url, archive=ARCHIVE, checksums=wanted.checksums))
