"""Each rule refuses the site that it is for, and none other is needed to see it."""

from ipaddress import ip_address, ip_network

import pytest

from config.checks import RULES
from tests.cases.changes import EVERYTHING_BUNDLED, LAN2, NODE2, STATIC
from tests.cases.more_rules import MORE
from tests.cases.rules import CASES
from tests.cases.sites import changed
from tests.verdicts.regressions import REGRESSIONS


def test_every_rule_has_a_case() -> None:
    assert sorted(CASES) == sorted(RULES)


@pytest.mark.parametrize("name", CASES)
def test_the_rule_finds_the_site_that_it_is_for(name: str) -> None:
    found = [problem for problem in changed("home", CASES[name]).problems if problem.rule == name]

    assert found, [problem.line() for problem in changed("home", CASES[name]).problems]
    assert found[0].path.startswith("multihome:")
    assert "; " in found[0].message
    assert "\n" not in found[0].line()


@pytest.mark.parametrize(
    ("stack", "warnings"),
    [
        ("home", {"mac-of-a-maker"}),
        ("cabin", {"data-on-one-node"}),
    ],
)
def test_the_stacks_of_the_repository_have_few_warnings(stack: str, warnings: set[str]) -> None:
    problems = changed(stack, {}).problems

    assert {problem.rule for problem in problems} == {"node-isolated", *warnings}


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"networks/lan/subnet": "192.168.18.5/24"}, "subnet-host-bits"),
        ({"networks/lan/range": "192.168.18.100-192.168.18.32"}, "range-order"),
        ({"networks/iot/vlan_id": 4095}, "vlan-id"),
        ({"networks/iot/vlan_id": "2"}, "vlan-id"),
        ({"networks/iot/vlan_id": None}, "missing"),
        ({"networks/lan/mode": "Bridge"}, "unknown-choice"),
        ({"networks/lan/mtu": "1500"}, "type"),
        ({"networks/lan/vlan_id": 3}, "unknown-key"),
        ({"networks/lan/type": "ipvlan"}, "unknown-choice"),
        ({"multus/version": "snapshot"}, "multus-version"),
        ({"multus/version": "v4.0.2"}, "multus-version"),
        ({"home_assistant/image": "ghcr.io/home-assistant/home-assistant:stable"}, "image"),
        ({"home_assistant/interfaces/0/mac": "33:44:0b:5a:0e:2e"}, "mac-unicast"),
        ({"home_assistant/interfaces/0/mac": "00:00:00:00:00:00"}, "mac-unicast"),
        ({"home_assistant/interfaces/0/mac": 8041827059}, "mac-form"),
        ({"home_assistant/interfaces/0/name": "a-name-of-16-chr"}, "interface-name"),
        ({"home_assistant/interfaces/0/name": "net%d"}, "interface-name"),
        ({"home_assistant/interfaces/0/name": "all"}, "interface-name"),
        ({"home_assistant/interfaces/0/name": "."}, "interface-name"),
        ({"home_assistant/interfaces/0/name": ".."}, "interface-name"),
        ({"nodes/k3s-1/host": "k3s:"}, "host-name"),
        ({"nodes/k3s-1/host": "912.168.18.10"}, "host-name"),
        ({"nodes/k3s-1/host": "192.168.18"}, "host-name"),
        ({"nodes/k3s-1/host": "fd00:zz"}, "host-name"),
        ({"home_assistant/ingress": {"host": "Home.example.org"}}, "ingress-host"),
        ({"home_assistant/ingress": {"host": "192.168.18.10"}}, "ingress-host"),
        ({"home_assistant/ingress": {"host": "fd00::20"}}, "ingress-host"),
        ({"cluster/pod_networks": ["10.42.0.0/255.255.0.0", "fd00:42::/56"]}, "subnet-form"),
        ({"networks/lan/mode": "passthru"}, "unknown-choice"),
        ({"home_assistant/interfaces/0/address": "192.168.18.\u04172"}, "address-form"),
        ({"home_assistant/interfaces/0/address": "192.168.18.32\n"}, "address-form"),
        ({"home_assistant/interfaces/0/address": "192.168.018.32"}, "address-form"),
        ({"networks/cbr0": LAN2}, "network-name"),
        ({"networks/a.b": LAN2}, "network-name"),
    ],
)
def test_a_value_of_an_invalid_form_is_refused_by_name(
    change: dict[str, object], rule: str
) -> None:
    reading = changed("home", change)

    assert reading.site is None
    assert [problem.rule for problem in reading.problems] == [rule]


