"""Sites for tests: the stack files of the repository, and changed copies of them."""

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from config.reading.site import Reading, read_site
from config.reading.stack_file import read_stack_file
from config.site import Site

ROOT = Path(__file__).parents[2]
STACK_FILES = sorted(ROOT.glob("Pulumi.*.yaml"))


def tree(stack: str) -> dict[str, Any]:
    """The plain values of a stack file, free to be changed."""
    return copy.deepcopy(read_stack_file(ROOT / f"Pulumi.{stack}.yaml").tree)


def changed(stack: str, changes: Mapping[str, object]) -> Reading:
    """The stack's site with values replaced by path; `None` removes a key."""
    return read_site(changed_tree(stack, changes))


def changed_tree(stack: str, changes: Mapping[str, object]) -> dict[str, Any]:
    """The stack's tree with values replaced by path; `None` removes a key."""
    values = tree(stack)
    for path, value in changes.items():
        *parents, last = path.split("/")
        here: Any = values
        for key in parents:
            here = here[int(key)] if isinstance(here, list) else here.setdefault(key, {})
        if isinstance(here, list):
            here[int(last)] = copy.deepcopy(value)
        elif value is None:
            here.pop(last, None)
        else:
            here[last] = copy.deepcopy(value)
    return values


def unchecked_site(changes: Mapping[str, object]) -> Site:
    """The site of `Pulumi.home.yaml`, changed; no rule has looked at it."""
    return Site.model_validate(changed_tree("home", changes))


def site(stack: str) -> Site:
    """The site of a stack file of the repository."""
    reading = read_site(tree(stack))
    assert reading.site is not None, [problem.line() for problem in reading.problems]
    return reading.site
