"""Each rule is right to refuse: without it, the failure that it is there for is seen."""

import pytest

from config.checks import RULES
from lab.netns.namespaces import missing
from tests.cases.more_rules import MORE
from tests.cases.rules import CASES
from tests.verdicts.evidence import ANNOUNCED, EVIDENCE, UNSEEN, shows
from tests.verdicts.execution import Outcome, execute
from tests.verdicts.runners import Runners
from tests.verdicts.stacks import article
from tests.verdicts.without_pods import WITHOUT_PODS

# The scheduler says it: tests/engine/test_nodes.py.
APART = {"no-node-for-pod"}
BY_PODS = sorted(EVIDENCE.keys() - WITHOUT_PODS.keys() - APART)
MORE_BY_PODS = [(name, article(changes)) for name, changes in MORE if name in BY_PODS]


def test_there_is_evidence_for_exactly_the_rules_that_refuse() -> None:
    refusing = {name for name, rule in RULES.items() if rule.severity == "error"}
    assert refusing - UNSEEN == EVIDENCE.keys() | ANNOUNCED.keys()


@pytest.fixture(scope="module")
def outcomes(runners: Runners) -> dict[str, Outcome]:
    found = execute(runners, [article(CASES[name]) for name in BY_PODS])
    return dict(zip(BY_PODS, found, strict=True))


@pytest.fixture(scope="module")
def more(runners: Runners) -> list[Outcome]:
    return execute(runners, [stack for _, stack in MORE_BY_PODS])


@pytest.mark.parametrize("name", BY_PODS)
def test_without_the_rule_its_failure_is_seen(outcomes: dict[str, Outcome], name: str) -> None:
    outcome = outcomes[name]

    assert outcome.errors == (name,), "the failure must be this rule's, and no other's"
    assert shows(name, outcome.failures), outcome.failures


@pytest.mark.parametrize("position", range(len(MORE_BY_PODS)))
def test_without_its_rules_another_site_fails_as_well(more: list[Outcome], position: int) -> None:
    name, _ = MORE_BY_PODS[position]
    outcome = more[position]

    assert name in outcome.errors
    assert any(shows(rule, outcome.failures) for rule in outcome.errors), outcome.failures


@pytest.mark.parametrize("name", WITHOUT_PODS)
def test_without_the_rule_its_failure_is_seen_before_any_pod(name: str) -> None:
    if why := missing():
        pytest.skip(why)
    assert shows(name, [WITHOUT_PODS[name]()])
