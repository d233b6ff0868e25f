"""Near misses of accepted sites: each is refused, or is shown to work."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from config.plan import RULES
from config.read import read_site
from tests.prove.campaign import Outcome, run_trees
from tests.prove.draws.sites import Tree
from tests.prove.elsewhere import ELSEWHERE
from tests.prove.runners import Runners

# No pod shows their harm: elsewhere.py, test_wireless.py and tests/engine/test_nodes.py do.
NOT_BY_PODS = {*ELSEWHERE, "parent-wireless", "nodes-unknown"}


@dataclass(frozen=True, kw_only=True)
class Miss:
    """What became of a site by slips. `rules` are empty for what the plan accepts."""

    label: str
    tree: Tree
    rules: tuple[str, ...]
    # In a network that its pool fills nobody can be, to show what would happen there.
    full: bool = False


def judged(label: str, tree: Tree) -> Miss | None:
    """The plan's word; None when a value has not the form that the schema asks for."""
    reading = read_site(tree)
    rules = tuple(dict.fromkeys(problem.rule for problem in reading.of("error")))
    if not RULES.keys() >= set(rules):
        return None
    full = any(problem.rule == "pool-fills-subnet" for problem in reading.problems)
    return Miss(label=label, tree=tree, rules=rules, full=full)


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


def is_formed(tree: Tree) -> bool:
    """Whether each value has the form that the schema asks for."""
    return judged("", tree) is not None


def is_for_pods(miss: Miss) -> bool:
    """Whether pods can show the harm of what refuses it, if anything does."""
    return miss.rules == () or not (miss.full or NOT_BY_PODS & set(miss.rules))
