"""The script that verifies a pod, in a pod that the plugins made: what it says of each change."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from components.network_segment.conflist import conflist
from components.pod_networks import verification
from components.pod_networks.annotation import addresses
from components.pod_networks.plan import pod_plan
from components.pod_networks.verify_interfaces import Plan
from lab.netns.cni import PodInterface
from lab.netns.namespaces import Segment, ip, missing, start_segment
from tests.cases.sites import changed

DUAL = {
    "nodes/k3s-1/interfaces": ["eth0"],
    "networks/lan": {
        "type": "macvlan",
        "parent": "eth0",
        "ipam": "static",
        "subnet": "192.168.18.0/24",
        "gateway": "192.168.18.1",
        "ipv6": {"subnet": "fd00:18::/64", "gateway": "fd00:18::1"},
        "routes": ["10.9.0.0/16", "fd00:9::/48"],
        "discovery": True,
        "source_based_routing": True,
    },
    "home_assistant/interfaces": [
        {
            "network": "lan",
            "name": "net1.2",
            "address": "192.168.18.32",
            "ipv6_address": "fd00:18::32",
            "mac": "32:44:0b:5a:0e:2e",
        }
    ],
}
HEALTHY = "the pod is as planned"


@dataclass(frozen=True, kw_only=True)
class Pod:
    """A pod on a segment, and the plan that it was made from."""

    segment: Segment
    folder: Path
    plan: Plan

    @property
    def table(self) -> str:
        """The number of the network's own routing table."""
        (rule,) = (values for what, values in self.plan["expected"].items() if "32" in what[-2:])
        return rule[0].removeprefix("lookup ")

    def ip(self, line: str) -> None:
        """Changes the pod as root of the node could."""
        ip(self.segment.pod, *line.format(table=self.table).split())

    def sysctl(self, setting: str) -> None:
        """Sets a sysctl of the pod, `path=value`."""
        path, _, value = setting.partition("=")
        write = f"open('/proc/sys/{path}', 'w').write('{value}')"
        self._run(sys.executable, "-c", write)

    def _run(self, *words: str) -> None:
        subprocess.run(["ip", "netns", "exec", self.segment.pod, *words], check=True)

    def verdict(self, patience: int) -> list[str]:
        """What the script says, run as in the pod; its exit status is 0 for nothing to say."""
        told, verified = self.folder / "told", self.folder / "verified"
        told.unlink(missing_ok=True)
        *_, plan, _, _, _ = verification.container("image", self.plan)["command"]
        script = verification.script()
        words = [sys.executable, "-I", "-c", script, plan, str(told), str(verified), str(patience)]
        inside = ["setpriv", "--bounding-set=-all", "--inh-caps=-all", *words]
        with subprocess.Popen(
            ["ip", "netns", "exec", self.segment.pod, *inside], stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            first = process.stdout.readline().strip()
            if first == HEALTHY:
                assert verified.exists()
                process.send_signal(signal.SIGTERM)
            lines = [first, *process.stdout.read().splitlines()]
        if first == HEALTHY:
            assert process.returncode == 0
            return []
        assert process.returncode == 1
        assert told.read_text().splitlines() == lines
        return lines


@contextmanager
def pod(folder: Path, changes: dict[str, object]) -> Iterator[Pod]:
    why = missing()
    if why:
        pytest.skip(why)
    site = changed("home", {**DUAL, **changes}).site
    assert site is not None
    (interface,) = site.home_assistant.interfaces
    with start_segment("eth0") as segment:
        cni = PodInterface(
            segment=segment,
            folder=folder / "net.d",
            conflist=conflist(f"test-{segment.node}", "lan", site.conflist_plugins("lan")),
            interface=interface.name,
            addresses=addresses(interface, site.networks["lan"]),
            mac=interface.mac,
        )
        cni.add()
        yield Pod(segment=segment, folder=folder, plan=json.loads(json.dumps(pod_plan(site))))
        cni.delete()


def test_a_healthy_pod_is_as_planned_once_its_ipv6_address_is_usable(tmp_path: Path) -> None:
    with pod(tmp_path, {}) as healthy:
        (at_once,) = healthy.verdict(patience=0)
        assert at_once == (
            "net1.2 IPv6 address: expected fd00:18::32/64, found fd00:18::32/64 tentative"
        )
        assert healthy.verdict(patience=15) == []
