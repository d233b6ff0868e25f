"""What is misjudged is told by the smallest site that is misjudged as well."""

from collections.abc import Sequence
from typing import cast

import pytest

from tests.verdicts import shrink
from tests.verdicts.campaign import Outcome, accepted_sites
from tests.verdicts.draws.sites import Tree
from tests.verdicts.near_misses import Miss, judged
from tests.verdicts.runners import Runners

NUMBER, SEED = 40, 4


def with_mtus_failing(_: Runners, misses: Sequence[Miss]) -> list[tuple[Miss, Outcome]]:
    """As if each network with an MTU of its own failed."""
    return [
        (miss, Outcome(tree=miss.tree, found=tuple(_with_mtu(miss.tree)), errors=miss.rules))
        for miss in misses
    ]


def _with_mtu(tree: Tree) -> list[str]:
    return [name for name, network in tree["networks"].items() if "mtu" in network]


def test_of_a_misjudged_site_what_it_is_misjudged_by_is_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(shrink, "run_misses", with_mtus_failing)
    drawn = accepted_sites(NUMBER, SEED)
    large = max((tree for tree in drawn if _with_mtu(tree)), key=lambda tree: len(str(tree)))
    assert len(large["networks"]) > 1
    found = judged("a site", large)
    assert found is not None

    smallest = shrink.shrunk(cast("Runners", None), found)
    (network,) = smallest.tree["networks"].values()
    assert "mtu" in network
    assert smallest.rules == ()
    assert len(smallest.tree["nodes"]) == 1
    assert not {"mode", "gateway", "dhcp_pool", "routes"} & set(network)
    assert smallest.tree["cluster"].keys() == {"distribution", "version"}
