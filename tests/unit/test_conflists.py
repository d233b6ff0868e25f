"""What each key of a network puts into its conflist."""

from typing import Any

import pytest

from config.routing import ON_LINK
from config.sysctls import ipv6_sysctls
from tests.cases.changes import NODE2, STATIC
from tests.cases.sites import changed

GATEWAY: dict[str, object] = {"networks/lan/gateway": "192.168.18.1"}
DUAL: dict[str, object] = {
    **STATIC,
    "networks/lan/gateway": "192.168.18.1",
    "networks/lan/ipv6": {"subnet": "fd00:18::/64", "gateway": "fe80::1"},
    "home_assistant/interfaces/0/ipv6_address": "fd00:18::3",
}


def plugins(changes: dict[str, object], network: str = "lan") -> list[dict[str, Any]]:
    """The plugins of the network in the article's site with these changes."""
    site = changed("home", changes).site
    assert site is not None, changed("home", changes).problems
    found: list[dict[str, Any]] = site.conflist_plugins(network)
    return found


def types(chain: list[dict[str, Any]]) -> list[str]:
    return [plugin["type"] for plugin in chain]


def sysctls(changes: dict[str, object], network: str = "lan") -> dict[str, str]:
    found: dict[str, str] = plugins(changes, network)[1]["sysctl"]
    return found


def routes(changes: dict[str, object], network: str = "lan") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = plugins(changes, network)[2]["ipam"].get("routes", [])
    return found


def test_an_interface_answers_for_its_own_addresses_alone_and_the_pod_forwards_nothing() -> None:
    for network in ("lan", "iot"):
        assert sysctls({}, network) == {
            "net.ipv4.conf.default.arp_ignore": "1",
            "net.ipv4.conf.default.arp_announce": "2",
            "net.ipv4.conf.all.forwarding": "0",
            "net.ipv6.conf.all.forwarding": "0",
            "net.ipv6.conf.default.accept_ra": "0",
        }


def test_an_interface_is_made_after_its_sysctls_are_set() -> None:
    assert types(plugins({})) == ["loopback", "tuning", "macvlan"]
    # The plugin vlan cannot set a MAC.
    assert types(plugins({}, "iot")) == ["loopback", "tuning", "vlan", "tuning"]


def test_multicast_and_broadcast_leave_by_the_first_network_with_discovery() -> None:
    both: dict[str, object] = {"networks/lan/discovery": True, "networks/iot/discovery": True}
    expected = [
        {"dst": "224.0.0.0/4", "gw": ON_LINK},
        {"dst": "255.255.255.255/32", "gw": ON_LINK},
    ]
    assert routes(both) == expected
    assert routes(both, "iot") == []

    chosen = {**both, "home_assistant/discovery_default": "iot"}
    assert routes(chosen) == []
    assert routes(chosen, "iot") == expected


def test_discovery_and_routes_go_together() -> None:
    changes = {**GATEWAY, "networks/lan/routes": ["10.9.0.0/16"], "networks/lan/discovery": True}
    assert [route["dst"] for route in routes(changes)] == [
        "224.0.0.0/4",
        "255.255.255.255/32",
        "10.9.0.0/16",
    ]


def test_a_table_has_the_link_the_router_and_what_the_main_table_has() -> None:
    keys = {"networks/lan/source_based_routing": True, "networks/lan/routes": ["10.9.0.0/16"]}
    _, _, interface, sbr = plugins({**DUAL, **keys})

    table = sbr["table"]
    assert sbr == {"type": "sbr", "table": table}
    assert interface["ipam"]["routes"] == [
        {"dst": "10.9.0.0/16", "gw": "192.168.18.1"},
        {"dst": "192.168.18.0/24", "gw": ON_LINK, "scope": 253, "table": table},
        # A gateway of `::` fails.
        {"dst": "fd00:18::/64", "table": table},
        {"dst": "0.0.0.0/0", "gw": "192.168.18.1", "table": table},
        {"dst": "::/0", "gw": "fe80::1", "table": table},
        {"dst": "10.9.0.0/16", "gw": "192.168.18.1", "table": table},
    ]


def test_each_network_and_namespace_has_a_table_of_its_own() -> None:
    keys: dict[str, object] = {
        **GATEWAY,
        "networks/lan/source_based_routing": True,
        "networks/iot/gateway": "192.168.32.1",
        "networks/iot/source_based_routing": True,
    }
    lan, iot = plugins(keys)[-1]["table"], plugins(keys, "iot")[-1]["table"]
    other = plugins({**keys, "namespace": "other"})[-1]["table"]
    assert len({lan, iot, other}) == 3
    # Below are Linux' own tables, and those that `sbr` numbers by itself.
    assert min(lan, iot, other) >= 10_000


@pytest.mark.parametrize("choice", ["no_default_route", "accept"])
def test_an_address_comes_with_the_routes_of_a_router(choice: str) -> None:
    given = sysctls({"networks/lan/router_advertisements": choice})
    found = {key.rpartition(".")[2]: value for key, value in given.items()}
    assert found["accept_ra"] == "2"
    assert found["accept_ra_pinfo"] == found["autoconf"] == "1"
    assert found["accept_ra_rt_info_max_plen"] == "64"
    assert found["accept_ra_defrtr"] == ("1" if choice == "accept" else "0")


def test_a_router_s_default_route_stays_behind_the_cluster_s() -> None:
    key = "net.ipv6.conf.default.ra_defrtr_metric"
    assert ipv6_sysctls("accept", pods_have_ipv6=True)[key] == "2048"
    # Older kernels lack the key, and need none where the cluster has no IPv6.
    assert key not in ipv6_sysctls("accept", pods_have_ipv6=False)


def test_nodes_without_ipv6_are_told_no_ipv6_sysctl() -> None:
    node: dict[str, object] = {**NODE2, "interfaces": ["eth0"]}
    changes = {"nodes/k3s-1/ipv6": False, "nodes/k3s-2": {**node, "ipv6": False}}
    assert not [key for key in sysctls(changes) if "ipv6" in key]
