"""A healthy site that `doctor` can look at: a node behind a real sshd, a pod, and a `kubectl`.

The node is a network namespace with the files of k3s.py, the pod another one, whose interface the
real plugins made. Over /run the node has a folder of the test. `kubectl` is a script that prints
the answers of cluster.py, and runs what it is told to run in the pod.
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

from ruamel.yaml import YAML

from config.site import Site
from lab.account import Sudo
from lab.netns.cni import PodInterface
from lab.netns.namespaces import Segment, start_segment
from lab.sshd import Sshd, start_sshd
from multihome.doctor.plan import Plan
from tests.cases.sites import ROOT, changed_tree
from tests.node.doctor.cluster import answers
from tests.node.doctor.k3s import K3sFiles

PARENT = "eth0"
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
    def calls(self) -> str:
        """The command lines that `kubectl` was given."""
        return (self.folder / "kubectl" / "calls").read_text()

    def answer(self, **changed: Any) -> None:
        """Lets `kubectl` print other answers, by resource; `attachments` has a longer name."""
        if "attachments" in changed:
            changed["network-attachment-definitions.k8s.cni.cncf.io"] = changed.pop("attachments")
        for resource, content in changed.items():
            (self.folder / "kubectl" / f"{resource}.json").write_text(json.dumps(content))

    def doctor(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Runs the command as the operator does, on the node's own loopback."""
        return subprocess.run(
            [
                *("ip", "netns", "exec", self.segment.node),
                *(sys.executable, "-m", "multihome", "doctor", str(self.stack_file), *words),
            ],
            cwd=ROOT,
            env={
                **os.environ,
                "SSH_AUTH_SOCK": str(self.agent),
                "PATH": f"{self.folder / 'kubectl'}:{os.environ['PATH']}",
                **environment,
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def findings(self) -> list[dict[str, str]]:
        """What is found; everything must have been looked at."""
        done = self.doctor("--json")
        said = json.loads(done.stdout)
        assert said["unseen"] == [], done.stderr
        assert done.returncode == (1 if said["findings"] else 0)
        found: list[dict[str, str]] = said["findings"]
        return found


@contextmanager
def start_node(folder: Path, sudo: Sudo | None = None) -> Iterator[RealNode]:
    """The node, healthy, until the block ends."""
    for name in ("run/sshd", "kubectl"):
        (folder / name).mkdir(parents=True)
    with (
        start_segment(PARENT) as segment,
        start_sshd(
            folder / "sshd",
            namespace=segment.node,
            binds={Path("/run"): folder / "run"},
            sudo=sudo,
        ) as sshd,
        _agent(folder / "agent", sshd.private_key) as agent,
    ):
        site = _write_stack_file(folder, sshd, sudo)
        node = RealNode(folder=folder, segment=segment, site=site, sshd=sshd, agent=agent)
        node.k3s.start()
        node.k3s.install_plugins()
        node.k3s.start_multus()
        kubectl = folder / "kubectl" / "kubectl"
        kubectl.write_text(KUBECTL.format(folder=kubectl.parent, pod=segment.pod))
        kubectl.chmod(0o755)
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
    values = changed_tree("home", {"networks/iot": None, "home_assistant/interfaces/1": None})
    del values["home_assistant"]["interfaces"][1]
    values["networks"]["lan"]["ipam"] = "host-local"
    values["cluster"]["data_dir"] = str(folder / "k3s")
    values["nodes"] = {"k3s-1": node}
    if sudo == "asks":
        node["sudo_password"] = "node-password"  # noqa: S105 - a name
        values["secrets"] = {"node-password": {"secure": "v1:x"}}
    content = {"config": {f"multihome:{key}": value for key, value in values.items()}}
    with (folder / "Pulumi.home.yaml").open("w") as out:
        YAML().dump(content, out)
    return Site.model_validate(values)


def _start_pod(node: RealNode) -> None:
    """The pod's interface by the real plugins, and its container."""
    conflist = leased_in(Plan(node.site).conflists["lan"], node.folder / "run/cni/multihome")
    planned = node.site.home_assistant.interfaces[0]
    PodInterface(
        segment=node.segment,
        folder=node.folder / "cnitool",
        conflist=conflist,
        interface=planned.name,
        addresses=[f"{planned.address}/24"],
        mac=planned.mac,
    ).add()
    (node.tasks / node.lease.read_text().split()[0]).mkdir(parents=True)


def leased_in(conflist: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """The conflist with another folder of leases: the plugin runs outside of the node's /run."""
    plugins = [
        {**plugin, "ipam": {**plugin["ipam"], "dataDir": str(folder)}}
        if "ipam" in plugin
        else plugin
        for plugin in conflist["plugins"]
    ]
    return {**conflist, "plugins": plugins}


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
