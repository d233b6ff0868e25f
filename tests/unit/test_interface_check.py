"""No workload without its networks: what the interface check sees, and how little it may do."""

import json
from http.client import BadStatusLine
from pathlib import Path
from typing import Any

import pytest

from components.objects import site_objects
from components.pod_networks import interface_check
from components.pod_networks.check_interfaces import Pod, missing, patience, wait
from tests.cases.sites import changed

PLANNED = {"net1": "32:44:0b:5a:0e:2e", "net1.2": "00:e0:4c:68:02:3d"}


def have(folder: Path, interfaces: dict[str, str]) -> Path:
    for name, mac in interfaces.items():
        (folder / name).mkdir()
        (folder / name / "address").write_text(f"{mac}\n")
    return folder


def test_all_interfaces_with_their_macs_are_enough(tmp_path: Path) -> None:
    assert missing(PLANNED, have(tmp_path, {**PLANNED, "eth0": "02:00:00:00:00:01"})) == []


@pytest.mark.parametrize(
    ("there", "absent"),
    [
        ({}, ["net1", "net1.2"]),
        ({"net1": PLANNED["net1"]}, ["net1.2"]),
        ({**PLANNED, "net1": "02:00:00:00:00:01"}, ["net1"]),
    ],
)
def test_an_interface_that_is_absent_or_another_is_missed(
    tmp_path: Path, there: dict[str, str], absent: list[str]
) -> None:
    assert missing(PLANNED, have(tmp_path, there)) == absent


def test_an_interface_of_any_mac_is_there_where_another_container_compares_the_macs(
    tmp_path: Path,
) -> None:
    folder = have(tmp_path, {"net1": "02:00:00:00:00:01"})
    assert missing({"net1": None, "net1.2": None}, folder) == ["net1.2"]


def test_the_role_allows_no_more_than_the_check_does() -> None:
    rules = interface_check.role("home-assistant", "home")["rules"]

    allowed = {
        (resource, name, verb)
        for rule in rules
        for resource in rule["resources"]
        for name in rule.get("resourceNames", ["*"])
        for verb in rule["verbs"]
    }
    assert allowed == {
        ("pods", "home-assistant-0", "get"),
        ("pods", "home-assistant-0", "delete"),
        ("configmaps", "home-assistant-interface-check", "get"),
        ("configmaps", "home-assistant-interface-check", "patch"),
        ("events", "*", "create"),
    }


class Cluster:
    """An API server with the pod of one StatefulSet, and a clock of its own."""

    def __init__(self) -> None:
        self.seconds = 1_000_000.0
        self.data: dict[str, str] = {}
        self.events: list[dict[str, Any]] = []
        self.deleted: list[float] = []
        self.refused: set[str] = set()
        self.failure: Exception = OSError("refused")

    def call(self, method: str, path: str, body: dict[str, Any] | None) -> dict[str, Any]:
        if method in self.refused:
            raise self.failure
        if method == "PATCH":
            assert body is not None
            self.data.update(body["data"])
        elif method == "POST":
            assert body is not None
            self.events.append(body)
        elif method == "DELETE":
            assert body is not None
            assert body["preconditions"] == {"uid": "a"}
            self.deleted.append(self.seconds)
        elif path.endswith("/pods/home-assistant-0"):
            owner = {"apiVersion": "apps/v1", "kind": "StatefulSet", "name": "home-assistant"}
            return {"metadata": {"ownerReferences": [{**owner, "uid": "b", "controller": True}]}}
        return {"data": dict(self.data)}

    def starts_a_pod(self, ready_after: float, until: float) -> None:
        """Runs the check until the pod is deleted or has its interfaces, or the time is over."""
        environment = {"POD_NAME": "home-assistant-0", "POD_NAMESPACE": "home", "POD_UID": "a"}
        pod = Pod(environment, self.call, lambda: self.seconds)
        pods, started = len(self.deleted), self.seconds

        def absent() -> list[str]:
            over = len(self.deleted) > pods or self.seconds >= until
            return [] if over or self.seconds - started >= ready_after else ["net1"]

        def sleep(seconds: float) -> None:
            self.seconds += seconds

        wait(pod, absent, sleep)


def test_a_pod_waits_fifteen_seconds_before_it_is_given_up() -> None:
    cluster = Cluster()
    cluster.starts_a_pod(ready_after=14, until=cluster.seconds + 999)
    assert cluster.deleted == []

    started = cluster.seconds
    cluster.starts_a_pod(ready_after=999, until=started + 999)
    assert 15 <= cluster.deleted[0] - started < 20


def test_at_most_ten_pods_are_given_up_in_ten_minutes_and_events_say_why() -> None:
    cluster = Cluster()
    until = cluster.seconds + 600
    while cluster.seconds < until:
        cluster.starts_a_pod(ready_after=10_000, until=until)

    assert 3 <= len(cluster.deleted) <= 10
    assert len(cluster.events) == len(cluster.deleted)
    event = cluster.events[-1]
    assert event["involvedObject"]["kind"] == "StatefulSet"
    assert event["involvedObject"]["uid"] == "b"
    assert "net1 missing" in event["message"]
    assert "kubectl -n kube-system logs" in event["message"]


def test_a_pod_waits_five_minutes_at_most_and_an_old_count_is_forgotten() -> None:
    assert [patience(given_up) for given_up in range(6)] == [15, 30, 60, 120, 240, 300]
    assert patience(10**6) == 300

    cluster = Cluster()
    cluster.data = {"pods": "9", "at": str(int(cluster.seconds) - 3600)}
    started = cluster.seconds
    cluster.starts_a_pod(ready_after=999, until=started + 999)
    assert cluster.deleted[0] - started < 20


@pytest.mark.parametrize(("refused", "deletions"), [("PATCH", 0), ("POST", 1), ("GET", 0)])
@pytest.mark.parametrize("failure", [OSError("refused"), BadStatusLine("-"), ValueError("-")])
def test_no_pod_is_deleted_uncounted_and_an_event_stops_nothing(
    refused: str, deletions: int, failure: Exception
) -> None:
    cluster = Cluster()
    cluster.refused, cluster.failure = {refused}, failure
    cluster.starts_a_pod(ready_after=100, until=cluster.seconds + 999)

    assert len(cluster.deleted) == deletions


def test_only_the_check_has_the_token_and_it_runs_before_home_assistant() -> None:
    home = changed("home", {"home_assistant/verify_after_apply": False}).site
    assert home is not None
    described = site_objects(home, None).home_assistant["StatefulSet"]
    pod = described["spec"]["template"]["spec"]

    first, *others = pod["initContainers"] + pod["containers"]
    assert pod["automountServiceAccountToken"] is False
    assert [mount["name"] for mount in first["volumeMounts"]] == [interface_check.VOLUME]
    for container in others:
        mounted = [mount["name"] for mount in container.get("volumeMounts", [])]
        assert interface_check.VOLUME not in mounted
        assert container["image"] == first["image"]
    assert json.loads(first["command"][-1]) == PLANNED
