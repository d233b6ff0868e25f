"""`destroy`, killed or not: it can be finished, keeps the data, and the node starts pods."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from lab.engine.environment import CHECKOUT
from tests.e2e.running_site import CLAIM, CONFIGURATION, CRD, DATA, NAMESPACE, RunningSite, wait_for

PODS = "/api/v1/namespaces/default/pods"
WORDS = {
    "the first resource": "creat|delet",
    "a namespace or claim": "Service",
    "the node": "remote:Command",
    "Multus": "DaemonSet",
    "the workload": "StatefulSet",
}


def kill_when(site: RunningSite, command: str, word: str) -> None:
    """Runs `pulumi`; kills it and its children once it prints one of the words."""
    line = site.applied.command(command, *(["--exclude-protected"] * (command == "destroy")))
    with subprocess.Popen(
        line,
        cwd=CHECKOUT,
        env=site.applied.environment,
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
    site: RunningSite, moment: str
) -> None:
    kill_when(site, "destroy", WORDS[moment])
    site.applied.pulumi("cancel", "--yes")
    done = site.applied.pulumi("destroy", "--exclude-protected", "--refresh")
    assert done.returncode == 0, done.stdout + done.stderr

    kill_when(site, "up", WORDS[moment])
    site.applied.pulumi("cancel", "--yes")
    site.applied.up("--refresh")
    site.settled()
    site.assert_as_planned()
    site.applied.up("--expect-no-changes")


def ordinary_pod(name: str, image: str) -> dict[str, Any]:
    container = {"name": "it", "image": image, "command": ["/bin/busybox", "true"]}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name},
        "spec": {"restartPolicy": "Never", "containers": [container]},
    }


def start_ordinary_pods(site: RunningSite, done: Callable[[], bool]) -> list[float]:
    """Starts one pod after the other until `done`; the seconds that each took to succeed."""
    plane = site.lab.plane
    spent: list[float] = []
    while not done():
        name = f"ordinary-{len(spent)}"
        started = time.monotonic()
        plane.request("POST", PODS, ordinary_pod(name, site.lab.home_assistant))

        def ended(path: str = f"{PODS}/{name}") -> bool:
            return bool(plane.get(path)["status"].get("phase") == "Succeeded")

        wait_for(ended, f"the pod {name}", 300)
        spent.append(time.monotonic() - started)
        plane.request("DELETE", f"{PODS}/{name}")
    return spent


def test_destroy_leaves_the_data_and_a_node_that_starts_pods(first_up: RunningSite) -> None:
    # As the test before has left it: what is destroyed needs no repair first.
    site = first_up
    site.forget_starts()
    site.lab.ssh(site.node, f"echo mine >{DATA}/kept")
    site.lab.plane.exists("/api/v1/namespaces/default/serviceaccounts/default")
    result: list[subprocess.CompletedProcess[str]] = []

    def destroy() -> None:
        result.append(site.applied.pulumi("destroy", "--exclude-protected"))

    leaving = threading.Thread(target=destroy)
    leaving.start()
    first = start_ordinary_pods(site, lambda: not leaving.is_alive())
    leaving.join()
    assert result[0].returncode == 0, result[0].stdout + result[0].stderr
    again = iter([False, False, True])
    assert len(first) + len(start_ordinary_pods(site, lambda: next(again))) >= 3

    for path in (NAMESPACE, CLAIM, CRD):
        assert site.lab.plane.exists(path), path
    left = site.lab.ssh(site.node, f"find {CONFIGURATION} -type f").split()
    assert left == [f"{CONFIGURATION}/10-flannel.conflist"]
    plugins = site.lab.ssh(site.node, "ls -A /var/lib/rancher/k3s/data/cni").split()
    assert not {"macvlan", "vlan", "tuning", ".multihome-cni-plugins"} & set(plugins)
    assert site.lab.ssh(site.node, f"cat {DATA}/kept") == "mine\n"

    site.undo()
    site.applied.up()
    site.settled()
    site.assert_as_planned()
    assert site.lab.ssh(site.node, f"cat {DATA}/kept") == "mine\n"
