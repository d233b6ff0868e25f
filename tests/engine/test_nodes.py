"""What `no-node-for-pod` prevents, by the real scheduler: the pod is never scheduled."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from components.home_assistant.objects import stateful_set
from lab.control_plane.processes import ControlPlane, start_control_plane, wait_until
from tests.cases.rules import CASES
from tests.cases.sites import unchecked_site

RULE = "no-node-for-pod"
PODS = "/api/v1/namespaces/default/pods"
ACCOUNT = "/api/v1/namespaces/default/serviceaccounts/default"


@pytest.fixture
def plane(tmp_path: Path) -> Iterator[ControlPlane]:
    with start_control_plane(tmp_path / "cluster", ["k3s-1"]) as started:
        log = tmp_path / "cluster" / "controllers.log"
        wait_until(lambda: started.exists(ACCOUNT), "the account", log)
        yield started


def scheduled(plane: ControlPlane, folder: Path, changes: Mapping[str, object]) -> dict[str, Any]:
    """What the scheduler says of a pod with the affinity of the program's StatefulSet."""
    site = unchecked_site(changes)
    described = stateful_set(
        site.home_assistant,
        "x",
        site.networks,
        {},
        hostnames=site.pod_hostnames,
        probed_from_inside=False,
    )
    template = described["spec"]["template"]
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "planned"},
        "spec": {
            "affinity": template["spec"]["affinity"],
            "containers": [{"name": "it", "image": "example.org/nothing:1"}],
        },
    }
    plane.request("POST", PODS, pod)
    found: list[dict[str, Any]] = []

    def judged() -> bool:
        conditions = plane.get(f"{PODS}/planned")["status"].get("conditions", [])
        found[:] = [c for c in conditions if c["type"] == "PodScheduled"]
        return bool(found)

    wait_until(judged, "the scheduler", folder / "cluster" / "scheduler.log")
    return found[0]


def test_a_pod_for_nodes_that_are_not_there_is_never_scheduled(
    plane: ControlPlane, tmp_path: Path
) -> None:
    said = scheduled(plane, tmp_path, CASES[RULE])

    assert said["status"] == "False"
    assert "node affinity" in said["message"]


def test_a_pod_for_a_node_that_is_there_is_scheduled(plane: ControlPlane, tmp_path: Path) -> None:
    said = scheduled(plane, tmp_path, CASES["node-unknown"])

    assert said["status"] == "True"
