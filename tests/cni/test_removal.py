"""DEL takes away all that ADD made, also after an ADD whose last plugin failed."""

import hashlib
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from config.ipam import LEASE_FOLDER
from lab.netns.namespaces import ip
from tests.cni.planned import LAN, LAN_MAC, LEASED, Changes, planned_conflist, planned_site
from tests.cni.topology import Pod

EVERY_KEY: Changes = {
    "networks/lan/discovery": True,
    "networks/lan/routes": ["10.9.0.0/16", "fd00:9::/64"],
    "networks/lan/source_based_routing": True,
}
FAILS = {"type": "tuning", "sysctl": {"net.ipv4.conf.IFNAME.absent": "1"}}


def state(pod: Pod) -> list[list[Any]]:
    """Addresses, rules and routes of all interfaces but `lo`, which the plugin loopback ends."""
    every_table = ("route", "show", "table", "all")
    asked = (("address",), ("rule",), ("-6", "rule"), every_table, ("-6", *every_table))
    return [
        [e for e in ip(pod.namespace, *words) if "lo" not in (e.get("ifname"), e.get("dev"))]
        for words in asked
    ]


def files(pod: Pod, network: str) -> list[Path]:
    """The lease, and what the plugins and libcni keep about the pod's interface."""
    container = hashlib.sha512(f"/var/run/netns/{pod.namespace}".encode()).hexdigest()[:20]
    return [
        *Path(LEASE_FOLDER, network).glob("[0-9]*"),
        *Path("/var/lib/cni/results").glob(f"{network}-*"),
        *Path("/run/cni/tuning").glob(f"*{container}*"),
    ]


@pytest.mark.parametrize("plugins", [[], [FAILS]], ids=["added", "failed"])
@pytest.mark.parametrize(
    ("changes", "addresses", "unchanged"),
    [(EVERY_KEY, [f"{LAN[0]}/24", f"{LAN[1]}/64"], 0), (LEASED, [f"{LAN[0]}/24"], 2)],
    ids=["every key", "a lease"],
)
def test_after_del_no_link_lease_rule_or_route_is_left(
    pod: Pod, changes: Changes, addresses: list[str], unchanged: int, plugins: list[Changes]
) -> None:
    before = state(pod)
    config = planned_conflist(planned_site(changes), "lan")
    config["plugins"] += plugins
    with pytest.raises(RuntimeError, match="no such file") if plugins else nullcontext():
        pod.attach(config, "net1", addresses, LAN_MAC)
    same = [one == other for one, other in zip(before, state(pod), strict=True)]
    assert sum(same) == unchanged
    assert files(pod, config["name"]) or plugins

    pod.detach()

    assert state(pod) == before
    assert not files(pod, config["name"])
