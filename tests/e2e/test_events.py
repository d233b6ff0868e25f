"""What happens to a node in its life: the pod comes back by itself, with its networks."""

import os
import signal
from collections.abc import Callable

import pytest

from lab.vm.machine import UP
from tests.e2e.running_site import BACK_SECONDS, DAEMON_SET, POD, House, wait_for

ROLL = "multihome-lab/rolled"


def reboot(house: House) -> None:
    boot = _boot(house)
    house.box.ssh(house.node, "systemctl --no-block reboot")
    wait_for(lambda: _boot(house) != boot, "the reboot", BACK_SECONDS)


def power_cut(house: House) -> None:
    machine = house.box.machine(house.node)
    boot = _boot(house)
    machine.cut_power()
    machine.start()
    wait_for(lambda: _boot(house) != boot, "the power", BACK_SECONDS)


def restart_of_kubelet(house: House) -> None:
    house.box.ssh(house.node, "systemctl restart kubelet")


def rollout_of_multus(house: House) -> None:
    """As an update of the DaemonSet does: its pods are replaced, one after the other."""
    plane = house.box.plane
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


EVENTS: dict[str, Callable[[House], None]] = {
    "reboot": reboot,
    "power cut": power_cut,
    "restart of kubelet": restart_of_kubelet,
    "rollout of Multus": rollout_of_multus,
}


# In every run; the others in the long one.
SHORT = {("reboot", False), ("power cut", True), ("restart of kubelet", True)}
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
def test_the_pod_has_both_interfaces_within_three_minutes(
    house: House,
    event: str,
    starting: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    if starting:
        house.box.plane.request("DELETE", POD)
    EVENTS[event](house)

    house.settled(BACK_SECONDS)
    house.is_as_planned()
    assert house.leases() == {
        "homeassistant-iot": ["192.168.32.3"],
        "homeassistant-lan": ["192.168.18.32"],
    }


@pytest.mark.parametrize("times", [2, pytest.param(20, marks=pytest.mark.long)])
def test_no_lease_is_left_over_after_deletions(house: House, times: int) -> None:
    for _ in range(times):
        house.delete_pod()
        wait_for(lambda: len(house.leases()) == 2, "the leases", BACK_SECONDS)
    house.settled()

    house.is_as_planned()
    assert house.leases() == {
        "homeassistant-iot": ["192.168.32.3"],
        "homeassistant-lan": ["192.168.18.32"],
    }


@pytest.mark.long
def test_a_frozen_node_does_not_answer_and_comes_back_with_the_power(house: House) -> None:
    process = int(house.box.machine(house.node).process_file.read_text())
    os.kill(process, signal.SIGSTOP)
    assert not house.answers_ssh()

    house.box.power_cycle()
    assert house.answers_ssh()
    house.settled(BACK_SECONDS)
    house.is_as_planned()


def _boot(house: House) -> str:
    return house.box.ssh(house.node, "cat /proc/sys/kernel/random/boot_id")


def test_the_switch_and_the_lamp_are_up(house: House) -> None:
    assert house.box.switch().has_said(UP)
    assert house.box.device().has_said(UP)
