"""The pod moves to another node, and keeps its addresses and MACs."""

import os
from collections.abc import Iterator

import pytest

from lab.engine.environment import engine_folders
from lab.vm.__main__ import box_called
from lab.vm.applied import applied
from lab.vm.network import DEVICE, inside
from lab.vm.virtual_lab import missing
from tests.e2e.running_site import POD, House

NODES = ("k3s-1", "k3s-2")


@pytest.fixture
def pair() -> Iterator[House]:
    why = missing()
    if why:
        pytest.skip(why)
    engine = engine_folders()
    box = box_called(f"pair-{os.getpid()}", NODES)
    box.build()
    try:
        box.up()
        with inside(box.name):
            yield House(box, applied(box, engine))
    finally:
        box.down()


@pytest.mark.long
@pytest.mark.timeout(900)
def test_a_drained_node_s_pod_moves_with_its_addresses(pair: House) -> None:
    pair.applied.up()
    first = pair.running_on()
    pair.node = first
    pair.settled()
    pair.is_as_planned()
    path = f"/api/v1/nodes/{first}"
    node = pair.box.plane.get(path)
    node["spec"]["unschedulable"] = True
    pair.box.plane.request("PUT", path, node)
    pair.box.plane.request("DELETE", POD)

    (pair.node,) = set(NODES) - {first}
    pair.settled()
    assert pair.running_on() == pair.node
    pair.is_as_planned()
    assert pair.answers("-I", "net1.2", DEVICE)
