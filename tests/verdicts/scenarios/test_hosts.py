"""Who is in a scenario, at which addresses, and leads where."""

import pytest

from config.site import Site
from lab.netns.channel import Request
from tests.cases.changes import LAN2, NODE2, PODS6, TAGGED, pod_in, spare
from tests.cases.sites import unchecked_site
from tests.verdicts.scenarios.request import request


def hosts_of(site: Site, node: str = "k3s-1") -> dict[str, Request]:
    return {host["name"]: host for host in request(site, node)["hosts"]}


def test_two_pools_of_a_segment_that_share_an_address_have_one_device_there() -> None:
    pool = "192.168.18.120-192.168.18.122"
    beside = spare(subnet="192.168.18.112/28", dhcp_pool=pool)
    changes = {**beside, "networks/lan/dhcp_pool": pool}
    site = unchecked_site({**changes, **pod_in("lan", "spare")})

    devices = [host["addresses"] for name, host in hosts_of(site).items() if name[0] == "d"]
    assert devices == [["192.168.18.120/24"]]


def test_who_has_the_gateway_leads_to_what_is_behind_all_its_networks() -> None:
    more = {"gateway": "fe80::1", "routing": "routed", "routes": ["2001:db8:5::/48"]}
    first = {**LAN2, "subnet": "fd00:60::/64", "gateway": "fe80::1"}
    second = {**LAN2, "subnet": "fd00:61::/64", **more}
    networks = {"networks/first": first, "networks/second": second}
    hosts = hosts_of(unchecked_site({**networks, **pod_in("first", "second")}))

    assert hosts["n-first"]["loopback"] == ["2001:db8:5::9/128"]
    assert hosts["n-first"]["on_link"] == ["fd00:61::/64"]
    assert hosts["n-second"]["loopback"] == []


def test_a_router_leads_to_a_full_subnet_by_its_link() -> None:
    full = {"ipam": None, "subnet": "fd00:60::/126", "range": "fd00:60::1-fd00:60::3"}
    network = {**LAN2, **full, "ipam": "host-local", "gateway": "fe80::1"}
    hosts = hosts_of(unchecked_site({"networks/full": network, **pod_in("full")}))

    assert hosts["n-full"]["on_link"] == ["fd00:60::/126"]


def test_a_node_that_is_a_router_leads_to_all_subnets_of_its_network() -> None:
    routed = {
        **LAN2,
        "subnet": "fd00:18::/64",
        "ipv6": {"subnet": "fd10:18::/64"},
        "gateway": "fd00:18::11",
        "routing": "routed",
        "routes": ["2001:db8:5::/48"],
    }
    router = {**NODE2, "host": "fd00:18::11", "interfaces": []}
    changes = {"networks/spare": routed, "nodes/k3s-2": router}
    hosts = hosts_of(unchecked_site({**changes, **pod_in("spare")}))

    assert hosts["k3s-2-0"]["loopback"] == ["2001:db8:5::9/128"]
    assert hosts["k3s-2-0"]["on_link"] == ["fd10:18::/64"]


def test_a_node_leads_to_what_is_behind_the_network_that_it_is_the_router_of() -> None:
    first = {**LAN2, "subnet": "fd00:18::/64"}
    more = {"gateway": "fd00:18::11", "routing": "routed", "routes": ["2001:db8:5::/48"]}
    router = {**NODE2, "host": "fd00:18::11", "interfaces": []}
    networks = {"networks/first": first, "networks/second": {**first, **more}}
    changes = {**networks, "nodes/k3s-2": router}
    hosts = hosts_of(unchecked_site({**changes, **pod_in("first", "second")}))

    assert hosts["k3s-2-0"]["loopback"] == ["2001:db8:5::9/128"]


def test_a_node_has_all_its_addresses_of_a_segment_by_one_interface() -> None:
    known = {"interfaces": [{"name": "eth0", "mac": "52:54:00:00:00:02"}]}
    other = {**NODE2, **known, "addresses": ["192.168.18.12", "192.168.60.2"]}
    changes = {"networks/spare": {**LAN2, "parent": "eth1"}, "nodes/k3s-2": other}
    hosts = hosts_of(unchecked_site({**changes, **pod_in("lan", "spare")}))

    assert hosts["k3s-2-0"]["addresses"] == ["192.168.18.11/24", "192.168.18.12/24"]
    assert len([host for host in hosts.values() if host.get("mac") == "52:54:00:00:00:02"]) == 1


