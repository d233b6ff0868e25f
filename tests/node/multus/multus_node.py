"""A node whose runtime calls Multus: real programs in network namespaces, before a small API."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from components.objects import site_objects
from config.site import Site
from lab.build.builder import build
from lab.build.manifests import upstream_file
from lab.netns.namespaces import Segment, ip
from tests.cases.sites import site
from tests.node.multus.cleaned_node import CleanedNode

NAMESPACE, NETWORK = "homeassistant", "lan"
ADDRESS = "192.168.18.32"
API = Path(__file__).with_name("api_server.py")
HOST, PORT = "127.0.0.1", 8001
KUBECONFIG = f"""
apiVersion: v1
kind: Config
clusters: [{{name: lab, cluster: {{server: "http://{HOST}:{PORT}"}}}}]
contexts: [{{name: lab, context: {{cluster: lab}}}}]
current-context: lab
"""
# Runs its arguments with the node's own /var/lib/cni.
AS_RUNTIME = 'mount --bind "$1" /var/lib/cni; shift; exec "$@"'
# Runs its arguments with a service account, as in a pod.
AS_POD = """
mount -t tmpfs none /run
account=/run/secrets/kubernetes.io/serviceaccount
mkdir -p "$account"
for file in token ca.crt namespace; do echo kube-system >"$account/$file"; done
exec "$@"
"""


class MultusNode:
    """Pods of the node get their interfaces from Multus, and ask for `ips` on the network."""

    def __init__(self, node: CleanedNode, segment: Segment, ips: list[str]) -> None:
        self.node, self.segment, self.ips = node, segment, ips
        self.pods: list[str] = []
        self.kubeconfig = node.root / "kubeconfig"
        self.kubeconfig.write_text(KUBECONFIG)
        for folder in (self.cni, self.first, Path("/var/lib/cni")):
            folder.mkdir(parents=True, exist_ok=True)
        bridge = {"type": "bridge", "ipam": self._ipam("10.42.0.0/24", "cluster")}
        self.default = {"cniVersion": "1.0.0", "name": "cbr0", "plugins": [bridge]}
        (node.conf_dir / "10-flannel.conflist").write_text(json.dumps(self.default))

    @property
    def cni(self) -> Path:
        return self.node.root / "cni"

    @property
    def first(self) -> Path:
        """A folder with a copy of the configuration that the runtime takes."""
        return self.node.root / "first"

    def _ipam(self, subnet: str, folder: str) -> dict[str, object]:
        data = str(self.node.root / folder)
        return {"type": "host-local", "dataDir": data, "ranges": [[{"subnet": subnet}]]}

    @contextmanager
    def api_server(self) -> Iterator[None]:
        """Serves the pods and their network to the plugin."""
        ipam = self._ipam("192.168.18.0/24", "leases")
        plugin = {"type": "macvlan", "master": self.segment.parent, "ipam": ipam}
        config = {"cniVersion": "1.0.0", "name": f"{NAMESPACE}-{NETWORK}", "plugins": [plugin]}
        wanted = json.dumps([{"name": NETWORK, "ips": self.ips}])
        inside = ("ip", "netns", "exec", self.segment.node, sys.executable)
        with subprocess.Popen(
            [*inside, str(API), HOST, str(PORT), NAMESPACE, wanted, json.dumps(config)],
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdout is not None
            try:
                assert process.stdout.readline() == "ready\n"
                yield
            finally:
                process.terminate()

    @contextmanager
    def multus(self, planned: Site | None = None) -> Iterator[None]:
        """Multus' own entrypoint, with the arguments of the DaemonSet; raises with what it says."""
        objects = site_objects(planned or site("home"), upstream_file("v4.2.4").read_text())
        pod = objects.multus["DaemonSet"]["spec"]["template"]["spec"]
        program = build("multus") / "thin_entrypoint"
        flags = {
            "--multus-autoconfig-dir": self.node.conf_dir,
            "--cni-conf-dir": self.node.conf_dir,
            "--cni-bin-dir": self.node.bin_dir,
            "--multus-kubeconfig-file-host": self.kubeconfig,
            "--multus-bin-file": program,
        }
        with subprocess.Popen(
            [
                *("unshare", "--mount", "sh", "-eu", "-c", AS_POD, "sh", str(program)),
                *pod["containers"][0]["args"],
                *(f"{flag}={path}" for flag, path in flags.items()),
            ],
            env={"KUBERNETES_SERVICE_HOST": "10.43.0.1", "KUBERNETES_SERVICE_PORT": "443"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process:
            assert process.stdout is not None
            try:
                said = ""
                while "multus config file" not in said:
                    line = process.stdout.readline()
                    said += line
                    if not line:
                        raise RuntimeError(said)
                yield
            finally:
                process.terminate()

    def call(self, verb: str, pod: str) -> str:
        """Calls the first configuration of the folder as the runtime does; gives what failed."""
        configuration = min(self.node.conf_dir.glob("*.conf*"))
        for old in self.first.iterdir():
            old.unlink()
        (self.first / configuration.name).write_text(configuration.read_text())
        name = json.loads(configuration.read_text())["name"]
        done = subprocess.run(
            [
                *("ip", "netns", "exec", self.segment.node),
                *("unshare", "--mount", "sh", "-eu", "-c", AS_RUNTIME, "sh", str(self.cni)),
                *(str(build("cnitool") / "cnitool"), verb, name, f"/var/run/netns/{pod}"),
            ],
            env={
                **os.environ,
                "NETCONFPATH": str(self.first),
                "CNI_PATH": f"{build('multus')}:{build('cni-plugins')}",
                "CNI_IFNAME": "eth0",
                "CNI_ARGS": f"IgnoreUnknown=1;K8S_POD_NAMESPACE={NAMESPACE};K8S_POD_NAME={pod}"
                f";K8S_POD_INFRA_CONTAINER_ID={pod};K8S_POD_UID={pod}",
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        return done.stdout + done.stderr if done.returncode else ""

    def start_pod(self) -> tuple[str, str]:
        """The name of a new pod, and why it did not start; then it is gone, as kubelet does it."""
        pod = f"{self.segment.pod}-{len(self.pods)}"
        subprocess.run(["ip", "netns", "add", pod], check=True)
        self.pods.append(pod)
        failed = self.call("add", pod)
        if failed:
            self.call("del", pod)
        return pod, failed

    def addresses(self, pod: str) -> dict[str, list[str]]:
        """The IPv4 addresses of the pod by its interfaces."""
        return {
            link["ifname"]: [a["local"] for a in link["addr_info"] if a["family"] == "inet"]
            for link in ip(pod, "address")
            if link["ifname"] != "lo"
        }

    def given_out_last(self) -> dict[str, str]:
        """The addresses that host-local gave out last, by interface."""
        folders = {"eth0": "cluster/cbr0", "net1": f"leases/{NAMESPACE}-{NETWORK}"}
        return {
            name: (self.node.root / folder / "last_reserved_ip.0").read_text()
            for name, folder in folders.items()
        }

    def forget_pods(self) -> None:
        """Removes the namespaces of the pods."""
        for pod in self.pods:
            subprocess.run(["ip", "netns", "delete", pod], check=True)
