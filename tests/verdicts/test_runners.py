"""Scenarios that a busy kernel has kept from settling are run again."""

from typing import Any

import pytest

from lab.netns.channel import Report, Request
from tests.verdicts.runners import Runners


class BusyRunners(Runners):
    """Whose first answers say that addresses did not settle."""

    def __init__(self, times: int, error: str, unready: str) -> None:
        super().__init__()
        self.times, self.error, self.unready = times, error, unready
        self.asked: list[str] = []

    def _run_each(self, wanted: Any, *_: float) -> list[Report]:
        reports = []
        for scenario in wanted:
            self.asked.append(scenario["name"])
            busy = scenario["name"] == "slow" and self.asked.count("slow") <= self.times
            seen = {"net1": {"unready": [self.unready] if busy else []}}
            reports.append({"pods": [{"error": self.error if busy else "", "interfaces": seen}]})
        return reports


@pytest.mark.parametrize(
    ("error", "unready"),
    [("link net1 still has tentative addresses after 5 s", ""), ("", "fd00::1/64 is tentative")],
)
@pytest.mark.parametrize("times", [1, 2])
def test_a_scenario_that_did_not_settle_is_run_once_more(
    times: int, error: str, unready: str
) -> None:
    runners = BusyRunners(times, error, unready)
    wanted: list[Request] = [{"name": "quick"}, {"name": "slow"}, {"name": "quick"}]
    reports = runners.run_all(wanted)

    assert runners.asked == ["quick", "slow", "slow"]
    (pod,) = reports[1]["pods"]
    assert bool(pod["error"] or pod["interfaces"]["net1"]["unready"]) == (times == 2)
    assert not reports[0]["pods"][0]["error"]
    assert reports[0] == reports[2]


def test_an_address_that_is_somebody_elses_is_not_waited_for() -> None:
    runners = BusyRunners(1, "", "fd00::1/64 is somebody else's")
    runners.run_all([{"name": "slow"}])

    assert runners.asked == ["slow"]
