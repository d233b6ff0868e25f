"""Which nodes pods run on, by the real scheduler, and what the API server drops of a pod."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest

from components.objects import site_objects
from components.pod_networks.node_affinity import node_affinity
from lab.control_plane.processes import (
    ControlPlane,
    start_control_plane,
    wait_until,
)
from tests.cases.rules import CASES
from tests.cases.sites import unchecked_site
from tests.engine.loopback import API_SERVER, loopback

RULE = "no-node-for-pod"
PODS = "/api/v1/namespaces/default/pods"
STATEFUL_SETS = "/apis/apps/v1/namespaces/default/statefulsets"
ACCOUNT = "/api/v1/namespaces/default/serviceaccounts/default"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("nodes") / "cluster"


@pytest.fixture(scope="module")
def plane(folder: Path) -> Iterator[ControlPlane]:
    # As before Kubernetes 1.33, where nobody has to say it.
    off = ["--feature-gates=UserNamespacesSupport=false"]
    with start_control_plane(folder, ["k3s-1"], loopback(API_SERVER), off) as started:
        wait_until(lambda: started.exists(ACCOUNT), "the account", folder / "controllers.log")
        yield started


def scheduled(
    plane: ControlPlane, folder: Path, name: str, changes: Mapping[str, object]
) -> dict[str, Any]:
    """What the scheduler says of a pod with the affinity that the program gives to pods."""
    site = unchecked_site(changes)
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name},
        "spec": {
            "affinity": node_affinity(site.pod_hostnames),
            "containers": [{"name": "it", "image": "example.org/nothing:1"}],
        },
    }
    plane.request("POST", PODS, pod)
    found: list[dict[str, Any]] = []

    def judged() -> bool:
        conditions = plane.get(f"{PODS}/{name}")["status"].get("conditions", [])
        found[:] = [c for c in conditions if c["type"] == "PodScheduled"]
        return bool(found)

    wait_until(judged, "the scheduler", folder / "scheduler.log")
    return found[0]


def test_a_pod_for_nodes_that_are_not_there_is_refused_by_the_api_server(
    plane: ControlPlane, folder: Path
) -> None:
    with pytest.raises(HTTPError) as refused:
        scheduled(plane, folder, "nowhere", CASES[RULE])

    assert refused.value.code == 422
    assert "must be specified when `operator` is 'In'" in refused.value.read().decode()


def test_a_pod_for_a_node_that_is_there_is_scheduled(plane: ControlPlane, folder: Path) -> None:
    said = scheduled(plane, folder, "planned", CASES["node-unknown"])

    assert said["status"] == "True"


def test_without_user_namespaces_the_api_server_drops_the_key_and_says_nothing(
    plane: ControlPlane,
) -> None:
    site = unchecked_site({**CASES["host-users-ignored"], "namespace": "default"})
    wanted = site_objects(site, None).home_assistant["StatefulSet"]
    assert wanted["spec"]["template"]["spec"]["hostUsers"] is False

    made = plane.request("POST", f"{STATEFUL_SETS}?dryRun=All", wanted)

    assert "hostUsers" not in made["spec"]["template"]["spec"]
