"""Each thing that is broken on a real node or in a real pod is found, alone and by its name."""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from components.objects import site_objects
from lab.build.builder import build
from lab.netns.cni import PodInterface
from lab.netns.namespaces import ip
from tests.node.doctor.cluster import answers, multus_pod, sandbox_event, stuck, workload_pod
from tests.node.doctor.k3s import FLANNEL, multus_conflist, token
from tests.node.doctor.real_node import NAME, RealNode, start_node

MAC = "02:00:00:00:00:01"


def test_a_missing_plugin(real: RealNode) -> None:
    (real.k3s.bin_dir / "macvlan").unlink()
    found = real.only_finding()
    assert (found.name, found.where) == ("plugin-missing", f"node {NAME}")
    assert found.what == f"{real.k3s.bin_dir}/macvlan is missing"
    assert "multihome:plugins.generation" in found.cure


def test_plugins_that_were_copied_onto_k3s_links(real: RealNode) -> None:
    """The article's second trouble, and its cure on the same files."""
    cni = real.k3s.unpacked / "bin" / "cni"
    for plugin in sorted(build("cni-plugins").iterdir()):
        subprocess.run(["cp", str(plugin), str(real.k3s.bin_dir)], check=True)
    assert "must be called as chained plugin" in called(real.k3s.bin_dir / "bridge")

    found = real.findings()
    assert set(found) == {"plugin-overwritten", "k3s-files-changed"}
    overwritten = found["plugin-overwritten"]
    assert overwritten.what.startswith(f"{cni}, which bandwidth, bridge, firewall, flannel, ")
    assert "is the plugin portmap: somebody copied files onto the links to it" in overwritten.what
    assert f"stop k3s, move {real.k3s.unpacked} away and start k3s" in overwritten.cure
    assert "cni has another sha256" in found["k3s-files-changed"].what

    real.k3s.start()
    assert "plugin-overwritten" in real.findings()
    real.k3s.unpacked.rename(real.k3s.folder / "aside")
    real.k3s.start()
    assert real.findings() == {}
    assert "chained" not in called(real.k3s.bin_dir / "bridge")


