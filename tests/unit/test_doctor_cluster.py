"""Findings about the cluster, from answers of `kubectl`."""

import json
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from multihome.doctor.cluster_facts import (
    ClusterFacts,
    attachments_of,
    definition_is_ours,
    failures_of,
    multus_of,
    nodes_of,
    pod_of,
)
from multihome.doctor.examine import examine
from multihome.doctor.finding import Finding
from multihome.doctor.findings.networks import differences
from multihome.doctor.findings.routes import ipv6_routes, pod_routes
from multihome.doctor.kubectl import ATTACHMENTS, look_at_cluster
from multihome.doctor.plan import Plan
from tests.cases.sites import changed, site
from tests.node.doctor.cluster import (
    answers,
    multus_pod,
    sandbox_event,
    stuck,
    upstream_s_definition,
    workload_pod,
)

HOME, CABIN = Plan(site("home")), Plan(site("cabin"))
# Of a pod with the home's two interfaces, and with the cabin's first.
IPV4 = """\
Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t00000000\t01002A0A\t0003\t0\t0\t0\t00000000\t0\t0\t0
eth0\t00002A0A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
net1\t0012A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
net1.2\t0020A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
"""
IPV6 = """\
fd200000000000200000000000000000 40 00000000000000000000000000000000 00 \
00000000000000000000000000000000 00000100 00000001 00000000 00000001      lan
fe800000000000000000000000000000 40 00000000000000000000000000000000 00 \
00000000000000000000000000000000 00000100 00000001 00000000 00000001      lan
00000000000000000000000000000000 00 00000000000000000000000000000000 00 \
00000000000000000000000000000000 ffffffff 00000001 00000000 00200200       lo
00000000000000000000000000000000 00 00000000000000000000000000000000 00 \
fe800000000000000000000000000001 00000400 00000001 00000000 00450003      lan
"""


def facts(
    plan: Plan, routes: tuple[str, str] | None = None, **changed: dict[str, Any]
) -> ClusterFacts:
    said = {**answers(plan.site), **changed}
    namespace = plan.site.namespace
    return ClusterFacts(
        nodes=nodes_of(said["nodes"]),
        definition_is_ours=definition_is_ours(said["customresourcedefinitions"]),
        attachments=attachments_of(said[ATTACHMENTS]),
        multus=multus_of(said["pods"]),
        pod=pod_of(said["pods"], namespace, plan.pod),
        sandbox_failures=failures_of(said["events"], namespace, plan.pod),
        routes=routes,
    )


def found(plan: Plan = HOME, **changed: Any) -> list[Finding]:
    return list(examine(plan, {}, facts(plan, **changed)))


def pods(plan: Plan, change: Callable[[Any], Any]) -> dict[str, Any]:
    """The pods, the site's own changed."""
    node = next(iter(plan.site.nodes))
    others = [multus_pod(name) for name in plan.site.hostnames]
    return {"items": [*others, change(workload_pod(plan.site, node))]}


@pytest.mark.parametrize("plan", [HOME, CABIN], ids=["home", "cabin"])
def test_a_healthy_cluster_has_no_finding(plan: Plan) -> None:
    assert found(plan) == []


def test_the_routes_of_the_plan_are_no_finding() -> None:
    assert found(HOME, routes=(IPV4, "")) == []


def test_a_default_route_of_a_router_advertisement_is_found() -> None:
    said = [finding.what for finding in found(CABIN, routes=("", IPV6))]
    assert "it has ::/0 via fe80::1 dev lan, which is not planned" in said
    assert not [what for what in said if "fd20:0:0:20::/64" in what]
    assert len(list(ipv6_routes(IPV6))) == 3


