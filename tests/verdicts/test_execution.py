"""A site that is accepted is not held against the plan because the lab was slow."""

from collections.abc import Sequence

import pytest

from lab.netns.channel import Report, Request
from tests.cases.rules import CASES
from tests.cases.sites import changed_tree, tree
from tests.verdicts.differences import is_silence
from tests.verdicts.execution import PATIENCE, run_trees
from tests.verdicts.runners import Runners

(LAN, _) = tree("home")["home_assistant"]["interfaces"]
LAN_ALONE = {"networks/iot": None, "home_assistant/interfaces": [LAN]}
LATE, REFUSED = "connection timed out", "connection refused"


class SlowRunners(Runners):
    """Whose scenario does not answer its first call, with the words, `times` times."""

    def __init__(self, real: Runners, words: str, times: int) -> None:
        super().__init__()
        self.real, self.words, self.times = real, words, times
        self.patience: list[float] = []

    def run_all(self, wanted: Sequence[Request], patience: float = 1) -> list[Report]:
        if not wanted:
            return []
        self.patience.append(patience)
        reports = self.real.run_all(wanted, patience)
        if len(self.patience) <= self.times:
            first = next(call for call in reports[0]["calls"] if call["answered"])
            first |= {"answered": False, "words": self.words}
        return reports


@pytest.mark.parametrize(
    ("words", "times", "runs", "found"),
    [(LATE, 1, 2, False), (LATE, 2, 2, True), (REFUSED, 1, 1, True)],
)
def test_an_accepted_site_that_did_not_answer_in_time_is_run_once_more_with_more_time(
    runners: Runners, words: str, times: int, runs: int, *, found: bool
) -> None:
    slow = SlowRunners(runners, words, times)
    (outcome,) = run_trees(slow, [changed_tree("home", LAN_ALONE)])

    assert slow.patience == [1, PATIENCE][:runs]
    assert outcome.again is (runs == 2)
    assert bool(outcome.found) is found, outcome.found


def test_silence_that_the_plan_foresees_is_not_asked_again(runners: Runners) -> None:
    slow = SlowRunners(runners, LATE, 0)
    refused = {**LAN_ALONE, **CASES["range-ends-of-subnet"]}
    (outcome,) = run_trees(slow, [changed_tree("home", refused)])

    assert outcome.found
    assert all(map(is_silence, outcome.found))
    assert len(slow.patience) == 1
