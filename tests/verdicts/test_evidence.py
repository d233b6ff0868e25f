"""Every rule that refuses has its evidence."""

from config.checks import RULES
from tests.verdicts.evidence import ANNOUNCED, EVIDENCE, shows


def test_there_is_evidence_for_exactly_the_rules_that_refuse() -> None:
    refusing = {name for name, rule in RULES.items() if rule.severity == "error"}
    assert refusing == EVIDENCE.keys() | ANNOUNCED
    assert all(RULES[name].source.startswith("https://") for name in ANNOUNCED)


def test_a_failure_is_evidence_for_its_own_rule_alone() -> None:
    failure = "failed to allocate: no IP addresses available in range set: fd00::20-fd00::20"

    assert shows("address-outside-range", failure)
    assert not shows("vlan-exists", failure)
