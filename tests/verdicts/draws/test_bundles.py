"""Which accepted near misses are run at once."""

import random
from collections.abc import Iterator
from typing import Any

import pytest

from tests.cases.sites import changed_tree
from tests.verdicts.campaign import accepted_sites, errors
from tests.verdicts.draws.bundles import MOST, bundle_around, bundles
from tests.verdicts.draws.mutants import Path, mutants
from tests.verdicts.draws.sites import Tree
from tests.verdicts.near_misses import Miss, judged


def _accepted(tree: Tree) -> list[Miss]:
    judgements = [judged(label, mutant) for label, mutant in mutants(tree)]
    return [miss for miss in judgements if miss is not None and not miss.rules]


def _leaves(node: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    inner = node.items() if isinstance(node, dict) else enumerate(node)
    for key, value in inner:
        if isinstance(value, dict | list) and value:
            yield from _leaves(value, (*path, key))
        else:
            yield (*path, key), value


def _holds(bundle: Tree, before: Tree, after: Tree) -> bool:
    old, new, found = (dict(_leaves(tree)) for tree in (before, after, bundle))
    said = {path: value for path, value in new.items() if old.get(path) != value}
    return found.items() >= said.items() and not found.keys() & (old.keys() - new.keys())


@pytest.mark.parametrize("tree", accepted_sites(20, 3)[::4])
def test_each_accepted_near_miss_is_in_one_of_few_bundles_that_are_accepted(tree: Tree) -> None:
    misses = _accepted(tree)
    made = bundles(tree, misses, random.Random(3))  # noqa: S311 - repeatable on purpose

    for miss in misses:
        assert any(_holds(bundle.miss.tree, tree, miss.tree) for bundle in made), miss
    assert sum(map(len, made)) == len(misses)
    assert max(map(len, made)) <= MOST
    assert len(made) < len(misses) / 3
    assert not [bundle for bundle in made if errors(bundle.miss.tree)]


@pytest.mark.parametrize("seed", range(4))
def test_a_near_miss_among_accepted_ones_is_refused_by_its_own_rule_alone(seed: int) -> None:
    node = {"nodes/k3s-1/interfaces": [{"name": "eth0", "mtu": 1500}]}
    pool = {"networks/lan/dhcp_pool": "192.168.18.90-192.168.18.95"}
    tree = changed_tree("home", node)
    refused = judged("a pool", changed_tree("home", {**node, **pool}))
    assert refused is not None

    drawn = random.Random(seed)  # noqa: S311 - repeatable on purpose
    bundle = bundle_around(tree, refused, _accepted(tree), drawn)
    assert _holds(bundle.miss.tree, tree, refused.tree)
    assert errors(bundle.miss.tree) == refused.rules == ("range-meets-dhcp-pool",)
    assert MOST / 2 < len(bundle) <= MOST


@pytest.mark.parametrize("seed", range(6))
def test_where_the_pod_leaves_a_network_nothing_else_of_it_is_changed(seed: int) -> None:
    tree = changed_tree("home", {})
    less = changed_tree("home", {})
    left = less["home_assistant"]["interfaces"].pop(0)["network"]
    other = tree["home_assistant"]["interfaces"][1]["network"]

    def bundled(changed: str) -> int:
        slow = changed_tree("home", {f"networks/{changed}/mtu": 1400})
        misses = [Miss(label=label, tree=t, rules=()) for label, t in (("", less), (".", slow))]
        drawn = random.Random(seed)  # noqa: S311 - repeatable on purpose
        return len(bundles(tree, misses, drawn))

    assert (bundled(left), bundled(other)) == (2, 1)
