"""`python -m lab.engine.preview STACK`: `pulumi preview` on a copy of the stack file."""

import shutil
import subprocess
import sys

from lab.engine.environment import CHECKOUT, engine_folders, init_stack, private_environment


def preview(stack: str) -> int:
    """Runs `pulumi preview`; needs neither cluster nor node. Returns its exit status."""
    state = CHECKOUT / ".state"
    environment = private_environment(state, engine_folders(), "preview")
    copy = state / f"Pulumi.{stack}.yaml"
    shutil.copyfile(CHECKOUT / copy.name, copy)
    options = ["--stack", stack, "--config-file", str(copy), "--non-interactive"]
    init_stack(stack, state / "registry", environment)
    command = ["pulumi", "preview", *options]
    print(" ".join(command), flush=True)
    return subprocess.run(command, cwd=CHECKOUT, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(preview(sys.argv[1]))
