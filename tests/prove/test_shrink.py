"""A site that fails is told by the smallest one that fails as well."""

from collections.abc import Sequence
from typing import cast

import pytest

from tests.prove import shrink
from tests.prove.campaign import Outcome, accepted_sites
from tests.prove.runners import Runners
from tests.prove.sites import Tree

NUMBER, SEED = 40, 4


def judged(tree: Tree) -> Outcome:
    """As if each network with an MTU of its own failed."""
    found = tuple(name for name, network in tree["networks"].items() if "mtu" in network)
    return Outcome(tree=tree, found=found)


def test_the_smallest_failing_site_is_found_from_the_one_that_was_drawn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def run(_: Runners, trees: Sequence[Tree]) -> list[Outcome]:
        return [judged(tree) for tree in trees]

    monkeypatch.setattr(shrink, "run_trees", run)
    drawn: list[Tree] = []
    accepted_sites(NUMBER, SEED, drawn.append)
    failed = [outcome for outcome in map(judged, drawn) if outcome.found]

    smallest = shrink.shrunk(cast("Runners", None), NUMBER, SEED, failed)
    assert smallest.found
    assert len(smallest.tree["networks"]) == 1
    assert len(smallest.tree["nodes"]) == 1
    assert len(failed[0].tree["networks"]) >= 1
