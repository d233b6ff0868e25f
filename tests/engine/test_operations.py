"""The commands of docs/operations.md, as they are printed there."""

import json
import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from components.cni_plugins.scripts import FOLDER
from lab.control_plane.commands import OFF
from lab.control_plane.processes import wait_until
from lab.sshd import new_key, start_sshd
from tests.cases.documents import OPERATIONS
from tests.engine.lab import Lab, applied_lab
from tests.engine.loopback import loopback
from tests.engine.reader import Reader

WORKLOAD = "/apis/apps/v1/namespaces/homeassistant/statefulsets/home-assistant"
CRD = (
    "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/"
    "network-attachment-definitions.k8s.cni.cncf.io"
)
CLAIM = "/api/v1/namespaces/homeassistant/persistentvolumeclaims/home-assistant-config"
DAEMON_SET = "/apis/apps/v1/namespaces/kube-system/daemonsets/kube-multus-ds"
NETWORK = "/apis/k8s.cni.cncf.io/v1/namespaces/homeassistant/network-attachment-definitions/lan"
PODS = "/api/v1/namespaces/homeassistant/pods?labelSelector=statefulset.kubernetes.io/pod-name"
PLUGINS = ("macvlan", "tuning", "vlan")
# What `doctor` finds by the API server alone.
OF_OBJECTS = {
    *("node-unknown", "multus-absent", "attachment-missing", "attachment-drifted"),
    *("pod-missing", "pod-stuck", "pod-not-running", "interface-missing"),
}


@pytest.fixture
def pair(
    tmp_path: Path, engine: list[Path], archive_server: tuple[str, str], copy: Path
) -> Iterator[Reader]:
    """A reader whose site has the nodes k3s-1 and k3s-2, applied."""
    with applied_lab("home", tmp_path, engine, archive_server, more_nodes=["k3s-2"]) as lab:
        reader = Reader(lab, copy)
        reader.applies()
        yield reader


def plugins(lab: Lab, node: str) -> dict[str, int]:
    """The plugins on the node, by their inodes: a file that was written again has another."""
    folder = lab.node_folder(node) / "data" / "cni"
    return {name: (folder / name).stat().st_ino for name in PLUGINS if (folder / name).exists()}


def multus_leaves(lab: Lab, node: str) -> Path:
    """Puts Multus' configuration on the node, where no kubelet runs Multus."""
    file = lab.node_folder(node) / "agent" / "etc" / "cni" / "net.d" / "00-multus.conflist"
    file.write_text("{}")
    return file


def edit(reader: Reader, change: Callable[[dict[str, Any]], None]) -> None:
    yaml = YAML()
    content = yaml.load(reader.stack_file.read_text())
    change(content["config"])
    with reader.stack_file.open("w") as out:
        yaml.dump(content, out)


def test_a_node_that_lost_its_plugins_gets_them_back(reader: Reader) -> None:
    reader.applies()
    kept = plugins(reader.lab, "k3s-1")
    lost = reader.lab.node_folder("k3s-1") / "data" / "cni" / "macvlan"
    lost.unlink()
    reader.does(OPERATIONS["A node lost its plugins"])
    found = plugins(reader.lab, "k3s-1")
    assert set(found) == set(PLUGINS)
    assert {name: found[name] for name in ("tuning", "vlan")} == {
        name: kept[name] for name in ("tuning", "vlan")
    }

    lost.unlink()
    edit(reader, lambda tree: tree["multihome:cluster"].update(version="v1.34.4+k3s1"))
    reader.does("pulumi up --stack <site>")
    assert set(plugins(reader.lab, "k3s-1")) == set(PLUGINS)


