"""The seed: the second disk of a node, with its name, keys and programs."""

import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from lab.build.builder import build
from lab.vm.network import LINK, ROUTER

# What k3s bundles (docs/background/k3s.md#plugins); `bridge` stands in for flannel.
BUNDLED = ("bandwidth", "bridge", "firewall", "host-local", "loopback", "portmap")


@dataclass(frozen=True, kw_only=True)
class NodeSeed:
    """What differs between nodes; `kubelet` and `kube_proxy` are texts of kubeconfigs."""

    name: str
    address: str
    pod_subnet: str
    kubelet: str
    kube_proxy: str
    host_key: Path
    authorized_key: str


def make_seed(seed: NodeSeed, disk: Path) -> None:
    """Writes the seed of a node."""
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        for name in ("bin", "cni"):
            (root / name).mkdir()
        for program in build("kubelet").iterdir():
            shutil.copy(program, root / "bin")
        for plugin in BUNDLED:
            shutil.copy(build("cni-plugins") / plugin, root / "cni")
        shutil.copyfile(seed.host_key, root / "ssh_host_ed25519_key")
        for name, text in (
            ("authorized_keys", seed.authorized_key),
            ("kubelet.kubeconfig", seed.kubelet),
            ("kube-proxy.kubeconfig", seed.kube_proxy),
            ("kubelet.yaml", json.dumps(_kubelet_configuration())),
            ("10-flannel.conflist", json.dumps(_cluster_network(seed.pod_subnet))),
            (
                "node.env",
                f"NAME={seed.name}\nADDRESS={seed.address}\nLINK={LINK}\nROUTER={ROUTER}\n",
            ),
        ):
            (root / name).write_text(text, encoding="utf-8")
        _write(root, disk)


def make_image_seed(archives: Iterable[Path], disk: Path) -> None:
    """Writes the seed from which a root disk imports its images."""
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        (root / "images").mkdir()
        for source in archives:
            shutil.copyfile(source, root / "images" / f"{source.parent.name}.tar")
        _write(root, disk)


def _write(root: Path, disk: Path) -> None:
    disk.unlink(missing_ok=True)
    command: list[str | Path] = ["mke2fs", "-q", "-t", "ext4", "-d", root, "-m", "0", disk, "400M"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def _kubelet_configuration() -> dict[str, object]:
    return {
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "authentication": {
            "anonymous": {"enabled": True},
            "webhook": {"enabled": False},
        },
        "authorization": {"mode": "AlwaysAllow"},
        "cgroupDriver": "systemd",
        "clusterDomain": "cluster.local",
        "clusterDNS": ["10.43.0.10"],
        "containerRuntimeEndpoint": "unix:///run/containerd/containerd.sock",
        # An emulated node is far slower than a real one: by its quota Multus would take minutes.
        "cpuCFSQuota": False,
        "failSwapOn": False,
        "nodeStatusUpdateFrequency": "5s",
        # Statistics of every container each ten seconds, for evictions that are switched off.
        "localStorageCapacityIsolation": False,
        "evictionHard": {"memory.available": "0%", "nodefs.available": "0%"},
        "imageGCHighThresholdPercent": 100,
        "resolvConf": "/dev/null",
    }


def _cluster_network(pod_subnet: str) -> dict[str, object]:
    """The conflist that k3s calls 10-flannel.conflist, with `bridge` in flannel's place."""
    ipam = {"type": "host-local", "subnet": pod_subnet, "routes": [{"dst": "0.0.0.0/0"}]}
    bridge = {"type": "bridge", "bridge": "cni0", "isGateway": True, "ipMasq": True}
    return {
        "name": "cbr0",
        "cniVersion": "1.0.0",
        "plugins": [
            {**bridge, "hairpinMode": True, "ipam": ipam},
            {"type": "portmap", "capabilities": {"portMappings": True}},
        ],
    }
