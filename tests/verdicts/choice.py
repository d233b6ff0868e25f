"""What of many sites a long run runs."""

import argparse
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tests.verdicts.campaign import accepted_sites, meaning
from tests.verdicts.draws.picks import Tally, collect, crowded
from tests.verdicts.draws.sites import Tree
from tests.verdicts.draws.turns import turns
from tests.verdicts.near_misses import Miss


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Sites, and slips of them; the tally is of all that were held against the plan."""

    sites: Sequence[Tree]
    slips: Sequence[Miss]
    tally: Tally
    # Of how many sites every near miss is run, and how many accepted ones for their kind.
    whole: int = 0
    kinds: int = 0

    def after(self, number: int) -> "Choice":
        """Without the first ones, which come in the order in which they are run."""
        past_sites = max(0, number - len(self.sites))
        return replace(self, sites=self.sites[number:], slips=self.slips[past_sites:])


def chosen(wanted: argparse.Namespace) -> Choice:
    """What the run is asked for; the same for the same seed."""
    return _all_of(wanted).after(wanted.after)


def _all_of(wanted: argparse.Namespace) -> Choice:
    trees = accepted_sites(wanted.sites, wanted.seed)
    in_turn = turns(trees, wanted.seed, whole=wanted.whole)
    bundled = [*wanted.bundled.of(in_turn.plain), *wanted.bundled_vlans.of(in_turn.tagged)]
    if wanted.only_bundled:
        some = [trees[position] for position in bundled]
        tally = collect(some, wanted.seed, sample=0, bundled=range(len(some)))
        return Choice(sites=(), slips=_mixed(_together(tally), wanted.seed), tally=tally)
    tally = collect(trees, wanted.seed, sample=wanted.misses, whole=in_turn.whole, bundled=bundled)
    kinds = [*tally.of_kinds.values()] if wanted.kinds else []
    several = crowded(wanted.crowded, wanted.seed)
    slips = [*tally.of_whole_sites, *_together(tally), *kinds, *tally.sampled, *several]
    return Choice(
        sites=trees,
        slips=_mixed(slips, wanted.seed),
        tally=tally,
        whole=len(in_turn.whole),
        kinds=len({meaning(miss.tree) for miss in kinds if not miss.rules}),
    )


def _together(tally: Tally) -> list[Miss]:
    return [bundle.miss for bundle in (*tally.bundles, *tally.around_refused)]


def _mixed(slips: Sequence[Miss], seed: int) -> list[Miss]:
    """Each once; those that the machine runs and those that it need not go side by side."""
    single = list({meaning(miss.tree): miss for miss in slips}.values())
    random.Random(seed).shuffle(single)  # noqa: S311 - repeatable on purpose
    return single
