"""Who is in the lab's houses, and what is asked there: no slip of the lab is the plan's."""

import ipaddress
from collections.abc import Mapping

import pytest

from config.site import Site
from lab.sandbox.channel import Request
from tests.prove.houses.addresses import is_full, leased, neighbour
from tests.prove.houses.calls import contested
from tests.prove.houses.destinations import beyond
from tests.prove.houses.guests import Guest, doubtful_guests
from tests.prove.houses.request import request
from tests.prove.houses.visitors import visited_sites
from tests.prove.houses.wires import links, node_addresses, sites_by_homes
from tests.rule_cases import LAN2, LAN6, NODE2, STATIC, THIRD, spare
from tests.sites import changed_tree


def site_with(changes: Mapping[str, object]) -> Site:
    return Site.model_validate(changed_tree("home", changes))


def hosts_of(site: Site) -> dict[str, Request]:
    return {host["name"]: host for host in request(site, "k3s-1")["hosts"]}


def test_no_neighbour_has_what_another_network_promises() -> None:
    site = site_with(spare(subnet="192.168.18.32/31"))

    assert neighbour(site, site.networks["spare"]) is None


def test_no_neighbour_has_a_pool_of_the_whole_subnet_but_a_device_calls() -> None:
    full = {
        "networks/lan/subnet": "192.168.18.32/30",
        "networks/lan/dhcp_pool": "192.168.18.33-192.168.18.34",
        "home_assistant/interfaces/0/address": "192.168.18.35",
    }
    site = site_with({**STATIC, **full})

    calls = request(site, "k3s-1")["calls"]
    assert neighbour(site, site.networks["lan"]) is None
    assert {"host": "d0-lan", "to": "192.168.18.35"} in calls


def test_two_pools_of_a_wire_that_share_an_address_have_one_device_there() -> None:
    pool = "192.168.18.120-192.168.18.122"
    beside = spare(subnet="192.168.18.112/28", dhcp_pool=pool)
    site = site_with({**beside, "networks/lan/dhcp_pool": pool})

    devices = [host["addresses"] for name, host in hosts_of(site).items() if name[0] == "d"]
    assert devices == [["192.168.18.120/24"]]


def test_the_device_of_two_full_pools_calls_the_pod_of_either_network() -> None:
    full = {"subnet": "fd00:60::/126", "dhcp_pool": "fd00:60::-fd00:60::2"}
    networks = {f"networks/{name}": {**LAN2, **full} for name in ("one", "other")}
    changes = {"nodes/k3s-1/addresses": ["fd00:60::1"]}

    for visited in visited_sites(site_with({**networks, **changes})):
        calling = {"host": "d0-one", "to": "fd00:60::3"}
        assert calling in request(visited, "k3s-1")["calls"]


def test_beyond_subnets_that_fill_a_route_there_is_nobody() -> None:
    halves = {"networks/spare": {**LAN2, "subnet": "192.168.19.0/24"}}
    route = ipaddress.ip_network("192.168.18.0/23")

    assert beyond(site_with(halves), route) is None
    assert beyond(site_with({}), route) not in (None, *ipaddress.ip_network("192.168.18.0/24"))


def test_who_has_the_gateway_leads_to_what_is_behind_all_its_networks() -> None:
    more = {"gateway": "fe80::1", "routing": "routed", "routes": ["2001:db8:5::/48"]}
    first = {**LAN2, "subnet": "fd00:60::/64", "gateway": "fe80::1"}
    second = {**LAN2, "subnet": "fd00:61::/64", **more}
    hosts = hosts_of(site_with({"networks/first": first, "networks/second": second}))

    assert hosts["n-first"]["loopback"] == ["2001:db8:5::9/128"]
    assert hosts["n-first"]["on_link"] == ["fd00:61::/64"]
    assert hosts["n-second"]["loopback"] == []


def test_a_router_leads_to_a_full_subnet_by_its_link() -> None:
    full = {"ipam": None, "subnet": "fd00:60::/126", "range": "fd00:60::1-fd00:60::3"}
    network = {**LAN2, **full, "ipam": "host-local", "gateway": "fe80::1"}
    hosts = hosts_of(site_with({"networks/full": network}))

    assert hosts["n-full"]["on_link"] == ["fd00:60::/126"]


def test_a_node_whose_mac_alone_is_known_asks_for_the_pods_address() -> None:
    interface = {"name": "eth0", "mac": "52:54:00:00:00:02"}
    node = {**NODE2, "host": "k3s-2.home", "interfaces": [interface]}
    house = request(site_with({"nodes/k3s-2": node}), "k3s-1")

    assert {"host": "k3s-2-eth0", "network": "lan", "address": "192.168.18.32"} in house["owners"]
    assert "k3s-2-eth0" in [host["name"] for host in house["hosts"]]


