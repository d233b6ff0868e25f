"""`Pulumi.home.yaml`: applied, left alone, changed, broken, removed."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lab.control_plane.commands import OFF
from lab.control_plane.processes import described_node
from tests.engine.lab import Lab, applied_lab

NAMESPACE = "/api/v1/namespaces/homeassistant"
NETWORKS = "/apis/k8s.cni.cncf.io/v1/namespaces/homeassistant/network-attachment-definitions"
WORKLOAD = "/apis/apps/v1/namespaces/homeassistant/statefulsets/home-assistant"
DAEMON_SET = "/apis/apps/v1/namespaces/kube-system/daemonsets/kube-multus-ds"
CLAIM = f"{NAMESPACE}/persistentvolumeclaims/home-assistant-config"
CRD = (
    "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/"
    "network-attachment-definitions.k8s.cni.cncf.io"
)
PLUGINS = {"macvlan", "tuning", "vlan"}


@pytest.fixture(scope="module")
def first_up(
    tmp_path_factory: pytest.TempPathFactory, engine: list[Path], archive_server: tuple[str, str]
) -> Iterator[tuple[Lab, str]]:
    """The site and what its first `up` printed, for tests that leave it as it is."""
    with applied_lab("home", tmp_path_factory.mktemp("home"), engine, archive_server) as lab:
        yield lab, lab.up()


def plugin_folder(home: Lab) -> Path:
    return home.node_folder("k3s-1") / "data" / "cni"


def test_up_applies_the_site_and_a_second_up_finds_nothing_to_do(
    first_up: tuple[Lab, str],
) -> None:
    home, _ = first_up
    outputs = json.loads(home.pulumi("stack", "output", "--json").stdout)
    assert outputs["url"] == "http://192.168.18.32:8123"
    assert outputs["addresses"] == {
        "lan/net1": ["192.168.18.32/24"],
        "iot/net1.2": ["192.168.32.3/24"],
    }
    assert outputs["plugins"] == {"k3s-1": ["macvlan", "tuning", "vlan"]}
    found = home.plane.get(NETWORKS)["items"]
    assert sorted(item["metadata"]["name"] for item in found) == ["iot", "lan"]
    annotations = home.plane.get(WORKLOAD)["spec"]["template"]["metadata"]["annotations"]
    asked = json.loads(annotations["k8s.v1.cni.cncf.io/networks"])
    assert [(a["interface"], a["ips"], a["mac"]) for a in asked] == [
        ("net1", ["192.168.18.32/24"], "32:44:0b:5a:0e:2e"),
        ("net1.2", ["192.168.32.3/24"], "00:e0:4c:68:02:3d"),
    ]
    for plugin in PLUGINS:
        assert (plugin_folder(home) / plugin).stat().st_mode & 0o7777 == 0o755
    connections = home.connections()

    again = home.pulumi("preview", "--refresh", "--expect-no-changes")
    assert again.returncode == 0, again.stdout + again.stderr
    home.up("--expect-no-changes")
    assert home.connections() == connections


def test_the_state_and_the_output_hold_no_secret_in_plain_text(
    first_up: tuple[Lab, str],
) -> None:
    home, said = first_up
    line = home.sshd.private_key.splitlines()[2]
    state = home.pulumi("stack", "export").stdout
    for text in (said, state, home.file.read_text()):
        assert line not in text
        assert home.plane.token not in text


def changed_resources(home: Lab) -> set[str]:
    """The names of the resources that the next `up` would change."""
    done = home.pulumi("preview", "--json")
    steps = [s for s in json.loads(done.stdout)["steps"] if s["op"] not in {"same", "read"}]
    return {step["urn"].rpartition("::")[2] for step in steps}


def test_a_changed_key_changes_only_the_object_that_it_is_about(home: Lab) -> None:
    home.up()
    before = home.plane.get(DAEMON_SET)["spec"]

    def reset(tree: dict[str, Any]) -> None:
        tree["multihome:multus"]["reset"] = "addresses walk"

    def move(tree: dict[str, Any]) -> None:
        tree["multihome:home_assistant"]["interfaces"][0]["address"] = "192.168.18.33"

    home.change(reset)
    assert changed_resources(home) == {"multihome-multus-daemon-set"}
    home.up()
    after = home.plane.get(DAEMON_SET)["spec"]
    assert {key for key in before | after if before.get(key) != after.get(key)} == {"template"}

    home.change(move)
    assert changed_resources(home) == {"multihome-home-assistant-stateful-set"}
    home.up()
    annotations = home.plane.get(WORKLOAD)["spec"]["template"]["metadata"]["annotations"]
    assert "192.168.18.33/24" in annotations["k8s.v1.cni.cncf.io/networks"]


def test_destroy_keeps_the_data_up_restores_the_rest_and_unlisted_nodes_are_left_alone(
    home: Lab, archive: Path, tmp_path: Path
) -> None:
    """By an archive of the operator's, and a context of the operator's own kubeconfig.

    Without a cluster destroy fails before any connection.
    """
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text(json.dumps({**json.loads(home.plane.kubeconfig), "current-context": ""}))
    home.environment["KUBECONFIG"] = str(kubeconfig)

    def give_own(tree: dict[str, Any]) -> None:
        del tree["multihome:kubeconfig"]
        tree["multihome:cluster"]["context"] = "lab"
        plugins = tree["multihome:plugins"]
        del plugins["url"]
        plugins.update(source="archive", archives={"amd64": str(archive)})

    home.change(give_own)
    # To nodes that the stack file does not list nothing happens; a pod of one that is off would
    # never start.
    for name, labels in (("k3s-8", {}), ("k3s-9", OFF)):
        home.plane.request("POST", "/api/v1/nodes", described_node(name, labels))
    home.up()
    assert {file.name for file in plugin_folder(home).glob("[a-z]*")} == PLUGINS
    pods = home.plane.get("/api/v1/pods")["items"]
    assert {pod["metadata"]["namespace"] for pod in pods} == {"homeassistant", "kube-system"}
    assert {pod["spec"]["nodeName"] for pod in pods} == {"k3s-1"}

    done = home.pulumi("destroy", "--exclude-protected")
    assert done.returncode == 0, done.stdout + done.stderr
    for path, kept in ((NAMESPACE, True), (CLAIM, True), (CRD, True), (WORKLOAD, False)):
        assert home.plane.exists(path) is kept, path
    assert set(home.resources()) == {
        "multihome-home",
        "multihome",
        "multihome-cluster",
        "multihome-namespace",
        "multihome-home-assistant-claim",
        "multihome-multus-crd",
    }
    assert list(plugin_folder(home).iterdir()) == []

    home.up()
    assert home.plane.exists(WORKLOAD)
    home.change(lambda tree: tree.update({"multihome:multus": {"install": False}}))
    home.up()
    for path, kept in (
        (DAEMON_SET, False),
        (CRD, True),
        (f"{NETWORKS}/lan", True),
        (WORKLOAD, True),
    ):
        assert home.plane.exists(path) is kept, path
    connections = home.connections()
    home.plane.stop_api_server()
    done = home.pulumi("destroy", "--exclude-protected")
    assert done.returncode != 0
    assert "unreachable" in done.stdout + done.stderr
    assert home.connections() == connections


@pytest.mark.parametrize("before", [False, True], ids=["at first", "as a change"])
def test_a_broken_image_fails_by_name_within_a_bounded_time(
    home: Lab,
    before: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    if before:
        home.up()

    def break_image(tree: dict[str, Any]) -> None:
        tree["multihome:home_assistant"]["image"] = "lab.example/home/does-not-exist:1.0.0"
        tree["multihome:home_assistant"]["start_minutes"] = 1

    home.change(break_image)
    done = home.pulumi("up", timeout=200)

    assert done.returncode != 0
    assert "multihome-home-assistant-stateful-set" in done.stdout + done.stderr
    assert "0 out of 1 replicas succeeded readiness checks" in done.stdout + done.stderr


def test_without_a_cluster_the_first_up_fails_before_any_connection(home: Lab) -> None:
    home.plane.stop_api_server()

    done = home.pulumi("up")
    assert done.returncode != 0
    assert "unreachable" in done.stdout + done.stderr
    assert home.connections() == 0
