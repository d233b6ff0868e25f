"""A site that runs: what its pod, its node and its cluster are asked by the tests."""

import json
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lab.engine.applied import Applied
from lab.vm.virtual_lab import VirtualLab, in_pod

NAMESPACE = "/api/v1/namespaces/homeassistant"
POD = f"{NAMESPACE}/pods/home-assistant-0"
DAEMON_SET = "/apis/apps/v1/namespaces/kube-system/daemonsets/kube-multus-ds"
WORKLOAD = "/apis/apps/v1/namespaces/homeassistant/statefulsets/home-assistant"
CRD = (
    "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/"
    "network-attachment-definitions.k8s.cni.cncf.io"
)
CLAIM = f"{NAMESPACE}/persistentvolumeclaims/home-assistant-config"
CONFIGURATION = "/var/lib/rancher/k3s/agent/etc/cni/net.d"
STATUS = "k8s.v1.cni.cncf.io/network-status"
BACK_SECONDS = 600.0
DATA = "/lab/data"
# What host-local holds while the pod of the home stack runs.
PLANNED_LEASES = {"homeassistant-iot": ["192.168.32.3"], "homeassistant-lan": ["192.168.18.32"]}
PRISTINE = "pristine.yaml"


@dataclass
class RunningSite:
    """The home stack applied to a virtual lab; methods are called inside its namespace."""

    lab: VirtualLab
    applied: Applied
    node: str = "k3s-1"
    first_starts: Sequence[set[str]] = ()

    def undo(self) -> None:
        """Restores the stack file; nothing is applied."""
        shutil.copyfile(self.lab.folder / PRISTINE, self.applied.file)

    def pod(self) -> Mapping[str, Any] | None:
        """The pod, or None."""
        if not self.lab.plane.exists(POD):
            return None
        found: Mapping[str, Any] = self.lab.plane.get(POD)
        return found

    def ready_pod(self) -> Mapping[str, Any] | None:
        """The pod if it is ready and is not being deleted."""
        pod = self.pod()
        if pod is None or pod["metadata"].get("deletionTimestamp"):
            return None
        ready = any(
            c["type"] == "Ready" and c["status"] == "True" for c in pod["status"]["conditions"]
        )
        return pod if ready else None

    def running_on(self) -> str:
        """The node that the scheduler chose for the pod."""
        found = wait_for(lambda: (self.pod() or {}).get("spec", {}).get("nodeName"), "a node", 300)
        return str(found)

    def settled(self, seconds: float = BACK_SECONDS) -> Mapping[str, Any]:
        """Waits until the pod is ready and of the StatefulSet's newest revision."""

        def done() -> Mapping[str, Any] | None:
            pod = self.ready_pod()
            if pod is None or not self.lab.plane.exists(WORKLOAD):
                return None
            status = self.lab.plane.get(WORKLOAD)
            current = status["metadata"]["generation"] == status["status"]["observedGeneration"]
            revision = pod["metadata"]["labels"]["controller-revision-hash"]
            if not current or revision != status["status"]["updateRevision"]:
                return None
            return pod if self.in_pod("ip", "link") else None

        pod: Mapping[str, Any] = wait_for(done, "the pod", seconds)
        return pod

    def networks(self) -> list[dict[str, Any]]:
        """The pod's network status, as Multus wrote it."""
        pod = self.pod()
        assert pod is not None
        found: list[dict[str, Any]] = json.loads(pod["metadata"]["annotations"][STATUS])
        return found

    def in_pod(self, *words: str) -> str:
        """Runs a program of the node in the pod's network namespace.

        Raises `RuntimeError` when it fails or there is no pod.
        """
        return self.lab.ssh(self.node, in_pod(" ".join(words)))

    def answers_ssh(self) -> bool:
        """Whether the node answers within a minute."""
        try:
            wait_for(lambda: self.lab.ssh(self.node, "echo yes", 20), "SSH", 300)
        except TimeoutError:
            return False
        return True

    def interface(self, name: str) -> dict[str, Any]:
        """The pod's interface, as `ip -json address` shows it."""
        (found,) = json.loads(self.in_pod("ip", "-json", "address", "show", "dev", name))
        assert isinstance(found, dict)
        return found

    def routes(self) -> list[dict[str, Any]]:
        """The pod's IPv4 routes."""
        found: list[dict[str, Any]] = json.loads(self.in_pod("ip", "-json", "route"))
        return found

    def answers(self, *ping: str) -> bool:
        """Whether a ping from the pod is answered."""
        done = self.in_pod(
            "sh", "-c", f"'ping -c 3 -W 2 {' '.join(ping)} >/dev/null && echo yes || :'"
        )
        return "yes" in done

    def starts(self) -> list[set[str]]:
        """The interfaces that Home Assistant found at each of its starts."""
        text = self.lab.ssh(self.node, f"cat {DATA}/starts 2>/dev/null || :")
        return [set(line.split()) for line in text.splitlines()]

    def forget_starts(self) -> None:
        """Forgets all starts but the last."""
        script = f"tail -n 1 {DATA}/starts >{DATA}/last && mv {DATA}/last {DATA}/starts"
        self.lab.ssh(self.node, script)

    def leases(self) -> dict[str, list[str]]:
        """The addresses that host-local holds, by network."""
        text = self.lab.ssh(
            self.node, "cd /run/cni/multihome 2>/dev/null && find . -name '[0-9]*' || :"
        )
        found: dict[str, list[str]] = {}
        for line in sorted(text.split()):
            _, network, address = line.split("/")
            found.setdefault(network, []).append(address)
        return found

    def delete_pod(self) -> None:
        """Deletes the pod and waits until it is gone."""
        pod = self.pod()
        assert pod is not None
        uid = pod["metadata"]["uid"]
        self.lab.plane.request("DELETE", POD)

        def gone() -> bool:
            now = self.pod()
            return now is None or now["metadata"]["uid"] != uid

        wait_for(gone, "the pod's end", BACK_SECONDS)

    def connections(self) -> int:
        """How many logins the node has accepted, without the one that asks."""
        text = self.lab.ssh(
            self.node, "journalctl -u ssh -o cat --no-pager | grep -c '^Accepted publickey' || :"
        )
        return int(text) - 1

    def assert_as_planned(self) -> None:
        """Both interfaces have their addresses and MACs, and no start was without them."""
        for name, address, mac in (
            ("net1", "192.168.18.32", "32:44:0b:5a:0e:2e"),
            ("net1.2", "192.168.32.3", "00:e0:4c:68:02:3d"),
        ):
            found = self.interface(name)
            assert found["address"] == mac
            assert address in [entry["local"] for entry in found["addr_info"]]
        assert self.starts()
        assert all({"net1", "net1.2"} <= interfaces for interfaces in self.starts())


def wait_for(found: Callable[[], Any], what: str, seconds: float) -> Any:
    """The first true answer; an error counts as no answer. Raises `TimeoutError`."""
    deadline = time.monotonic() + seconds
    last: Exception | None = None
    while True:
        try:
            answer = found()
            if answer:
                return answer
        except (OSError, RuntimeError, subprocess.SubprocessError, KeyError) as error:
            last = error
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what}: not within {seconds:.0f} s ({last})")
        time.sleep(0.3)
