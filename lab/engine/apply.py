"""`python -m lab.engine.apply up|destroy STACK`, with an installed Pulumi and its plugins only."""

import shutil
import subprocess
import sys

from lab.build.versions import PULUMI
from lab.engine.environment import installed_cli

INSTALL = "install Pulumi (https://www.pulumi.com/docs/install) and run `pulumi install`"


def apply(command: str, stack: str) -> int:
    """Runs `pulumi up` or `pulumi destroy` in the caller's own backend; returns its status."""
    if installed_cli() is None:
        print(
            f"make {command}: no `pulumi` of {PULUMI} or later on PATH; {INSTALL}", file=sys.stderr
        )
        return 1
    if not _has_command_plugin():
        print(f"make {command}: the plugin `command` is not installed; {INSTALL}", file=sys.stderr)
        return 1
    line = ["pulumi", command, "--stack", stack]
    if command == "destroy":
        line.append("--exclude-protected")
    print(" ".join(line), flush=True)
    return subprocess.run(line, check=False).returncode


def _has_command_plugin() -> bool:
    if shutil.which("pulumi-resource-command"):
        return True
    listed = subprocess.run(
        ["pulumi", "plugin", "ls", "--json"], capture_output=True, text=True, check=False
    )
    return '"command"' in listed.stdout


if __name__ == "__main__":
    sys.exit(apply(sys.argv[1], sys.argv[2]))
