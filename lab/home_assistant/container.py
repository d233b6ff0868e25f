"""Runs programs in the root as containers of a pod: in its network, with its volumes.

What a program writes outside the volumes is gone when it ends.
"""

import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lab.home_assistant.root import VERSION, root

# `ip netns exec` gives it a mount namespace of its own. The arguments are the root, the pod's
# folder; source, target and mode of each volume; `--`; and the program's words.
ENTER = """
set -eu
root=$1 pod=$2 layer=$2/layer
shift 2
mount -t tmpfs tmpfs "$layer"
mkdir "$layer/upper" "$layer/work" "$layer/root"
mount -t overlay -o "lowerdir=$root,upperdir=$layer/upper,workdir=$layer/work" \
    overlay "$layer/root"
cd "$layer/root"
mount -t proc proc proc
mount --rbind /sys sys
mount -t tmpfs tmpfs dev
mkdir dev/shm
for device in null zero full random urandom; do
    touch "dev/$device"
    mount --bind "/dev/$device" "dev/$device"
done
touch dev/termination-log
mount --bind "$pod/termination-log" dev/termination-log
while [ "$1" != -- ]; do
    mkdir -p "./$2"
    mount --bind "$1" "./$2"
    mount -o "remount,bind,$3" "./$2"
    shift 3
done
shift
exec chroot . "$@"
"""
# By the first Home Assistant knows that it runs in a container.
ENVIRONMENT = {
    "KUBERNETES_SERVICE_HOST": "10.43.0.1",
    "PATH": "/ha/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/root",
    "LANG": "C.UTF-8",
    "UV_OFFLINE": "1",
}
SECONDS = 120


@dataclass(frozen=True, kw_only=True)
class Mount:
    """A folder of this machine, and where the container has it."""

    source: Path
    path: str
    read_only: bool = False


@dataclass(frozen=True, kw_only=True)
class Container:
    """A container of the pod whose files are in `folder`.

    One of them is `termination-log`: what the last container said to kubelet.
    """

    namespace: str
    folder: Path
    mounts: Sequence[Mount] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    version: str = VERSION

    def run(self, words: Sequence[str]) -> subprocess.CompletedProcess[str]:
        """Runs a program to its end; standard error is part of the output."""
        return subprocess.run(
            self._command(words),
            env={**ENVIRONMENT, **self.environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=SECONDS,
        )

    def start(self, words: Sequence[str], log: Path) -> subprocess.Popen[bytes]:
        """Starts a program; what it prints is added to the log."""
        with log.open("ab") as output:
            return subprocess.Popen(
                self._command(words),
                env={**ENVIRONMENT, **self.environment},
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def _command(self, words: Sequence[str]) -> list[str]:
        (self.folder / "layer").mkdir(parents=True, exist_ok=True)
        (self.folder / "termination-log").write_text("")
        volumes: list[str] = []
        for mount in self.mounts:
            mode = "ro" if mount.read_only else "rw"
            volumes += [str(mount.source), mount.path.lstrip("/"), mode]
        enter = ("sh", "-c", ENTER, "sh", str(root(self.version)), str(self.folder))
        return ["ip", "netns", "exec", self.namespace, *enter, *volumes, "--", *words]
