"""A healthy site that `doctor` can look at: a node behind a real sshd, a pod, and a `kubectl`.

The node is a network namespace with the files of k3s.py, the pod another one, whose interface the
real plugins made. Over /run the node has a folder of the test. `kubectl` is a script that prints
the answers of cluster.py, and runs what it is told to run in the pod. `ssh` is the system's, which
runs in the node's namespace, where the server listens.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from config.site import Site
from lab.account import Sudo
from lab.netns.cni import PodInterface
from lab.netns.namespaces import Segment, start_segment
from lab.sshd import Sshd, start_sshd
from multihome.doctor.examine import examine
from multihome.doctor.finding import Finding
from multihome.doctor.kubectl import ATTACHMENTS, look_at_cluster
from multihome.doctor.node_facts import NodeFacts
from multihome.doctor.plan import Plan
from multihome.doctor.ssh import look_at_node
from tests.cases.sites import ROOT, changed_tree
from tests.node.doctor.cluster import answers
from tests.node.doctor.k3s import K3sFiles

NAME = "k3s-1"
PARENT = "eth0"
SSH = """#!/bin/sh
exec ip netns exec {node} /usr/bin/ssh "$@"
"""
KUBECTL = """#!/bin/sh
echo "$*" >>"{folder}/calls"
while :; do
    case $1 in
    --context) shift 2 ;;
    --*) shift ;;
    *) break ;;
    esac
done
case $1 in
get)
    cat "{folder}/$2.json" && exit
    echo 'The connection to the server 192.168.18.10:6443 was refused' >&2
    exit 1
    ;;
exec)
    while [ "$1" != -- ]; do shift; done
    shift
    exec ip netns exec {pod} "$@"
    ;;
