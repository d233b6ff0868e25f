"""Killed and taken away: what was begun is finished, and what is left behind starts pods."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from lab.engine.environment import CHECKOUT
from tests.e2e.running_site import CLAIM, CONFIGURATION, CRD, DATA, NAMESPACE, House, wait_for

PODS = "/api/v1/namespaces/default/pods"
WORDS = {
    "the first resource": "creat|delet",
    "a namespace or claim": "Service",
    "the node": "remote:Command",
    "Multus": "DaemonSet",
    "the workload": "StatefulSet",
}


def kill_when(house: House, command: str, word: str) -> None:
    """Runs `pulumi`, and kills it and what it started once it prints the word."""
    line = house.applied.command(command, *(["--exclude-protected"] * (command == "destroy")))
    with subprocess.Popen(
        line,
        cwd=CHECKOUT,
        env=house.applied.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        for printed in process.stdout:
            if any(part in printed for part in word.split("|")):
                break
        os.killpg(process.pid, signal.SIGKILL)


@pytest.mark.long
@pytest.mark.parametrize("moment", WORDS)
def test_a_killed_destroy_and_a_killed_up_are_finished_by_the_next(
    house: House, moment: str
) -> None:
    kill_when(house, "destroy", WORDS[moment])
    house.applied.pulumi("cancel", "--yes")
    done = house.applied.pulumi("destroy", "--exclude-protected", "--refresh")
    assert done.returncode == 0, done.stdout + done.stderr

    kill_when(house, "up", WORDS[moment])
    house.applied.pulumi("cancel", "--yes")
    house.applied.up("--refresh")
    house.settled()
    house.is_as_planned()
    house.applied.up("--expect-no-changes")


def ordinary_pod(name: str) -> dict[str, Any]:
    image = "ghcr.io/home-assistant/home-assistant:2026.11.0"
    container = {"name": "it", "image": image, "command": ["/bin/busybox", "true"]}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name},
        "spec": {"restartPolicy": "Never", "containers": [container]},
    }


def start_ordinary_pods(house: House, done: Callable[[], bool]) -> list[float]:
    """One pod after the other until it is done; how long each took to end well, in seconds."""
    plane = house.box.plane
    spent: list[float] = []
    while not done():
        name = f"ordinary-{len(spent)}"
        started = time.monotonic()
        plane.request("POST", PODS, ordinary_pod(name))

        def ended(path: str = f"{PODS}/{name}") -> bool:
            return bool(plane.get(path)["status"].get("phase") == "Succeeded")

        wait_for(ended, f"the pod {name}", 60)
        spent.append(time.monotonic() - started)
        plane.request("DELETE", f"{PODS}/{name}")
    return spent


def test_destroy_leaves_the_data_and_a_node_that_starts_pods(house: House) -> None:
    house.box.ssh(house.node, f"echo mine >{DATA}/kept")
    house.box.plane.exists("/api/v1/namespaces/default/serviceaccounts/default")
    result: list[subprocess.CompletedProcess[str]] = []

    def destroy() -> None:
        result.append(house.applied.pulumi("destroy", "--exclude-protected"))

    leaving = threading.Thread(target=destroy)
    leaving.start()
    first = start_ordinary_pods(house, lambda: not leaving.is_alive())
    leaving.join()
    assert result[0].returncode == 0, result[0].stdout + result[0].stderr
    again = iter([False, False, True])
    assert len(first) + len(start_ordinary_pods(house, lambda: next(again))) >= 3

    for path in (NAMESPACE, CLAIM, CRD):
        assert house.box.plane.exists(path), path
    left = house.box.ssh(house.node, f"find {CONFIGURATION} -type f").split()
    assert left == [f"{CONFIGURATION}/10-flannel.conflist"]
    plugins = house.box.ssh(house.node, "ls -A /var/lib/rancher/k3s/data/cni").split()
    assert not {"macvlan", "vlan", "tuning", ".multihome-cni-plugins"} & set(plugins)
    assert house.box.ssh(house.node, f"cat {DATA}/kept") == "mine\n"

    house.applied.up()
    house.settled()
    house.is_as_planned()
    assert house.box.ssh(house.node, f"cat {DATA}/kept") == "mine\n"