@pytest.mark.parametrize("name", ["9", "0eth", "_lan", "-lan", ".lan", "..."])
def test_a_name_that_linux_takes_is_accepted(name: str) -> None:
    reading = changed("home", {"home_assistant/interfaces/0/name": name})

    assert reading.of("error") == ()


def test_an_address_that_ends_in_colons_is_a_node_s_own() -> None:
    reading = changed("home", {"nodes/k3s-1/host": "fd00:1:0:0:8000::"})

    assert reading.site is not None
    assert reading.site.nodes["k3s-1"].own_addresses == (ip_address("fd00:1:0:0:8000::"),)


def test_an_address_that_a_node_names_twice_is_refused_once() -> None:
    twice = {"nodes/k3s-1/host": "192.168.18.50", "nodes/k3s-1/addresses": ["192.168.18.50"] * 2}
    reading = changed("home", {**twice, "networks/lan/range": "192.168.18.30-192.168.18.60"})

    assert [problem.rule for problem in reading.of("error")] == ["range-includes-node"]


def test_a_network_of_the_cluster_is_read_without_a_hosts_bits_as_kubernetes_reads_it() -> None:
    reading = changed("home", {"cluster/pod_networks": ["10.42.5.1/16"]})

    assert reading.site is not None
    assert reading.site.cluster.pod_networks == (ip_network("10.42.0.0/16"),)


@pytest.mark.parametrize("networks", [["912.42.0.0/16"], ["10.42.0.0/16", "912.42.0.0/16"]])
def test_a_list_whose_value_is_refused_is_not_called_empty_too(networks: list[str]) -> None:
    found = changed("home", {"cluster/pod_networks": networks}).problems
    assert [problem.rule for problem in found] == ["subnet-form"]


def test_an_empty_list_is_refused_in_plain_words() -> None:
    (found,) = changed("home", {"cluster/pod_networks": []}).problems
    assert found.line() == (
        "multihome:cluster.pod_networks: [...]: too-short: it is empty; add at least one"
    )


def test_all_mistakes_of_a_site_are_told_at_once() -> None:
    reading = changed("home", {"networks/iot/vlan_id": 0, "home_assistant/interfaces/0/mac": "zz"})

    assert [problem.path for problem in reading.problems] == [
        "multihome:networks.iot.vlan_id",
        "multihome:home_assistant.interfaces[0].mac",
    ]


def test_a_range_of_a_whole_ipv6_subnet_is_checked_without_being_listed() -> None:
    reading = changed(
        "home",
        {
            "networks/iot/subnet": "fd00::/64",
            "networks/iot/range": "fd00::2-fd00::ffff:ffff:ffff:ffff",
            "home_assistant/interfaces/1/address": "fd00::3",
        },
    )

    assert reading.of("error") == ()


@pytest.mark.parametrize(("name", "changes"), MORE)
def test_the_rule_finds_another_site_that_fails(name: str, changes: dict[str, object]) -> None:
    reading = changed("home", changes)

    assert reading.site is None
    assert name in {problem.rule for problem in reading.of("error")}


@pytest.mark.parametrize(
    "interfaces",
    [
        [{"name": "eth0", "mac": "02:e0:4c:68:02:3d"}],
        ["eth0", {"name": "eth1", "mac": "02:e0:4c:68:02:3d"}],
    ],
)
def test_a_mac_that_a_node_has_on_another_segment_is_warned_of(interfaces: list[object]) -> None:
    mac = {"home_assistant/interfaces/1/mac": "02:e0:4c:68:02:3d"}
    reading = changed("home", {"nodes/k3s-1/interfaces": interfaces, **mac})

    assert [problem.rule for problem in reading.of("warning")] == ["mac-on-two-segments"]
    assert reading.of("error") == ()


