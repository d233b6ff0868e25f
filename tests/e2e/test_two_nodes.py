"""The pod moves to another node, and keeps its addresses and MACs."""

import os
from collections.abc import Iterator
from typing import Any

import pytest

from lab.engine.environment import engine_folders
from lab.vm.applied import applied, virtual_lab
from lab.vm.network import DEVICE, inside
from lab.vm.requirements import missing
from tests.e2e.running_site import CONFIGURATION, PLANNED_LEASES, POD, RunningSite

PLUGINS = "/var/lib/rancher/k3s/data/cni"
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
@pytest.mark.timeout(1800)
def test_the_pod_moves_with_its_addresses_when_nodes_are_drained_leave_and_join(
    pair: RunningSite,
) -> None:
    pair.applied.up()
    first = pair.running_on()
    pair.node = first
    pair.settled()
    pair.assert_as_planned()
    (second,) = set(NODES) - {first}

    move(pair, first, second)
    assert pair.answers("-I", "net1.2", DEVICE)

    described: dict[str, Any] = {}
    pair.applied.change(lambda tree: described.update(tree["multihome:nodes"].pop(first)))
    pair.applied.up()
    pair.settled()
    pair.assert_as_planned()
    assert "vlan" not in pair.lab.ssh(first, f"ls {PLUGINS}")
    assert pair.lab.ssh(first, f"ls {CONFIGURATION}").split() == ["10-flannel.conflist"]

    pair.applied.change(lambda tree: tree["multihome:nodes"].update({first: described}))
    pair.applied.up()
    pair.settled()
    move(pair, second, first)


def move(pair: RunningSite, old: str, new: str) -> None:
    """Drains the node of the pod, which comes back on the other one and leaves no lease behind."""
    for name in (old, new):
        path = f"/api/v1/nodes/{name}"
        node = pair.lab.plane.get(path)
        node["spec"]["unschedulable"] = name == old
        pair.lab.plane.request("PUT", path, node)
    pair.lab.plane.request("DELETE", POD)

    pair.node = new
    pair.settled()
    assert pair.running_on() == new
    pair.assert_as_planned()
    assert pair.leases() == PLANNED_LEASES
    pair.node = old
    assert pair.leases() == {}
    pair.node = new
