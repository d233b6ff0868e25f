"""Which near misses are run, of those that are held against the plan: not all can be."""

import itertools
import random
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from tests.verdicts.campaign import key, meaning
from tests.verdicts.draws.bundles import Bundle, bundle_around, bundles
from tests.verdicts.draws.crowded import crowded_sites
from tests.verdicts.draws.kinds import Kind, kinds_of
from tests.verdicts.draws.mutants import mutants
from tests.verdicts.draws.sites import Tree, is_tagged
from tests.verdicts.near_misses import Miss, is_for_pods, judged

CROWDED = "several slips"
# So many draws are looked through for each crowded site that is wanted.
DRAWS = 20


class Sample:
    """So many of all that is offered, each as likely as any other."""

    def __init__(self, size: int, drawn: random.Random) -> None:
        self._size, self._drawn = size, drawn
        self._offered = 0
        self.kept: list[Miss] = []

    def offer(self, miss: Miss) -> None:
        """Keeps it, or not."""
        self._offered += 1
        if len(self.kept) < self._size:
            self.kept.append(miss)
        elif (position := self._drawn.randrange(self._offered)) < self._size:
            self.kept[position] = miss


@dataclass
class Tally:
    """What became of the near misses of many sites."""

    made: int = 0
    refused_by_form: int = 0
    refused_by_one_rule: int = 0
    refused_by_several_rules: int = 0
    accepted: int = 0
    # Of those that one rule refuses: no pod shows the harm, or the network has no room for it.
    not_for_pods: int = 0
    # Every one of some sites that pods can show, those that several rules refuse as well.
    of_whole_sites: list[Miss] = field(default_factory=list)
    # One of each kind that is accepted, and of each that one rule refuses.
    of_kinds: dict[Kind, Miss] = field(default_factory=dict)
    # Every accepted one of some more sites, and of each of these one that is refused.
    bundles: list[Bundle] = field(default_factory=list)
    around_refused: list[Bundle] = field(default_factory=list)
    sampled: list[Miss] = field(default_factory=list)

    def count(self, miss: Miss | None) -> None:
        """One more."""
        self.made += 1
        self.refused_by_form += miss is None
        if miss is not None:
            self.refused_by_one_rule += len(miss.rules) == 1
            self.refused_by_several_rules += len(miss.rules) > 1
            self.accepted += miss.rules == ()
            self.not_for_pods += len(miss.rules) == 1 and not is_for_pods(miss)


def collect(
    trees: Sequence[Tree],
    seed: int,
    *,
    sample: int,
    whole: Collection[int] = (),
    bundled: Collection[int] = (),
) -> Tally:
    """Holds every near miss against the plan, once; picks some to be run.

    `sample` that are accepted and as many that one rule refuses, from all sites; of those at the
    positions `whole` every one; of those at `bundled` every accepted one, several at once, and one
    that a rule refuses among them.
    """
    tally, drawn = Tally(), random.Random(seed)  # noqa: S311 - repeatable on purpose
    accepted, refused = Sample(sample, drawn), Sample(sample, drawn)
    for position, misses in _new_misses(trees, whole):
        for miss in misses:
            tally.count(miss)
        for_pods = [miss for miss in misses if miss is not None and is_for_pods(miss)]
        if position in whole:
            tally.of_whole_sites += for_pods
            continue
        single = [miss for miss in for_pods if len(miss.rules) < 2]
        for miss in single:
            _keep_of_kinds(tally.of_kinds, trees[position], miss)
            (refused if miss.rules else accepted).offer(miss)
        if position in bundled:
            _bundle(tally, trees[position], single, drawn)
    tally.sampled = [*accepted.kept, *refused.kept]
    return tally


def _new_misses(
    trees: Sequence[Tree], first: Collection[int]
) -> Iterator[tuple[int, list[Miss | None]]]:
    """Each site's near misses, by its position; what several sites have in common once.

    Where one of the `first` sites has it, it is that one's.
    """
    seen = {hash(meaning(tree)) for tree in trees}
    for position in sorted(range(len(trees)), key=lambda position: position not in first):
        misses: list[Miss | None] = []
        for label, mutant in mutants(trees[position]):
            if (digest := hash(key(mutant))) in seen:
                continue
            seen.add(digest)
            miss = judged(label, mutant)
            if miss is not None:
                if (meant := hash(meaning(mutant))) in seen:
                    continue
                seen.add(meant)
            misses.append(miss)
        yield position, misses


def _bundle(tally: Tally, before: Tree, misses: Sequence[Miss], drawn: random.Random) -> None:
    accepted = [miss for miss in misses if not miss.rules]
    tally.bundles += bundles(before, accepted, drawn)
    if refused := [miss for miss in misses if miss.rules]:
        chosen = Counter(bundle.miss.rules for bundle in tally.around_refused)
        drawn.shuffle(refused)
        rarest = min(refused, key=lambda miss: chosen[miss.rules])
        tally.around_refused.append(bundle_around(before, rarest, accepted, drawn))


def _keep_of_kinds(kept: dict[Kind, Miss], before: Tree, miss: Miss) -> None:
    """The smallest of each of its kinds."""
    for kind in kinds_of(miss.label, miss.rules, before, miss.tree):
        if kind not in kept or _size(miss.tree) < _size(kept[kind].tree):
            kept[kind] = miss


def _size(tree: Tree) -> tuple[bool, int, int]:
    """How long it takes to run: with VLANs, on how many nodes, with how many networks."""
    return is_tagged(tree), len(tree["nodes"]), len(tree["networks"])


def crowded(number: int, seed: int) -> list[Miss]:
    """Crowded sites: half of them accepted, half refused by one rule, all rules alike."""
    accepted: list[Miss] = []
    refused: dict[str, list[Miss]] = {}
    for tree in itertools.islice(crowded_sites(seed), DRAWS * number):
        miss = judged(CROWDED, tree)
        if miss is None or len(miss.rules) > 1 or not is_for_pods(miss):
            continue
        if not miss.rules:
            accepted.append(miss)
        else:
            refused.setdefault(miss.rules[0], []).append(miss)
    turns = itertools.chain(*itertools.zip_longest(*refused.values()))
    evenly = [miss for miss in turns if miss is not None]
    return accepted[: number - number // 2] + evenly[: number // 2]