def test_a_node_keeps_what_it_has_under_another_address_and_name_and_gets_it_when_imaged_again(
    reader: Reader, tmp_path: Path
) -> None:
    reader.applies()
    lab = reader.lab
    before, conflist = plugins(lab, "k3s-1"), multus_leaves(lab, "k3s-1")
    other = tmp_path / "other"
    other.mkdir()
    for name in ("client_key", "client_key.pub"):
        (other / name).write_bytes((lab.sshd.log.parent / name).read_bytes())
        (other / name).chmod(0o600)
    with start_sshd(other, listen=loopback(9), binds=lab.binds("k3s-1")) as sshd:
        os.kill(lab.sshd.process, signal.SIGTERM)
        edit(reader, lambda tree: tree["multihome:nodes"]["k3s-1"].update(port=sshd.port))
        words = {"node": "k3s-1", "host": sshd.host, "port": str(sshd.port)}
        reader.does(OPERATIONS["The address, port or host key of a node changed"], **words)
        assert sshd.connections() == 2  # ssh-keyscan is one
        assert plugins(lab, "k3s-1") == before

        def rename(tree: dict[str, Any]) -> None:
            nodes = tree["multihome:nodes"]
            nodes["k3s-1.lan"] = {**nodes.pop("k3s-1"), "hostname": "k3s-1"}

        edit(reader, rename)
        reader.does("pulumi up --stack <site>")
        assert plugins(lab, "k3s-1") == before
        assert conflist.exists()

    # The machine is imaged again.
    wiped = [lab.node_folder("k3s-1"), lab.binds("k3s-1")[Path(FOLDER)]]
    for file in (*other.glob("host_key_*"), *(each for f in wiped for each in f.rglob("*"))):
        if not file.is_dir():
            file.unlink()
    with start_sshd(other, listen=sshd.host, port=sshd.port, binds=lab.binds("k3s-1")):
        words["node"] = "k3s-1.lan"
        reader.does(OPERATIONS["The address, port or host key of a node changed"], **words)
        assert set(plugins(lab, "k3s-1")) == set(PLUGINS)

        conflist = multus_leaves(lab, "k3s-1")
        reader.does(OPERATIONS["Leaving"])
        assert plugins(lab, "k3s-1") == {}
        assert not conflist.exists()


def switch_off(lab: Lab, name: str) -> None:
    """From now on nobody ends the node's pods, and SSH is refused."""
    path = f"/api/v1/nodes/{name}"
    node = lab.plane.get(path)
    # kwok does not see what follows the label.
    node["metadata"]["labels"].update(OFF)
    node = lab.plane.request("PUT", path, node)
    (ready,) = (each for each in node["status"]["conditions"] if each["type"] == "Ready")
    ready["status"] = "Unknown"
    lab.plane.request("PUT", f"{path}/status", node)
    os.kill(lab.sshds[name].process, signal.SIGTERM)


@contextmanager
def switched_on(lab: Lab, name: str) -> Iterator[None]:
    """The node is back until the block ends."""
    path = f"/api/v1/nodes/{name}"
    node = lab.plane.get(path)
    for label in OFF:
        del node["metadata"]["labels"][label]
    lab.plane.request("PUT", path, node)
    was = lab.sshds[name]
    with start_sshd(was.log.parent, listen=was.host, port=was.port, binds=lab.binds(name)):
        yield


def test_a_node_that_was_off_gets_what_it_lacks_and_leaves_with_all_that_was_put_on_it(
    pair: Reader,
) -> None:
    lab = pair.lab
    for name in ("k3s-1", "k3s-2"):
        (lab.node_folder(name) / "data" / "cni" / "macvlan").unlink()
    edit(pair, lambda tree: tree["multihome:plugins"].update(generation=2))
    switch_off(lab, "k3s-2")
    pair.does(OPERATIONS["A node is off for some days"], node="k3s-2")
    assert set(plugins(lab, "k3s-1")) == set(PLUGINS)
    assert set(plugins(lab, "k3s-2")) < set(PLUGINS)

    with switched_on(lab, "k3s-2"):
        pair.does(OPERATIONS["A node that was off is back"], node="k3s-2")
        assert set(plugins(lab, "k3s-2")) == set(PLUGINS)
        assert "taints" not in lab.plane.get("/api/v1/nodes/k3s-2")["spec"]

        conflist = multus_leaves(lab, "k3s-2")
        pair.does(OPERATIONS["A node leaves the cluster"], node="k3s-2")
    assert not conflist.exists()
    assert plugins(lab, "k3s-2") == {}
    assert set(plugins(lab, "k3s-1")) == set(PLUGINS)


def test_a_node_that_is_dead_for_ever_is_given_up(pair: Reader) -> None:
    plane = pair.lab.plane

    def node_of_pod() -> str:
        (pod,) = plane.get(PODS)["items"]
        return str(pod["spec"]["nodeName"])

    dead = node_of_pod()
    switch_off(pair.lab, dead)
    pair.does(OPERATIONS["A node is dead for ever"], node=dead)

    assert dead not in pair.does("pulumi stack --stack <site> --show-urns")
    assert node_of_pod() != dead
    assert not plane.exists(f"/api/v1/nodes/{dead}")


