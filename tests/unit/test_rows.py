"""Each row of docs/background/mistakes.md: refused, or impossible to write."""

from collections.abc import Callable, Mapping

import pytest

from components.network_segment.conflist import conflist
from config.checks import RULES
from tests.cases.sites import changed, site

ROWS = range(1, 49)
STATIC: dict[str, object] = {"networks/lan/ipam": "static", "networks/lan/range": None}
ROUTED: dict[str, object] = {
    "networks/lan/gateway": "192.168.18.1",
}
BEYOND: dict[str, object] = {**ROUTED, "networks/lan/routes": ["10.9.0.0/16"]}
NETWORK: dict[str, object] = {
    "type": "macvlan",
    "parent": "eth0",
    "subnet": "192.168.60.0/24",
    "ipam": "static",
}
MAC, NAME = "home_assistant/interfaces/0/mac", "home_assistant/interfaces/0/name"
ADDRESS = "home_assistant/interfaces/0/address"
NODE: dict[str, object] = {"host": "192.168.18.11", "architecture": "amd64", "interfaces": ["eth0"]}

# (row, what is changed in `Pulumi.home.yaml`, the rule that refuses it or warns of it)
REFUSED: list[tuple[int, Mapping[str, object], str]] = [
    (1, {"networks/iot/ipam": "none"}, "ipam"),
    (2, {"networks/iot/vlan_id": 4095}, "vlan-id"),
    (2, {"networks/iot/vlan_id": -1}, "vlan-id"),
    (3, {"networks/iot/vlan_id": None}, "missing"),
    (3, {"networks/iot/vlanId": 2}, "unknown-key"),
    (4, {"networks/iot/parent": None}, "missing"),
    (
        5,
        {
            "home_assistant/interfaces/0/network": "iot",
            ADDRESS: "192.168.32.4",
        },
        "vlan-twice",
    ),
    (5, {"networks/lan": {**NETWORK, "type": "vlan", "vlan_id": 2}}, "vlan-twice"),
    (5, {"nodes/k3s-1/interfaces": ["eth0", "eth0.2"]}, "vlan-exists"),
    (6, {"networks/lan/mode": "Bridge"}, "unknown-choice"),
    (6, {"networks/lan/mode": "passthrough"}, "unknown-choice"),
    (7, {"networks/lan/type": "ipvlan"}, "unknown-choice"),
    (8, {"networks/lan/mtu": 1501}, "mtu-range"),
    (8, {"networks/lan/mtu": -1}, "mtu-range"),
    (8, {"networks/lan/mtu": 67}, "mtu-range"),
    (8, {**STATIC, "networks/lan/subnet": "fd00::/64", "networks/lan/mtu": 1279}, "mtu-range"),
    (9, {"networks/lan/mtu": "1500"}, "type"),
    (9, {"networks/iot/vlan_id": "2"}, "vlan-id"),
    (10, {"networks/lan/subnet": "192.168.18.5/24"}, "subnet-host-bits"),
    (11, {"networks/lan/range": "192.168.18.32-192.168.19.100"}, "range-outside-subnet"),
    (12, {"networks/lan/range": "192.168.18.100-192.168.18.32"}, "range-order"),
    (13, {"networks/lan/range": "192.168.18.32-192.168.18.255"}, "range-unassignable"),
    (13, {**STATIC, ADDRESS: "192.168.18.255"}, "address-unassignable"),
    (13, {**STATIC, ADDRESS: "192.168.18.0"}, "address-first-of-subnet"),
    (14, {**BEYOND, "networks/lan/gateway": "192.168.19.1"}, "gateway-outside-subnet"),
    (14, {**BEYOND, "networks/lan/gateway": "fd00::1"}, "route-without-gateway"),
    (14, {"networks/lan/gateway": "192.168.19.1"}, "unused-gateway-outside-subnet"),
    (15, {"networks/lan/gateway": "192.168.18.32"}, "address-is-gateway"),
    (15, {**STATIC, "networks/lan/gateway": "192.168.18.32"}, "address-is-gateway"),
    (16, {ADDRESS: "192.168.18.101"}, "address-outside-range"),
    (17, {**STATIC, ADDRESS: "192.168.18.10"}, "address-twice"),
    (17, {"home_assistant/replicas": 2}, "unknown-key"),
    (18, {"networks/lan/dhcp_pool": "192.168.18.100-192.168.18.200"}, "range-overlaps-dhcp-pool"),
    (18, {"networks/lan/range": "192.168.18.2-192.168.18.100"}, "range-includes-node"),
    (19, {"nodes/k3s-2": NODE}, "leases-per-node"),
    (20, {"networks/iot/subnet": "192.168.32.2/31"}, "subnet-too-small"),
    (20, {"networks/iot/subnet": "192.168.32.3/32"}, "subnet-too-small"),
    (21, {"networks/iot/subnet": "192.168.18.0/25"}, "networks-overlap"),
    (21, {"networks/lan/ranges": ["192.168.18.32-192.168.18.40"]}, "unknown-key"),
    (22, {ADDRESS: "192.168.18.32/24"}, "address-form"),
    (23, {ADDRESS: None}, "missing"),
    (24, {"networks/lan/ipv6": {"subnet": "fd00::/64"}}, "host-local-dual-stack"),
    (25, {**ROUTED, "networks/lan/routes": ["0.0.0.0/0"]}, "default-route"),
    (26, {**ROUTED, "networks/lan/routes": ["default"]}, "subnet-form"),
    (26, {**ROUTED, "networks/lan/routes": ["10.9.0.1/16"]}, "subnet-host-bits"),
    (26, {**ROUTED, "networks/lan/routes": ["10.9.0.0/16", "10.9.0.0/16"]}, "route-twice"),
    (26, {**ROUTED, "networks/lan/routes": ["fd09::/64"]}, "route-without-gateway"),
    (27, {MAC: "01:00:5e:00:00:01"}, "mac-unicast"),
    (27, {MAC: "00:00:00:00:00:00"}, "mac-unicast"),
    (27, {MAC: "02:00:00:00:00:00:00:01"}, "mac-form"),
    (27, {MAC: "router"}, "mac-form"),
    (28, {"home_assistant/interfaces/1/mac": "32:44:0b:5a:0e:2e"}, "mac-on-two-segments"),
    (
        28,
        {"nodes/k3s-1/interfaces": [{"name": "eth0", "mac": "32:44:0b:5a:0e:2e"}]},
        "mac-twice",
    ),
    *[(30, {NAME: name}, "interface-name") for name in ("a" * 16, "a/b", "a:b", "a b", "net%d")],
    (31, {NAME: "eth0"}, "interface-twice"),
    (31, {NAME: "net1.2"}, "interface-twice"),
    (31, {NAME: "net2"}, "interface-number"),
    (32, {"networks/lan/cniVersion": "1.0"}, "unknown-key"),
    (33, {"networks/lan/cniVersion": "1.1.0"}, "unknown-key"),
    (34, {"networks/lan/config": "null"}, "unknown-key"),
    (35, {"networks/lan/plugins": []}, "unknown-key"),
    (37, {"networks/lan/bandwidth": {"ingressRate": 1}}, "unknown-key"),
    (38, {"networks/lan/sysctl": {"kernel.x": 1}}, "unknown-key"),
    (40, {"networks/lan/type": "bridge"}, "unknown-choice"),
    (41, {"networks/lan/type": "bridge"}, "unknown-choice"),
    *[(42, {"networks/lan/parent": name}, "parent-wireless") for name in ("wlan0", "wlp3s0")],
    *[(42, {"networks/lan/parent": name}, "parent-virtual") for name in ("cni0", "flannel.1")],
    (42, {"networks/lan/parent": "lo"}, "interface-name"),
    (43, {"networks/lan/mode": "passthru"}, "unknown-choice"),
    (43, {"networks/lan/type": "ipvlan"}, "unknown-choice"),
    (44, {"networks/lan/ipam": "whereabouts"}, "ipam"),
    *[(45, {f"networks/{name}": NETWORK}, "network-name") for name in (".a", "a b", "cbr0")],
    *[(46, {f"networks/{name}": NETWORK}, "network-name") for name in ("a.b", "LAN")],
    (47, {"networks/lan/capabilities": ["ips"]}, "unknown-key"),
    (48, {"networks/lan/ipam": "dhcp"}, "ipam"),
]


