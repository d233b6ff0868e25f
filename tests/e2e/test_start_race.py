"""The race that the guard closes: a node that boots starts pods before Multus is configured.

docs/decisions/guard.md has the counts.
"""

import pytest

from tests.e2e.running_site import DATA, WORKLOAD, House, wait_for
from tests.e2e.test_events import reboot

TIMES = 3


def starts_at_reboots(house: House, times: int) -> list[bool]:
    """For each reboot, whether every start of Home Assistant since had both networks."""
    found = []
    for _ in range(times):
        house.box.ssh(house.node, f"rm -f {DATA}/starts")
        reboot(house)
        wait_for(house.starts, "a start", 180)
        house.settled()
        found.append(all({"net1", "net1.2"} <= interfaces for interfaces in house.starts()))
    return found


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_the_race_is_real_without_the_guard_and_closed_with_it(house: House) -> None:
    workload = house.box.plane.get(WORKLOAD)
    del workload["spec"]["template"]["spec"]["initContainers"]
    house.box.plane.request("PUT", WORKLOAD, workload)
    house.settled()
    without = starts_at_reboots(house, TIMES)
    house.applied.up("--refresh")
    house.settled()
    guarded = starts_at_reboots(house, TIMES)

    print(f"reboots with every start complete: {without} without the guard, {guarded} with it")
    assert not all(without)
    assert all(guarded)
