"""A virtual machine: started, cut off from power, started again."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lab.vm.kernel import kernel
from lab.vm.process import end_processes, is_running, start_detached

UP = "the machine is up"


@dataclass(frozen=True, kw_only=True)
class Machine:
    """A machine's hardware; `folder` has its files. `taps` are the host's ends of its interfaces.

    `channels` is the number of serial ports, each a socket on the host; the machine starts once
    all are connected. `shared_disks` come after its own; several machines read them at once.
    """

    name: str
    folder: Path
    initramfs: Path
    taps: Sequence[str]
    megabytes: int
    processors: int = 1
    disks: Sequence[Path] = ()
    shared_disks: Sequence[Path] = ()
    arguments: str = ""
    macs: Sequence[str] = field(default=())
    channels: int = 0

    @property
    def console(self) -> Path:
        """What the machine has printed since its last start."""
        return self.folder / f"{self.name}.console"

    @property
    def process_file(self) -> Path:
        """Where the process id of the running machine is kept."""
        return self.folder / f"{self.name}.pid"

    @property
    def monitor(self) -> Path:
        """The socket at which QEMU answers (`lab.vm.monitor`) while the machine runs."""
        return self.folder / f"{self.name}.monitor"

    def channel(self, number: int) -> Path:
        """The host's end of a channel."""
        return self.folder / f"{self.name}.{number}"

    def start(self) -> None:
        """Switches it on; it runs on when this process ends."""
        self.console.unlink(missing_ok=True)
        command: list[str | Path] = [
            *("qemu-system-x86_64", "-name", self.name, "-nodefaults", "-display", "none"),
            *("-accel", "tcg,thread=multi", "-cpu", "max"),
            *("-smp", str(self.processors), "-m", str(self.megabytes)),
            *("-serial", f"file:{self.console}"),
            *("-qmp", f"unix:{self.monitor},server=on,wait=off"),
            *("-kernel", kernel() / "vmlinuz", "-initrd", self.initramfs),
            *(
                "-append",
                f"console=ttyS0 loglevel=5 net.ifnames=0 panic=-1 {self.arguments}".strip(),
            ),
        ]
        for disk in self.disks:
            command += ["-drive", f"file={disk},format=raw,if=virtio,cache=unsafe"]
        for disk in self.shared_disks:
            command += ["-drive", f"file={disk},format=raw,if=virtio,readonly=on,file.locking=off"]
        for number, tap in enumerate(self.taps):
            mac = self.macs[number] if number < len(self.macs) else _mac(self.name, number)
            command += [
                *("-netdev", f"tap,id=n{number},ifname={tap},script=no,downscript=no"),
                *("-device", f"virtio-net-pci,netdev=n{number},mac={mac},romfile="),
            ]
        if self.channels:
            command += ["-device", "virtio-serial-pci"]
        for number in range(self.channels):
            command += [
                *("-chardev", f"socket,id=c{number},path={self.channel(number)},server=on,wait=on"),
                *("-device", f"virtserialport,chardev=c{number}"),
            ]
        start_detached(self.folder, self.name, command)

    def cut_power(self) -> None:
        """Ends it as a power cut does."""
        end_processes([int(self.process_file.read_text())])
        self.process_file.unlink()

    def is_on(self) -> bool:
        """Whether it runs."""
        return self.process_file.exists() and is_running(int(self.process_file.read_text()))

    def has_printed(self, words: str) -> bool:
        """Whether the console shows the words."""
        return self.console.exists() and words in self.console.read_text(errors="replace")


def _mac(name: str, number: int) -> str:
    total = sum(name.encode()) % 256
    return f"52:54:00:68:{total:02x}:{number:02x}"