def _conflists() -> list[dict[str, object]]:
    described = site("home")
    return [conflist("home", name, described.conflist_plugins(name)) for name in described.networks]


def _types(config: dict[str, object]) -> list[str]:
    plugins = config["plugins"]
    assert isinstance(plugins, list)
    return [plugin["type"] for plugin in plugins]


def _vlan_always_brings_tuning() -> None:
    assert ["loopback", "tuning", "vlan", "tuning"] in [_types(config) for config in _conflists()]


def _what_needs_no_interface_is_first() -> None:
    assert {_types(config)[0] for config in _conflists()} == {"loopback"}


def _every_type_is_bundled_or_installed() -> None:
    bundled = site("home").cluster.cni.bundled_plugins
    installed = site("home").missing_plugins
    for config in _conflists():
        assert set(_types(config)) <= {*bundled, *installed}


def _the_network_s_name_holds_its_namespace() -> None:
    plugins = site("home").conflist_plugins("lan")
    assert conflist("one", "lan", plugins)["name"] != conflist("two", "lan", plugins)["name"]


# Rows whose mistake no key can express: the program itself writes that part.
NOT_WRITTEN: dict[int, Callable[[], None]] = {
    29: _vlan_always_brings_tuning,
    36: _what_needs_no_interface_is_first,
    39: _every_type_is_bundled_or_installed,
    45: _the_network_s_name_holds_its_namespace,
}


def test_every_row_is_accounted_for() -> None:
    assert {row for row, _, _ in REFUSED} | set(NOT_WRITTEN) == set(ROWS)


@pytest.mark.parametrize(("row", "change", "rule"), REFUSED)
def test_the_row_s_mistake_is_refused_or_warned_of(
    row: int, change: Mapping[str, object], rule: str
) -> None:
    reading = changed("home", change)

    assert rule in {problem.rule for problem in reading.problems}, row
    only_warned = rule in RULES and RULES[rule].severity != "error"
    assert (reading.site is None) != only_warned


@pytest.mark.parametrize("row", NOT_WRITTEN)
def test_the_row_s_mistake_cannot_be_written(row: int) -> None:
    NOT_WRITTEN[row]()
