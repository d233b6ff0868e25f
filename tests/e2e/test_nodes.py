"""Nodes that change, and Multus that breaks: no pod of ours keeps eth0 alone."""

from typing import Any
from unittest import mock

import pytest

from tests.e2e.running_site import (
    BACK_SECONDS,
    CONFIGURATION,
    DAEMON_SET,
    NAMESPACE,
    PLANNED_LEASES,
    RunningSite,
    wait_for,
)

PLUGIN = "/var/lib/rancher/k3s/data/cni/macvlan"
OTHER_ADDRESS = "192.168.18.12"


@pytest.mark.long
def test_a_node_with_another_address_and_name_keeps_multus_and_gets_lost_plugins_back(
    site: RunningSite,
) -> None:
    conflist = f"stat -c %i-%Z {CONFIGURATION}/00-multus.conflist"
    before = site.lab.ssh(site.node, conflist)
    site.lab.ssh(site.node, f"ip address add {OTHER_ADDRESS}/24 dev eth0; rm {PLUGIN}")

    def change(tree: dict[str, Any]) -> None:
        nodes = tree["multihome:nodes"]
        node = nodes.pop("k3s-1")
        nodes["k3s-1.lan"] = {**node, "host": OTHER_ADDRESS, "hostname": "k3s-1"}
        tree["multihome:plugins"]["generation"] = 2

    site.applied.change(change)
    site.applied.up()
    assert site.lab.ssh(site.node, conflist) == before

    site.delete_pod()
    site.settled()
    site.assert_as_planned()
    assert site.leases() == PLANNED_LEASES


@pytest.mark.long
def test_a_broken_multus_costs_few_pods_is_explained_and_mended(site: RunningSite) -> None:
    plane = site.lab.plane

    def explained() -> list[dict[str, Any]]:
        events = plane.get(f"{NAMESPACE}/events")["items"]
        return [event for event in events if event["reason"] == "InterfaceMissing"]

    before = {event["metadata"]["uid"] for event in explained()}
    daemon_set = plane.get(DAEMON_SET)
    daemon_set["spec"]["template"]["spec"]["containers"][0]["image"] = "lab.example/no-multus:1"
    plane.request("PUT", DAEMON_SET, daemon_set)
    wait_for(
        lambda: not site.lab.ssh(site.node, f"ls {CONFIGURATION} | grep multus.conflist || :"),
        "Multus' end",
        BACK_SECONDS,
    )
    site.delete_pod()

    def new() -> list[dict[str, Any]]:
        return [event for event in explained() if event["metadata"]["uid"] not in before]

    (event, *more) = wait_for(new, "an Event", BACK_SECONDS)
    assert event["involvedObject"]["kind"] == "StatefulSet"
    assert "net1, net1.2 missing" in event["message"]
    assert not more

    with mock.patch.dict(site.applied.environment, PULUMI_K8S_ENABLE_PATCH_FORCE="true"):
        site.applied.up("--refresh")
    site.settled()
    site.assert_as_planned()
