"""What is counted; and houses that a busy kernel has kept from settling are run again."""

from typing import Any

import pytest

from lab.sandbox.channel import Report, Request
from tests.prove.houses.request import request
from tests.prove.runners import Runners
from tests.sites import tree, unchecked_site


class BusyRunners(Runners):
    """Whose first answers say that addresses did not settle."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.times = times
        self.asked: list[str] = []

    def _run_each(self, wanted: Any, *_: float) -> list[Report]:
        reports = []
        for house in wanted:
            self.asked.append(house["name"])
            busy = house["name"] == "slow" and self.asked.count("slow") <= self.times
            words = "link net1 still has tentative addresses after 5 s" if busy else ""
            reports.append({"pods": [{"error": words}]})
        return reports


@pytest.mark.parametrize(("times", "error"), [(1, False), (2, True)])
def test_a_house_that_did_not_settle_is_run_once_more(times: int, *, error: bool) -> None:
    runners = BusyRunners(times)
    wanted: list[Request] = [{"name": "quick"}, {"name": "slow"}, {"name": "quick"}]
    reports = runners.run_all(wanted)

    assert runners.asked == ["quick", "slow", "slow"]
    assert bool(reports[1]["pods"][0]["error"]) is error
    assert not reports[0]["pods"][0]["error"]
    assert reports[0] == reports[2]


# macvlan itself to make and to remove; where it failed first, Multus has it clean up at once too.
@pytest.mark.parametrize(
    ("mode", "works", "executions"), [("bridge", True, 2), ("Bridge", False, 3)]
)
def test_executions_are_those_of_the_plugins_of_home_networks(
    runners: Runners, mode: str, executions: int, *, works: bool
) -> None:
    (lan, _) = tree("home")["home_assistant"]["interfaces"]
    alone = {"networks/iot": None, "home_assistant/interfaces": [lan]}
    wanted = request(unchecked_site(alone), "k3s-1")
    lan_text = wanted["networks"]["lan"].replace('"mode": "bridge"', f'"mode": "{mode}"')

    (report,) = runners.run_all([{**wanted, "networks": {"lan": lan_text}}])
    assert (report["pods"][0]["error"] == "") is works
    assert report["executions"] == executions