esac
exit 2
"""


@dataclass(frozen=True, kw_only=True)
class RealNode:
    """The site's one node, and everything around it."""

    folder: Path
    segment: Segment
    site: Site
    sshd: Sshd
    agent: Path

    @property
    def k3s(self) -> K3sFiles:
        return K3sFiles(self.folder / "k3s")

    @property
    def stack_file(self) -> Path:
        return self.folder / "Pulumi.home.yaml"

    @property
    def tasks(self) -> Path:
        """Where containerd has a folder for each container."""
        return self.folder / "run/k3s/containerd/io.containerd.runtime.v2.task/k8s.io"

    @property
    def lease(self) -> Path:
        """The lease of the pod."""
        (found,) = (self.folder / "run/cni/multihome/homeassistant-lan").glob("192.*")
        return found

    @property
    def programs(self) -> Path:
        """The folder of `ssh` and `kubectl`."""
        return self.folder / "programs"

    @property
    def calls(self) -> list[str]:
        """The command lines that `kubectl` was given."""
        return (self.programs / "calls").read_text().splitlines()

    @property
    def environment(self) -> dict[str, str]:
        """What the operator's shell has."""
        return {
            "SSH_AUTH_SOCK": str(self.agent),
            "PATH": f"{self.programs}:{os.environ['PATH']}",
        }

    def interface(self, **first: object) -> PodInterface:
        """The pod's interface; `first` are keys of the conflist's first plugin."""
        planned = self.site.home_assistant.interfaces[0]
        conflist = Plan(self.site).conflists[planned.network]
        leases = str(self.folder / "run/cni/multihome")
        # The plugin runs outside of the node's /run.
        plugins = [
            {**plugin, **first, "ipam": {**plugin["ipam"], "dataDir": leases}}
            if "ipam" in plugin
            else plugin
            for plugin in conflist["plugins"]
        ]
        return PodInterface(
            segment=self.segment,
            folder=self.folder / "cnitool",
            conflist={**conflist, "plugins": plugins},
            interface=planned.name,
            addresses=[f"{planned.address}/24"],
            mac=planned.mac,
        )

    def answer(self, **changed: Any) -> None:
        """Lets `kubectl` print other answers, by resource; `attachments` has a longer name."""
        if "attachments" in changed:
            changed[ATTACHMENTS] = changed.pop("attachments")
        for resource, content in changed.items():
            (self.programs / f"{resource}.json").write_text(json.dumps(content))

    def doctor(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Runs the command as the operator does."""
        return subprocess.run(
            [sys.executable, "-m", "multihome", "doctor", str(self.stack_file), *words],
            cwd=ROOT,
            env={**os.environ, **self.environment, **environment},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def facts(self) -> NodeFacts:
        """What `doctor` sees of the node."""
        with pytest.MonkeyPatch.context() as patch:
            for name, value in self.environment.items():
                patch.setenv(name, value)
            facts = look_at_node(Plan(self.site), NAME, self.site.nodes[NAME])
        assert isinstance(facts, NodeFacts), facts.why
        return facts

    def findings(self) -> dict[str, Finding]:
        """What `doctor` finds, by name; it can look at everything."""
        plan = Plan(self.site)
        facts = self.facts()
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PATH", self.environment["PATH"])
            cluster, unseen = look_at_cluster(plan, None)
        assert unseen == []
        found = tuple(examine(plan, {NAME: facts}, cluster))
        by_name = {finding.name: finding for finding in found}
        assert len(by_name) == len(found), found
        return by_name

    def only_finding(self) -> Finding:
        """What `doctor` finds, which is one thing."""
        (finding,) = self.findings().values()
        return finding


@contextmanager
def start_node(
    folder: Path, sudo: Sudo | None = None, binds: Mapping[Path, Path] | None = None
) -> Iterator[RealNode]:
    """The node, healthy, until the block ends; in the place of `binds` it sees other files."""
    for name in ("run/sshd", "programs"):
        (folder / name).mkdir(parents=True)
    with (
        start_segment(PARENT) as segment,
        start_sshd(
            folder / "sshd",
            namespace=segment.node,
            binds={Path("/run"): folder / "run", **(binds or {})},
            sudo=sudo,
        ) as sshd,
        _agent(folder / "agent", sshd.private_key) as agent,
    ):
        site = _write_stack_file(folder, sshd, sudo)
        node = RealNode(folder=folder, segment=segment, site=site, sshd=sshd, agent=agent)
        node.k3s.start()
        node.k3s.install_plugins()
        node.k3s.start_multus()
        (node.programs / "kubectl").write_text(
            KUBECTL.format(folder=node.programs, pod=segment.pod)
        )
        (node.programs / "ssh").write_text(SSH.format(node=segment.node))
        for program in node.programs.iterdir():
            program.chmod(0o755)
        node.answer(**answers(site))
        _start_pod(node)
        yield node


def _write_stack_file(folder: Path, sshd: Sshd, sudo: Sudo | None) -> Site:
    """The article's LAN alone: not every kernel has VLANs."""
    node = {
        "host": sshd.host,
        "port": sshd.port,
        "user": sshd.user,
        "host_key": sshd.host_key,
        "architecture": "amd64",
        "interfaces": [PARENT],
    }
    if sudo is not None:
        node["sudo"] = True
    values = changed_tree("home", {"networks/iot": None})
    del values["home_assistant"]["interfaces"][1]
    values["networks"]["lan"]["ipam"] = "host-local"
    values["cluster"]["data_dir"] = str(folder / "k3s")
    values["nodes"] = {NAME: node}
    if sudo == "asks":
        node["sudo_password"] = "node-password"  # noqa: S105 - a name
        values["secrets"] = {"node-password": {"secure": "v1:x"}}
    content = {"config": {f"multihome:{key}": value for key, value in values.items()}}
    with (folder / "Pulumi.home.yaml").open("w") as out:
        yaml = YAML()
        yaml.width = 4096
        yaml.dump(content, out)
    return Site.model_validate(values)


def _start_pod(node: RealNode) -> None:
    """The pod's interface by the real plugins, and its container."""
    node.interface().add()
    (node.tasks / node.lease.read_text().split()[0]).mkdir(parents=True)


@contextmanager
def _agent(socket: Path, key: str) -> Iterator[Path]:
    """An SSH agent that has the key."""
    with subprocess.Popen(
        ["ssh-agent", "-D", "-a", str(socket)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as agent:
        try:
            assert agent.stdout is not None
            agent.stdout.readline()
            subprocess.run(
                ["ssh-add", "-q", "-"],
                input=key,
                text=True,
                check=True,
                env={**os.environ, "SSH_AUTH_SOCK": str(socket)},
                capture_output=True,
            )
            yield socket
        finally:
            agent.terminate()