@pytest.mark.parametrize(("pods", "near"), [("fd00:42::/56", True), ("10.42.0.0/16", False)])
def test_a_vlan_has_its_router_beside_a_node_that_the_pod_never_calls(
    pods: str, *, near: bool
) -> None:
    vlan = {"nodes/k3s-1/host": "192.168.32.1", "networks/iot/gateway": "192.168.32.1"}
    hosts = hosts_of(unchecked_site({**vlan, "cluster/pod_networks": [pods]}))

    assert ("192.168.32.1/24" in hosts["n-iot"]["addresses"]) == near


@pytest.mark.parametrize("node", ["k3s-1", "k3s-2"])
def test_a_vlan_has_one_router_whichever_of_two_nodes_the_pod_runs_on(node: str) -> None:
    nodes = {"nodes/k3s-1/host": "192.168.32.1", "nodes/k3s-2": {**NODE2, "interfaces": ["eth0"]}}
    vlan = {"networks/iot/gateway": "192.168.32.1"}
    hosts = hosts_of(unchecked_site({**nodes, **vlan, **PODS6}), node)

    routers = [
        name
        for name, host in hosts.items()
        if host["vlans"] == [2] and "192.168.32.1/24" in host["addresses"]
    ]
    assert routers == ["n-iot" if node == "k3s-1" else "k3s-1-0"]


def test_a_vlan_has_its_router_where_a_node_has_that_address_in_another_vlan() -> None:
    nodes = {"nodes/k3s-1/host": "192.168.32.1", "nodes/k3s-2": {**NODE2, "interfaces": ["eth0"]}}
    twin = {**TAGGED, "subnet": "192.168.32.0/25", "ipam": "static", "gateway": "192.168.32.1"}
    vlans = {"networks/iot/gateway": "192.168.32.1", "networks/twin": twin}
    site = unchecked_site({**nodes, **vlans, **PODS6, **pod_in("iot", "twin")})
    hosts = hosts_of(site, "k3s-2")

    routers = [
        (name, host["vlans"])
        for name, host in hosts.items()
        if any(text.startswith("192.168.32.1/") for text in host["addresses"])
    ]
    assert routers == [("n-twin", [10]), ("k3s-1-0", [2])]


@pytest.mark.parametrize(("parent", "near"), [("eth0", True), (None, False)])
def test_a_vlan_has_its_router_where_a_node_without_pods_has_that_address_on_another_segment(
    parent: str | None, *, near: bool
) -> None:
    router = {**NODE2, "host": "192.168.32.1", "interfaces": []}
    vlan = {"nodes/k3s-2": router, "networks/iot/gateway": "192.168.32.1"}
    untagged = None if parent is None else {**LAN2, "parent": parent, "subnet": "192.168.32.0/25"}
    some = {"home_assistant/nodes": ["k3s-1"], "networks/spare": untagged}
    pod = pod_in("iot", *(["spare"] if near else []))
    hosts = hosts_of(unchecked_site({**vlan, **some, **pod}))

    assert ("192.168.32.1/24" in hosts["n-iot"]["addresses"]) == near
    assert hosts["k3s-2-0"]["vlans"] == ([] if near else [2])


def test_a_nodes_loopback_address_is_on_no_segment() -> None:
    other = {"host": "127.16.18.11", "interfaces": [{"name": "eth0", "mac": "52:54:00:00:00:02"}]}
    own = {"nodes/k3s-1/host": "127.16.18.10", "nodes/k3s-2": {**NODE2, **other}}
    site = unchecked_site(own)
    near = [host for name, host in hosts_of(site).items() if name.startswith("k3s-2")]

    assert [(host["name"], host["addresses"]) for host in near] == [("k3s-2-eth0", [])]
    assert request(site, "k3s-1")["node"][0]["addresses"] == []
