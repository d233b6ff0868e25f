"""Accepted near misses of one site, several at once: to run all of them takes a tenth so."""

import copy
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tests.verdicts.draws.mutants import Path
from tests.verdicts.draws.sites import Tree
from tests.verdicts.near_misses import Miss, is_for_pods, judged

BUNDLED = "several near misses at once"
AMONG = "one that is refused among accepted ones"
# Of many changes, some would take away what another one is to be seen by.
MOST = 24
_LEFT_OUT = object()


@dataclass(frozen=True, kw_only=True)
class Change:
    """What a near miss says otherwise, and the paths that no other of its bundle may touch."""

    values: Sequence[tuple[Path, Any]]
    claimed: frozenset[Path]


@dataclass(kw_only=True)
class Bundle:
    """A site with several changes, of which the plan says what it says of the first one."""

    before: Tree
    miss: Miss
    changes: list[Change]

    def __len__(self) -> int:
        return len(self.changes)

    def takes(self, change: Change) -> bool:
        """Whether the change of the site goes with those that are in it; it then is."""
        if len(self) == MOST or any(_meet(change, known) for known in self.changes):
            return False
        more = judged(self.miss.label, _applied(self.miss.tree, change))
        if more is None or more.rules != self.miss.rules or not is_for_pods(more):
            return False
        self.miss = more
        self.changes.append(change)
        return True


def bundles(before: Tree, accepted: Sequence[Miss], drawn: random.Random) -> list[Bundle]:
    """Each of the site's accepted near misses in one of them."""
    made: list[Bundle] = []
    for miss in drawn.sample(accepted, len(accepted)):
        change = _change(before, miss.tree)
        if not any(bundle.takes(change) for bundle in made):
            first = replace(miss, label=BUNDLED)
            made.append(Bundle(before=before, miss=first, changes=[change]))
    return made


def bundle_around(
    before: Tree, refused: Miss, accepted: Sequence[Miss], drawn: random.Random
) -> Bundle:
    """The refused near miss among accepted ones: whether its harm is seen all the same."""
    first = replace(refused, label=AMONG)
    bundle = Bundle(before=before, miss=first, changes=[_change(before, refused.tree)])
    for miss in drawn.sample(accepted, len(accepted)):
        bundle.takes(_change(before, miss.tree))
    return bundle


def _change(before: Tree, after: Tree) -> Change:
    values = list(_differing(before, after, ()))
    # What else is said of a network that the pod leaves would be seen by nobody.
    left = {("networks", name) for name in _used(before) - _used(after)}
    return Change(values=values, claimed=frozenset({path for path, _ in values} | left))


def _differing(before: Any, after: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in before | after:
            value = after.get(key, _LEFT_OUT)
            yield from _differing(before.get(key, _LEFT_OUT), value, (*path, key))
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for position, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from _differing(old, new, (*path, position))
    elif before != after:
        yield path, after


def _used(tree: Tree) -> set[str]:
    return {interface["network"] for interface in tree["home_assistant"]["interfaces"]}


def _meet(change: Change, other: Change) -> bool:
    return any(
        mine[: len(theirs)] == theirs[: len(mine)]
        for mine in change.claimed
        for theirs in other.claimed
    )


def _applied(tree: Tree, change: Change) -> Tree:
    changed = copy.deepcopy(tree)
    for path, value in change.values:
        here: Any = changed
        for key in path[:-1]:
            here = here[key]
        if value is _LEFT_OUT:
            del here[path[-1]]
        else:
            here[path[-1]] = copy.deepcopy(value)
    return changed
