"""`python -m lab.vm COMMAND`: the demo on virtual machines (`make demo`)."""

import argparse
import sys
from collections.abc import Sequence

from lab.vm import demo


def main(arguments: Sequence[str]) -> int:
    """Runs the command; returns its exit status."""
    parser = argparse.ArgumentParser(prog="python -m lab.vm", description=demo.__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for run in (demo.build, demo.up, demo.down, demo.iot):
        commands.add_parser(run.__name__, help=run.__doc__).set_defaults(run=run)
    for run_words in (demo.node, demo.pod, demo.pulumi):
        command = commands.add_parser(run_words.__name__, help=run_words.__doc__)
        command.add_argument("words", nargs=argparse.REMAINDER, metavar="COMMAND")
        command.set_defaults(run=run_words)
    given = vars(parser.parse_args(arguments))
    status: int = given.pop("run")(**given)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
