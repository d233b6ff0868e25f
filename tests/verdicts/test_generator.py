"""Generated sites hold what sites have, and the ends of what is possible."""

from config.site import Site
from tests.verdicts.generator import accepted_sites

SITES = 200


def test_as_many_different_sites_are_generated_as_are_wanted() -> None:
    stacks = accepted_sites(SITES, 1)

    assert len({Site.model_validate(stack).model_dump_json() for stack in stacks}) == SITES


def test_a_seed_gives_the_same_sites_however_many_are_wanted() -> None:
    assert accepted_sites(5, 1) == accepted_sites(SITES, 1)[:5]
    assert accepted_sites(5, 1) != accepted_sites(5, 2)


def test_generated_sites_have_pools_beside_ranges_vlans_and_several_routes() -> None:
    networks = [n for stack in accepted_sites(SITES, 1) for n in stack["networks"].values()]

    assert {n["type"] for n in networks} == {"macvlan", "vlan"}
    assert any("range" in n and "dhcp_pool" in n for n in networks)
    assert any(len(n.get("routes", [])) > 2 for n in networks)
    assert {n.get("mtu") for n in networks} > {None, 1280}