def called(plugin: Path) -> str:
    """What a plugin says when a runtime calls it first in a chain."""
    environment = {"CNI_COMMAND": "ADD", "CNI_CONTAINERID": "x", "CNI_IFNAME": "eth0"}
    done = subprocess.run(
        [str(plugin)],
        env={**environment, "CNI_NETNS": "/proc/self/ns/net", "CNI_PATH": str(plugin.parent)},
        input=json.dumps({"cniVersion": "1.0.0", "name": "x", "type": plugin.name}),
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout


def test_a_link_to_k3s_program_by_a_name_that_it_lacks(real: RealNode) -> None:
    macvlan = real.k3s.bin_dir / "macvlan"
    macvlan.unlink()
    macvlan.symlink_to(real.k3s.unpacked / "bin" / "cni")
    found = real.only_finding()
    assert found.name == "plugin-not-of-k3s"
    assert f"`rm {macvlan}`" in found.cure


def test_a_link_of_k3s_that_became_a_file(real: RealNode) -> None:
    """k3s' own check sees its folder of programs, and not the links in `data/cni`."""
    bandwidth = real.k3s.unpacked / "bin" / "bandwidth"
    bandwidth.unlink()
    shutil.copy2(build("cni-plugins") / "bandwidth", bandwidth)
    found = real.only_finding()
    assert found.name == "k3s-files-changed"
    assert "bandwidth is no link to cni" in found.what


@pytest.mark.parametrize("name", ["00-multus.conf", "70-multus.conf"])
def test_a_stale_configuration_beside_the_current_one(real: RealNode, name: str) -> None:
    real.k3s.write_multus(FLANNEL, name)
    found = real.only_finding()
    assert found.name == "multus-config-stale"
    assert name in found.what


def test_a_configuration_without_a_multus(real: RealNode) -> None:
    real.answer(pods={"items": [workload_pod(real.site, NAME)]})
    found = real.findings()
    assert set(found) == {"multus-absent", "multus-config-stale", "multus-token-dead"}
    assert "no Multus runs on the node" in found["multus-config-stale"].what


def test_a_token_that_has_ended(real: RealNode) -> None:
    real.k3s.write_token(token(ends=time.time() - 3 * 86400))
    found = real.only_finding()
    assert found.name == "multus-token-dead"
    assert found.what.endswith("has ended 3 days ago")


def test_a_token_whose_pod_is_gone(real: RealNode) -> None:
    successor = multus_pod(NAME, uid="7a2c9d5e-0000-4000-8000-00000000ffff")
    real.answer(pods={"items": [successor, workload_pod(real.site, NAME)]})
    found = real.only_finding()
    assert found.name == "multus-token-dead"
    assert "belongs to the pod kube-multus-ds-k3s-1, which is gone" in found.what


def test_a_multus_that_calls_itself(real: RealNode) -> None:
    """In the form that v4.0.2 wrote after two restarts."""
    real.k3s.write_multus(multus_conflist(multus_conflist(FLANNEL)))
    found = real.only_finding()
    assert found.name == "multus-calls-itself"
    assert found.what.endswith("Multus calls itself 2 times")


def test_a_missing_parent_and_its_cure(real: RealNode) -> None:
    for change in (["down"], ["name", "enp3s0"], ["up"]):
        ip(real.segment.node, "link", "set", "eth0" if "up" not in change else "enp3s0", *change)
    found = real.only_finding()
    assert found.name == "parent-missing"
    assert "no interface eth0, the parent of lan" in found.what

    assert "`ip link property add dev <interface> altname eth0`" in found.cure
    ip(real.segment.node, "link", "property", "add", "dev", "enp3s0", "altname", "eth0")
    assert real.findings() == {}


def test_a_parent_that_is_down(real: RealNode) -> None:
    ip(real.segment.node, "link", "set", "eth0", "down")
    found = real.only_finding()
    assert (found.name, found.what) == (
        "parent-down",
        "the interface eth0 is down, the parent of lan",
    )


def test_a_parent_without_a_carrier(real: RealNode) -> None:
    ip(real.segment.neighbour, "link", "set", "lan0", "down")
    # The kernel says so up to a second later.
    deadline = time.monotonic() + 10
    while ip(real.segment.node, "link", "show", real.segment.parent)[0]["operstate"] == "UP":
        assert time.monotonic() < deadline
    found = real.only_finding()
    assert found.name == "parent-down"
    assert "has no carrier" in found.what


def test_a_kernel_without_macvlan(tmp_path: Path) -> None:
    """The node sees the files of a kernel that lacks the module."""
    seen = tmp_path / "kernel"
    (seen / "module").mkdir(parents=True)
    (seen / "modules").write_text("veth 16384 0 - Live 0x0000000000000000\n")
    (seen / "kallsyms").write_text("0000000000000000 T register_netdev\n")
    binds = {
        Path("/sys/module"): seen / "module",
        Path("/proc/modules"): seen / "modules",
        Path("/proc/kallsyms"): seen / "kallsyms",
        Path("/lib/modules"): seen / "module",
    }
    with start_node(tmp_path, binds={at: to for at, to in binds.items() if at.exists()}) as real:
        found = real.only_finding()
    assert found.name == "module-missing"
    assert "no module macvlan" in found.what


def test_a_lease_whose_container_is_gone(real: RealNode) -> None:
    shutil.rmtree(real.tasks)
    real.tasks.mkdir()
    assert real.findings() == {}, "a pod that is being made has a lease before its sandbox runs"

    lease = real.lease
    os.utime(lease, times=(0, time.time() - 600))
    found = real.only_finding()
    assert found.name == "lease-left"
    assert found.what.startswith("/run/cni/multihome/homeassistant-lan/192.168.18.32 belongs to")
    assert found.cure.startswith("`rm /run/cni/multihome/homeassistant-lan/192.168.18.32`")
    lease.unlink()
    assert real.findings() == {}


def test_an_attachment_that_drifted_from_the_plan(real: RealNode) -> None:
    (planned,) = site_objects(real.site, None).networks.values()
    config = planned["spec"]["config"].replace('"eth0"', '"eth1"')
    real.answer(attachments={"items": [{**planned, "spec": {"config": config}}]})
    found = real.only_finding()
    assert (found.name, found.where) == ("attachment-drifted", "network homeassistant/lan")
    assert found.what == ("its conflist is not the plan's: plugins[2].master: eth1, planned eth0")


def test_a_pod_without_its_interface(real: RealNode) -> None:
    pod = workload_pod(real.site, NAME)
    status = json.loads(pod["metadata"]["annotations"]["k8s.v1.cni.cncf.io/network-status"])
    pod["metadata"]["annotations"] = {"k8s.v1.cni.cncf.io/network-status": json.dumps(status[:1])}
    real.answer(pods={"items": [multus_pod(NAME), pod]})
    found = real.only_finding()
    assert found.name == "interface-missing"
    assert found.what == "it has no interface net1 in lan"


def test_a_pod_with_another_address_and_mac(real: RealNode) -> None:
    text = json.dumps(workload_pod(real.site, NAME))
    text = text.replace("192.168.18.32", "192.168.18.33").replace("32:44:0b", "32:44:0c")
    real.answer(pods={"items": [multus_pod(NAME), json.loads(text)]})
    found = real.findings()
    assert set(found) == {"address-wrong", "mac-wrong"}
    assert found["address-wrong"].what == "net1 has 192.168.18.33, planned 192.168.18.32"


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (
            ["add", "10.9.0.0/16", "via", "192.168.18.1", "dev", "net1"],
            "it has 10.9.0.0/16 via 192.168.18.1 dev net1, which is not planned",
        ),
        (
            ["replace", "default", "via", "192.168.18.1", "dev", "net1"],
            "it has 0.0.0.0/0 via 192.168.18.1 dev net1, which is not planned",
        ),
        (
            ["del", "192.168.18.0/24", "dev", "net1"],
            "it lacks 192.168.18.0/24 dev net1",
        ),
    ],
    ids=["added", "default", "removed"],
)
def test_a_pod_with_other_routes(real: RealNode, change: list[str], what: str) -> None:
    ip(real.segment.pod, "route", *change)
    found = real.only_finding()
    assert (found.name, found.what) == ("route-wrong", what)


