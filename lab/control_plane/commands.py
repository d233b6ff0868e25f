"""The command lines of a control plane's programs, which are upstream's own."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

from lab.build.builder import build

SERVICE_SUBNET = "10.43.0.0/16"
# The user and group of the token file's administrator.
ADMINISTRATOR = 'admin,admin,"system:masters"'
Command = list[str | Path]


def write_private(path: Path, text: str) -> None:
    """Writes a file that only this user may read."""
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)


def write_credentials(folder: Path, users: Mapping[str, str]) -> None:
    """Writes what the commands below need: the token file and the service accounts' key.

    `users` maps each token to name, id and groups as a token file has them.
    """
    lines = [f"{token},{user}\n" for token, user in users.items()]
    write_private(folder / "tokens.csv", "".join(lines))
    subprocess.run(
        ["openssl", "genrsa", "-out", "account.key", "2048"],
        cwd=folder,
        check=True,
        capture_output=True,
    )


def etcd_command(folder: Path, port: int, peer_port: int) -> Command:
    """etcd on loopback; it does not wait for the disk, since no test cuts its power."""
    url = f"http://127.0.0.1:{port}"
    return [
        build("etcd") / "etcd",
        "--unsafe-no-fsync",
        f"--data-dir={folder / 'etcd'}",
        f"--listen-client-urls={url}",
        f"--advertise-client-urls={url}",
        f"--listen-peer-urls=http://127.0.0.1:{peer_port}",
    ]


def api_server_command(folder: Path, address: str, port: int, etcd_port: int) -> Command:
    """The API server on that address, with the files of `write_credentials`."""
    return [
        build("kubernetes") / "kube-apiserver",
        f"--etcd-servers=http://127.0.0.1:{etcd_port}",
        f"--bind-address={address}",
        f"--secure-port={port}",
        f"--cert-dir={folder / 'certificates'}",
        f"--token-auth-file={folder / 'tokens.csv'}",
        f"--service-account-key-file={folder / 'account.key'}",
        f"--service-account-signing-key-file={folder / 'account.key'}",
        "--service-account-issuer=https://lab",
        f"--service-cluster-ip-range={SERVICE_SUBNET}",
        "--authorization-mode=Node,RBAC",
        "--allow-privileged=true",
    ]


def controllers_command(folder: Path, kubeconfig: Path) -> Command:
    """The controller manager, with the files of `write_credentials`."""
    return [
        build("kubernetes") / "kube-controller-manager",
        f"--kubeconfig={kubeconfig}",
        f"--service-account-private-key-file={folder / 'account.key'}",
        f"--root-ca-file={folder / 'certificates' / 'apiserver.crt'}",
        "--leader-elect=false",
        "--secure-port=0",
    ]


def scheduler_command(kubeconfig: Path) -> Command:
    """The scheduler."""
    return [
        build("kubernetes") / "kube-scheduler",
        f"--kubeconfig={kubeconfig}",
        "--leader-elect=false",
        "--secure-port=0",
    ]


# The label of a node whose kubelet does not run.
OFF = {"lab/off": "true"}


def kwok_command(kubeconfig: Path) -> Command:
    """kwok, which reports nodes and pods as ready in the place of kubelets."""
    return [
        build("kwok") / "kwok",
        f"--kubeconfig={kubeconfig}",
        f"--manage-nodes-with-label-selector={','.join(f'!{label}' for label in OFF)}",
        f"--config={Path(__file__).parent / 'kwok.yaml'}",
    ]
