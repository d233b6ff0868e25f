"""The smallest site that fails, found by hypothesis from the one that was drawn."""

import contextlib
from collections.abc import Sequence

from tests.prove.campaign import Outcome, accepted_sites, key, run_trees
from tests.prove.runners import Runners
from tests.prove.sites import Tree


def shrunk(runners: Runners, number: int, seed: int, failed: Sequence[Outcome]) -> Outcome:
    """Draws the same sites again up to the first that failed, and then runs smaller ones."""
    known = {key(outcome.tree): outcome for outcome in failed}
    smallest: list[Outcome] = []

    def judge(tree: Tree) -> None:
        text = key(tree)
        if not smallest and text not in known:
            return
        if text not in known:
            (known[text],) = run_trees(runners, [tree])
        outcome = known[text]
        if outcome.found or outcome.broken:
            smallest[:] = [outcome]
            raise AssertionError(text)

    with contextlib.suppress(AssertionError):
        accepted_sites(number, seed, judge)
    return smallest[0] if smallest else failed[0]
