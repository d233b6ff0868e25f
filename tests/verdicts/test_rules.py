"""Each rule is right to refuse: without it, the failure that it is there for is seen."""

import pytest

from config.checks import RULES
from lab.netns.namespaces import missing
from tests.cases.more_rules import MORE
from tests.cases.rules import CASES
from tests.cases.sites import ROOT, unchecked_site
from tests.verdicts.evidence import ANNOUNCED, ELSEWHERE, EVIDENCE, shows
from tests.verdicts.execution import Outcome, execute
from tests.verdicts.runners import Runners
from tests.verdicts.stacks import article
from tests.verdicts.without_pods import WITHOUT_PODS

# The first test of a fixture waits for all its scenarios, some on emulated machines.
pytestmark = pytest.mark.timeout(900)
BY_PODS = EVIDENCE.keys() - WITHOUT_PODS.keys()
SITES = [(name, changes) for name, changes in (*CASES.items(), *MORE) if name in BY_PODS]


def test_there_is_evidence_for_exactly_the_rules_that_refuse() -> None:
    refusing = {name for name, rule in RULES.items() if rule.severity == "error"}
    assert refusing == EVIDENCE.keys() | ELSEWHERE.keys() | ANNOUNCED
    assert all(RULES[name].source for name in ANNOUNCED)
    for file, _, function in (place.partition(":") for place in ELSEWHERE.values()):
        assert f"def {function}" in (ROOT / "tests" / file).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def outcomes(runners: Runners) -> list[Outcome]:
    return execute(runners, [article(changes) for _, changes in SITES])


@pytest.mark.parametrize("position", range(len(SITES)), ids=[name for name, _ in SITES])
def test_without_the_rule_its_failure_is_seen(outcomes: list[Outcome], position: int) -> None:
    name, changes = SITES[position]
    outcome = outcomes[position]

    assert name in outcome.errors
    assert changes is not CASES[name] or outcome.errors == (name,), "it is another rule's as well"
    assert any(shows(rule, outcome.failures) for rule in outcome.errors), outcome.failures


@pytest.mark.parametrize("name", WITHOUT_PODS)
def test_without_the_rule_its_failure_is_seen_before_any_pod(name: str) -> None:
    if why := missing():
        pytest.skip(why)
    assert shows(name, [WITHOUT_PODS[name](unchecked_site(CASES[name]))])
