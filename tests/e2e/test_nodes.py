"""Nodes that change, and Multus that breaks: no pod of ours keeps eth0 alone."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any
from unittest import mock

import pytest

from components.multus.daemon_set import IMAGE
from components.pod_networks.check_interfaces import patience
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
NEXT_RELEASE = "v1.34.4+k3s1"
OTHER_ADDRESS = "192.168.18.12"
# Its manifest comes from the cache: `make manifests`.
OTHER_RELEASE = "v4.3.0"
COUNT = f"{NAMESPACE}/configmaps/home-assistant-interface-check"


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
        tree["multihome:cluster"]["version"] = NEXT_RELEASE

    site.applied.change(change)
    site.applied.up()
    assert site.lab.ssh(site.node, conflist) == before

    site.delete_pod()
    site.settled()
    site.assert_as_planned()
    assert site.leases() == PLANNED_LEASES


@pytest.mark.long
def test_no_pod_that_starts_while_multus_becomes_another_release_keeps_eth0_alone(
    site: RunningSite,
) -> None:
    """The manifest is the other release's; the image is the lab's own under the other's name."""
    name = f"{IMAGE}:{OTHER_RELEASE}-debug"
    own = f"{IMAGE}:{site.lab.multus_version}-debug"
    site.lab.ssh(site.node, f"ctr -n k8s.io images tag --force {own} {name} >/dev/null")
    site.applied.change(lambda tree: tree["multihome:multus"].update(version=OTHER_RELEASE))

    def rolls() -> bool:
        pod = site.lab.plane.get(DAEMON_SET)["spec"]["template"]["spec"]
        return bool(pod["containers"][0]["image"] == name)

    deleted = 0
    with ThreadPoolExecutor() as pool:
        rolling = pool.submit(site.applied.up)
        wait_for(lambda: rolling.done() or rolls(), "the roll", BACK_SECONDS)
        while not rolling.done():
            site.delete_pod()
            deleted += 1
            # What the runtime makes without Multus' configuration has eth0 alone.
            wait_for(lambda: rolling.done() or has_sandbox(site), "a sandbox", BACK_SECONDS)
        rolling.result()
    assert deleted > 1

    site.settled()
    site.assert_as_planned()
    assert site.leases() == PLANNED_LEASES


def has_sandbox(site: RunningSite) -> bool:
    return "podIP" in (site.pod() or {})["status"]


@pytest.mark.long
def test_a_broken_multus_costs_few_pods_is_explained_and_mended(site: RunningSite) -> None:
    plane = site.lab.plane

    def explained() -> list[dict[str, Any]]:
        events = plane.get(f"{NAMESPACE}/events")["items"]
        return [event for event in events if event["reason"] == "InterfaceMissing"]

    before = {event["metadata"]["uid"] for event in explained()}
    # After pods that another test has cost, this one's would wait longer.
    plane.request("PUT", COUNT, {**plane.get(COUNT), "data": {}})
    daemon_set = plane.get(DAEMON_SET)
    daemon_set["spec"]["template"]["spec"]["containers"][0]["image"] = "lab.example/no-multus:1"
    plane.request("PUT", DAEMON_SET, daemon_set)
    wait_for(
        lambda: not site.lab.ssh(site.node, f"ls {CONFIGURATION} | grep multus.conflist || :"),
        "Multus' end",
        BACK_SECONDS,
    )
    site.delete_pod()
    pods: set[str] = set()
    end = time.monotonic() + 600

    def two() -> list[dict[str, Any]]:
        new = [event for event in explained() if event["metadata"]["uid"] not in before]
        return sorted(new, key=lambda event: str(event["firstTimestamp"])) if len(new) > 1 else []

    events = wait_for(two, "two Events", BACK_SECONDS)[:2]
    for number, event in enumerate(events, 1):
        assert event["involvedObject"]["kind"] == "StatefulSet"
        assert f"net1, net1.2 missing in pod {number} in a row" in event["message"]
    at = [datetime.fromisoformat(event["firstTimestamp"]) for event in events]
    assert at[1] - at[0] >= timedelta(seconds=patience(1))

    def seen_for_ten_minutes() -> bool:
        if (pod := site.pod()) is not None:
            pods.add(pod["metadata"]["uid"])
        return time.monotonic() > end

    wait_for(seen_for_ten_minutes, "ten minutes", 660)
    assert 3 < len(pods) <= 10

    with mock.patch.dict(site.applied.environment, PULUMI_K8S_ENABLE_PATCH_FORCE="true"):
        site.applied.up("--refresh")
    site.settled()
    site.assert_as_planned()
    assert site.leases() == PLANNED_LEASES
