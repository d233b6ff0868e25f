"""Who has which address in a scenario: nobody has what somebody else must have."""

import ipaddress

import pytest

from tests.cases.changes import LAN2, STATIC, pod_in, spare
from tests.cases.sites import unchecked_site
from tests.verdicts.scenarios.addresses import leased, neighbour


def test_no_neighbour_has_what_another_network_promises() -> None:
    site = unchecked_site({**spare(subnet="192.168.18.32/31"), **pod_in("lan", "spare")})

    assert neighbour(site, site.networks["spare"]) is None


def test_no_neighbour_has_the_address_of_all_routers_of_another_subnet_of_the_segment() -> None:
    wide = {**LAN2, "subnet": "fd00:60::/64"}
    two = {**LAN2, "subnet": "fd00:60::/127"}
    networks = {"networks/wide": wide, "networks/two": two}
    site = unchecked_site({**networks, **pod_in("wide", "two")})

    assert neighbour(site, site.networks["two"]) == ipaddress.ip_address("fd00:60::1")


@pytest.mark.parametrize(("parent", "near"), [("eth0", "192.168.18.33"), ("eth1", "192.168.18.34")])
def test_a_router_of_the_segment_is_near_where_all_other_addresses_are_promised(
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
    beside = {"networks/spare": {**LAN2, **promised}, **pod_in("lan", "spare")}
    site = unchecked_site({**STATIC, **full, **beside})

    assert neighbour(site, site.networks["lan"]) == ipaddress.ip_address(near)


def test_no_device_has_an_end_of_the_subnet() -> None:
    pool = {"networks/lan/dhcp_pool": "192.168.18.255-192.168.18.255"}
    six = {"networks/lan/subnet": "fd00:18::/64", "networks/lan/dhcp_pool": "fd00:18::-fd00:18::9"}
    four, other = unchecked_site({**STATIC, **pool}), unchecked_site({**STATIC, **six})

    assert leased(four, four.networks["lan"], four.networks["lan"]) is None
    assert str(leased(other, other.networks["lan"], other.networks["lan"])) == "fd00:18::9"


def test_the_address_of_all_routers_of_another_subnet_is_no_neighbour_s() -> None:
    two = {"subnet": "fd00:60::/127", "gateway": "fd00:60::"}
    more = {
        **LAN2,
        "subnet": "fd00:60::1/128",
        "ipv6": {**two, "dhcp_pool": "fd00:60::1-fd00:60::1"},
    }
    networks = {"networks/spare": more, "networks/wide": {**LAN2, "subnet": "fd00:60::/64"}}
    alone = unchecked_site({**networks, **pod_in("spare")})
    beside = unchecked_site({**networks, **pod_in("spare", "wide")})

    found = [neighbour(site, site.networks["spare"].subnets[1]) for site in (alone, beside)]
    assert found == [ipaddress.ip_address("fd00:60::"), None]


@pytest.mark.parametrize(("parent", "device"), [("eth0", None), ("eth1", "192.168.18.32")])
def test_a_device_may_have_what_is_a_router_s_on_another_segment(
    parent: str, device: str | None
) -> None:
    router = {"parent": parent, "subnet": "192.168.18.0/24", "gateway": "192.168.18.32"}
    pool = {"networks/lan/dhcp_pool": "192.168.18.32-192.168.18.32"}
    beside = {"networks/spare": {**LAN2, **router}, **pod_in("lan", "spare")}
    site = unchecked_site({**STATIC, **pool, **beside})

    found = leased(site, site.networks["lan"], site.networks["lan"])
    assert found == (None if device is None else ipaddress.ip_address(device))


@pytest.mark.parametrize(("gateway", "near"), [(None, ".1"), (".2", ".2"), (".0", ".2")])
def test_in_a_subnet_of_four_without_a_range_the_router_is_near(
    gateway: str | None, near: str
) -> None:
    four: dict[str, object] = {**LAN2, "subnet": "192.168.60.0/30", "ipam": "host-local"}
    if gateway is not None:
        four["gateway"] = f"192.168.60{gateway}"
    site = unchecked_site({"networks/spare": four, **pod_in("spare")})

    assert str(neighbour(site, site.networks["spare"])) == f"192.168.60{near}"