@pytest.mark.parametrize(
    "name", ["flannel.1", "flannel-wg", "tunl0", "br-0123456789ab", "podman0", "zt5u4y6qkm"]
)
def test_an_interface_of_the_cluster_or_of_a_tunnel_is_no_parent(name: str) -> None:
    reading = changed("home", {"networks/lan/parent": name, "nodes/k3s-1/interfaces": [name]})

    assert "parent-virtual" in {problem.rule for problem in reading.of("error")}


def test_a_vlan_interface_carries_no_more_than_the_interface_below_it() -> None:
    interfaces = [{"name": "eth0", "mtu": 1400}, "eth0.30"]
    changes = {"nodes/k3s-1/interfaces": interfaces, "networks/lan/parent": "eth0.30"}
    reading = changed("home", {**changes, "networks/lan/mtu": 1500})

    assert [problem.rule for problem in reading.of("error")] == ["mtu-range"]
    assert changed("home", {**changes, "networks/lan/mtu": 1400}).of("error") == ()


def test_two_nodes_behind_one_address_are_told_apart_by_their_ports() -> None:
    reading = changed(
        "home",
        {
            "nodes/k3s-1/host": "203.0.113.5",
            "nodes/k3s-1/port": 2201,
            "nodes/k3s-2": {
                **NODE2,
                "host": "203.0.113.5",
                "port": 2202,
                "interfaces": ["eth0"],
            },
        },
    )

    assert reading.of("error") == ()


def test_interfaces_that_no_network_uses_may_share_a_mac() -> None:
    spare_nic: dict[str, object] = {"name": "eth2", "mac": "52:54:00:00:00:02"}
    node: dict[str, object] = {**NODE2, "interfaces": ["eth0", spare_nic]}
    reading = changed("home", {"nodes/k3s-1/interfaces": ["eth0", spare_nic], "nodes/k3s-2": node})

    assert reading.of("error") == ()


def test_a_network_without_a_pod_interface_is_warned_of_and_not_checked_further() -> None:
    unused: dict[str, object] = {
        **LAN2,
        "parent": "wlan0",
        "subnet": "192.168.18.0/24",
        "range": "192.168.18.10-192.168.18.255",
        "gateway": "192.168.18.32",
        "dhcp_pool": "192.168.18.32-192.168.18.90",
        "mtu": 9999,
        "routes": ["0.0.0.0/0", "10.42.0.0/16", "192.168.18.0/24"],
    }
    nic = [{"name": "eth0"}, {"name": "wlan0", "mac": "52:54:00:00:00:02"}]
    nodes = {
        "nodes/k3s-1/interfaces": nic,
        "nodes/k3s-2": {**NODE2, "interfaces": nic},
    }
    static = {**STATIC, "networks/iot/ipam": "static", "networks/iot/range": None}
    before = changed("home", {**nodes, **static})
    reading = changed("home", {**nodes, **static, "networks/spare": unused})

    assert reading.of("error") == ()
    new = set(reading.of("warning")) - set(before.of("warning"))
    assert [problem.rule for problem in new] == ["network-unused"]


