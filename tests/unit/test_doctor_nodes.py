"""Findings about nodes, from facts: those that tests/node/doctor/ does not provoke for real."""

import json
import re
from dataclasses import replace
from typing import Any

import pytest

from multihome.doctor.cluster_facts import ClusterFacts
from multihome.doctor.examine import examine
from multihome.doctor.finding import Finding
from multihome.doctor.node_facts import Lease, NodeFacts, ParentInterface, PluginFile, parse
from multihome.doctor.plan import Plan
from tests.cases.sites import changed_tree, site, unchecked_site
from tests.node.doctor.cluster import MULTUS_UID
from tests.node.doctor.k3s import FLANNEL, multus_conflist

NODE = "k3s-1"
PLAN = Plan(site("home"))
BIN_DIR = PLAN.site.cluster.cni.bin_dir


def plugin(name: str, **changes: Any) -> PluginFile:
    file = PluginFile(
        path=f"{BIN_DIR}/{name}", sha256="1" * 64, runs=True, says=f"CNI {name} plugin v1.9.1"
    )
    return replace(file, **changes)


HEALTHY = NodeFacts(
    time=1_800_000_000,
    has_bin_dir=True,
    has_conf_dir=True,
    plugins={name: plugin(name) for name in (*PLAN.plugin_types, "multus")},
    installed={"macvlan": ("1" * 64,), "vlan": ("2" * 64, "1" * 64)},
    configs={"00-multus.conflist": json.dumps(multus_conflist(FLANNEL)), "10-flannel.conflist": ""},
    claims={"exp": 1_800_000_001, "kubernetes.io": {"pod": {"name": "m", "uid": MULTUS_UID}}},
    token_refused=False,
    interfaces={"eth0": ParentInterface(name="eth0", up=True, state="up", mtu=1500)},
    vlans={("eth0", 3): "eth0.3"},
    modules={"macvlan": "present", "8021q": "present"},
    leases=(Lease(file="/run/cni/multihome/x/1.2.3.4", container="a" * 64, old=True),),
    runtimes=("/run/containerd",),
    containers=frozenset({"a" * 64}),
    missing_sysctls=(),
    check_config="- sha256sum: good\n- links: good\n",
)


def found(
    facts: NodeFacts, plan: Plan = PLAN, cluster: ClusterFacts | None = None
) -> list[Finding]:
    return list(examine(plan, {NODE: facts}, cluster))


def changed(**changes: Any) -> NodeFacts:
    return replace(HEALTHY, **changes)


def test_a_healthy_node_has_no_finding() -> None:
    assert found(HEALTHY) == []


