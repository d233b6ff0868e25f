"""The pod moves to another node, and keeps its addresses and MACs."""

import os
from collections.abc import Iterator

import pytest

from lab.engine.environment import engine_folders
from lab.vm.applied import applied, virtual_lab
from lab.vm.network import DEVICE, inside
from lab.vm.requirements import missing
from tests.e2e.running_site import POD, RunningSite

NODES = ("k3s-1", "k3s-2")


@pytest.fixture
def pair() -> Iterator[RunningSite]:
    why = missing()
    if why:
        pytest.skip(why)
    engine = engine_folders()
    lab = virtual_lab(f"multihome-pair-{os.getpid()}", NODES)
    lab.build()
    try:
        lab.up()
        with inside(lab.name):
            yield RunningSite(lab, applied(lab, engine))
    finally:
        lab.down()


@pytest.mark.long
@pytest.mark.timeout(900)
def test_a_drained_node_s_pod_moves_with_its_addresses(pair: RunningSite) -> None:
    pair.applied.up()
    first = pair.running_on()
    pair.node = first
    pair.settled()
    pair.assert_as_planned()
    path = f"/api/v1/nodes/{first}"
    node = pair.lab.plane.get(path)
    node["spec"]["unschedulable"] = True
    pair.lab.plane.request("PUT", path, node)
    pair.lab.plane.request("DELETE", POD)

    (pair.node,) = set(NODES) - {first}
    pair.settled()
    assert pair.running_on() == pair.node
    pair.assert_as_planned()
    assert pair.answers("-I", "net1.2", DEVICE)
