"""What the clean-up removes before Multus starts, and what it leaves alone."""

import fcntl
import os
import subprocess
import time
from collections.abc import Mapping

import pytest

from components.multus.clean_up import SCRIPT
from tests.node.multus.cleaned_node import ALIVE, GONE, KEPT, CleanedNode
from tests.node.test_interruptions import KILLED, killer, waits_for

SOUND = '{"plugins": [{"type": "multus", "delegates": [{"type": "bridge"}]}]}'
NESTED = '{"plugins": [{"type": "multus", "delegates": [{"plugins":[{"type":"multus"}]}]}]}'
STALE = ("00-multus.conf", "00-multus.conf.new", "01-multus-shim.conf", "70-multus.conf")


def leave_stale_files(node: CleanedNode) -> None:
    for name in STALE:
        (node.conf_dir / name).write_text("of another release")
    (node.conf_dir / "20-multus.conflist").symlink_to("/nowhere")


def leave_orphaned_leases(node: CleanedNode) -> None:
    for network, address in (
        ("homeassistant-lan", "192.168.18.33"),
        ("homeassistant-iot", "192.168.32.3"),
        ("homeassistant-iot", "fd00:32::3"),
    ):
        node.lease(network, address, GONE)


def what_is_to_stay(node: CleanedNode) -> Mapping[str, object]:
    """Leaves what a sound node has, and returns all its files."""
    (node.conf_dir / KEPT).write_text(SOUND)
    node.lease("homeassistant-lan", "192.168.18.32", ALIVE)
    for network in ("homeassistant-lan", "homeassistant-iot"):
        (node.leases / network).mkdir(exist_ok=True)
        (node.leases / network / "lock").touch()
        (node.leases / network / "last_reserved_ip.0").write_text("192.168.18.33")
    return node.files()


def test_stale_files_and_orphaned_leases_go_and_everything_else_stays(
    cleaned: CleanedNode,
) -> None:
    start = what_is_to_stay(cleaned)
    leave_stale_files(cleaned)
    leave_orphaned_leases(cleaned)

    done = cleaned.clean_up()

    assert done.returncode == 0, done.stderr
    assert cleaned.files() == start
    assert "releasing homeassistant-iot/fd00:32::3: its container is gone" in done.stdout
    again = cleaned.clean_up()
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")


def test_the_configuration_that_multus_replaces_goes_when_it_calls_multus_again(
    cleaned: CleanedNode,
) -> None:
    start = cleaned.files()
    (cleaned.conf_dir / KEPT).write_text(NESTED)

    assert cleaned.clean_up().returncode == 0
    assert cleaned.files() == start


def test_every_configuration_of_multus_goes_where_its_name_is_not_known(
    cleaned: CleanedNode,
) -> None:
    start = cleaned.files()
    (cleaned.conf_dir / KEPT).write_text("of some Multus")
    leave_stale_files(cleaned)

    assert cleaned.clean_up(KEPT="").returncode == 0
    assert cleaned.files() == start


@pytest.mark.parametrize("left", ["another runtime's", "empty", "absent"])
def test_all_leases_stay_where_the_running_containers_are_not_known(
    cleaned: CleanedNode, left: str
) -> None:
    (cleaned.conf_dir / "00-multus.conf").write_text("of another release")
    changes = {"POD_UID": "of a pod of another runtime"}
    if left != "another runtime's":
        changes = {"CONTAINERS": str(cleaned.root / "other")}
    if left == "empty":
        (cleaned.root / "other").mkdir()
    lease = cleaned.lease("homeassistant-lan", "192.168.18.32", GONE)

    done = cleaned.clean_up(**changes)

    assert done.returncode == 0, done.stderr
    assert "all leases stay" in done.stdout
    assert lease.exists()
    assert not (cleaned.conf_dir / "00-multus.conf").exists()


def test_a_lease_that_host_local_never_finished_goes(cleaned: CleanedNode) -> None:
    lease = cleaned.lease("homeassistant-lan", "192.168.18.32", "")
    lease.write_text("")
    os.utime(lease, (0, 0))

    assert cleaned.clean_up().returncode == 0
    assert not lease.exists()


def test_a_node_without_leases_is_cleaned(cleaned: CleanedNode) -> None:
    leave_stale_files(cleaned)
    cleaned.leases.rmdir()

    done = cleaned.clean_up()
    assert (done.returncode, done.stderr) == (0, "")


def start_clean_up(node: CleanedNode) -> "subprocess.Popen[str]":
    return subprocess.Popen(node.words, env=node.environment(), stdout=subprocess.PIPE, text=True)


def test_a_pod_that_starts_keeps_its_lease(cleaned: CleanedNode) -> None:
    """It has its lease before its container runs."""
    lease = cleaned.lease("homeassistant-lan", "192.168.18.32", GONE, age=0)
    orphan = cleaned.lease("homeassistant-lan", "192.168.18.33", "d" * 64)
    with start_clean_up(cleaned) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "waiting for pods that start\n"
        assert lease.exists()
        cleaned.run_container(GONE, "/var/lib/kubelet/pods/third")
        assert process.wait(30) == 0
    assert lease.exists()
    assert not orphan.exists()


def test_a_young_lease_goes_when_its_pod_never_started(cleaned: CleanedNode) -> None:
    lease = cleaned.lease("homeassistant-lan", "192.168.18.32", GONE, age=0)

    done = cleaned.clean_up(PATIENCE="2")
    assert "waiting for pods that start" in done.stdout
    assert not lease.exists()


def test_a_lease_in_the_future_is_waited_for_once(cleaned: CleanedNode) -> None:
    """A node without a clock of its own starts in the past."""
    lease = cleaned.lease("homeassistant-lan", "192.168.18.32", GONE, age=-100000)

    assert cleaned.clean_up(PATIENCE="2").returncode == 0
    assert not lease.exists()


def test_an_address_that_is_given_out_meanwhile_is_not_released(cleaned: CleanedNode) -> None:
    """host-local holds the lock while it replaces the lease of a container that is gone."""
    lease = cleaned.lease("homeassistant-lan", "192.168.18.32", GONE)
    lock = lease.with_name("lock")
    handle = os.open(lock, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    with start_clean_up(cleaned) as process:
        deadline = time.monotonic() + 30
        while not waits_for(lock):
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.02)
        lease.write_text(f"{ALIVE}\r\nnet1")
        os.close(handle)
        assert process.wait(30) == 0
    assert lease.exists()


def test_a_killed_clean_up_is_finished_by_the_next(cleaned: CleanedNode) -> None:
    kills = 0
    while True:
        start = what_is_to_stay(cleaned)
        leave_stale_files(cleaned)
        leave_orphaned_leases(cleaned)
        done = cleaned.clean_up(PATH=killer(cleaned, "rm", kills + 1))
        if done.returncode != KILLED:
            break
        kills += 1
        assert cleaned.files() != start
        assert cleaned.clean_up().returncode == 0
        assert cleaned.files() == start
    assert cleaned.files() == start
    # Five stale files, three leases.
    assert kills == 8


def test_the_script_passes_shellcheck() -> None:
    done = subprocess.run(
        ["shellcheck", "--shell=sh", str(SCRIPT)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
