"""`python -m lab.vm build|up|down`: a house to look at, with the article's plan applied."""

import os
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from lab.build.cache import cache_folder
from lab.engine.applied import Applied
from lab.engine.environment import engine_folders
from lab.vm.applied import applied
from lab.vm.network import DEVICE, inside
from lab.vm.virtual_lab import Box, missing

HOME_ASSISTANT = "ghcr.io/home-assistant/home-assistant:2026.11.0"
MULTUS = "v4.2.4"
NAME = "MULTIHOME_LAB_NAME"


def the_box() -> Box:
    """The one house of `make demo`, unless the environment gives it another name."""
    return box_called(os.environ.get(NAME, "house"))


def box_called(name: str, nodes: Sequence[str] = ("k3s-1",)) -> Box:
    """A house of that name, for the article's plan."""
    return Box(
        name=name,
        folder=cache_folder() / f"box-{name}",
        multus_version=MULTUS,
        home_assistant=HOME_ASSISTANT,
        nodes=nodes,
    )


def build() -> int:
    """Makes what needs the world outside, for `up` and for the tests."""
    engine_folders()
    the_box().build()
    return 0


def up() -> int:
    """Brings the house up unless it is, applies the plan, and says what to look at."""
    why = missing()
    if why:
        print(why, file=sys.stderr)
        return 1
    box = the_box()
    engine = engine_folders()
    box.build()
    if box.is_up():
        print("the house is up already", flush=True)
    else:
        print("bringing the house up: about a minute", flush=True)
        box.up()
    with inside(box.name):
        home = applied(box, engine)
        print(" ".join(home.command("up")), flush=True)
        done = home.pulumi("up", timeout=900)
    print(done.stdout if done.returncode == 0 else done.stdout + done.stderr, flush=True)
    if done.returncode == 0:
        _tell(box, _runner(box, home))
    return done.returncode


def down() -> int:
    """Takes the house away."""
    the_box().down()
    return 0


def _runner(box: Box, home: Applied) -> Path:
    """A script that runs a command in the house, with the engine's environment."""
    names = ("PATH", "XDG_CACHE_HOME", "MULTIHOME_LAB_COMMAND", "MULTIHOME_LAB_PYTHON")
    lines = [
        f"export {name}={shlex.quote(value)}"
        for name, value in sorted(home.environment.items())
        if name.startswith("PULUMI_") or name in names
    ]
    script = box.folder / "run"
    lines = ["#!/bin/sh", *lines, f'exec ip netns exec {box.name} "$@"']
    script.write_text("\n".join(lines) + "\n", encoding="utf-8")
    script.chmod(0o700)
    return script


def _tell(box: Box, run: Path) -> None:
    node = " ".join(shlex.quote(word) for word in box.ssh_command(box.nodes[0]))
    file = box.folder / "Pulumi.home.yaml"
    inside_pod = "nsenter -n -t $(pgrep -f ^/usr/bin/python3./init)"
    for what, line in (
        ("the node", f"{run} {node}"),
        ("the pod's interfaces", f"{run} {node} '{inside_pod} ip address'"),
        ("the lamp, from the pod", f"{run} {node} '{inside_pod} curl -s http://{DEVICE}'"),
        ("the engine", f"{run} pulumi preview --stack home --config-file {file}"),
        ("the end of it", "make demo-down"),
    ):
        print(f"{what}:\n    {line}")


if __name__ == "__main__":
    sys.exit({"build": build, "up": up, "down": down}[sys.argv[1]]())
