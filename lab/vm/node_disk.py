"""A node's root disk with the container images, which a machine of its own imports once."""

import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from lab.vm.cached import cached
from lab.vm.images import Image, archive
from lab.vm.initramfs import DISK_MODULES, initramfs
from lab.vm.machine import Machine
from lab.vm.root_disk import root_disk
from lab.vm.seed import make_image_seed

SECONDS = 600.0


def node_disk(images: Sequence[Image]) -> Path:
    """The disk image to be copied for each node, sparse."""
    archives = [archive(image) for image in images]
    ingredients = repr([root_disk().parent.name, *(a.parent.name for a in archives)]).encode()
    return cached("node-disk", ingredients, lambda out: _make(archives, out), 60) / "disk.img"


def _make(archives: Sequence[Path], folder: Path) -> None:
    disk, seed = folder / "disk.img", folder / "seed.img"
    subprocess.run(["cp", "--sparse=always", root_disk(), disk], check=True)
    make_image_seed(archives, seed)
    machine = Machine(
        name="prepare",
        folder=folder,
        initramfs=initramfs("node-boot.sh", DISK_MODULES),
        taps=(),
        megabytes=2048,
        processors=2,
        disks=(disk, seed),
        arguments="multihome.prepare",
    )
    machine.start()
    deadline = time.monotonic() + SECONDS
    while machine.is_on():
        if time.monotonic() > deadline:
            machine.cut_power()
            console = machine.console.read_text(errors="replace")
            raise TimeoutError(f"the images were not imported:\n{console[-2000:]}")
        time.sleep(0.2)
    seed.unlink()
