"""Reboots, power cuts, restarts: the pod comes back by itself, with its networks."""

import os
import signal
from collections.abc import Callable

import pytest

from lab.vm.machine import UP
from tests.e2e.running_site import (
    BACK_SECONDS,
    DAEMON_SET,
    PLANNED_LEASES,
    POD,
    RunningSite,
    wait_for,
)


def reboot(site: RunningSite) -> None:
    boot = _boot(site)
    site.lab.ssh(site.node, "systemctl --no-block reboot")
    wait_for(lambda: _boot(site) != boot, "the reboot", BACK_SECONDS)


def power_cut(site: RunningSite) -> None:
    machine = site.lab.machine(site.node)
    boot = _boot(site)
    machine.cut_power()
    machine.start()
    wait_for(lambda: _boot(site) != boot, "the power", BACK_SECONDS)


def restart_of_kubelet(site: RunningSite) -> None:
    site.lab.ssh(site.node, "systemctl restart kubelet")


def rollout_of_multus(site: RunningSite) -> None:
    """Replaces Multus' pods, as an update of the DaemonSet does."""
    plane = site.lab.plane
    pods = "/api/v1/namespaces/kube-system/pods"
    for pod in plane.get(pods)["items"]:
        plane.request("DELETE", f"{pods}/{pod['metadata']['name']}")
    wait_for(
        lambda: (
            plane.get(DAEMON_SET)["status"].get("numberUnavailable", 0) == 0
            and len(plane.get(pods)["items"]) == 1
        ),
        "Multus",
        BACK_SECONDS,
    )


EVENTS: dict[str, Callable[[RunningSite], None]] = {
    "reboot": reboot,
    "power cut": power_cut,
    "restart of kubelet": restart_of_kubelet,
    "rollout of Multus": rollout_of_multus,
}


# These run always, the others with `make test-long`.
SHORT = {("power cut", True)}
CASES = [
    pytest.param(
        event,
        starting,
        id=f"{event}, {'being started' if starting else 'running'}",
        marks=[] if (event, starting) in SHORT else [pytest.mark.long],
    )
    for event in EVENTS
    for starting in (False, True)
]


@pytest.mark.parametrize(("event", "starting"), CASES)
def test_the_pod_comes_back_with_both_interfaces(
    site: RunningSite,
    event: str,
    starting: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    if starting:
        site.lab.plane.request("DELETE", POD)
    EVENTS[event](site)

    site.settled(BACK_SECONDS)
    site.assert_as_planned()
    assert site.leases() == PLANNED_LEASES


@pytest.mark.long
def test_no_lease_is_left_over_after_twenty_deletions(site: RunningSite) -> None:
    for _ in range(20):
        site.delete_pod()
        wait_for(lambda: len(site.leases()) == 2, "the leases", BACK_SECONDS)
    site.settled()

    site.assert_as_planned()
    assert site.leases() == PLANNED_LEASES


@pytest.mark.long
def test_a_frozen_node_does_not_answer_and_comes_back_with_the_power(site: RunningSite) -> None:
    process = int(site.lab.machine(site.node).process_file.read_text())
    os.kill(process, signal.SIGSTOP)
    assert not site.answers_ssh()

    site.lab.power_cycle()
    assert site.answers_ssh()
    site.settled(BACK_SECONDS)
    site.assert_as_planned()


def _boot(site: RunningSite) -> str:
    return site.lab.ssh(site.node, "cat /proc/sys/kernel/random/boot_id")


def test_the_switch_and_the_iot_device_are_up(site: RunningSite) -> None:
    assert site.lab.switch().has_printed(UP)
    assert site.lab.device().has_printed(UP)
