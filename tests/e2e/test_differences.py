"""A pod that differs from the plan makes `up` fail, with the line that names the difference."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.e2e.running_site import BACK_SECONDS, RunningSite, wait_for

LAN = "/apis/k8s.cni.cncf.io/v1/namespaces/homeassistant/network-attachment-definitions/lan"
Edit = Callable[[dict[str, Any]], None]


def macvlan(config: dict[str, Any]) -> dict[str, Any]:
    (plugin,) = (each for each in config["plugins"] if each["type"] == "macvlan")
    assert isinstance(plugin, dict)
    return plugin


def ipam(config: dict[str, Any]) -> Any:
    return macvlan(config)["ipam"]


def another_address(config: dict[str, Any]) -> None:
    # The planned one stays: Multus asks the plugins for it, whatever the conflist says.
    add_range(config, "192.168.18.0/24", "192.168.18.140")


def another_prefix(config: dict[str, Any]) -> None:
    ipam(config)["ranges"][0][0]["subnet"] = "192.168.18.0/25"


def another_mac(config: dict[str, Any]) -> None:
    # The plugin prefers these to what the pod's annotation asks for.
    arguments = {"cni": {"mac": "02:00:00:00:00:01"}}
    config["plugins"].append({"type": "tuning", "args": arguments})


def another_mtu(config: dict[str, Any]) -> None:
    macvlan(config)["mtu"] = 1400


def no_route(config: dict[str, Any]) -> None:
    ipam(config)["routes"].clear()


def another_route(config: dict[str, Any]) -> None:
    ipam(config)["routes"].append({"dst": "10.8.0.0/16", "gw": "192.168.18.1"})


def default_route(config: dict[str, Any]) -> None:
    ipam(config)["routes"].append({"dst": "0.0.0.0/0", "gw": "192.168.18.1"})


def foreign_address(config: dict[str, Any]) -> None:
    add_range(config, "fd00:bad::/64", "fd00:bad::5")


def add_range(config: dict[str, Any], subnet: str, only: str) -> None:
    ipam(config)["ranges"].append([{"subnet": subnet, "rangeStart": only, "rangeEnd": only}])


# What somebody changes in the conflist of a NetworkAttachmentDefinition, by what `up` says.
DIFFERENCES: dict[str, Edit] = {
    "net1 IPv4 address: expected none, found 192.168.18.140/24": another_address,
    "net1 IPv4 address: expected 192.168.18.32/24, found 192.168.18.32/25": another_prefix,
    "net1 MAC: expected 32:44:0b:5a:0e:2e, found 02:00:00:00:00:01": another_mac,
    "net1 MTU: expected 1500, found 1400": another_mtu,
    "net1 route 10.9.0.0/16: expected via 192.168.18.1, found none": no_route,
    "net1 route 10.8.0.0/16: expected none, found via 192.168.18.1": another_route,
    "IPv4 default route: expected by eth0, found by eth0 and by net1": default_route,
    "net1 IPv6 address: expected none, found fd00:bad::5/64": foreign_address,
}


@pytest.fixture(scope="module")
def planned(first_up: RunningSite) -> Iterator[RunningSite]:
    """The site with a route in its plan; `up` passes while its pod is as planned."""

    def change(tree: dict[str, Any]) -> None:
        tree["multihome:networks"]["lan"].update(gateway="192.168.18.1", routes=["10.9.0.0/16"])
        tree["multihome:home_assistant"]["start_minutes"] = 1

    first_up.undo()
    first_up.applied.change(change)
    # A minute is short for an emulated machine to start a pod.
    first_up.applied.pulumi("up", "--refresh")
    first_up.settled()
    first_up.applied.up("--refresh")
    yield first_up
    first_up.undo()


def start_pod_with(site: RunningSite, edit: Edit) -> None:
    """Makes the pod anew while the definition is changed, and waits until it was compared."""
    plane = site.lab.plane
    planned = plane.get(LAN)
    config = json.loads(planned["spec"]["config"])
    edit(config)
    plane.request("PUT", LAN, {**planned, "spec": {"config": json.dumps(config)}})
    site.delete_pod()

    def compared() -> bool:
        (status,) = (
            container
            for container in (site.pod() or {})["status"]["containerStatuses"]
            if container["name"] == "verify-interfaces"
        )
        return "terminated" in {**status["state"], **status["lastState"]}

    wait_for(compared, "the comparison with the plan", BACK_SECONDS)
    now = plane.get(LAN)
    plane.request("PUT", LAN, {**now, "spec": planned["spec"]})


@pytest.mark.long
@pytest.mark.parametrize("line", DIFFERENCES)
def test_one_line_of_a_failed_up_names_what_differs(planned: RunningSite, line: str) -> None:
    start_pod_with(planned, DIFFERENCES[line])

    done = planned.applied.pulumi("up", "--refresh")

    assert done.returncode != 0
    lines = re.findall(r".*: expected .*, found .*", done.stdout)
    # While `up` waits, Pulumi writes resource, pod and [container] before the line.
    assert {each.rpartition("] ")[2].strip() for each in lines} == {line}, done.stdout
