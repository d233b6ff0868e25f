"""In which words a rule's harm is seen."""

import pytest

from tests.verdicts.evidence import harms
from tests.verdicts.runners import UNSETTLED


@pytest.mark.parametrize(
    ("rule", "line"),
    [
        ("address-outside-range", "no IP addresses available in range set: fd00::20-fd00::20"),
        ("subnet-not-local", "failed to add route via 192.168.255.1: network is unreachable"),
        ("address-twice", "192.168.18.9 is answered by 2 MACs"),
    ],
)
def test_a_harm_counts_for_its_own_rule(rule: str, line: str) -> None:
    assert harms([rule], [line]) == [line]
    assert harms(["vlan-on-vlan"], [line]) == []
    assert harms([rule], [f"{line}, and {UNSETTLED}"]) == []