@pytest.mark.parametrize(
    ("network", "full"),
    [
        ({"dhcp_pool": "192.168.60.2-192.168.60.254", "gateway": "192.168.60.1"}, True),
        ({"dhcp_pool": "192.168.60.2-192.168.60.254"}, False),
        ({"dhcp_pool": "192.168.60.1-192.168.60.253", "gateway": "192.168.60.1"}, False),
        ({"dhcp_pool": "192.168.0.1-192.168.255.254"}, True),
        ({"dhcp_pool": "192.168.61.0-192.168.61.255"}, False),
        ({"dhcp_pool": "192.168.0.1-192.168.60.9"}, False),
        ({"subnet": "192.168.60.2/31", "dhcp_pool": "192.168.60.3-192.168.60.3"}, False),
        ({"dhcp_pool": "fd00::1-fd00::2"}, False),
        ({"subnet": "192.168.60.2/31", "dhcp_pool": "192.168.60.2-192.168.60.2"}, False),
        ({"subnet": "192.168.60.2/31", "dhcp_pool": "192.168.60.2-192.168.60.3"}, True),
        ({"subnet": "fd00:6::/126", "dhcp_pool": "fd00:6::1-fd00:6::3"}, True),
        ({"subnet": "fd00:6::/126", "dhcp_pool": "fd00:6::1-fd00:6::2"}, False),
    ],
)
def test_a_pool_that_leaves_no_address_for_a_pod_is_warned_of(
    network: dict[str, object], *, full: bool
) -> None:
    problems = changed("home", {"networks/lan": {**LAN2, **network}}).problems

    assert ("pool-fills-subnet" in {problem.rule for problem in problems}) == full


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"nodes/k3s-1/host_key": None}, "host-key-missing"),
        ({"nodes/k3s-1/user": "ubuntu"}, "user-not-root"),
        ({"plugins/version": "v1.8.0"}, "archive-unknown"),
        (CASES["archive-of-another-release"], "archive-of-another-release"),
        ({"plugins": {"source": "archive", "archives": {}}}, "archive-missing"),
    ],
)
def test_what_only_ssh_needs_is_asked_for_only_where_a_plugin_is_missing(
    changes: dict[str, object], rule: str
) -> None:
    asked = {problem.rule for problem in changed("home", changes).problems}
    not_asked = changed("home", {"cluster": EVERYTHING_BUNDLED, **changes})

    assert rule in asked
    assert rule not in {problem.rule for problem in not_asked.problems}
    assert not_asked.site is not None


def test_a_user_who_becomes_root_by_sudo_is_accepted_with_a_password_that_is_there() -> None:
    sudo: dict[str, object] = {"nodes/k3s-1/user": "ubuntu", "nodes/k3s-1/sudo": True}
    with_password: dict[str, object] = {
        **sudo,
        "nodes/k3s-1/sudo_password": "k3s-1",
        "secrets/k3s-1": {"secure": "v1:AAAA"},
    }

    for changes in (sudo, with_password):
        reading = changed("home", changes)
        assert reading.of("error") == ()
        assert "secret-unused" not in {problem.rule for problem in reading.problems}


def test_the_host_key_of_a_node_with_another_port_is_asked_for_there() -> None:
    problems = changed("home", {"nodes/k3s-1/host_key": None, "nodes/k3s-1/port": 2222}).problems
    (found,) = (problem for problem in problems if problem.rule == "host-key-missing")

    assert "`ssh-keyscan -t ed25519,ecdsa -p 2222 192.168.18.10`" in found.message


