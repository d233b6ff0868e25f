"""A Kubernetes control plane on loopback, with kwok in the place of kubelets."""

import base64
import json
import os
import secrets
import signal
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab.control_plane.commands import (
    ADMINISTRATOR,
    Command,
    api_server_command,
    controllers_command,
    etcd_command,
    kwok_command,
    scheduler_command,
    write_credentials,
    write_private,
)

START_SECONDS = 180.0
LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, kw_only=True)
class ControlPlane:
    """A running API server: its URL, an administrator's token, its CA, its process id."""

    url: str
    token: str
    ca: str
    process: int

    def stop_api_server(self) -> None:
        """Ends the API server: the cluster is out of reach from then on."""
        os.kill(self.process, signal.SIGKILL)

    @property
    def kubeconfig(self) -> str:
        """A kubeconfig of an administrator."""
        authority = base64.b64encode(self.ca.encode()).decode()
        return json.dumps(
            {
                "apiVersion": "v1",
                "kind": "Config",
                "clusters": [
                    {
                        "name": "lab",
                        "cluster": {"server": self.url, "certificate-authority-data": authority},
                    }
                ],
                "users": [{"name": "admin", "user": {"token": self.token}}],
                "contexts": [{"name": "lab", "context": {"cluster": "lab", "user": "admin"}}],
                "current-context": "lab",
            }
        )

    def request(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Sends one request; raises `urllib.error.HTTPError` when the server refuses it."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        request = urllib.request.Request(  # noqa: S310 - loopback
            f"{self.url}{path}", data=data, method=method, headers=headers
        )
        context = ssl.create_default_context(cadata=self.ca)
        with urllib.request.urlopen(request, timeout=10, context=context) as answer:  # noqa: S310 - ditto
            text = answer.read()
        return json.loads(text) if text.startswith(b"{") else text.decode()

    def get(self, path: str) -> Any:
        """The object or list at the path."""
        return self.request("GET", path)

    def exists(self, path: str) -> bool:
        """Whether there is an object at the path."""
        try:
            self.get(path)
        except urllib.error.HTTPError as error:
            if error.code == 404:
                return False
            raise
        return True


# Without kubelets no pod reaches the service `kubernetes`, and no node reports its conditions.
WITHOUT_KUBELETS = (
    "--endpoint-reconciler-type=none",
    "--disable-admission-plugins=TaintNodesByCondition",
)


def wait_for_api_server(
    folder: Path, address: str, port: int, token: str, process: int
) -> ControlPlane:
    """The API server, once it answers the administrator's token."""
    certificate, log = folder / "certificates" / "apiserver.crt", folder / "apiserver.log"
    wait_until(certificate.is_file, "the API server's certificate", log)
    plane = ControlPlane(
        url=f"https://{address}:{port}",
        token=token,
        ca=certificate.read_text(),
        process=process,
    )
    wait_until(lambda: _ready(plane), "the API server", log)
    return plane


@contextmanager
def start_control_plane(
    folder: Path, nodes: Sequence[str], address: str = LOOPBACK, flags: Sequence[str] = ()
) -> Iterator[ControlPlane]:
    """Runs the control plane with these nodes until the block ends.

    `address` is the loopback address of the API server, `flags` are more of its arguments.
    """
    folder.mkdir(parents=True, exist_ok=True)
    etcd_port, peer_port = _free_ports(LOOPBACK, 2)
    (api_port,) = _free_ports(address, 1)
    token = secrets.token_hex(16)
    write_credentials(folder, {token: ADMINISTRATOR})
    kubeconfig = folder / "kubeconfig"
    with ExitStack() as stack:

        def start(name: str, command: Command) -> int:
            return stack.enter_context(running(folder / f"{name}.log", command))

        start("etcd", etcd_command(folder, etcd_port, peer_port))
        server = api_server_command(folder, address, api_port, etcd_port)
        process = start("apiserver", [*server, *WITHOUT_KUBELETS, *flags])
        plane = wait_for_api_server(folder, address, api_port, token, process)
        write_private(kubeconfig, plane.kubeconfig)
        controllers = controllers_command(folder, kubeconfig)
        # No kubelet sends heartbeats for these nodes.
        start("controllers", [*controllers, "--controllers=*,-node-lifecycle-controller"])
        start("scheduler", scheduler_command(kubeconfig))
        start("kwok", kwok_command(kubeconfig))
        for name in nodes:
            plane.request("POST", "/api/v1/nodes", described_node(name))
        wait_until(
            lambda: all(node_ready(plane, name) for name in nodes),
            "the nodes",
            folder / "kwok.log",
        )
        yield plane


def add_volume(plane: ControlPlane, name: str) -> None:
    """Adds a volume of class `lab` that one claim can bind, in the place of a provisioner."""
    plane.request(
        "POST",
        "/api/v1/persistentvolumes",
        {
            "apiVersion": "v1",
            "kind": "PersistentVolume",
            "metadata": {"name": name},
            "spec": {
                "capacity": {"storage": "100Gi"},
                "accessModes": ["ReadWriteOnce"],
                "storageClassName": "lab",
                "hostPath": {"path": f"/lab/{name}"},
            },
        },
    )


def described_node(name: str, more_labels: Mapping[str, str] | None = None) -> dict[str, Any]:
    """A node; with the labels `OFF` no kubelet reports it ready, nor its pods."""
    labels = {"kubernetes.io/hostname": name, "kubernetes.io/os": "linux", **(more_labels or {})}
    amounts = {"cpu": "4", "memory": "8Gi", "pods": "110"}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": labels},
        "status": {
            "allocatable": amounts,
            "capacity": amounts,
            "addresses": [{"type": "InternalIP", "address": LOOPBACK}],
        },
    }


def _ready(plane: ControlPlane) -> bool:
    try:
        return bool(plane.get("/readyz") == "ok")
    except (OSError, urllib.error.URLError):
        return False


def node_ready(plane: ControlPlane, name: str) -> bool:
    """Whether the node, which must exist, is ready."""
    conditions = plane.get(f"/api/v1/nodes/{name}")["status"].get("conditions", [])
    return any(c["type"] == "Ready" and c["status"] == "True" for c in conditions)


@contextmanager
def running(log: Path, command: Command) -> Iterator[int]:
    """Runs the program until the block ends; gives its process id."""
    with log.open("wb") as out:
        process = subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield process.pid
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def wait_until(
    done: Callable[[], bool], what: str, log: Path, seconds: float = START_SECONDS
) -> None:
    """Waits until it is done; raises `TimeoutError` with the end of the log."""
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            last = log.read_text(errors="replace")[-2000:] if log.exists() else ""
            raise TimeoutError(f"{what}: not up after {seconds:.0f} s; the log ends with:\n{last}")
        time.sleep(0.1)


def _free_ports(address: str, count: int) -> list[int]:
    """Distinct free ports of the address: all are held until the last is found."""
    with ExitStack() as held:
        found = [held.enter_context(socket.socket()) for _ in range(count)]
        for one in found:
            one.bind((address, 0))
        return [int(one.getsockname()[1]) for one in found]
