"""What a pod must have, derived from the stack file."""

from collections.abc import Mapping

import pytest

from components.objects import site_objects
from components.pod_networks.plan import pod_plan
from config.site import Site
from lab.build.manifests import upstream_file
from tests.cases.sites import changed, site


def changed_site(changes: Mapping[str, object]) -> Site:
    found = changed("home", changes).site
    assert found is not None
    return found


def test_the_cabin_s_dual_stack_interface_has_a_table_and_rules_of_its_own() -> None:
    cabin = site("cabin")
    expected = pod_plan(cabin)["expected"]
    table = cabin.routing_table("cabin")

    lan = {what: values for what, values in expected.items() if what.startswith(("lan ", "rule"))}
    assert lan == {
        "lan MAC": ["02:ca:b1:00:00:01"],
        "lan state": ["up"],
        "lan IPv4 address": ["10.20.0.32/24"],
        "lan IPv6 address": ["fd20:0:0:20::32/64"],
        "lan route 224.0.0.0/4": ["on link"],
        "lan route 255.255.255.255/32": ["on link"],
        f"lan route 10.20.0.0/24 table {table}": ["on link"],
        f"lan route fd20:0:0:20::/64 table {table}": ["on link"],
        f"lan route 0.0.0.0/0 table {table}": ["via 10.20.0.1"],
        f"lan route ::/0 table {table}": ["via fd20:0:0:20::1"],
        f"lan route 224.0.0.0/4 table {table}": ["on link"],
        f"lan route 255.255.255.255/32 table {table}": ["on link"],
        "rule from 10.20.0.32": [f"lookup {table}"],
        "rule from fd20:0:0:20::32": [f"lookup {table}"],
        "lan sysctl net/ipv4/conf/lan/arp_ignore": ["1"],
        "lan sysctl net/ipv4/conf/lan/arp_announce": ["2"],
        "lan sysctl net/ipv4/conf/all/forwarding": ["0"],
        "lan sysctl net/ipv6/conf/all/forwarding": ["0"],
        "lan sysctl net/ipv4/conf/lan/forwarding": ["0"],
        "lan sysctl net/ipv6/conf/lan/forwarding": ["0"],
        "lan sysctl net/ipv6/conf/lan/accept_ra": ["0"],
    }


def test_the_dot_of_an_interface_s_name_is_no_separator_of_its_sysctls() -> None:
    assert "net1.2 sysctl net/ipv4/conf/net1.2/arp_ignore" in pod_plan(site("home"))["expected"]


@pytest.mark.parametrize(
    ("changes", "mtu"),
    [
        ({}, ["1500"]),
        ({"nodes/k3s-1/interfaces": [{"name": "eth0", "mtu": 9000}]}, ["9000"]),
        ({"networks/lan/mtu": 1400}, ["1400"]),
    ],
)
def test_the_mtu_is_the_network_s_or_else_the_parent_s(
    changes: dict[str, object], mtu: list[str]
) -> None:
    assert pod_plan(changed_site(changes))["expected"]["net1 MTU"] == mtu


def test_no_mtu_is_planned_where_the_parents_of_two_nodes_differ() -> None:
    expected = pod_plan(site("cabin"))["expected"]

    assert "lan MTU" not in expected
    assert expected["heating MTU"] == ["1496"]


@pytest.mark.parametrize(
    ("advertisements", "addresses", "default_route"),
    [("ignore", [], []), ("no_default_route", ["net1"], []), ("accept", ["net1"], ["net1"])],
)
def test_only_what_the_network_takes_from_routers_may_be_there(
    advertisements: str, addresses: list[str], default_route: list[str]
) -> None:
    plan = pod_plan(changed_site({"networks/lan/router_advertisements": advertisements}))

    assert plan["take_advertisements"] == addresses
    assert plan["take_default_route"] == default_route


def test_each_ip_version_of_the_cluster_s_pods_has_its_default_route_by_eth0() -> None:
    both = {"cluster/pod_networks": ["10.42.0.0/16", "fd00:42::/48"]}
    plans = [pod_plan(changed_site(changes))["expected"] for changes in ({}, both)]

    found = [[what for what in plan if "default route" in what] for plan in plans]
    assert found == [["IPv4 default route"], ["IPv4 default route", "IPv6 default route"]]


@pytest.mark.parametrize("verify", [True, False])
def test_the_pod_is_compared_with_its_plan_unless_the_site_says_no(verify: bool) -> None:  # noqa: FBT001 - a parameter of the test
    described = changed_site({"home_assistant/verify_after_apply": verify})
    manifest = upstream_file(described.multus.version).read_text()
    workload = site_objects(described, manifest).home_assistant["StatefulSet"]

    pod = workload["spec"]["template"]["spec"]
    names = ["home-assistant", *(["verify-start", "verify-interfaces"] if verify else [])]
    assert [container["name"] for container in pod["containers"]] == names
    assert pod["initContainers"][0]["name"] == "check-interfaces"
