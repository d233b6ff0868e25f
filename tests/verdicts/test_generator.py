"""What is drawn holds what homes have, and the ends of what is possible."""

from tests.verdicts.execution import accepted_sites

SITES = 200


def test_right_sites_have_pools_beside_ranges_and_several_routes() -> None:
    networks = [n for tree in accepted_sites(SITES, 1) for n in tree["networks"].values()]

    assert any("range" in n and "dhcp_pool" in n for n in networks)
    assert any(len(n.get("routes", [])) > 2 for n in networks)
