"""The demo: a virtual lab with the home stack applied, and what there is to look at."""

import os
import shlex
import subprocess
import sys
from collections.abc import Mapping, Sequence

from lab.engine.environment import CHECKOUT, engine_folders
from lab.vm.applied import applied, virtual_lab
from lab.vm.network import DEVICE, has_network, inside
from lab.vm.requirements import missing
from lab.vm.virtual_lab import VirtualLab, in_pod

# Gives the demo another name, so that tests leave somebody's own alone.
NAME = "MULTIHOME_LAB_NAME"
COMMANDS = """
make demo-node     a shell on the node, over SSH
make demo-pod      the pod's interfaces
make demo-iot      a page of the IoT device, fetched from the pod
make demo-pulumi   Pulumi's preview
make demo-down     ends the demo

demo-node, demo-pod and demo-pulumi take another command:
make demo-node COMMAND='journalctl -u kubelet -n 20'
make demo-pod COMMAND='ip route'
make demo-pulumi COMMAND='stack output'"""


def build() -> int:
    """Make what the virtual machines need: programs, images, disks."""
    engine_folders()
    _lab().build()
    return 0


def up() -> int:
    """Start the virtual machines unless they run, and apply the home stack."""
    why = missing()
    if why:
        return _complain(why)
    lab = _lab()
    engine = engine_folders()
    lab.build()
    if lab.is_up():
        print("the virtual machines are up already", flush=True)
    else:
        print("starting the virtual machines: about a minute", flush=True)
        lab.up()
    with inside(lab.name):
        stack = applied(lab, engine)
        status = _run(stack.command("up"), stack.environment)
    if status == 0:
        print(COMMANDS)
    return status


def down() -> int:
    """End every process of the demo, and remove its files and namespaces."""
    ended = _lab().down()
    if not ended:
        print("no demo is running")
        return 0
    print("\n".join(["ended:", *(f"  {one}" for one in ended)]))
    print("the machines of the demo have ended; their files are removed")
    return 0


def node(words: Sequence[str]) -> int:
    """Open a shell on the node, or run a command there, over SSH."""
    lab = _lab()
    if not has_network(lab.name):
        return _complain("no demo is running; start one: make demo")
    with inside(lab.name):
        return _run([*lab.ssh_command(lab.nodes[0]), *([shlex.join(words)] if words else [])])


def pod(words: Sequence[str]) -> int:
    """Show the pod's interfaces, or run a command in the pod's network namespace."""
    return node(["sh", "-c", in_pod(shlex.join(words or ["ip", "address"]))])


def iot() -> int:
    """Fetch a page of the IoT device from the pod's network namespace."""
    return pod(["curl", "--silent", "--show-error", "--max-time", "20", f"http://{DEVICE}"])


def pulumi(words: Sequence[str]) -> int:
    """Run `pulumi preview`, or another command, with the demo's state and secrets."""
    lab = _lab()
    if not lab.is_up():
        return _complain("no demo is running; start one: make demo")
    engine = engine_folders()
    with inside(lab.name):
        stack = applied(lab, engine)
        return _run(stack.command(*(words or ["preview"])), stack.environment)


def _lab() -> VirtualLab:
    return virtual_lab(os.environ.get(NAME, "multihome-demo"))


def _run(command: Sequence[str], environment: Mapping[str, str] | None = None) -> int:
    return subprocess.run(command, cwd=CHECKOUT, env=environment, check=False).returncode


def _complain(why: str) -> int:
    print(why, file=sys.stderr)
    return 1
