"""A virtual machine with two simulated radios: whom does an access point answer?"""

import base64
import contextlib
import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lab.build.builder import build
from lab.vm.initramfs import initramfs
from lab.vm.kernel import FULL_META_PACKAGE, kernel

MODULES = ("mac80211_hwsim", "macvlan", "veth", "af_packet")
PROGRAMS = ("ip", "iw", "hostapd", "wpa_supplicant")
SECONDS = 120.0
_RESULT = re.compile(r"^([a-z ]+): (answered|not answered)$", re.MULTILINE)


def wireless_results(
    conflist: Mapping[str, Any], addresses: Sequence[str], mac: str
) -> dict[str, str]:
    """Who was answered and who was not: the station, its macvlan child, the same child by wire.

    The child is made by the real plugins, from a conflist whose master is `wlan0`.
    """
    told = {
        "network": str(conflist["name"]),
        "conflist": _encoded(conflist),
        "capabilities": _encoded({"ips": list(addresses), "mac": mac}),
    }
    console = _run(" ".join(f"{key}={value}" for key, value in told.items()))
    if "done" not in console.splitlines():
        raise RuntimeError(f"the machine was not done, and had {SECONDS:.0f} s:\n{console}")
    return dict(_RESULT.findall(console))


def missing() -> str | None:
    """Why no such machine can be started here, or None when one can."""
    for program in (*PROGRAMS, "qemu-system-x86_64", "cpio", "busybox", "depmod", "apt-get"):
        if shutil.which(program) is None:
            return f"a machine with radios needs {program}"
    return None


def _run(arguments: str) -> str:
    """What the machine has printed when it has switched itself off, or its time is over."""
    folder = kernel(FULL_META_PACKAGE)
    with tempfile.TemporaryDirectory(prefix="scenario-") as temporary:
        console = Path(temporary) / "console"
        command: list[str | Path] = [
            *("qemu-system-x86_64", "-nodefaults", "-display", "none", "-no-reboot"),
            *("-accel", "tcg,thread=multi", "-cpu", "max", "-m", "512"),
            *("-serial", f"file:{console}"),
            *("-kernel", folder / "vmlinuz", "-initrd", _initramfs(folder)),
            *("-append", f"console=ttyS0 quiet net.ifnames=0 panic=-1 {arguments}"),
        ]
        # How far it came when its time is over is told by its console.
        with contextlib.suppress(subprocess.TimeoutExpired):
            subprocess.run(command, stdin=subprocess.DEVNULL, timeout=SECONDS, check=True)
        return console.read_text(errors="replace").replace("\r", "")


def _initramfs(kernel_folder: Path) -> Path:
    plugins = [str(build("cni-plugins") / name) for name in ("macvlan", "host-local", "static")]
    programs = (*PROGRAMS, str(build("cnitool") / "cnitool"), *plugins)
    return initramfs("wireless.sh", MODULES, programs, kernel_folder)


def _encoded(value: Mapping[str, Any]) -> str:
    """A word of the kernel's command line, where quotes and spaces have a meaning."""
    return base64.b64encode(json.dumps(value).encode()).decode()
