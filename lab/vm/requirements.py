"""What virtual machines need of the machine that runs them."""

import os
import shutil
from pathlib import Path

PROGRAMS = ("qemu-system-x86_64", "debootstrap", "cpio", "mke2fs", "busybox", "apt-get")


def missing() -> str | None:
    """Why no virtual machines can be started here, or None when they can."""
    if os.geteuid() != 0:
        return "virtual machines need root, for network namespaces and taps"
    for program in PROGRAMS:
        if shutil.which(program) is None:
            return f"virtual machines need {program}: run `sh lab/setup.sh machines`"
    if not Path("/dev/net/tun").exists():
        return "virtual machines need /dev/net/tun"
    return None
