"""Every object of every stack file: as the schemas want it, and as the program applies it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import pytest

from components.multus.manifest import CONFIG_HASH, EXPECTED
from components.objects import FIELD_MANAGER, SiteObjects, node_scripts_of, site_objects
from components.pod_networks.node_affinity import node_affinity
from config.site import Site
from lab.build.manifests import upstream_file
from tests.cases.changes import NODE2
from tests.cases.sites import (
    ROOT,
    STACK_FILES,
    changed,
    changed_tree,
    site,
    tree,
    unchecked_site,
)
from tests.unit.recorder import record_site

STACKS = [path.name.removeprefix("Pulumi.").removesuffix(".yaml") for path in STACK_FILES]
INGRESS: dict[str, object] = {
    "host": "home.example",
    "ingress_class": "traefik",
    "tls_secret": "home-tls",
}
WITH_INGRESS = {"home_assistant/ingress": INGRESS}
WITH_KEYS: dict[str, object] = {
    f"home_assistant/{key}": value
    for key, value in {
        "image": "ghcr.io/home-operations/home-assistant:2026.11.0",
        "environment": {"DISABLE_JEMALLOC": "true"},
        "resources": {"limits": {"cpu": "2", "memory": "4Gi"}},
        "run_as": {"user": 65534, "groups": [20]},
        "fs_group": 65534,
        "devices": ["squat.ai/serial"],
        "bluetooth": True,
        "tolerations": [{"key": "home", "effect": "NoExecute", "seconds": 60}],
        "storage": {"existing_claim": "old-config"},
        "service": {"type": "LoadBalancer", "external_traffic_policy": "Cluster"},
        "pod": {"labels": {"example.org/team": "home"}},
    }.items()
}
CHANGES = pytest.mark.parametrize(
    "changes", [{}, WITH_INGRESS, WITH_KEYS], ids=["plain", "ingress", "keys"]
)


def objects(described: Site) -> SiteObjects:
    return site_objects(described, upstream_file(described.multus.version).read_text())


@pytest.mark.parametrize("stack", STACKS)
@CHANGES
def test_every_object_is_valid(stack: str, changes: dict[str, object]) -> None:
    described = changed(stack, changes).site
    assert described is not None

    made = objects(described)
    assert made.crd is not None
    (version,) = made.crd["spec"]["versions"]
    for one in made:
        if one["kind"] == "NetworkAttachmentDefinition":
            jsonschema.validate(one, version["schema"]["openAPIV3Schema"])
            assert one["apiVersion"] == f"{made.crd['spec']['group']}/{version['name']}"
        else:
            kubernetes_validate.validate(one, "1.34", strict=True)


@pytest.mark.parametrize("stack", STACKS)
@CHANGES
def test_the_program_applies_each_object_as_it_is_listed(
    stack: str, changes: dict[str, object]
) -> None:
    described = changed(stack, changes).site
    assert described is not None

    listed = list(objects(described))
    applied = {
        _name(entry.inputs): entry.inputs
        for entry in record_site(changed_tree(stack, changes)).registered
        if entry.type.startswith("kubernetes:")
    }
    assert applied == {_name(one): _as_sent(one) for one in listed}
    assert len(applied) == len(listed)


@pytest.mark.parametrize("stack", STACKS)
def test_the_program_runs_each_script_as_it_is_listed(stack: str) -> None:
    commands = record_site(tree(stack)).of("command:remote:Command")
    scripts = node_scripts_of(site(stack))

    assert {entry.name: entry.inputs["stdin"] for entry in commands} == {
        f"multihome-plugins-{name}-plugins": one.install for name, one in scripts.items()
    }


def _name(described: dict[str, Any]) -> tuple[str, str]:
    return described["kind"], described["metadata"]["name"]


def _as_sent(described: dict[str, Any]) -> Any:
    """The object with its numbers as the engine's protocol has them."""
    return json.loads(json.dumps(described), parse_int=float)


def test_a_changed_configuration_of_multus_changes_its_pods() -> None:
    moved = changed("home", {"cluster/data_dir": "/srv/k3s"}).site
    assert moved is not None

    hashes = {
        made.multus["DaemonSet"]["spec"]["template"]["metadata"]["annotations"][CONFIG_HASH]
        for made in (objects(site("home")), objects(moved))
    }
    assert len(hashes) == 2


