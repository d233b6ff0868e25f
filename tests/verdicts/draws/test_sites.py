"""What is drawn holds what homes have, and the ends of what is possible."""

import itertools

from tests.verdicts.campaign import accepted_sites
from tests.verdicts.draws.crowded import crowded_sites
from tests.verdicts.draws.sites import Tree

SITES = 200


def test_right_sites_have_pools_beside_ranges_and_several_routes() -> None:
    networks = [n for tree in accepted_sites(SITES, 1) for n in tree["networks"].values()]

    assert any("range" in n and "dhcp_pool" in n for n in networks)
    assert any(len(n.get("routes", [])) > 2 for n in networks)


def test_crowded_sites_are_of_all_networks_and_clusters() -> None:
    trees: list[Tree] = list(itertools.islice(crowded_sites(1), SITES))
    networks = [n for tree in trees for n in tree["networks"].values()]

    assert {n["type"] for n in networks} == {"macvlan", "vlan"}
    assert {n.get("mtu") for n in networks} > {None, 1280}
    assert len({str(tree["cluster"]) for tree in trees}) > 2
