"""What a long run tells of itself, whether it came to its end or was broken off."""

from typing import Any

import pytest

from tests.verdicts.campaign import Outcome
from tests.verdicts.draws.bundles import AMONG
from tests.verdicts.draws.picks import CROWDED, Tally
from tests.verdicts.near_misses import Miss, shown_rules, wrong
from tests.verdicts.report import NO_SLIP, Pairs, Proof, misjudged, report, shortfalls


def _pair(label: str, *found: str) -> Pairs:
    return [(Miss(label=label, tree={}, rules=()), Outcome(tree={}, found=found))]


def test_each_part_adds_to_the_figures() -> None:
    proof = Proof(asked={"seed": 5}, whole=0, kinds=0, tally=Tally(), left=3)
    proof = proof.after(_pair(NO_SLIP), executions=7, minutes=1)
    proof = proof.after(_pair("an address", "no answer"), executions=9, minutes=2)

    text = report(proof, [])
    assert "| accepted sites that were run | 1 |" in text
    assert "| of them as planned | 1 |" in text
    assert "| accepted near misses that were run | 1 |" in text
    assert "the IPAM not counted | 9 |" in text
    assert "| sites and slips still to be run; none when it came to its end | 1 |" in text
    assert "Nowhere so far." in text


def test_a_run_that_came_to_its_end_says_so() -> None:
    proof = Proof(asked={"seed": 5}, whole=0, kinds=0, tally=Tally(), left=1)
    proof = proof.after(_pair(CROWDED), executions=1, minutes=1)

    text = report(proof, [])
    assert "none when it came to its end | 0 |" in text
    assert "\nNowhere.\n" in text
    assert "| sites with several slips, accepted, that were run | 1 |" in text


def test_a_run_that_has_not_done_what_it_was_asked_for_is_no_success() -> None:
    proof = Proof(asked={"seed": 5}, whole=0, kinds=0, tally=Tally(), left=2)
    assert len(shortfalls(proof, 2)) == 2

    half = proof.after(_pair(NO_SLIP), executions=1, minutes=1)
    assert len(shortfalls(half, 2)) == 2
    assert shortfalls(half.after(_pair(NO_SLIP), executions=1, minutes=1), 2) == []


@pytest.mark.parametrize(
    ("words", "broken", "seen"),
    [
        ("192.168.18.9 is answered by 2 MACs", "", True),
        ("the guest has [] instead of ['fd00::9']", "", True),
        ("192.168.18.9 is answered by 2 MACs", "the lab failed", False),
        ("interface net1 still has tentative addresses", "", False),
        ("the route is another", "", False),
        (None, "", False),
    ],
)
def test_a_rule_is_shown_by_words_of_its_own_harm_alone(
    words: str | None, broken: str, *, seen: bool
) -> None:
    miss = Miss(label="an address", tree={}, rules=("address-twice",))
    outcome = Outcome(tree={}, found=(words,) if words else (), broken=broken)

    assert (wrong(miss, outcome) is None) == seen
    assert shown_rules([(miss, outcome)])["address-twice"] == seen


def test_harm_that_is_not_seen_among_other_changes_is_counted_and_no_fault_of_the_plan() -> None:
    def among(**more: Any) -> tuple[Miss, Outcome]:
        miss = Miss(label=AMONG, tree={}, rules=("address-twice",))
        return miss, Outcome(**{"tree": {}, "found": (), **more})

    seen = among(found=("192.168.18.9 is answered by 2 MACs",))
    pairs = [seen, among(), among(broken="no room")]
    proof = Proof(asked={}, whole=0, kinds=0, tally=Tally(), left=3)
    text = report(proof.after(pairs, executions=1, minutes=1), [])

    assert [words for _, words in misjudged(pairs)] == ["the lab failed: no room"]
    assert "| near misses refused by one rule that were run among such | 3 |" in text
    assert "| of them with harm that was seen | 1 |" in text
