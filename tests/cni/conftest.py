"""The topology once, and a fresh pod for each test."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.netns.namespaces import missing
from tests.cni.topology import Pod, Topology, start_pod, start_topology


@pytest.fixture(scope="session")
def topology() -> Iterator[Topology]:
    if why := missing():
        pytest.skip(why)
    if shutil.which("nft") is None:
        pytest.skip("the topology needs nft")
    with start_topology() as started:
        yield started


@pytest.fixture
def pod(topology: Topology, tmp_path: Path) -> Iterator[Pod]:
    with start_pod(topology, tmp_path / "net.d") as started:
        yield started
        started.detach()
