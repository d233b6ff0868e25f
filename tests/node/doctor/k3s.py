"""The files of a k3s node with Multus, in a folder; what stands in for k3s itself is said here.

- k3s' one program `cni` is a shell script. Like the original (rancher/plugins v1.9.1-k3s1) it
  looks at the name by which it is called, and names itself with the same line.
- `start` is what k3s does with its files at its start: it unpacks `data/<hash>` unless the folder
  is there, and makes the links in `data/cni` that are missing.
- `check-config` compares digests and links and prints the lines of the original.
Multus' configuration is the one that thin_entrypoint v4.2.4 wrote.
"""

import base64
import json
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from config.cluster import K3S_BUNDLED_PLUGINS
from lab.build.builder import build
from tests.node.doctor.cluster import MULTUS_UID
from tests.node.node import digest

HASH = "6e1c0f"
CNI = """#!/bin/sh
name=${0##*/}
case $name in
bandwidth | bridge | firewall | flannel | host-local | loopback | portmap) ;;
*) name=plugins ;;
esac
[ -z "${CNI_COMMAND:-}" ] || [ "$name" = plugins ] || { echo '{"cniVersion": "1.0.0"}'; exit 0; }
if [ "$name" = flannel ]; then
    echo 'CNI Plugin  version  (linux/amd64) commit  built on ' >&2
else
    echo "CNI $name plugin version unknown" >&2
fi
echo 'CNI protocol versions supported: 0.1.0, 0.2.0, 0.3.0, 0.3.1, 0.4.0, 1.0.0, 1.1.0' >&2
"""
CHECK_CONFIG = """#!/bin/sh
cd "$(dirname "$0")"
printf '\\nVerifying binaries in %s:\\n' "$(dirname "$0")"
failed=0
said=$(sha256sum -c .sha256sums 2>&1) || failed=1
if [ "$failed" = 0 ]; then
    echo '- sha256sum: good'
else
    echo '- sha256sum: does not match (fail)'
    echo "$said" | sed 's/^/  ... /'
fi
links=0
while read -r file link; do
    [ "$(readlink "$file")" = "$link" ] || { echo "- $file: symlink to $link (fail)"; links=1; }
done <.links
[ "$links" = 1 ] || echo '- links: good'
modprobe configs || true
exit $((failed + links))
"""
FLANNEL = {
    "cniVersion": "1.0.0",
    "name": "cbr0",
    "plugins": [
        {
            "delegate": {"forceAddress": True, "hairpinMode": True, "isDefaultGateway": True},
            "type": "flannel",
        },
        {"capabilities": {"portMappings": True}, "type": "portmap"},
        {"capabilities": {"bandwidth": True}, "type": "bandwidth"},
    ],
}


def multus_conflist(delegate: object) -> dict[str, object]:
    """As thin_entrypoint v4.2.4 writes it around the cluster's own configuration."""
    conf_dir = "/var/lib/rancher/k3s/agent/etc/cni/net.d"
    multus = {
        "type": "multus",
        "capabilities": {"bandwidth": True, "portMappings": True},
        "binDir": "/var/lib/rancher/k3s/data/cni",
        "cniConf": "/host/etc/cni/multus/net.d",
        "kubeconfig": f"{conf_dir}/multus.d/multus.kubeconfig",
        "delegates": [delegate],
    }
    return {"cniVersion": "1.0.0", "name": "multus-cni-network", "plugins": [multus]}


def token(*, ends: float, pod_uid: str = MULTUS_UID) -> str:
    """A token in the form of Kubernetes' own; nobody signed it."""
    claims = {
        "aud": ["https://kubernetes.default.svc.cluster.local", "k3s"],
        "exp": int(ends),
        "kubernetes.io": {
            "namespace": "kube-system",
            "pod": {"name": "kube-multus-ds-k3s-1", "uid": pod_uid},
            "serviceaccount": {"name": "multus", "uid": "0"},
        },
    }
    parts = ({"alg": "RS256", "kid": "x"}, claims, {"this": "is the signature"})
    encoded = (base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in parts)
    return b".".join(encoded).decode()


@dataclass(frozen=True)
class K3sFiles:
    """`--data-dir` is the folder; the plan of the site needs macvlan and host-local."""

    folder: Path

    @property
    def unpacked(self) -> Path:
        return self.folder / "data" / HASH

    @property
    def bin_dir(self) -> Path:
        return self.folder / "data" / "cni"

    @property
    def conf_dir(self) -> Path:
        return self.folder / "agent" / "etc" / "cni" / "net.d"

    @property
    def kubeconfig(self) -> Path:
        return self.conf_dir / "multus.d" / "multus.kubeconfig"

    def start(self) -> None:
        """What k3s does with its files when it starts."""
        programs = self.unpacked / "bin"
        if not programs.is_dir():
            programs.mkdir(parents=True)
            (programs / "cni").write_text(CNI)
            (programs / "check-config").write_text(CHECK_CONFIG)
            for file in programs.iterdir():
                file.chmod(0o755)
            for name in K3S_BUNDLED_PLUGINS:
                (programs / name).symlink_to("cni")
            links = "".join(f"{name} cni\n" for name in K3S_BUNDLED_PLUGINS)
            (programs / ".links").write_text(links)
            (programs / ".sha256sums").write_text(f"{digest(programs / 'cni')}  cni\n")
        current = self.folder / "data" / "current"
        if not current.is_symlink():
            current.symlink_to(self.unpacked)
        self.bin_dir.mkdir(exist_ok=True)
        for name in ("cni", *K3S_BUNDLED_PLUGINS):
            if not (self.bin_dir / name).is_symlink():
                (self.bin_dir / name).symlink_to(programs / "cni")

    def install_plugins(self) -> None:
        """The plugins of the plan that k3s lacks, real ones, and Multus' own program."""
        for name in ("macvlan", "static", "tuning"):
            shutil.copy2(build("cni-plugins") / name, self.bin_dir / name)
        (self.bin_dir / "multus").write_text("#!/bin/sh\n")
        (self.bin_dir / "multus").chmod(0o755)

    def start_multus(self) -> None:
        """The files that Multus writes."""
        self.kubeconfig.parent.mkdir(parents=True)
        (self.conf_dir / "10-flannel.conflist").write_text(json.dumps(FLANNEL))
        self.write_multus(FLANNEL)
        self.write_token(token(ends=time.time() + 86400))

    def write_multus(self, delegate: object, name: str = "00-multus.conflist") -> None:
        (self.conf_dir / name).write_text(json.dumps(multus_conflist(delegate), indent=4))

    def write_token(self, text: str) -> None:
        self.kubeconfig.write_text(
            "apiVersion: v1\nkind: Config\nusers:\n- name: multus\n  user:\n"
            f'    token: "{text}"\ncurrent-context: multus-context\n'
        )
        self.kubeconfig.chmod(0o600)