@pytest.mark.parametrize("table", [None, 10_018])
def test_a_route_belongs_to_the_table_that_the_plan_says(
    table: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The kernel's file has the main table alone."""
    plan = Plan(site("home"))
    route: dict[str, object] = {"dst": "10.9.0.0/16", "gw": "192.168.18.1"}
    conflists = json.loads(json.dumps(plan.conflists))
    (interface,) = [each for each in conflists["lan"]["plugins"] if "ipam" in each]
    interface["ipam"]["routes"] = [route if table is None else {**route, "table": table}]
    monkeypatch.setitem(plan.__dict__, "conflists", conflists)
    line = "net1\t0000090A\t0112A8C0\t0003\t0\t0\t0\t0000FFFF\t0\t0\t0\n"

    def wrong(ipv4: str) -> list[str]:
        seen = facts(plan, routes=(ipv4, ""))
        return [each.what for each in pod_routes(plan, seen)]

    said = "10.9.0.0/16 via 192.168.18.1 dev net1"
    missing, added = f"it lacks {said}", f"it has {said}, which is not planned"
    assert wrong(IPV4) == ([missing] if table is None else [])
    assert wrong(IPV4 + line) == ([] if table is None else [added])


CASES: dict[str, tuple[dict[str, Any], str, str]] = {
    "no pod": ({"pods": {"items": [multus_pod("k3s-1")]}}, "pod-missing", "there is no such pod"),
    "no Multus": (
        {"pods": {"items": [workload_pod(HOME.site, "k3s-1")]}},
        "multus-absent",
        "no pod of Multus runs there",
    ),
    "another node's name": (
        {
            "nodes": {"items": [{"metadata": {"name": "other", "labels": {}}}]},
        },
        "node-unknown",
        "no node with the label kubernetes.io/hostname=k3s-1",
    ),
    "a pod that started without Multus": (
        {
            "pods": pods(
                HOME, lambda pod: {**pod, "metadata": {**pod["metadata"], "annotations": {}}}
            )
        },
        "interface-missing",
        "it has no interface net1",
    ),
    "a pod that waits": (
        {"pods": pods(HOME, stuck)},
        "pod-not-running",
        "it is Pending (ContainerCreating)",
    ),
    "an error that nobody knows": (
        {
            "pods": pods(HOME, stuck),
            "events": {
                "items": [
                    sandbox_event(HOME.site, "earlier", "2026-11-28T08:00:00Z"),
                    sandbox_event(HOME.site, "the disk is broken"),
                ]
            },
        },
        "pod-stuck",
        "failed (add): the disk is broken",
    ),
    "an attachment that is no JSON": (
        {
            ATTACHMENTS: {
                "items": [
                    {"metadata": {"name": name}, "spec": {"config": "{"}}
                    for name in HOME.site.networks
                ]
            }
        },
        "attachment-drifted",
        "its conflist is not the plan's: spec.config: {, planned {",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_wrong_in_the_cluster_is_found(case: str) -> None:
    changed, name, what = CASES[case]
    said = found(HOME, **changed)
    assert {finding.name for finding in said} == {name}
    assert what in said[0].what


def test_a_pod_whose_containers_restart_is_not_stuck_in_an_old_failure() -> None:
    """The Event of a failure that is over stays for an hour."""
    events = {"items": [sandbox_event(HOME.site, "Link not found")]}
    assert found(HOME, events=events) == []
    initialized = pods(HOME, lambda pod: {**pod, "status": {**pod["status"], "phase": "Pending"}})
    (waits,) = found(HOME, events=events, pods=initialized)
    assert waits.name == "pod-not-running"


@pytest.mark.parametrize(
    ("image", "is_multus"),
    [
        ("ghcr.io/k8snetworkplumbingwg/multus-cni:v4.2.4", True),
        ("ghcr.io/k8snetworkplumbingwg/multus-cni:snapshot-thick@sha256:00", True),
        ("docker.io/rancher/hardened-multus-cni:v4.3.0-build20260819", True),
        ("ghcr.io/k8snetworkplumbingwg/multus-dynamic-networks-controller:latest", False),
        ("ghcr.io/home-assistant/home-assistant:2026.11.0", False),
    ],
)
def test_multus_is_known_by_its_image(image: str, *, is_multus: bool) -> None:
    pod = multus_pod("k3s-1")
    pod["spec"]["containers"][0]["image"] = image
    assert bool(multus_of({"items": [pod]})) is is_multus


def test_another_multus_is_told_before_up_stops_at_its_definition() -> None:
    none: dict[str, Any] = {"items": []}
    theirs = {"items": [upstream_s_definition(HOME.site)]}
    (finding,) = found(HOME, customresourcedefinitions=theirs)
    assert (finding.name, finding.where) == ("multus-other", "cluster")
    assert "multihome:multus.install false" in finding.cure

    used = changed("home", {"multus/install": False}).site
    assert used is not None
    assert found(Plan(used), customresourcedefinitions=theirs) == []
    assert found(HOME, customresourcedefinitions=none) == []


def test_a_difference_is_named_by_its_place() -> None:
    planned = {"a": [{"b": 1, "c": "x"}], "d": True}
    assert list(differences(planned, {"a": [{"b": 2, "c": "x"}], "e": "y"})) == [
        "a[0].b: 2, planned 1",
        "d: missing, planned true",
        "e: y, not planned",
    ]
    assert list(differences(planned, {"a": [], "d": True})) == [
        'a: [], planned [{"b": 1, "c": "x"}]'
    ]


KUBECTL = f"""#!{sys.executable}
import sys
from pathlib import Path
folder = Path(__file__).parent
words = [word for word in sys.argv[1:] if not word.startswith("--")]
file = folder / ("exec" if words[0] == "exec" else words[1])
if not file.exists():
    sys.exit((folder / "error").read_text())
print(file.read_text())
"""


@pytest.fixture
def kubectl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder with the answers of a `kubectl`."""
    program = tmp_path / "kubectl"
    program.write_text(KUBECTL)
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    for resource, answer in answers(HOME.site).items():
        (tmp_path / resource).write_text(json.dumps(answer))
    (tmp_path / "exec").write_text(f"{IPV4}--- ipv6\n")
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def test_everything_is_asked_of_kubectl(kubectl: Path) -> None:
    assert kubectl.is_dir()
    seen, unseen = look_at_cluster(HOME, None)
    assert unseen == []
    assert seen == facts(HOME, routes=(IPV4, "\n"))
    assert list(examine(HOME, {}, seen)) == []


def test_without_multus_definition_every_network_is_missing(kubectl: Path) -> None:
    (kubectl / ATTACHMENTS).unlink()
    (kubectl / "error").write_text(
        f'error: the server doesn\'t have a resource type "{ATTACHMENTS.partition(".")[0]}"\n'
    )
    seen, unseen = look_at_cluster(HOME, None)
    assert unseen == []
    names = [finding.name for finding in examine(HOME, {}, seen)]
    assert names == ["attachment-missing", "attachment-missing"]


def test_routes_that_cannot_be_read_are_told_and_the_rest_is_judged(kubectl: Path) -> None:
    (kubectl / "exec").unlink()
    (kubectl / "error").write_text('Error from server (Forbidden): pods "x" is forbidden\n')
    seen, (unseen,) = look_at_cluster(HOME, None)
    assert seen is not None
    assert unseen.where == "routes of pod homeassistant/home-assistant-0"
    assert "Forbidden" in unseen.why


def test_a_machine_without_kubectl_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    seen, (unseen,) = look_at_cluster(HOME, None)
    assert seen is None
    assert unseen.why == "there is no `kubectl` on this machine"
