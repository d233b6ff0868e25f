"""`python -m multihome check FILE...`: the plan of each stack file, or what is wrong with it."""

import sys
from collections.abc import Sequence
from pathlib import Path

from config.reading.site import read_site
from config.reading.stack_file import read_stack_file
from multihome.address_plan import address_plan


def check_command(files: Sequence[str]) -> int:
    """Prints the plan and the warnings, or one line per error; exit status 1 on any error."""
    if not files:
        print("usage: python -m multihome check FILE...", file=sys.stderr)
        return 2
    return max(_check(Path(file)) for file in files)


def _check(path: Path) -> int:
    file = read_stack_file(path)
    reading = read_site(file.tree) if file.tree else None
    problems = [*file.problems, *(reading.problems if reading else ())]
    errors = [problem for problem in problems if problem.severity == "error"]
    if errors or reading is None or reading.site is None:
        for problem in errors:
            print(f"{path}: {problem.line()}", file=sys.stderr)
        return 1
    print(f"{path}: the plan is sound\n\n{address_plan(reading.site)}\n")
    for problem in problems:
        print(f"{problem.severity}: {problem.line()}")
    return 0
