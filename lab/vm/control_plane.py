"""The control plane of a lab: it outlives the process that starts it, and is found by its files."""

import json
import secrets
from collections.abc import Sequence
from pathlib import Path

from lab.control_plane.commands import (
    ADMINISTRATOR,
    api_server_command,
    controllers_command,
    etcd_command,
    scheduler_command,
    write_credentials,
    write_private,
)
from lab.control_plane.processes import ControlPlane, wait_for_api_server
from lab.vm.network import CLUSTER
from lab.vm.process import start_detached

PORT, ETCD_PORT, ETCD_PEER_PORT = 6443, 2379, 2380
KUBE_PROXY = "system:kube-proxy"


def kubelet_of(node: str) -> str:
    """The user as which the node's kubelet calls the API."""
    return f"system:node:{node}"


def start_control_plane(folder: Path, nodes: Sequence[str]) -> None:
    """Starts etcd, API server, controllers and scheduler in this namespace.

    Returns when the API server answers; the folder then has its files.
    """
    administrator = _token(folder, "admin", "")
    users = {administrator: ADMINISTRATOR}
    for node in nodes:
        for user, group in ((kubelet_of(node), "system:nodes"), (KUBE_PROXY, "system:masters")):
            users[_token(folder, user, node)] = f'{user},{user},"{group}"'
    write_credentials(folder, users)
    start_detached(folder, "etcd", etcd_command(folder, ETCD_PORT, ETCD_PEER_PORT))
    command = [
        *api_server_command(folder, CLUSTER, PORT, ETCD_PORT),
        f"--advertise-address={CLUSTER}",
        "--kubelet-preferred-address-types=InternalIP",
    ]
    process = start_detached(folder, "apiserver", command)
    plane = wait_for_api_server(folder, CLUSTER, PORT, administrator, process)
    kubeconfig = folder / "kubeconfig"
    write_private(kubeconfig, plane.kubeconfig)
    start_detached(folder, "controllers", controllers_command(folder, kubeconfig))
    start_detached(folder, "scheduler", scheduler_command(kubeconfig))


def has_control_plane(folder: Path) -> bool:
    """Whether a control plane was started in the folder."""
    return (folder / "apiserver.pid").exists()


def running_control_plane(folder: Path) -> ControlPlane:
    """The control plane that was started in the folder; it answers in its own namespace only."""
    return ControlPlane(
        url=f"https://{CLUSTER}:{PORT}",
        token=_token(folder, "admin", ""),
        ca=(folder / "certificates" / "apiserver.crt").read_text(),
        process=int((folder / "apiserver.pid").read_text()),
    )


def kubeconfig_of(folder: Path, user: str, node: str) -> str:
    """The text of a kubeconfig for a user of that node."""
    content = json.loads(running_control_plane(folder).kubeconfig)
    content["users"][0]["user"]["token"] = _token(folder, user, node)
    return json.dumps(content)


def _token(folder: Path, user: str, node: str) -> str:
    path = folder / f"token-{user.replace(':', '-')}-{node}"
    if not path.exists():
        write_private(path, secrets.token_hex(16))
    return path.read_text()
