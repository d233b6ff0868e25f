"""Near misses of accepted sites: each is refused, or is shown to work."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from config.checks import RULES
from config.checks.located import attachments, used_networks
from config.reading.site import NAMESPACE, Reading, read_site
from config.site import Site
from tests.verdicts.campaign import Outcome, run_trees
from tests.verdicts.draws.sites import Tree
from tests.verdicts.elsewhere import ELSEWHERE
from tests.verdicts.harms import harms
from tests.verdicts.runners import Runners
from tests.verdicts.scenarios.addresses import is_full
from tests.verdicts.scenarios.destinations import sought_behind_a_router
from tests.verdicts.scenarios.visitors import visited_sites

# No pod shows their harm: elsewhere.py, test_wireless.py and tests/engine/test_nodes.py do.
NOT_BY_PODS = {*ELSEWHERE, "parent-wireless", "nodes-unknown"}
# What these refuse would harm only who else is in the network.
HARM_TO_NEIGHBOURS = {"range-missing", "range-ends-of-subnet", "address-ends-of-subnet"}


@dataclass(frozen=True, kw_only=True)
class Miss:
    """What became of a site by slips. `rules` are empty for what the plan accepts."""

    label: str
    tree: Tree
    rules: tuple[str, ...]
    # Some network has no room for the pod that would fail, or for who would be harmed.
    full: bool = False


def judged(label: str, tree: Tree) -> Miss | None:
    """The plan's word; None when a value has not the form that the schema asks for."""
    reading = read_site(tree)
    rules = tuple(dict.fromkeys(problem.rule for problem in reading.of("error")))
    if not RULES.keys() >= set(rules):
        return None
    return Miss(label=label, tree=tree, rules=rules, full=_lacks_room(tree, reading, rules))


def _lacks_room(tree: Tree, reading: Reading, rules: Sequence[str]) -> bool:
    if not rules:
        return False
    site = Site.model_validate(tree)
    filled = {p.path.split(".")[1] for p in reading.of("warning") if p.rule == "pool-fills-subnet"}
    return bool(
        filled - used_networks(site).keys()
        or _is_about_networks_without_a_pod(site, reading)
        or (rules == ("route-into-network",) and _is_nobody_behind_a_router(site))
        or (HARM_TO_NEIGHBOURS & set(rules) and is_full(site))
    )


def _is_about_networks_without_a_pod(site: Site, reading: Reading) -> bool:
    """Whether all that is refused is said of networks in which no pod has an address."""
    paths = [p.path.removeprefix(f"{NAMESPACE}:networks.") for p in reading.of("error")]
    named = {path.partition(".")[0] for path in paths}
    return named <= site.networks.keys() - used_networks(site).keys() and named.isdisjoint(
        i.network for visited in visited_sites(site) for i in visited.home_assistant.interfaces
    )


def _is_nobody_behind_a_router(site: Site) -> bool:
    """Whether each route onto a link leads to the pod alone."""
    possible = ((s, n) for s in (site, *visited_sites(site)) for _, _, n in attachments(s))
    return not any(True for s, network in possible for _ in sought_behind_a_router(s, network))


def run_misses(runners: Runners, misses: Sequence[Miss]) -> list[tuple[Miss, Outcome]]:
    """Runs them, the rules left out."""
    outcomes = run_trees(runners, [miss.tree for miss in misses])
    return list(zip(misses, outcomes, strict=True))


def wrong(miss: Miss, outcome: Outcome) -> str | None:
    """What the run has against the plan's word, if anything."""
    if outcome.broken:
        return f"the lab failed: {outcome.broken}"
    if not miss.rules and outcome.found:
        return f"accepted, and {outcome.found[0]}"
    if miss.rules and not harms(miss.rules, outcome.found):
        instead = f"other harm is seen: {outcome.found[0]}" if outcome.found else "it works"
        return f"refused by {', '.join(miss.rules)}, and {instead}"
    return None


def shown_rules(pairs: Iterable[tuple[Miss, Outcome]]) -> Counter[str]:
    """How often each rule's harm was seen where it alone refused."""
    return Counter(m.rules[0] for m, o in pairs if len(m.rules) == 1 and not wrong(m, o))


def refusing_rules() -> set[str]:
    """The rules whose harm pods can show."""
    return {name for name, rule in RULES.items() if rule.severity == "error"} - NOT_BY_PODS


def is_formed(tree: Tree) -> bool:
    """Whether each value has the form that the schema asks for."""
    return judged("", tree) is not None


def is_for_pods(miss: Miss) -> bool:
    """Whether pods can show the harm of what refuses it, if anything does."""
    return miss.rules == () or not (miss.full or NOT_BY_PODS & set(miss.rules))
