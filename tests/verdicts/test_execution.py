"""A site that is accepted is not called a failure because the lab was slow."""

from collections.abc import Sequence

import pytest

from lab.netns.channel import Report, Request
from tests.cases.rules import CASES
from tests.verdicts.differences import is_silence
from tests.verdicts.execution import PATIENCE, execute
from tests.verdicts.runners import Runners
from tests.verdicts.stacks import article

LATE, REFUSED = "connection timed out", "connection refused"


class SlowRunners(Runners):
    """Whose first scenario does not answer its first call, with the error, `times` times."""

    def __init__(self, real: Runners, error: str, times: int) -> None:
        super().__init__()
        self.real, self.error, self.times = real, error, times
        self.patience: list[float] = []

    def run_all(self, wanted: Sequence[Request], patience: float = 1) -> list[Report]:
        if not wanted:
            return []
        self.patience.append(patience)
        reports = self.real.run_all(wanted, patience)
        if len(self.patience) <= self.times:
            first = next(call for call in reports[0]["calls"] if call["answered"])
            first |= {"answered": False, "error": self.error}
        return reports


@pytest.mark.parametrize(
    ("error", "times", "runs", "fails"),
    [(LATE, 1, 2, False), (LATE, 2, 2, True), (REFUSED, 1, 1, True)],
)
def test_an_accepted_site_that_did_not_answer_in_time_is_executed_again_with_more_time(
    runners: Runners, error: str, times: int, runs: int, *, fails: bool
) -> None:
    slow = SlowRunners(runners, error, times)
    (outcome,) = execute(slow, [article({})])

    assert slow.patience == [1, PATIENCE][:runs]
    assert outcome.again is (runs == 2)
    assert bool(outcome.failures) is fails, outcome.failures


def test_a_refused_site_that_did_not_answer_is_not_executed_again(runners: Runners) -> None:
    slow = SlowRunners(runners, LATE, 0)
    (outcome,) = execute(slow, [article(CASES["range-unassignable"])])

    assert outcome.failures
    assert all(map(is_silence, outcome.failures))
    assert len(slow.patience) == 1
