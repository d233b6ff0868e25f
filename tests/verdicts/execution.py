"""Executes sites without the rules of the checks: what fails, and what the checks say of them."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from components.network_segment.conflist import conflist
from components.pod_networks.annotation import networks_annotation
from config.reading.site import read_site
from config.site import Site
from lab.netns.channel import Request
from tests.verdicts.differences import differences, is_silence
from tests.verdicts.generator import Stack
from tests.verdicts.runners import Runners
from tests.verdicts.scenarios.links import possible_sites
from tests.verdicts.scenarios.peer_pods import node_of, peer_pods
from tests.verdicts.scenarios.request import peer_request, request

# A second is shorter than TCP's first retransmission: one frame lost is one call lost.
PATIENCE = 8


@dataclass(frozen=True, kw_only=True)
class Run:
    """One scenario of a site, on one of its nodes."""

    site: Site
    node: str
    request: Request


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """A site, the rules by which the checks refuse it, and how its scenarios failed."""

    stack: Stack
    errors: tuple[str, ...] = ()
    failures: tuple[str, ...] = ()
    # What failed in the lab itself; nothing is known of the site then.
    broken: str = ""
    # It was executed again, since an answer had not come in time.
    again: bool = False

    @property
    def is_wrong(self) -> bool:
        """Whether the site failed, or the lab."""
        return bool(self.failures or self.broken)

    def describe(self) -> str:
        """The site as JSON on one line, and a line for each failure."""
        failures = [f"the lab failed: {self.broken}"] if self.broken else self.failures
        return "\n".join([json.dumps(self.stack), *(f"  {failure}" for failure in failures)])


def execute(runners: Runners, stacks: Sequence[Stack]) -> list[Outcome]:
    """Executes each site on each node that may run the pod.

    Where the only failures are answers that did not come in time, and the checks accept the site,
    it is executed again with more time, and that counts.
    """
    outcomes = _execute_once(runners, stacks, patience=1)
    late = [number for number, outcome in enumerate(outcomes) if _is_late(outcome)]
    again = _execute_once(runners, [stacks[number] for number in late], patience=PATIENCE)
    for number, outcome in zip(late, again, strict=True):
        outcomes[number] = replace(outcome, again=True)
    return outcomes


def _is_late(outcome: Outcome) -> bool:
    return bool(outcome.failures) and not outcome.errors and all(map(is_silence, outcome.failures))


def _execute_once(runners: Runners, stacks: Sequence[Stack], *, patience: float) -> list[Outcome]:
    runs: list[tuple[int, Run]] = []
    failures: list[list[str]] = [[] for _ in stacks]
    for position, stack in enumerate(stacks):
        site = Site.model_validate(stack)
        if failure := program_failure(site):
            failures[position].append(failure)
            continue
        runs += [(position, run) for run in runs_of(site)]
    reports = runners.run_all([run.request for _, run in runs], patience)
    broken = [""] * len(stacks)
    for (position, run), report in zip(runs, reports, strict=True):
        broken[position] = broken[position] or report["error"]
        failures[position] += differences(run.site, run.node, run.request, report)
    return [
        Outcome(stack=stack, errors=errors(stack), failures=tuple(dict.fromkeys(lines)), broken=why)
        for stack, lines, why in zip(stacks, failures, broken, strict=True)
    ]


def program_failure(site: Site) -> str | None:
    """How the program itself fails at the site; None if it does not."""
    try:
        networks_annotation(site.home_assistant.interfaces, site.networks)
        for name, network in site.networks.items():
            conflist(site.namespace, name, network)
    except (KeyError, ValueError) as error:
        return f"the program fails: {error!r}"
    return None


def errors(stack: Stack) -> tuple[str, ...]:
    """The rules by which the checks refuse the site; none when they accept it."""
    return tuple(dict.fromkeys(p.rule for p in read_site(stack).of("error")))


def runs_of(site: Site) -> Iterator[Run]:
    """The scenarios of the site; peer pods run beside Home Assistant, those in VLANs alone.

    A node has room for one pod in each VLAN.
    """
    nodes = list(site.pod_nodes or site.nodes)
    peers = list(peer_pods(site))
    beside = [peer for peer in peers if not site.networks[peer.network].segment.is_tagged]
    for possible in possible_sites(site):
        for node in nodes:
            yield Run(site=possible, node=node, request=request(possible, node, beside))
    for peer in peers:
        if peer not in beside:
            node = node_of(site, nodes, peer)
            yield Run(site=site, node=node, request=peer_request(site, node, peer))
