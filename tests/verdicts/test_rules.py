"""Each rule is right to refuse: without it, the harm that it is there for is seen."""

import pytest

from config.checks import RULES
from tests.cases.more_rules import MORE
from tests.cases.rules import CASES
from tests.cases.sites import changed_tree
from tests.verdicts.evidence import harms
from tests.verdicts.execution import Outcome, run_trees
from tests.verdicts.runners import Runners, missing
from tests.verdicts.without_pods import ELSEWHERE

# Shown in tests of their own: test_wireless.py, and tests/engine/test_nodes.py.
APART = {"parent-wireless", "nodes-unknown"}
REFUSING = {name for name, rule in RULES.items() if rule.severity == "error"}
MORE_BY_PODS = [(name, changed_tree("home", changes)) for name, changes in MORE if name in RULES]
BY_PODS = sorted(REFUSING - set(ELSEWHERE) - APART)


@pytest.fixture(scope="module")
def outcomes(runners: Runners) -> dict[str, Outcome]:
    trees = [changed_tree("home", CASES[name]) for name in BY_PODS]
    found = run_trees(runners, trees)
    return dict(zip(BY_PODS, found, strict=True))


@pytest.fixture(scope="module")
def more(runners: Runners) -> list[Outcome]:
    return run_trees(runners, [tree for _, tree in MORE_BY_PODS])


def test_every_rule_that_refuses_names_the_harm_that_was_seen() -> None:
    assert {name for name, rule in RULES.items() if rule.shown} == REFUSING
    assert APART | set(ELSEWHERE) <= REFUSING


@pytest.mark.parametrize("name", BY_PODS)
def test_without_the_rule_its_harm_is_seen(outcomes: dict[str, Outcome], name: str) -> None:
    outcome = outcomes[name]

    assert not outcome.broken
    assert outcome.errors == (name,), "the harm must be this rule's, and no other's"
    assert any(RULES[name].shown in line for line in outcome.found), outcome.found


@pytest.mark.parametrize("position", range(len(MORE_BY_PODS)))
def test_without_its_rules_another_site_fails_as_well(more: list[Outcome], position: int) -> None:
    name, _ = MORE_BY_PODS[position]
    outcome = more[position]

    assert not outcome.broken
    assert name in outcome.errors
    assert harms(outcome.errors, outcome.found), outcome.found


@pytest.mark.parametrize("name", ELSEWHERE)
def test_without_the_rule_its_harm_is_seen_before_any_pod(name: str) -> None:
    if why := missing():
        pytest.skip(why)
    assert RULES[name].shown in ELSEWHERE[name]()
