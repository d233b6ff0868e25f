"""The house in a box: network, switch, IoT device, control plane and nodes, for as long as wanted.

Everything runs in one network namespace: what is in it, is the house. Needs root. What talks to
it (`plane`, `ssh`, the engine) does so from `inside` the namespace.
"""

import json
import os
import secrets
import shutil
import subprocess
import tarfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from config.releases import KNOWN_MANIFESTS
from lab.build.builder import build
from lab.build.manifests import main as fetch_manifests
from lab.control_plane.processes import (
    ADMINISTRATOR,
    ControlPlane,
    add_volume,
    api_server_command,
    controllers_command,
    etcd_command,
    node_ready,
    prepare,
    scheduler_command,
    wait_for_api_server,
    wait_until,
    write_private,
)
from lab.vm.images import images
from lab.vm.initramfs import DISK_MODULES, NETWORK_MODULES, initramfs
from lab.vm.machine import UP, Machine
from lab.vm.network import CLUSTER, DEVICE, inside, make_network, remove_network
from lab.vm.node_disk import node_disk
from lab.vm.process import start_detached
from lab.vm.seed import NodeSeed, make_seed

PORT, ETCD_PORT, ETCD_PEER_PORT, WEB_PORT = 6443, 2379, 2380, 8080
NODE_SECONDS = 300.0


