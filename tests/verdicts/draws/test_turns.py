"""Runs that go on where others have ended pick every site once."""

import pytest

from tests.verdicts.campaign import accepted_sites
from tests.verdicts.draws.sites import is_tagged
from tests.verdicts.draws.turns import Span, span, turns


@pytest.mark.parametrize(
    ("text", "expected"), [("0", Span(0, 0)), ("250", Span(0, 250)), ("250:400", Span(250, 400))]
)
def test_a_span_is_said_by_its_end_or_by_both_its_ends(text: str, expected: Span) -> None:
    assert span(text) == expected
    assert span(str(expected)) == expected


@pytest.mark.parametrize("text", ["", ":", "4:", "a", "1:2:3"])
def test_what_is_no_span_is_not_read_as_one(text: str) -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        span(text)


@pytest.mark.parametrize("seed", range(4))
def test_spans_one_after_the_other_have_each_site_once(seed: int) -> None:
    trees = accepted_sites(30, 7)
    picked = turns(trees, seed, whole=2)
    plain = [*Span(0, 4).of(picked.plain), *Span(4, 30).of(picked.plain)]
    tagged = [*Span(0, 4).of(picked.tagged), *Span(4, 30).of(picked.tagged)]

    assert sorted([*picked.whole, *plain, *tagged]) == list(range(30))
    assert len(picked.whole) == 2
    assert {is_tagged(trees[position]) for position in plain} == {False}
    assert {is_tagged(trees[position]) for position in tagged} == {True}
    assert turns(trees, seed, whole=2) == picked
