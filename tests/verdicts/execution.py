"""Executes sites without the rules of the checks: what fails, and what the checks say of them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from config.reading.site import read_site
from config.site import Site
from tests.verdicts.calls import Request
from tests.verdicts.differences import differences
from tests.verdicts.generator import Stack
from tests.verdicts.runners import Runners
from tests.verdicts.scenarios import scenarios

# A second is shorter than TCP's first retransmission: one frame lost is one call lost.
PATIENCE = 8


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """A site, the rules by which the checks refuse it, and how its scenarios failed."""

    stack: Stack
    errors: tuple[str, ...] = ()
    failures: tuple[str, ...] = ()

    def describe(self) -> str:
        """The site as JSON on one line, and a line for each failure."""
        return "\n".join([json.dumps(self.stack), *(f"  {failure}" for failure in self.failures)])


def execute(runners: Runners, stacks: Sequence[Stack]) -> list[Outcome]:
    """Executes each site on each node that may run the pod.

    One that fails though the checks accept it is executed once more, with more time for answers:
    the machine may have been busy. That counts.
    """
    outcomes = _execute(runners, stacks, 1)
    wrong = [n for n, outcome in enumerate(outcomes) if outcome.failures and not outcome.errors]
    again = _execute(runners, [stacks[number] for number in wrong], PATIENCE) if wrong else []
    for number, outcome in zip(wrong, again, strict=True):
        outcomes[number] = outcome
    return outcomes


def _execute(runners: Runners, stacks: Sequence[Stack], patience: float) -> list[Outcome]:
    runs: list[tuple[int, Site, str, Request]] = []
    failures: list[list[str]] = [[] for _ in stacks]
    for number, stack in enumerate(stacks):
        site = Site.model_validate(stack)
        try:
            for node in site.pod_nodes or site.nodes:
                runs += [(number, site, node, request) for request in scenarios(site, node)]
        except (KeyError, ValueError) as error:
            failures[number].append(f"the program fails: {error!r}")
    reports = runners.run_all([request for *_, request in runs], patience)
    for (number, site, node, request), report in zip(runs, reports, strict=True):
        assert not report["error"], f"the lab failed: {report['error']}: {json.dumps(request)}"
        failures[number] += differences(site, node, request, report)
    return [
        Outcome(
            stack=stack,
            errors=tuple(dict.fromkeys(p.rule for p in read_site(stack).of("error"))),
            failures=tuple(dict.fromkeys(lines)),
        )
        for stack, lines in zip(stacks, failures, strict=True)
    ]
