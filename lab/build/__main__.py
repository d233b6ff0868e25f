"""`python -m lab.build [PART...]`: builds the parts and prints the folder of each."""

import subprocess
import sys

from lab.build.builder import build
from lab.build.parts import PARTS


def main(names: list[str]) -> int:
    """Builds the named parts, or all; returns 1 after the output of a build that failed."""
    for name in names or list(PARTS):
        try:
            print(build(name), flush=True)
        except subprocess.CalledProcessError as error:
            print(f"{name}: the build failed with exit status {error.returncode}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