def test_a_node_at_the_broadcasts_address_is_in_a_larger_subnet() -> None:
    house = request(site_with({"nodes/k3s-1/host": "192.168.18.255"}), "k3s-1")

    assert house["node"][0]["addresses"] == ["192.168.18.255/32"]


def test_a_visitor_has_an_address_of_a_host() -> None:
    everything = {**LAN2, "subnet": "::/0"}
    reserved = {
        **LAN2,
        "subnet": "192.168.60.0/24",
        "ipam": "host-local",
        "range": "192.168.60.0-192.168.60.1",
    }
    loopback = {**LAN2, "subnet": "127.24.0.0/24"}
    changes = {
        "networks/everything": everything,
        "networks/reserved": reserved,
        "networks/loopback": loopback,
    }
    visitors = [site.home_assistant.interfaces[0] for site in visited_sites(site_with(changes))]
    found = {visitor.network: visitor.address for visitor in visitors}

    assert not found["everything"].is_multicast
    # Where there are none but these.
    assert found["loopback"].is_loopback
    # host-local keeps the first host's address for the router.
    assert str(found["reserved"]) == "192.168.60.0"


def test_the_last_of_the_clusters_hosts_are_sought_in_a_network_that_takes_them() -> None:
    site = site_with({"networks/lan/subnet": "10.0.0.0/8"})

    assert {"10.42.0.9", "10.42.255.254"} <= {str(address) for address in contested(site)}


def test_guests_ask_for_the_ends_of_every_range_of_their_wire() -> None:
    site = site_with(spare(ipam="host-local", range="192.168.18.40-192.168.18.50"))

    asked = {guest.address for guest in doubtful_guests(site) if guest.network == "lan"}
    assert {"192.168.18.40", "192.168.18.50", "192.168.18.100"} <= asked


def test_a_visitor_is_not_sought_behind_a_router() -> None:
    routes = {"gateway": "192.168.18.1", "routing": "routed", "routes": ["192.168.60.0/24"]}
    network = {**LAN2, "ipam": "host-local", "range": "192.168.60.2-192.168.60.9"}
    changes = {f"networks/lan/{key}": value for key, value in routes.items()}
    site = site_with({**changes, "networks/visited": network})

    (visited,) = visited_sites(site)
    own = str(visited.home_assistant.interfaces[0].address)
    assert own == "192.168.60.9"
    assert own not in [call["to"] for call in request(visited, "k3s-1")["calls"] if "by" in call]


def test_a_visitor_reaches_the_node_that_only_the_pods_macvlan_hides() -> None:
    site = site_with({"networks/visited": LAN2})
    (visited,) = visited_sites(site)

    by_the_cluster = {"to": "192.168.18.10", "by": "eth0"}
    assert by_the_cluster in request(visited, "k3s-1")["calls"]
    assert by_the_cluster not in request(site, "k3s-1")["calls"]


def test_a_guest_asks_for_what_a_device_of_the_pool_has() -> None:
    pool = {
        "networks/lan/gateway": "192.168.18.32",
        "networks/lan/dhcp_pool": "192.168.18.32-192.168.18.60",
        "home_assistant/interfaces/0/address": "192.168.18.63",
    }
    site = site_with(pool)

    device = leased(site, site.networks["lan"], site.networks["lan"])
    assert str(device) == "192.168.18.33"
    assert str(device) in {guest.address for guest in doubtful_guests(site)}


def test_nobody_has_the_address_that_routers_of_another_subnet_of_the_wire_have() -> None:
    wide = {**LAN2, "subnet": "fd00:60::/64"}
    two = {**LAN2, "subnet": "fd00:60::/127"}
    site = site_with({"networks/wide": wide, "networks/two": two})

    given = [s.home_assistant.interfaces[0].address for s in visited_sites(site)]
    assert neighbour(site, site.networks["two"]) == ipaddress.ip_address("fd00:60::1")
    assert ipaddress.ip_address("fd00:60::") not in given


@pytest.mark.parametrize(("parent", "near"), [("eth0", "192.168.18.33"), ("eth1", "192.168.18.34")])
def test_a_router_of_the_wire_is_near_where_all_other_addresses_are_promised(
    parent: str, near: str
) -> None:
    full = {"networks/lan/subnet": "192.168.18.32/30", "networks/lan/parent": "eth0"}
    promised = {
        "parent": parent,
        "subnet": "192.168.18.32/30",
        "ipam": "host-local",
        "range": "192.168.18.32-192.168.18.35",
        "gateway": "192.168.18.33",
    }
    site = site_with({**STATIC, **full, "networks/spare": {**LAN2, **promised}})

    assert neighbour(site, site.networks["lan"]) == ipaddress.ip_address(near)