PLUGINS = HEALTHY.plugins
CASES: dict[str, tuple[NodeFacts, str, str]] = {
    "no folder of plugins": (
        changed(has_bin_dir=False, plugins={}),
        "folder-missing",
        f"there is no folder {BIN_DIR}",
    ),
    "no folder of configurations": (
        changed(has_conf_dir=False, configs={}),
        "folder-missing",
        "there is no folder /var/lib/rancher/k3s/agent/etc/cni/net.d",
    ),
    "a link that leads nowhere": (
        changed(plugins={**PLUGINS, "vlan": plugin("vlan", sha256="", runs=False)}),
        "plugin-missing",
        f"{BIN_DIR}/vlan is a link that leads nowhere",
    ),
    "a plugin that cannot run": (
        changed(plugins={**PLUGINS, "vlan": plugin("vlan", runs=False)}),
        "plugin-missing",
        f"{BIN_DIR}/vlan is not executable",
    ),
    "Multus' program": (
        changed(plugins={name: file for name, file in PLUGINS.items() if name != "multus"}),
        "plugin-missing",
        f"{BIN_DIR}/multus is missing",
    ),
    "a plugin under another's name": (
        changed(plugins={**PLUGINS, "bridge": plugin("bridge", says="CNI portmap plugin v1.9.1")}),
        "plugin-overwritten",
        f"{BIN_DIR}/bridge, which bridge should run, is the plugin portmap",
    ),
    "a plugin of another build": (
        changed(plugins={**PLUGINS, "macvlan": plugin("macvlan", sha256="3" * 64)}),
        "plugin-changed",
        f"{BIN_DIR}/macvlan is not the file that `up` has installed",
    ),
    "k3s' check, in colours": (
        changed(
            check_config="\nVerifying binaries in /k3s/data/6e1c/bin:\n"
            "\x1b[1m- sha256sum\x1b[m: \x1b[1;31mdoes not match (fail)\x1b[m\n"
            "  ... cni: FAILED\n  ... sha256sum: WARNING: 1 computed checksum did NOT match\n"
            "\x1b[1m- loopback\x1b[m: \x1b[1;31msymlink to cni (fail)\x1b[m\n"
        ),
        "k3s-files-changed",
        "`k3s check-config` says of /k3s/data/6e1c/bin: cni has another sha256; loopback is no"
        " link to cni",
    ),
    "the parent's MTU": (
        changed(interfaces={"eth0": replace(HEALTHY.interfaces["eth0"], mtu=1280)}),
        "parent-mtu",
        "eth0 has the MTU 1280, and lan needs 1400",
    ),
    "a VLAN of the node": (
        changed(vlans={("eth0", 2): "eth0.2"}),
        "vlan-taken",
        "eth0.2 is VLAN 2 on eth0 already, which iot needs",
    ),
    "8021q": (
        changed(modules={"macvlan": "present", "8021q": "absent"}),
        "module-missing",
        "the running kernel has no module 8021q, which the plugin vlan needs",
    ),
    "a sysctl": (
        changed(missing_sysctls=("net/ipv6/conf/lo/accept_ra",)),
        "sysctl-missing",
        "the kernel has no /proc/sys/net/ipv6/conf/<interface>/accept_ra",
    ),
    "a token that the API server refuses": (
        changed(token_refused=True),
        "multus-token-dead",
        "multus.kubeconfig is refused by the API server",
    ),
    "a daemon that calls its shim": (
        changed(
            configs={
                "00-multus.conf": json.dumps(
                    {"type": "multus-shim", "delegates": [{"type": "multus-shim"}]}
                )
            }
        ),
        "multus-calls-itself",
        "Multus calls itself 1 time",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_wrong_with_a_node_is_found_alone(case: str) -> None:
    facts, name, what = CASES[case]
    plan = Plan(unchecked_site({"networks/lan/mtu": 1400})) if name == "parent-mtu" else PLAN
    (finding,) = found(facts, plan)
    assert finding.name == name
    assert finding.where == f"node {NODE}"
    assert what in finding.what


@pytest.mark.parametrize(
    "facts",
    [
        changed(modules={"macvlan": "unknown", "8021q": "unknown"}),
        changed(runtimes=(), containers=frozenset()),
        changed(containers=frozenset(), leases=(replace(HEALTHY.leases[0], old=False),)),
        changed(claims=None),
        changed(claims={}),
        changed(configs={"10-flannel.conflist": ""}, claims={"exp": 1}),
        changed(configs={"00-multus.conflist": "{"}),
        changed(plugins={**PLUGINS, "flannel": plugin("flannel", says="CNI Plugin  version  (x)")}),
        changed(plugins={**PLUGINS, "bridge": plugin("bridge", says="")}),
        changed(check_config=None),
        changed(interfaces={"eth0": replace(HEALTHY.interfaces["eth0"], state="unknown")}),
    ],
)
def test_what_cannot_be_known_is_no_finding(facts: NodeFacts) -> None:
    assert found(facts) == []


def test_the_tagged_parent_of_an_alternative_name_is_known_by_its_own() -> None:
    facts = changed(
        interfaces={"eth0": replace(HEALTHY.interfaces["eth0"], name="enp3s0")},
        vlans={("enp3s0", 2): "lan2"},
    )
    (finding,) = found(facts)
    assert finding.cure == "remove lan2, or write `type: macvlan` with `parent: lan2`"


def test_every_plugin_module_and_sysctl_of_the_conflists_is_looked_at() -> None:
    values = changed_tree("home", {"networks/iot/ipam": "host-local"})
    plan = Plan(unchecked_site({"networks": values["networks"]}))
    types = {
        section["type"]
        for conflist in plan.conflists.values()
        for each in conflist["plugins"]
        for section in (each, each.get("ipam", {}))
        if section
    }
    assert types <= set(plan.plugin_types)
    assert plan.modules == ("8021q", "macvlan")
    assert "/run/cni/multihome/homeassistant-iot" in plan.lease_folders
    assert plan.parents == ("eth0",)


@pytest.mark.parametrize(
    ("key", "path"),
    [
        ("net.ipv6.conf.IFNAME.accept_ra", "net/ipv6/conf/lo/accept_ra"),
        ("net/ipv4/conf/IFNAME/arp_ignore", "net/ipv4/conf/lo/arp_ignore"),
    ],
)
def test_a_sysctl_is_looked_for_where_tuning_writes_it(
    key: str, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = Plan(site("home"))
    tuning = {"type": "tuning", "sysctl": {key: "1"}}
    monkeypatch.setitem(plan.__dict__, "conflists", {"lan": {"name": "x", "plugins": [tuning]}})
    assert plan.sysctls == (path,)


def test_facts_whose_end_is_lost_are_none() -> None:
    printed = "time\t1\nbin_dir\nend\n"
    assert parse(printed) is not None
    for cut in re.finditer(r"\n(?=.)", printed):
        assert parse(printed[: cut.start()]) is None
    assert parse("") is None
