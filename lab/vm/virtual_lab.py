"""A lab of virtual machines: network, switch, IoT device, control plane and nodes.

It needs root, and runs in one network namespace until it is taken down. Whatever talks to it
(`plane`, `ssh`, the engine) does so from `inside` the namespace.
"""

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from config.releases import KNOWN_MANIFESTS
from lab.build.builder import build
from lab.build.cache import cache_folder
from lab.build.manifests import main as fetch_manifests
from lab.control_plane.processes import ControlPlane, add_volume, node_ready, wait_until
from lab.vm.control_plane import (
    KUBE_PROXY,
    has_control_plane,
    kubeconfig_of,
    kubelet_of,
    running_control_plane,
    start_control_plane,
)
from lab.vm.images import images
from lab.vm.initramfs import DISK_MODULES, NETWORK_MODULES, initramfs
from lab.vm.machine import UP, Machine
from lab.vm.network import DEVICE, inside, make_network, remove_network
from lab.vm.node_disk import node_disk
from lab.vm.plugin_archive import serve_plugins
from lab.vm.seed import NodeSeed, make_seed

NODE_SECONDS = 600.0


def labs_folder() -> Path:
    """Where each lab that was started has a folder of its name."""
    return cache_folder() / "labs"


@dataclass(frozen=True, kw_only=True)
class VirtualLab:
    """A lab by the name of its network namespace.

    Its nodes have images of that release of Multus, and a stand-in under Home Assistant's name.
    """

    name: str
    multus_version: str
    home_assistant: str
    nodes: Sequence[str] = ("k3s-1",)

    @property
    def folder(self) -> Path:
        """Its keys, disks, logs and process ids, while it exists."""
        return labs_folder() / self.name

    def address(self, node: str) -> str:
        """The node's address on the LAN."""
        return f"192.168.18.{10 + self.nodes.index(node)}"

    @cached_property
    def plane(self) -> ControlPlane:
        """The control plane."""
        return running_control_plane(self.folder)

    @property
    def private_key(self) -> str:
        """The operator's SSH key."""
        return (self.folder / "client_key").read_text()

    @property
    def host_key(self) -> str:
        """The nodes' host key: type and key, without a comment."""
        return " ".join((self.folder / "host_key.pub").read_text().split()[:2])

    def build(self) -> None:
        """Makes programs, images and disks, unless the cache has them. `up` needs them."""
        for part in ("kubernetes", "etcd", "kubelet", "multus", "cni-plugins"):
            build(part)
        fetch_manifests([self.multus_version] if self.multus_version in KNOWN_MANIFESTS else [])
        self._disk()
        self._switch_initramfs()
        self._device_initramfs()
        self._node_initramfs()

    def up(self) -> None:
        """Starts everything; it goes on after this process ends. Replaces a lab of this name."""
        self.down()
        self.folder.mkdir(mode=0o700, parents=True)
        make_network(self.name, list(self.nodes))
        with inside(self.name):
            self.switch().start()
            self.device().start()
            self._make_keys()
            start_control_plane(self.folder, self.nodes)
            for node in self.nodes:
                self._start_node(node)
            serve_plugins(self.folder)
            console = self.machine(self.nodes[0]).console
            wait_until(self._all_ready, "the nodes", console, NODE_SECONDS)
            add_volume(self.plane, "data")

    def down(self) -> list[str]:
        """Ends every process and removes every file, whatever state the lab is in.

        Returns when all have ended: each as its name and process id.
        """
        names = {path.read_text(): path.stem for path in self.folder.glob("*.pid")}
        ended = remove_network(self.name)
        shutil.rmtree(self.folder, ignore_errors=True)
        return sorted(f"{names.get(str(one), 'other')} ({one})" for one in ended)

    def power_cycle(self) -> None:
        """Switches every machine off and on, without waiting until they are up."""
        nodes = [self.machine(node) for node in self.nodes]
        for machine in (self.switch(), self.device(), *nodes):
            if machine.is_on():
                machine.cut_power()
            machine.start()

    def is_up(self) -> bool:
        """Whether every machine of a lab of this name is ready."""
        if not has_control_plane(self.folder):
            return False
        try:
            with inside(self.name):
                return self._all_ready()
        except OSError:
            return False

    def ssh(self, node: str, script: str, timeout: float = 180) -> str:
        """Runs a script on the node; raises `RuntimeError` with its output when it fails."""
        done = subprocess.run(
            [*self.ssh_command(node), "sh -s"],
            input=f"set -eu\n{script}\n",
            capture_output=True,
            text=True,
            check=False,
            timeout=timeout,
        )
        if done.returncode != 0:
            raise RuntimeError(f"{script!r}: {done.returncode}: {done.stdout}{done.stderr}")
        return done.stdout

    def ssh_command(self, node: str) -> list[str]:
        """The command line of a login on the node."""
        return [
            *("ssh", "-i", str(self.folder / "client_key"), "-o", "BatchMode=yes"),
            *("-o", "LogLevel=ERROR"),
            *("-o", f"UserKnownHostsFile={self.folder / 'known_hosts'}"),
            *("-o", "ConnectTimeout=10", f"root@{self.address(node)}"),
        ]

    def machine(self, node: str) -> Machine:
        """The node's machine."""
        number = self.nodes.index(node)
        return Machine(
            name=node,
            folder=self.folder,
            initramfs=self._node_initramfs(),
            taps=(f"trunk{number}-node",),
            megabytes=2048,
            processors=2,
            disks=(self.folder / f"{node}.root", self.folder / f"{node}.seed"),
            macs=(f"52:54:00:12:00:{10 + number}",),
            arguments="systemd.journald.forward_to_console=1",
        )

    def switch(self) -> Machine:
        """The switch: LAN, IoT device, a trunk per node."""
        trunks = [f"trunk{number}-sw" for number, _ in enumerate(self.nodes)]
        return Machine(
            name="switch",
            folder=self.folder,
            initramfs=self._switch_initramfs(),
            taps=("lan-switch", "iot-switch", *trunks),
            megabytes=128,
        )

    def device(self) -> Machine:
        """The IoT device, on an access port of VLAN 2."""
        return Machine(
            name="iot-device",
            folder=self.folder,
            initramfs=self._device_initramfs(),
            taps=("iot-device",),
            megabytes=128,
            arguments=f"address={DEVICE}/24",
        )

    def _disk(self) -> Path:
        return node_disk(images(self.multus_version, self.home_assistant))

    def _switch_initramfs(self) -> Path:
        return initramfs("switch.sh", NETWORK_MODULES, ("ip", "bridge"))

    def _device_initramfs(self) -> Path:
        return initramfs("device.sh", NETWORK_MODULES, ("ip",))

    def _node_initramfs(self) -> Path:
        return initramfs("node-boot.sh", DISK_MODULES)

    def _all_ready(self) -> bool:
        machines = all(machine.has_printed(UP) for machine in (self.switch(), self.device()))
        return machines and all(self._is_ready(node) for node in self.nodes)

    def _is_ready(self, node: str) -> bool:
        return self.plane.exists(f"/api/v1/nodes/{node}") and node_ready(self.plane, node)

    def _make_keys(self) -> None:
        for name in ("client_key", "host_key"):
            subprocess.run(
                ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.folder / name],
                check=True,
                stdin=subprocess.DEVNULL,
            )
        lines = [f"{self.address(node)} {self.host_key}\n" for node in self.nodes]
        (self.folder / "known_hosts").write_text("".join(lines))

    def _start_node(self, node: str) -> None:
        seed = NodeSeed(
            name=node,
            address=self.address(node),
            pod_subnet=f"10.42.{self.nodes.index(node)}.0/24",
            kubelet=kubeconfig_of(self.folder, kubelet_of(node), node),
            kube_proxy=kubeconfig_of(self.folder, KUBE_PROXY, node),
            host_key=self.folder / "host_key",
            authorized_key=(self.folder / "client_key.pub").read_text(),
        )
        machine = self.machine(node)
        root, seeded = machine.disks
        subprocess.run(["cp", "--sparse=always", self._disk(), root], check=True)
        make_seed(seed, seeded)
        machine.start()


def in_pod(command: str) -> str:
    """A script for a node: runs one of the node's programs in the pod's network namespace."""
    return (
        "process=$(pgrep -o -f '^/usr/bin/python3 /init') || {\n"
        "    echo 'no pod of Home Assistant runs on this node' >&2\n"
        "    exit 1\n"
        "}\n"
        f'nsenter -n -t "$process" {command}'
    )
