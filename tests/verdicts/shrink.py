"""The smallest site that is misjudged as the one that was found is."""

import copy
from collections.abc import Iterator

from tests.verdicts.draws.sites import Tree
from tests.verdicts.near_misses import Miss, judged, run_misses, wrong
from tests.verdicts.runners import Runners


def shrunk(runners: Runners, miss: Miss) -> Miss:
    """Without whatever it is misjudged without; the plan's word is the same."""
    smaller = [
        candidate
        for tree in _smaller(miss.tree)
        if (candidate := judged(miss.label, tree)) and candidate.rules == miss.rules
    ]
    for candidate, outcome in run_misses(runners, smaller):
        if wrong(candidate, outcome) and not outcome.broken:
            return shrunk(runners, candidate)
    return miss


def _smaller(tree: Tree) -> Iterator[Tree]:
    """One piece less each, the large ones first."""
    for name in tree["networks"] if len(tree["networks"]) > 1 else ():
        less = copy.deepcopy(tree)
        del less["networks"][name]
        pod = less["home_assistant"]
        pod["interfaces"] = [i for i in pod["interfaces"] if i["network"] != name]
        yield less
    for name in tree["nodes"] if len(tree["nodes"]) > 1 else ():
        less = copy.deepcopy(tree)
        del less["nodes"][name]
        yield less
    for position in range(len(tree["home_assistant"]["interfaces"])):
        less = copy.deepcopy(tree)
        del less["home_assistant"]["interfaces"][position]
        yield less
    for name in tree["networks"]:
        yield from _with_less_keys(tree, "networks", name)
    for name in tree["nodes"]:
        yield from _with_less_keys(tree, "nodes", name)
    for name in ("cluster", "home_assistant"):
        yield from _with_less_keys(tree, name)


def _with_less_keys(tree: Tree, *path: str) -> Iterator[Tree]:
    here = tree
    for name in path:
        here = here[name]
    for key in here:
        less = copy.deepcopy(tree)
        place = less
        for name in path:
            place = place[name]
        del place[key]
        yield less