@dataclass(frozen=True, kw_only=True)
class Box:
    """A house by the name of its namespace; its files are in `folder`."""

    name: str
    folder: Path
    multus_version: str
    home_assistant: str
    nodes: Sequence[str] = ("k3s-1",)

    def address(self, node: str) -> str:
        """The node's address on the LAN."""
        return f"192.168.18.{10 + self.nodes.index(node)}"

    @cached_property
    def plane(self) -> ControlPlane:
        """The control plane; it answers inside the namespace only."""
        return ControlPlane(
            url=f"https://{CLUSTER}:{PORT}",
            token=(self.folder / "token").read_text(),
            ca=(self.folder / "certificates" / "apiserver.crt").read_text(),
            process=int((self.folder / "apiserver.pid").read_text()),
        )

    @property
    def private_key(self) -> str:
        """The operator's SSH key."""
        return (self.folder / "client_key").read_text()

    @property
    def host_key(self) -> str:
        """The nodes' host key, without the comment."""
        return " ".join((self.folder / "host_key.pub").read_text().split()[:2])

    @property
    def archive(self) -> Path:
        """The CNI plugins as upstream packs them, served at `archive_url`."""
        return self.folder / "web" / "plugins.tgz"

    @property
    def archive_url(self) -> str:
        """Where nodes download the archive."""
        return f"http://{CLUSTER}:{WEB_PORT}/{self.archive.name}"

    def build(self) -> None:
        """Makes what needs the world outside: programs, images, disks. Before `up`."""
        for part in ("kubernetes", "etcd", "kubelet", "multus", "cni-plugins"):
            build(part)
        fetch_manifests([self.multus_version] if self.multus_version in KNOWN_MANIFESTS else [])
        self._disk()
        self._switch_initramfs()
        self._device_initramfs()
        self._node_initramfs()

    def up(self) -> None:
        """Brings the house up; it goes on after this process ends."""
        self.down()
        self.folder.mkdir(mode=0o700, parents=True)
        make_network(self.name, list(self.nodes))
        with inside(self.name):
            self.switch().start()
            self.device().start()
            self._keys()
            self._start_control_plane()
            for node in self.nodes:
                self._add_node(node)
            self._pack_plugins()
            self._start_web()
            console = self.machine(self.nodes[0]).console
            wait_until(self._all_ready, "the nodes", console, NODE_SECONDS)
            add_volume(self.plane, "data")

    def down(self) -> None:
        """Takes everything of it away, whatever state it was left in."""
        remove_network(self.name)
        shutil.rmtree(self.folder, ignore_errors=True)

    def power_cycle(self) -> None:
        """Switches every machine off and on; it is not waited for."""
        nodes = [self.machine(node) for node in self.nodes]
        for machine in (self.switch(), self.device(), *nodes):
            if machine.is_on():
                machine.cut_power()
            machine.start()

    def is_up(self) -> bool:
        """Whether a house of this name is there and answers."""
        if not (self.folder / "apiserver.pid").exists():
            return False
        try:
            with inside(self.name):
                return self._all_ready()
        except OSError:
            return False

    def ssh(self, node: str, script: str, timeout: float = 60) -> str:
        """Runs a script on the node; raises with what it printed when it fails."""
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
        """How a person gets into the node, from inside the namespace."""
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
            name="lamp",
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
        machines = all(machine.has_said(UP) for machine in (self.switch(), self.device()))
        return machines and all(self._is_ready(node) for node in self.nodes)

    def _is_ready(self, node: str) -> bool:
        return self.plane.exists(f"/api/v1/nodes/{node}") and node_ready(self.plane, node)

    def _keys(self) -> None:
        for name in ("client_key", "host_key"):
            subprocess.run(
                ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.folder / name],
                check=True,
                stdin=subprocess.DEVNULL,
            )
        lines = [f"{self.address(node)} {self.host_key}\n" for node in self.nodes]
        (self.folder / "known_hosts").write_text("".join(lines))

    def _start_control_plane(self) -> None:
        token = secrets.token_hex(16)
        write_private(self.folder / "token", token)
        users = {token: ADMINISTRATOR}
        for node in self.nodes:
            for user, groups in (
                (f"system:node:{node}", "system:nodes"),
                ("system:kube-proxy", "system:masters"),
            ):
                users[self._token(user, node)] = f'{user},{user},"{groups}"'
        prepare(self.folder, users)
        start_detached(self.folder, "etcd", etcd_command(self.folder, ETCD_PORT, ETCD_PEER_PORT))
        command = api_server_command(self.folder, CLUSTER, PORT, ETCD_PORT)
        process = start_detached(
            self.folder,
            "apiserver",
            [
                *command,
                f"--advertise-address={CLUSTER}",
                "--kubelet-preferred-address-types=InternalIP",
            ],
        )
        wait_for_api_server(self.folder, CLUSTER, PORT, token, process)
        kubeconfig = self.folder / "kubeconfig"
        write_private(kubeconfig, self.plane.kubeconfig)
        start_detached(self.folder, "controllers", controllers_command(self.folder, kubeconfig))
        start_detached(self.folder, "scheduler", scheduler_command(kubeconfig))

    def _token(self, user: str, node: str) -> str:
        path = self.folder / f"token-{node}-{user.replace(':', '-')}"
        if not path.exists():
            write_private(path, secrets.token_hex(16))
        return path.read_text()

    def _kubeconfig(self, token: str) -> str:
        described = json.loads(self.plane.kubeconfig)
        described["users"][0]["user"]["token"] = token
        return json.dumps(described)

    def _add_node(self, node: str) -> None:
        seed = NodeSeed(
            name=node,
            address=self.address(node),
            pod_subnet=f"10.42.{self.nodes.index(node)}.0/24",
            kubelet=self._kubeconfig(self._token(f"system:node:{node}", node)),
            kube_proxy=self._kubeconfig(self._token("system:kube-proxy", node)),
            host_key=self.folder / "host_key",
            authorized_key=(self.folder / "client_key.pub").read_text(),
        )
        machine = self.machine(node)
        root, seeded = machine.disks
        subprocess.run(["cp", "--sparse=always", self._disk(), root], check=True)
        make_seed(seed, seeded)
        machine.start()

    def _pack_plugins(self) -> None:
        self.archive.parent.mkdir()
        with tarfile.open(self.archive, "w:gz", compresslevel=1) as tar:
            for plugin in sorted(build("cni-plugins").iterdir()):
                tar.add(plugin, f"./{plugin.name}")

    def _start_web(self) -> None:
        start_detached(
            self.folder,
            "web",
            [
                *("busybox", "httpd", "-f", "-p", f"{CLUSTER}:{WEB_PORT}"),
                *("-h", str(self.archive.parent)),
            ],
        )


def missing() -> str | None:
    """Why no house can be brought up here, or None when one can."""
    if os.geteuid() != 0:
        return "a house in a box needs root, for namespaces and taps"
    for program in ("qemu-system-x86_64", "debootstrap", "cpio", "mke2fs", "busybox", "apt-get"):
        if shutil.which(program) is None:
            return f"a house in a box needs {program}"
    if not Path("/dev/net/tun").exists():
        return "a house in a box needs /dev/net/tun"
    return None
