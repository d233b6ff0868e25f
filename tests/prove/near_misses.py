"""Near misses of accepted sites: each is refused, or is shown to work."""

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from pydantic import ValidationError

from config.plan import RULES
from config.site import Site
from tests.prove.campaign import Outcome, errors, key, run_trees
from tests.prove.elsewhere import ELSEWHERE
from tests.prove.mutants import mutants
from tests.prove.runners import Runners
from tests.prove.sites import Tree

# No pod shows their harm: elsewhere.py, test_wireless.py and tests/engine/test_nodes.py do.
NOT_BY_PODS = {*ELSEWHERE, "parent-wireless", "nodes-unknown"}


@dataclass(frozen=True, kw_only=True)
class Miss:
    """One single change of a site. `rules` are empty for what the plan accepts."""

    label: str
    tree: Tree
    rules: tuple[str, ...]


@dataclass
class Tally:
    """What became of the near misses of many sites."""

    made: int = 0
    refused_by_form: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    refused_in_all: int = 0
    accepted: int = 0
    to_run: list[Miss] = field(default_factory=list)
    # Every near miss of some sites, those that several rules refuse as well.
    of_whole_sites: list[Miss] = field(default_factory=list)


def collect(trees: Sequence[Tree], seed: int, per_site: int, whole: int = 0) -> Tally:
    """Holds every near miss against the plan; picks some of each site to be run.

    Of those that are accepted the labels that were run least come first, of those that are
    refused the rules. Of `whole` sites, chosen by the seed, every one is picked.
    """
    tally, drawn = Tally(), random.Random(seed)  # noqa: S311 - repeatable on purpose
    run: Counter[str] = Counter()
    seen: set[str] = set()
    chosen = set(drawn.sample(range(len(trees)), min(whole, len(trees))))
    for position, tree in enumerate(trees):
        accepted: list[Miss] = []
        refused: list[Miss] = []
        for label, mutant in mutants(tree):
            tally.made += 1
            if not is_formed(mutant):
                tally.refused_by_form += 1
                continue
            miss = Miss(label=label, tree=mutant, rules=errors(mutant))
            tally.refused.update(miss.rules)
            (refused if miss.rules else accepted).append(miss)
        tally.accepted += len(accepted)
        tally.refused_in_all += len(refused)
        if position in chosen:
            for miss in accepted + refused:
                if key(miss.tree) not in seen and not NOT_BY_PODS & set(miss.rules):
                    seen.add(key(miss.tree))
                    tally.of_whole_sites.append(miss)
            continue
        single = [m for m in refused if len(m.rules) == 1 and m.rules[0] not in NOT_BY_PODS]
        for misses in (accepted, single):
            drawn.shuffle(misses)
            misses.sort(key=lambda miss: run[_kind(miss)])
            for miss in misses[:per_site]:
                if key(miss.tree) not in seen:
                    seen.add(key(miss.tree))
                    run[_kind(miss)] += 1
                    tally.to_run.append(miss)
    return tally


def run_misses(runners: Runners, misses: Sequence[Miss]) -> list[tuple[Miss, Outcome]]:
    """Runs them, the rules left out."""
    outcomes = run_trees(runners, [miss.tree for miss in misses], lone_guests=True)
    return list(zip(misses, outcomes, strict=True))


def wrong(miss: Miss, outcome: Outcome) -> str | None:
    """What the run has against the plan's word, if anything."""
    if outcome.broken:
        return f"the lab failed: {outcome.broken}"
    if not miss.rules and outcome.found:
        return f"accepted, and {outcome.found[0]}"
    if miss.rules and not outcome.found:
        return f"refused by {', '.join(miss.rules)}, and it works"
    return None


def shown_rules(pairs: Iterable[tuple[Miss, Outcome]]) -> Counter[str]:
    """How often each rule's harm was seen where it alone refused."""
    return Counter(m.rules[0] for m, outcome in pairs if len(m.rules) == 1 and outcome.found)


def refusing_rules() -> set[str]:
    """The rules whose harm pods can show."""
    return {name for name, rule in RULES.items() if rule.severity == "error"} - NOT_BY_PODS


def _kind(miss: Miss) -> str:
    return miss.rules[0] if miss.rules else miss.label


def is_formed(tree: Tree) -> bool:
    """Whether each value has the form that the schema asks for."""
    try:
        Site.model_validate(tree)
    except ValidationError:
        return False
    return True
