"""A node that Multus' clean-up runs on."""

import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from components.multus.clean_up import SCRIPT
from tests.node.node import Node

ALIVE, GONE, ITSELF = "a" * 64, "b" * 64, "c" * 64
POD_UID = "0f6e2a1c-4a7e-4c55-9f5e-3f1d7f4c1a11"
KEPT = "00-multus.conflist"


@dataclass(frozen=True, kw_only=True)
class CleanedNode(Node):
    """A node whose containers run, and that Multus left nothing on yet."""

    def __post_init__(self) -> None:
        super().__post_init__()
        for folder in (self.conf_dir / "multus.d", self.leases, self.containers):
            folder.mkdir(parents=True)
        (self.conf_dir / "10-flannel.conflist").write_text("the cluster's own")
        (self.conf_dir / "multus.d" / "multus.kubeconfig").write_text("a token")
        self.run_container(ALIVE, "/var/lib/kubelet/pods/another")
        self.run_container(ITSELF, f"/var/lib/kubelet/pods/{POD_UID}/etc-hosts")

    @property
    def leases(self) -> Path:
        return self.root / "leases"

    @property
    def containers(self) -> Path:
        return self.root / "containers"

    @property
    def words(self) -> list[str]:
        """The command of the init container."""
        return [*self.interpreter, "-c", SCRIPT.read_text(encoding="utf-8")]

    def run_container(self, identity: str, mounted: str) -> None:
        """A container as containerd keeps it while it runs."""
        folder = self.containers / identity
        folder.mkdir()
        (folder / "config.json").write_text(f'{{"mounts": [{{"source": "{mounted}"}}]}}')

    def lease(self, network: str, address: str, container: str, age: int = 3600) -> Path:
        """A lease as host-local writes it, that many seconds old."""
        folder = self.leases / network
        folder.mkdir(exist_ok=True)
        if not (folder / "lock").exists():
            (folder / "lock").touch()
        file = folder / address
        file.write_text(f"{container}\r\nnet1")
        os.utime(file, (time.time() - age,) * 2)
        return file

    def environment(self, **changes: str) -> dict[str, str]:
        return {
            **super().environment(),
            "CONF_DIR": str(self.conf_dir),
            "KEPT": KEPT,
            "LEASES": str(self.leases),
            "CONTAINERS": str(self.containers),
            "POD_UID": POD_UID,
            "PATIENCE": "300",
            **changes,
        }

    def clean_up(self, **changes: str) -> subprocess.CompletedProcess[str]:
        """Runs the script as the init container does."""
        return self.run(self.words, **changes)
