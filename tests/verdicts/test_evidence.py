"""Every rule that refuses has its evidence, and none counts for another rule."""

import pytest

from config.checks import RULES
from tests.verdicts.evidence import EVIDENCE, shows
from tests.verdicts.runners import UNSETTLED


def test_there_is_evidence_for_exactly_the_rules_that_refuse() -> None:
    assert set(EVIDENCE) == {name for name, rule in RULES.items() if rule.severity == "error"}


@pytest.mark.parametrize(
    ("rule", "failure"),
    [
        ("address-outside-range", "no IP addresses available in range set: fd00::20-fd00::20"),
        ("subnet-not-local", "failed to add route via 192.168.255.1: network is unreachable"),
        ("address-twice", "192.168.18.9 is answered by 2 MACs"),
    ],
)
def test_a_failure_is_evidence_for_its_own_rule(rule: str, failure: str) -> None:
    assert shows(rule, failure)
    assert not shows("vlan-on-vlan", failure)
    assert not shows(rule, f"{failure}, and {UNSETTLED}")
