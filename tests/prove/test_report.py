"""A long run that is broken off leaves what it has found so far."""

from tests.prove.campaign import Outcome
from tests.prove.draws.picks import CROWDED, Tally
from tests.prove.near_misses import Miss
from tests.prove.report import NO_SLIP, Pairs, Proof, report


def _pair(label: str, *found: str) -> Pairs:
    return [(Miss(label=label, tree={}, rules=()), Outcome(tree={}, found=found))]


def test_each_part_adds_to_the_figures() -> None:
    proof = Proof(seed=5, whole=0, kinds=0, tally=Tally(), left=3)
    proof = proof.after(_pair(NO_SLIP), executions=7, minutes=1)
    proof = proof.after(_pair("an address", "no answer"), executions=9, minutes=2)

    text = report(proof, [])
    assert "| accepted sites that were run | 1 |" in text
    assert "| of them as planned | 1 |" in text
    assert "| accepted near misses that were run | 1 |" in text
    assert "| executions of plugins in all | 9 |" in text
    assert "| sites and slips still to be run; none when it came to its end | 1 |" in text
    assert "Nowhere so far." in text


def test_a_run_that_came_to_its_end_says_so() -> None:
    proof = Proof(seed=5, whole=0, kinds=0, tally=Tally(), left=1)
    proof = proof.after(_pair(CROWDED), executions=1, minutes=1)

    text = report(proof, [])
    assert "none when it came to its end | 0 |" in text
    assert "\nNowhere.\n" in text
    assert "| sites with several slips, accepted, that were run | 1 |" in text
