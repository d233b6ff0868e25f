"""By which of its interfaces a node has an address in a scenario."""

from ipaddress import ip_address

import pytest

from tests.cases.changes import LAN2, NODE2, pod_in
from tests.cases.sites import unchecked_site
from tests.verdicts.scenarios.links import links, network_of, node_addresses, possible_sites
from tests.verdicts.scenarios.nodes import other_nodes
from tests.verdicts.scenarios.request import request


def test_a_node_at_the_broadcasts_address_is_in_a_larger_subnet() -> None:
    scenario = request(unchecked_site({"nodes/k3s-1/host": "192.168.18.255"}), "k3s-1")

    assert scenario["node"][0]["addresses"] == ["192.168.18.255/32"]


def test_a_node_may_have_the_pods_address_by_any_interface_whose_segment_the_pod_is_on() -> None:
    both: dict[str, object] = {"nodes/k3s-1/interfaces": ["eth0", "eth1"]}
    shared = {**both, "nodes/k3s-1/addresses": ["192.168.32.3"], "networks/lan/parent": "eth1"}

    found = [
        dict(node_addresses(site, site.nodes["k3s-1"]))["192.168.32.3/32"]
        for site in possible_sites(unchecked_site(shared))
    ]
    assert found == ["eth0", "eth1"]
    for apart in (
        {**shared, "networks/lan/parent": "eth0"},
        both,
    ):
        assert len(list(possible_sites(unchecked_site(apart)))) == 1


def test_another_node_may_be_in_the_vlan_that_gives_its_address_to_a_pod() -> None:
    plain = {"networks/plain": {**LAN2, "subnet": "192.168.32.0/24"}}
    leases = {"networks/iot/range": "192.168.32.3-192.168.32.9"}
    site = unchecked_site({**plain, **leases, **pod_in("iot", "plain")})

    for own, name in (("192.168.32.3", "iot"), ("192.168.32.5", "iot"), ("192.168.32.20", "plain")):
        assert network_of(site, ip_address(own), tagged=True)[0] == site.networks[name]
        assert network_of(site, ip_address(own))[0] == site.networks["plain"]


def test_a_networks_router_is_in_that_network_and_in_no_other_that_has_its_address() -> None:
    beside = {"networks/spare": {**LAN2, "parent": "eth1", "subnet": "192.168.18.0/24"}}
    router = {"nodes/k3s-2": {**NODE2, "interfaces": []}}
    address = ip_address("192.168.18.11")
    for name in ("lan", "spare"):
        gateway = {f"networks/{name}/gateway": str(address), **pod_in("lan", "spare")}
        site = unchecked_site({**beside, **router, **gateway})
        for possible in possible_sites(site):
            assert network_of(possible, address)[0] == site.networks[name]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("home_assistant/interfaces/0/address", "192.168.18.10"),
        ("networks/lan/range", "192.168.18.10-192.168.18.100"),
    ],
)
def test_a_node_whose_address_a_network_gives_to_a_pod_is_in_that_network(
    key: str, value: str
) -> None:
    own = "192.168.18.10"
    beside = {**LAN2, "parent": "eth1", "subnet": "192.168.18.0/24", "gateway": own}
    site = unchecked_site({"networks/beside": beside, key: value})

    for tagged in (False, True):
        assert network_of(site, ip_address(own), tagged=tagged)[0] == site.networks["lan"]


@pytest.mark.parametrize(
    ("mtus", "found"),
    [((1500, 1500), "eth0"), ((1000, 1500), "eth1"), ((1000, 1000), None), ((), "")],
)
def test_a_node_has_ipv6_by_an_interface_that_is_large_enough(
    mtus: tuple[int, ...], found: str | None
) -> None:
    interfaces = [{"name": f"eth{number}", "mtu": mtu} for number, mtu in enumerate(mtus)]
    site = unchecked_site({"nodes/k3s-1/host": "fd00:99::9", "nodes/k3s-1/interfaces": interfaces})

    expected = {} if found is None else {"fd00:99::9/128": found}
    assert dict(node_addresses(site, site.nodes["k3s-1"])) == expected


def test_an_interface_that_is_named_twice_is_made_once() -> None:
    twice = [{"name": "eth0", "mac": "52:54:00:00:00:01"}, {"name": "eth0", "mtu": 1400}]
    nodes = {
        f"k3s-{number}": {
            "host": f"k3s-{number}.home",
            "architecture": "amd64",
            "interfaces": [*twice, twice[0]],
        }
        for number in (1, 2)
    }
    site = unchecked_site({"nodes": nodes})

    assert [link["mtu"] for link in links(site, site.nodes["k3s-1"])] == [1500]
    assert len(list(other_nodes(site, site.nodes["k3s-1"]))) == 1
