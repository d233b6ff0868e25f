"""What `doctor` prints: a line per finding, or one JSON document."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict

from multihome.doctor.finding import Finding, Unseen

HEALTHY, ILL, UNSEEN = 0, 1, 2


def exit_status(findings: Sequence[Finding], unseen: Sequence[Unseen]) -> int:
    """0 with nothing to say, 1 with findings, 2 when something could not be looked at."""
    if unseen:
        return UNSEEN
    return ILL if findings else HEALTHY


def print_json(findings: Sequence[Finding], unseen: Sequence[Unseen]) -> None:
    """Prints both lists as they are."""
    described = {
        "findings": [asdict(finding) for finding in findings],
        "unseen": [asdict(each) for each in unseen],
    }
    print(json.dumps(described, indent=2))


def print_findings(findings: Sequence[Finding], unseen: Sequence[Unseen]) -> None:
    """Prints a line per finding; what could not be looked at goes to standard error."""
    if findings and sys.stdout.isatty():
        _print_fitted(findings)
    else:
        for finding in findings:
            print(line(finding))
    for each in unseen:
        print(f"{each.where}: could not look: {each.why}", file=sys.stderr)
    if not findings:
        print("nothing found" + (" where it was looked" if unseen else ""))


def line(finding: Finding) -> str:
    """`where: what (name); why; do: what to do`, on one line."""
    return f"{finding.where}: {finding.name}: {finding.what}; {finding.why}; do: {finding.cure}"


def _print_fitted(findings: Sequence[Finding]) -> None:
    from rich import box  # noqa: PLC0415 - a pipe needs none of it
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    table = Table(box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 1, 1, 0))
    for heading in ("where", "what", "why it matters", "what to do"):
        table.add_column(heading, overflow="fold")
    for each in findings:
        table.add_row(each.where, f"{each.what} ({each.name})", each.why, each.cure)
    Console(highlight=False, markup=False).print(table)