def test_a_guest_asks_for_what_a_device_of_another_network_of_the_wire_has() -> None:
    pool = "192.168.18.97-192.168.18.120"
    site = site_with(spare(dhcp_pool=pool))

    device = leased(site, site.networks["spare"], site.networks["spare"])
    asked = {guest.address for guest in doubtful_guests(site) if guest.network == "lan"}
    assert str(device) == "192.168.18.97"
    assert str(device) in asked


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
    hosts = hosts_of(site_with({"networks/spare": routed, "nodes/k3s-2": router}))

    assert hosts["k3s-2-0"]["loopback"] == ["2001:db8:5::9/128"]
    assert hosts["k3s-2-0"]["on_link"] == ["fd10:18::/64"]


def test_a_guest_calls_a_device_where_all_addresses_are_promised() -> None:
    full = {"subnet": "192.168.60.0/30", "ipam": "host-local", "range": "192.168.60.2-192.168.60.3"}
    pool = {"dhcp_pool": "192.168.60.0-192.168.60.1"}
    site = site_with({"networks/spare": {**LAN2, **full, **pool}})

    house = request(site, "k3s-1", [Guest("spare", "192.168.60.3")])
    assert neighbour(site, site.networks["spare"]) is None
    assert {"pod": 1, "to": "192.168.60.0", "by": "net1"} in house["calls"]


def test_no_device_has_an_end_of_the_subnet() -> None:
    pool = {"networks/lan/dhcp_pool": "192.168.18.255-192.168.18.255"}
    six = {"networks/lan/subnet": "fd00:18::/64", "networks/lan/dhcp_pool": "fd00:18::-fd00:18::9"}
    four, other = site_with({**STATIC, **pool}), site_with({**STATIC, **six})

    assert leased(four, four.networks["lan"], four.networks["lan"]) is None
    assert str(leased(other, other.networks["lan"], other.networks["lan"])) == "fd00:18::9"


def test_a_node_may_be_in_either_of_two_networks_that_its_address_is_in() -> None:
    beside = {"networks/spare": {**LAN2, "parent": "eth1", "subnet": "192.168.18.0/24"}}
    both = {**beside, "nodes/k3s-1/interfaces": ["eth0", "eth1"]}
    node = ["192.168.18.10/24"]

    homes = [
        next(link["name"] for link in links(site, site.nodes["k3s-1"]) if link["addresses"] == node)
        for site in sites_by_homes(site_with(both))
    ]
    assert homes == ["eth0", "eth1"]
    assert len(list(sites_by_homes(site_with(spare())))) == 1


def test_the_pod_s_address_is_asked_for_where_another_network_of_the_pod_may_have_it() -> None:
    beside = {"networks/spare": {**LAN2, "parent": "eth1", "subnet": "192.168.18.0/24"}}
    other = {**LAN2, "parent": "eth1", "subnet": "fd00:60::/64"}
    third = {**THIRD, "network": "other", "address": "fd00:60::9"}
    house = {**beside, "networks/other": other, "nodes/k3s-1/interfaces": ["eth0", "eth1"]}
    pod = changed_tree("home", {})["home_assistant"]["interfaces"]

    site = site_with({**house, "home_assistant/interfaces": [pod[0], third]})
    assert {"host": "n-other", "address": "192.168.18.32"} in request(site, "k3s-1")["owners"]


def test_a_device_has_the_pod_s_address_only_where_the_pod_answers_for_it() -> None:
    def device(parent: str) -> str:
        pool = {"parent": parent, "subnet": "fd00:18::/64", "dhcp_pool": "fd00:18::3-fd00:18::9"}
        leases = {"ipam": "host-local", "range": "fd00:18::5-fd00:18::9"}
        site = site_with({**LAN6, "networks/spare": {**LAN2, **pool, **leases}})
        return str(leased(site, site.networks["spare"], site.networks["spare"]))

    assert (device("eth0"), device("eth1")) == ("fd00:18::3", "fd00:18::5")


def test_a_router_is_called_itself_where_only_networks_of_the_site_are_behind_it() -> None:
    routed = {"gateway": "192.168.60.1", "routing": "routed", "routes": ["192.168.18.0/25"]}
    (site,) = visited_sites(site_with({"networks/spare": {**LAN2, **routed}}))

    called = {call["to"] for call in request(site, "k3s-1")["calls"]}
    assert "192.168.60.1" in called


