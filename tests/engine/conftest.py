"""What the tests of the tier share: engine, archive, sites that are applied, a reader."""

import hashlib
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.build.builder import build
from lab.engine.environment import engine_folders
from lab.web import serve_folder
from tests.engine.lab import Lab, applied_lab
from tests.engine.reader import Reader, copy_of_the_repository


@pytest.fixture(scope="session")
def engine() -> list[Path]:
    return engine_folders()


@pytest.fixture(scope="session")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive like upstream's, of the plugins that were built here."""
    folder = tmp_path_factory.mktemp("archive")
    file = folder / "plugins-amd64.tgz"
    with tarfile.open(file, "w:gz") as tar:
        for plugin in sorted(build("cni-plugins").iterdir()):
            tar.add(plugin, f"./{plugin.name}")
    return file


@pytest.fixture(scope="session")
def archive_server(archive: Path) -> Iterator[tuple[str, str]]:
    """(URL, sha256) of the archive, which is the same for each architecture."""
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    # Nodes of each architecture run on this machine.
    archive.with_name("plugins-arm64.tgz").hardlink_to(archive)
    with serve_folder(archive.parent) as url:
        yield f"{url}/plugins-{{architecture}}.tgz", digest


@pytest.fixture
def home(tmp_path: Path, engine: list[Path], archive_server: tuple[str, str]) -> Iterator[Lab]:
    """`Pulumi.home.yaml` on a cluster and a node of its own."""
    with applied_lab("home", tmp_path, engine, archive_server) as lab:
        yield lab


@pytest.fixture
def cabin(tmp_path: Path, engine: list[Path], archive_server: tuple[str, str]) -> Iterator[Lab]:
    """`Pulumi.cabin.yaml` on a cluster and two nodes of its own."""
    with applied_lab("cabin", tmp_path, engine, archive_server) as lab:
        yield lab


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the repository."""
    return copy_of_the_repository(tmp_path / "copy")


@pytest.fixture
def reader(home: Lab, copy: Path) -> Reader:
    """A reader who has `Pulumi.home.yaml`, and has applied nothing yet."""
    return Reader(home, copy)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test of several `up` takes its time where the processors have other work as well."""
    for item in items:
        if "tests/engine/" in item.nodeid:
            item.add_marker(pytest.mark.timeout(900))