def with_the_same_mac(real: RealNode) -> PodInterface:
    real.lease.unlink()
    return replace(real.interface(), interface="net2")


def with_portmap_alone(interface: PodInterface) -> PodInterface:
    """As when a file called `loopback`, the first plugin, has been replaced by portmap."""
    conflist = {**interface.conflist, "plugins": [{"type": "portmap"}]}
    return replace(interface, conflist=conflist)


BROKEN: dict[str, tuple[Callable[[RealNode], None], str]] = {
    "no parent": (
        lambda real: real.interface(master="eth7").add(),
        "the parent interface is missing on the node",
    ),
    "leased": (
        lambda real: replace(real.interface(), interface="net2", mac=MAC).add(),
        "192.168.18.32 is leased to a sandbox that is gone, or to another pod",
    ),
    "MAC": (
        lambda real: with_the_same_mac(real).add(),
        "another interface on the same parent has this MAC",
    ),
    "no plugin": (
        lambda real: real.interface(type="macvtap").add(),
        "the plugin macvtap is missing on the node",
    ),
    "chained": (
        lambda real: with_portmap_alone(real.interface()).add(),
        "a file has been replaced by a chained plugin, such as portmap",
    ),
    "MTU": (
        lambda real: real.interface(mtu=9000).add(),
        "the MTU is larger than the parent's",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_pod_that_stays_in_container_creating(real: RealNode, case: str) -> None:
    """The Event has the words of the real plugin."""
    breaks, cause = BROKEN[case]
    with pytest.raises(RuntimeError) as failed:
        breaks(real)
    pods = {"items": [multus_pod(NAME), stuck(workload_pod(real.site, NAME))]}
    events = {"items": [sandbox_event(real.site, str(failed.value))]}
    real.answer(**{**answers(real.site), "pods": pods, "events": events})

    found = real.only_finding()
    assert found.name == "pod-stuck"
    assert cause in found.what, str(failed.value)