@pytest.mark.parametrize(("stack", "kind"), [("home", "httpGet"), ("cabin", "exec")])
def test_a_pod_is_probed_from_inside_where_its_answers_to_kubelet_are_lost(
    stack: str, kind: str
) -> None:
    workload = objects(site(stack)).home_assistant["StatefulSet"]
    container, *_ = workload["spec"]["template"]["spec"]["containers"]

    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert kind in container[probe]


def test_the_pod_may_run_only_on_nodes_of_the_stack_file_by_their_hostnames() -> None:
    renamed = changed("home", {"nodes/k3s-1/hostname": "k3s-1.lan"}).site
    assert renamed is not None
    made = objects(renamed)

    for described in (made.home_assistant["StatefulSet"], made.multus["DaemonSet"]):
        affinity = described["spec"]["template"]["spec"]["affinity"]
        assert affinity == node_affinity(["k3s-1.lan"])


def test_a_new_node_makes_the_pod_anew_unless_the_pod_s_nodes_are_named() -> None:
    new: dict[str, object] = {"nodes/k3s-2": {**NODE2, "interfaces": ["eth0"]}}
    named = {**new, "home_assistant/nodes": ["k3s-1"]}
    before, anywhere, kept = (
        objects(unchecked_site(changes)).home_assistant["StatefulSet"]["spec"]["template"]
        for changes in ({}, new, named)
    )

    assert anywhere != before
    assert anywhere["spec"] | {"affinity": None} == before["spec"] | {"affinity": None}
    assert kept == before


def test_a_network_that_the_pod_is_not_in_changes_no_pod() -> None:
    more = {"networks/spare": {"type": "macvlan", "parent": "eth0", "subnet": "192.168.60.0/24"}}
    changes = {**more, "networks/spare/ipam": "static"}
    with_another = changed("home", changes).site
    assert with_another is not None

    pods = [objects(each).home_assistant["StatefulSet"] for each in (site("home"), with_another)]
    assert pods[0] == pods[1]


def test_an_unused_network_whose_routes_lack_a_gateway_still_has_a_conflist() -> None:
    """No rule looks at it, and its NetworkAttachmentDefinition is made."""
    more = {
        "networks/spare": {
            "type": "macvlan",
            "parent": "eth0",
            "subnet": "192.168.60.0/24",
            "ipam": "static",
            "routes": ["10.9.0.0/16"],
        }
    }
    described = changed("home", more).site
    assert described is not None
    assert "10.9.0.0" not in json.dumps(objects(described).networks["spare"])


@pytest.mark.parametrize("minutes", [1, 60])
def test_the_startup_probe_and_up_wait_the_same_time(minutes: int) -> None:
    slow = changed_tree("home", {"home_assistant/start_minutes": minutes})
    (pod,) = record_site(slow).of("kubernetes:apps/v1:StatefulSet")
    container, *_ = pod.inputs["spec"]["template"]["spec"]["containers"]
    probe = container["startupProbe"]

    assert pod.request.customTimeouts.create == f"{minutes}m"
    assert probe["periodSeconds"] * probe["failureThreshold"] == minutes * 60


def test_another_multus_is_used_and_nothing_of_it_is_made() -> None:
    foreign = changed("home", {"multus/install": False}).site
    assert foreign is not None

    made = site_objects(foreign, None)
    assert made.crd is None
    assert made.multus == {}
    assert {_name(one) for one in made}.isdisjoint(EXPECTED.items())
    recording = record_site(changed_tree("home", {"multus/install": False}))
    kinds = {entry.type.rpartition(":")[2] for entry in recording.registered}
    assert kinds.isdisjoint({"DaemonSet", "CustomResourceDefinition", "ClusterRole"})
    (command,) = recording.of("command:remote:Command")
    assert "multus" not in command.inputs["stdin"].lower()


def test_every_object_has_the_one_field_manager() -> None:
    for described in objects(site("cabin")):
        assert described["metadata"]["annotations"][FIELD_MANAGER] == "multihome"


def test_the_same_site_is_the_same_objects_in_each_process(tmp_path: Path) -> None:
    """Python orders sets by a seed of each process; a pod that differs is made anew."""
    made = []
    for seed in ("1", "2", "3"):
        folder = tmp_path / seed
        folder.mkdir()
        done = subprocess.run(
            [sys.executable, "-m", "multihome", "render", str(ROOT / "Pulumi.cabin.yaml")],
            cwd=folder,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        made.append({path.relative_to(folder): path.read_bytes() for path in files})
    assert made[0]
    assert made[0] == made[1] == made[2]