def test_the_address_of_all_routers_of_another_subnet_is_no_neighbour_s() -> None:
    two = {"subnet": "fd00:60::/127", "gateway": "fd00:60::"}
    more = {
        **LAN2,
        "subnet": "fd00:60::1/128",
        "ipv6": {**two, "dhcp_pool": "fd00:60::1-fd00:60::1"},
    }
    alone = site_with({"networks/spare": more})
    beside = site_with(
        {"networks/spare": more, "networks/wide": {**LAN2, "subnet": "fd00:60::/64"}}
    )

    found = [neighbour(site, site.networks["spare"].subnets[1]) for site in (alone, beside)]
    assert found == [ipaddress.ip_address("fd00:60::"), None]


@pytest.mark.parametrize(("parent", "device"), [("eth0", None), ("eth1", "192.168.18.32")])
def test_a_device_may_have_what_is_a_router_s_on_another_wire(
    parent: str, device: str | None
) -> None:
    router = {"parent": parent, "subnet": "192.168.18.0/24", "gateway": "192.168.18.32"}
    pool = {"networks/lan/dhcp_pool": "192.168.18.32-192.168.18.32"}
    site = site_with({**STATIC, **pool, "networks/spare": {**LAN2, **router}})

    found = leased(site, site.networks["lan"], site.networks["lan"])
    assert found == (None if device is None else ipaddress.ip_address(device))


def test_a_node_has_all_its_addresses_of_a_wire_by_one_interface() -> None:
    known = {"interfaces": [{"name": "eth0", "mac": "52:54:00:00:00:02"}]}
    other = {**NODE2, **known, "addresses": ["192.168.18.12", "192.168.60.2"]}
    hosts = hosts_of(
        site_with({"networks/spare": {**LAN2, "parent": "eth1"}, "nodes/k3s-2": other})
    )

    assert hosts["k3s-2-0"]["addresses"] == ["192.168.18.11/24", "192.168.18.12/24"]
    assert len([host for host in hosts.values() if host.get("mac") == "52:54:00:00:00:02"]) == 1


@pytest.mark.parametrize(("gateway", "near"), [(None, ".1"), (".2", ".2"), (".0", ".2")])
def test_in_a_subnet_of_four_without_a_range_the_router_is_near(
    gateway: str | None, near: str
) -> None:
    four: dict[str, object] = {**LAN2, "subnet": "192.168.60.0/30", "ipam": "host-local"}
    if gateway is not None:
        four["gateway"] = f"192.168.60{gateway}"
    site = site_with({"networks/spare": four})

    assert str(neighbour(site, site.networks["spare"])) == f"192.168.60{near}"


@pytest.mark.parametrize(("last", "full"), [(".150", True), (".149", False)])
def test_a_network_is_full_that_pods_have_to_its_ends(last: str, *, full: bool) -> None:
    pods = {"subnet": "192.168.0.144/29", "range": f"192.168.0.145-192.168.0{last}"}
    more = {"subnet": "192.168.0.144/29"}
    leases = {**LAN2, "ipam": "host-local"}
    site = site_with({"networks/pods": {**leases, **pods}, "networks/more": {**leases, **more}})

    assert is_full(site) == full


def test_a_visitor_takes_the_only_address_that_there_is() -> None:
    one, wide = {**LAN2, "subnet": "fd00:60::/128"}, {**LAN2, "subnet": "fd00:60::/64"}
    visited = visited_sites(site_with({"networks/one": one, "networks/wide": wide}))

    given = {site.home_assistant.interfaces[0].address for site in visited}
    assert ipaddress.ip_address("fd00:60::") in given


@pytest.mark.parametrize(
    ("mtus", "found"),
    [((1500, 1500), "eth0"), ((1000, 1500), "eth1"), ((1000, 1000), None), ((), "")],
)
def test_a_node_has_ipv6_by_an_interface_that_is_large_enough(
    mtus: tuple[int, ...], found: str | None
) -> None:
    interfaces = [{"name": f"eth{number}", "mtu": mtu} for number, mtu in enumerate(mtus)]
    site = site_with({"nodes/k3s-1/host": "fd00:99::9", "nodes/k3s-1/interfaces": interfaces})

    expected = {} if found is None else {"fd00:99::9/128": found}
    assert dict(node_addresses(site, site.nodes["k3s-1"])) == expected


def test_guests_of_two_networks_ask_for_the_one_address_that_both_give_out() -> None:
    four = {**LAN2, "subnet": "192.168.60.0/30", "ipam": "host-local"}
    leases = {**four, "range": "192.168.60.1-192.168.60.2"}
    site = site_with({"networks/one": leases, "networks/other": four})

    asking = {g.network for g in doubtful_guests(site) if g.address == "192.168.60.2"}
    assert asking == {"one", "other"}