def test_a_new_ssh_key_is_used_and_a_lost_state_is_adopted(reader: Reader) -> None:
    reader.applies()
    key = new_key(reader.folder / "new_key")
    allowed = reader.lab.sshd.log.parent / "authorized_keys"
    old = allowed.read_text()
    allowed.write_text(old + key.with_suffix(".pub").read_text())
    plane = reader.lab.plane
    before = plane.get(WORKLOAD)["metadata"]["uid"]
    # Another user, and another text for the server, which is the same cluster.
    renewed = plane.kubeconfig.replace('"admin"', '"renewed"').replace(plane.url, f"{plane.url}/")
    (reader.folder / "kubeconfig.yaml").write_text(renewed)
    reader.does(OPERATIONS["The SSH key or the kubeconfig changed"])
    allowed.write_text(key.with_suffix(".pub").read_text())
    assert plane.get(WORKLOAD)["metadata"]["uid"] == before
    assert "renewed" in reader.does("pulumi stack export --stack <site> --show-secrets")

    for file in Path(reader.environment["PULUMI_BACKEND_URL"][7:].partition("?")[0]).rglob("*"):
        if file.is_file() and "mine" in file.name:
            file.unlink()
    assert reader.types("pulumi stack --stack <site>").returncode != 0
    reader.does(OPERATIONS["The state is lost"])
    assert plane.get(WORKLOAD)["metadata"]["uid"] == before
    reader.does(OPERATIONS["Leaving"])
    assert plugins(reader.lab, "k3s-1") == {}


def test_a_claim_that_leaves_the_stack_is_used_as_before(reader: Reader) -> None:
    reader.applies()
    plane = reader.lab.plane
    before = [plane.get(path)["metadata"]["uid"] for path in (CLAIM, WORKLOAD)]
    edit(reader, lambda tree: tree["multihome:home_assistant"].pop("storage"))
    reader.does(OPERATIONS["The claim leaves the stack"])

    assert [plane.get(path)["metadata"]["uid"] for path in (CLAIM, WORKLOAD)] == before
    assert "PersistentVolumeClaim" not in reader.does("pulumi stack --stack <site> --show-urns")


def doctor(reader: Reader) -> set[str]:
    """The names of what `doctor` finds; nobody can read the routes of a pod of kwok."""
    key = reader.folder / "reader" / ".ssh" / "id_ed25519"
    key.chmod(0o600)
    command = f"ssh-add -q {key} && python -m multihome doctor --json Pulumi.<site>.yaml"
    said = json.loads(reader.types(f"ssh-agent sh -c '{command}'").stdout)
    assert [each["where"] for each in said["unseen"]] == [
        "routes of pod homeassistant/home-assistant-0"
    ], said
    return {finding["name"] for finding in said["findings"]}


def test_what_somebody_changed_by_hand_is_found_and_put_back(reader: Reader) -> None:
    reader.applies()
    plane = reader.lab.plane
    kubeconfig = multus_leaves(reader.lab, "k3s-1").parent / "multus.d" / "multus.kubeconfig"
    kubeconfig.parent.mkdir()
    kubeconfig.write_text(plane.kubeconfig)
    assert not doctor(reader) & {*OF_OBJECTS, "multus-token-dead"}

    kubeconfig.write_text(plane.kubeconfig.replace(plane.token, "old"))
    network = plane.get(NETWORK)
    network["spec"]["config"] = network["spec"]["config"].replace("eth0", "eth1")
    plane.request("PUT", NETWORK, network)
    by_hand = plane.get(DAEMON_SET)
    (container,) = by_hand["spec"]["template"]["spec"]["containers"]
    wanted, container["image"] = container["image"], "example.org/multus:1.0.0"
    plane.request("PUT", DAEMON_SET, by_hand)
    assert doctor(reader) & {*OF_OBJECTS, "multus-token-dead"} == {
        "attachment-drifted",
        "multus-token-dead",
    }

    done = reader.types("pulumi up --stack <site> --refresh")
    assert done.returncode != 0
    assert "field conflict" in done.stdout + done.stderr
    reader.does(OPERATIONS["Somebody changed an object by hand"])
    (container,) = plane.get(DAEMON_SET)["spec"]["template"]["spec"]["containers"]
    assert container["image"] == wanted
    assert not doctor(reader) & OF_OBJECTS


def test_an_up_that_was_killed_is_finished_by_the_next(reader: Reader) -> None:
    reader.does(reader.PREPARATION)
    process = subprocess.Popen(
        ["pulumi", "up", "--stack", "mine"],
        cwd=reader.folder,
        env=reader.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    plane = reader.lab.plane
    wait_until(lambda: plane.exists(CRD), "the first object", reader.folder / "no.log")
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()

    reader.does(OPERATIONS["An `up` was interrupted"])
    assert plane.exists(WORKLOAD)
