"""The race that the interface check closes: a booting node starts pods before Multus is ready.

docs/decisions/interface_check.md has the counts.
"""

import pytest

from tests.e2e.running_site import DATA, WORKLOAD, RunningSite, wait_for
from tests.e2e.test_events import reboot

TIMES = 3


def starts_at_reboots(site: RunningSite, times: int) -> list[bool]:
    """For each reboot, whether every start of Home Assistant since had both networks."""
    found = []
    for _ in range(times):
        site.lab.ssh(site.node, f"rm -f {DATA}/starts")
        reboot(site)
        wait_for(site.starts, "a start", 600)
        site.settled()
        found.append(all({"net1", "net1.2"} <= interfaces for interfaces in site.starts()))
    return found


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_only_the_interface_check_makes_every_start_complete(site: RunningSite) -> None:
    workload = site.lab.plane.get(WORKLOAD)
    del workload["spec"]["template"]["spec"]["initContainers"]
    site.lab.plane.request("PUT", WORKLOAD, workload)
    site.settled()
    without = starts_at_reboots(site, TIMES)
    site.applied.up("--refresh")
    site.settled()
    checked = starts_at_reboots(site, TIMES)

    print(f"reboots with every start complete: {without} without the check, {checked} with it")
    assert not all(without)
    assert all(checked)
