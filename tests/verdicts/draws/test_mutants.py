"""Which single slips are made of a site."""

import pytest

from tests.cases.sites import changed_tree
from tests.verdicts.campaign import errors
from tests.verdicts.draws.mutants import mutants

DUAL = {"subnet": "fd00:18::/64", "dhcp_pool": "fd00:18::28-fd00:18::32"}
ROUTED = {"networks/lan/routing": "routed", "networks/lan/routes": ["203.0.113.0/24"]}


@pytest.mark.parametrize(
    ("changes", "labels"),
    [
        ({"nodes/k3s-1/host": "fd00:18::9"}, {"address of a node", "a node's host as an address"}),
        ({"nodes/k3s-1/addresses": ["192.168.18.9"]}, {"address of a node"}),
        ({"networks/lan/ipv6": DUAL}, {"ipv6.dhcp_pool left out", "an ipv6.gateway"}),
        ({}, {"networks.subnet beside, +1", "an ipv6 subnet with addresses"}),
        ({}, {"a node with a pod's MAC", "a parent of the cluster's", "mode left out"}),
        (ROUTED, {"a route less", "a route twice"}),
    ],
)
def test_slips_are_made_of_what_the_site_says(changes: dict[str, object], labels: set[str]) -> None:
    tree = changed_tree(
        "home", {"nodes/k3s-1/interfaces": [{"name": "eth0", "mtu": 1500}], **changes}
    )
    tree["networks"]["lan"]["mode"] = "bridge"

    assert labels <= {label for label, _ in mutants(tree)}


def test_the_path_of_a_value_tells_a_networks_mtu_from_a_nodes() -> None:
    changes = {"nodes/k3s-1/interfaces": [{"name": "eth0", "mtu": 1500}], "networks/lan/mtu": 1400}
    labels = {label for label, _ in mutants(changed_tree("home", changes))}

    assert {"networks.mtu +1", "nodes.interfaces.mtu +1"} <= labels


def test_a_second_family_is_refused_by_the_rule_that_is_there_for_it_alone() -> None:
    changes = {"nodes/k3s-1/interfaces": [{"name": "eth0", "mtu": 1500}]}
    slips = [m for label, m in mutants(changed_tree("home", changes)) if "with addresses" in label]

    assert [errors(slip) for slip in slips] == [("host-local-dual-stack",)] * 2