@pytest.mark.parametrize(
    ("changes", "command"),
    [
        (
            {"multus/version": "v4.9.0"},
            "`curl -fsSL https://raw.githubusercontent.com/k8snetworkplumbingwg/multus-cni/v4.9.0"
            "/deployments/multus-daemonset.yml | sha256sum`",
        ),
        (
            {"plugins/version": "v1.10.0"},
            "`curl -fsSL https://github.com/containernetworking/plugins/releases/download/v1.10.0"
            "/cni-plugins-linux-amd64-v1.10.0.tgz | sha256sum`",
        ),
    ],
)
def test_an_unknown_release_is_refused_with_the_command_for_its_digest(
    changes: dict[str, object], command: str
) -> None:
    (error,) = changed("home", changes).of("error")
    assert command in error.message


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        # The table has no IPv6 default route, so that the main one is looked in as well.
        ({"networks/lan/gateway": None}, "advertisements-beside-table"),
        ({"networks/lan/source_based_routing": False}, "advertisements-beside-table"),
        (
            {**STATIC, "networks/lan/ipv6": {"subnet": "fd00:18::/64", "gateway": "fe80::1"}},
            "source-based-routing-one-version",
        ),
        ({"networks/lan/source_based_routing": False}, "source-based-routing-one-version"),
        ({"plugins/version": "v1.9.1"}, "archive-of-another-release"),
        ({"plugins": {"source": "build"}}, "archive-twice"),
        ({"plugins/url": "https://mirror.lan/{architecture}.tgz"}, "archive-twice"),
        ({"cluster": EVERYTHING_BUNDLED}, "archive-twice"),
        ({"plugins/sha256": {"amd64": "5" * 64}}, "archive-unused"),
        ({"cluster": EVERYTHING_BUNDLED}, "archive-unused"),
        # No Job is made, or nobody knows what the claim is.
        ({"home_assistant/check_before_replacing": False}, "access-mode-of-one-pod"),
        ({"home_assistant/storage/existing_claim": "old-config"}, "access-mode-of-one-pod"),
    ],
)
def test_a_site_to_which_the_rule_does_not_apply_has_no_such_problem(
    changes: dict[str, object], rule: str
) -> None:
    assert rule not in {p.rule for p in changed("home", {**CASES[rule], **changes}).problems}


def test_an_unknown_release_is_accepted_with_its_digest() -> None:
    digest = "5" * 64
    reading = changed(
        "home",
        {
            "multus/version": "v4.9.0",
            "multus/manifest": {"sha256": digest},
            "plugins/version": "v1.10.0",
            "plugins/sha256": {"amd64": digest},
        },
    )

    assert reading.site is not None
    multus = reading.site.multus
    assert multus.manifest_digest == digest
    assert multus.manifest_url.endswith("/v4.9.0/deployments/multus-daemonset.yml")


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({"home_assistant/image": "ghcr.io/home-assistant/home-assistant:2025.11.3"}, False),
        ({"home_assistant/image": "ghcr.io/home-assistant/home-assistant:2025.12.0"}, True),
        ({"home_assistant/image": "registry.lan/own/home-assistant:2026.1.0"}, False),
        ({"nodes/k3s-2": {**NODE2, "interfaces": ["eth0"]}}, True),
        (
            {
                "nodes/k3s-2": {**NODE2, "interfaces": ["eth0"]},
                "home_assistant/nodes": ["k3s-2"],
            },
            False,
        ),
    ],
)
def test_an_image_that_32_bit_arm_has_not_is_refused_where_such_a_node_may_run_it(
    changes: dict[str, object], *, refused: bool
) -> None:
    reading = changed("home", {"nodes/k3s-1/architecture": "arm", **changes})
    assert ("image-without-arm" in {problem.rule for problem in reading.problems}) == refused


@pytest.mark.parametrize(
    ("changes", "warned"),
    [
        ({}, True),
        ({"home_assistant/storage": {"storage_class": "longhorn.fast"}}, False),
        ({"home_assistant/nodes": ["k3s-1"]}, False),
        ({"cluster": EVERYTHING_BUNDLED}, False),
    ],
)
def test_data_that_stays_on_one_of_several_nodes_is_warned_of(
    changes: dict[str, object], *, warned: bool
) -> None:
    two = {"nodes/k3s-2": {**NODE2, "interfaces": ["eth0"]}}
    problems = changed("home", {**two, **changes}).problems
    assert ("data-on-one-node" in {problem.rule for problem in problems}) == warned


def test_another_multus_needs_no_manifest_of_a_known_release() -> None:
    reading = changed("home", {"multus": {"install": False, "version": "v4.9.0"}})

    assert reading.of("error") == ()
    assert "multus-key-unused" in {problem.rule for problem in reading.of("warning")}


@pytest.mark.parametrize("name", REGRESSIONS)
def test_a_site_that_was_once_misjudged_is_accepted(name: str) -> None:
    assert changed("home", REGRESSIONS[name]).site is not None
