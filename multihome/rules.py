"""`python -m multihome rules`: every rule, with what must hold and why."""

import inspect
from collections.abc import Iterator

from config.checks import RULES


def rule_lines() -> Iterator[str]:
    """Per rule its name and severity, what must hold, and why, on three lines."""
    for rule in RULES.values():
        says = " ".join((inspect.getdoc(rule.check) or "").split())
        yield f"{rule.name} ({rule.severity})"
        yield f"  {says}"
        yield f"  Why: {rule.because}."
