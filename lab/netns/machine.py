"""A virtual machine that runs scenarios with VLANs: Debian's kernel, the runner, nothing else."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from lab.build.builder import build
from lab.netns.channel import Channel, connected
from lab.vm.cached import cached
from lab.vm.initramfs import DISK_MODULES, NETWORK_MODULES, initramfs
from lab.vm.machine import Machine

MODULES = (*DISK_MODULES, *NETWORK_MODULES, "virtio_console", "macvlan", "veth")
# To read an emulated clock, to set an emulated timer or to clear two megabytes takes longer than
# most of what is run.
KERNEL_ARGUMENTS = "clocksource=tsc tsc=reliable highres=off transparent_hugepage=never"


@contextmanager
def start_machine(channels: int) -> Iterator[list[Channel]]:
    """The channels of a machine that is switched off when the block ends."""
    with tempfile.TemporaryDirectory(prefix="scenario-") as temporary:
        machine = Machine(
            name="runner",
            folder=Path(temporary),
            initramfs=initramfs("runner.sh", MODULES),
            taps=(),
            megabytes=2048,
            shared_disks=(programs_disk(),),
            arguments=KERNEL_ARGUMENTS,
            channels=channels,
        )
        try:
            machine.start()
            with ExitStack() as open_ones:
                # One after the other: the machine opens its sockets in this order.
                sockets = map(machine.channel, range(channels))
                yield [open_ones.enter_context(closing(connected(path))) for path in sockets]
        finally:
            if machine.is_on():
                machine.cut_power()


def programs_disk() -> Path:
    """A disk image with the runner and the CNI plugins, as they are built now."""
    ingredients = repr([build(part).name for part in ("runner", "cni-plugins")]).encode()
    return cached("runner-disk", ingredients, _make, 3) / "disk.img"


def _make(folder: Path) -> None:
    root = folder / "root"
    shutil.copytree(build("cni-plugins"), root / "plugins")
    shutil.copy(build("runner") / "runner", root)
    image = folder / "disk.img"
    subprocess.run(["mke2fs", "-q", "-t", "ext4", "-d", root, "-m", "0", image, "256M"], check=True)
    shutil.rmtree(root)
