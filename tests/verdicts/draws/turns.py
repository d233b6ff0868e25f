"""In what turn sites are picked for what is not done with all of them."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tests.verdicts.draws.sites import Tree, is_tagged


@dataclass(frozen=True, kw_only=True)
class Turns:
    """Positions of sites: of those that are run whole, of the others without VLANs and with."""

    whole: Sequence[int]
    plain: Sequence[int]
    tagged: Sequence[int]


class Span(NamedTuple):
    """Those from the turn `first` on, and before the turn `end`."""

    first: int
    end: int

    def of(self, positions: Sequence[int]) -> Sequence[int]:
        """As many of these as there are."""
        return positions[self.first : self.end]

    def __str__(self) -> str:
        return f"{self.first}:{self.end}"


def span(text: str) -> Span:
    """`250` are the first 250, `250:400` those after them."""
    first, _, end = text.rpartition(":")
    return Span(int(first or 0), int(end))


def turns(trees: Sequence[Tree], seed: int, *, whole: int) -> Turns:
    """The same ones for the same seed, so that a run can go on where another one has ended."""
    drawn = random.Random(seed)  # noqa: S311 - repeatable on purpose
    order = drawn.sample(range(len(trees)), len(trees))
    rest = order[whole:]
    return Turns(
        whole=order[:whole],
        plain=[position for position in rest if not is_tagged(trees[position])],
        tagged=[position for position in rest if is_tagged(trees[position])],
    )
