"""The two directions: sites that are accepted work, and what is refused would do harm."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from hypothesis import HealthCheck, Phase, assume, given, seed, settings

from components.home_assistant.annotation import networks_annotation
from components.network_segment.conflist import conflist
from config.networks import VlanNetwork
from config.reading.site import read_site
from config.site import Site
from lab.netns.channel import Request
from tests.verdicts.differences import differences, is_silence
from tests.verdicts.generator import Tree, sites
from tests.verdicts.runners import Runners
from tests.verdicts.scenarios.links import sites_by_homes
from tests.verdicts.scenarios.peer_pods import Guest, doubtful_guests, node_of
from tests.verdicts.scenarios.request import guest_request, request

# A second is shorter than TCP's first retransmission: one frame lost is one call lost.
PATIENCE = 8


@dataclass(frozen=True, kw_only=True)
class Run:
    """One execution of one site on one of its nodes."""

    site: Site
    node: str
    request: Request


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """A site and the ways in which its runs were not as planned."""

    tree: Tree
    found: tuple[str, ...]
    errors: tuple[str, ...] = field(default=())
    # The lab itself failed, and nothing was found out.
    broken: str = ""
    # It was run again, since an answer had not come in time.
    again: bool = False


def accepted_sites(number: int, seed_value: int) -> list[Tree]:
    """That many different accepted sites, the same ones for the same seed."""
    drawn: dict[str, Tree] = {}

    @seed(seed_value)
    @settings(
        max_examples=number,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )
    @given(tree=sites())
    def draw(tree: Tree) -> None:
        assume(read_site(tree).site is not None)
        # hypothesis makes new draws from parts of earlier ones, and some come out the same.
        said = meaning(tree)
        assume(said not in drawn)
        drawn[said] = tree

    draw()
    return list(drawn.values())


def run_trees(runners: Runners, trees: Sequence[Tree]) -> list[Outcome]:
    """Runs each site on each node that may run the pod, the rules of the plan left out.

    Guests ask for the addresses that a range should promise least; those of VLANs, where one
    pod of a node can be, in a scenario of their own. What was only not answered in time, where the
    plan says that it is, is run again with more time, and that counts.
    """
    outcomes = _run_once(runners, trees, patience=1)
    late = [number for number, outcome in enumerate(outcomes) if _is_late(outcome)]
    again = _run_once(runners, [trees[number] for number in late], patience=PATIENCE)
    for number, outcome in zip(late, again, strict=True):
        outcomes[number] = replace(outcome, again=True)
    return outcomes


def _is_late(outcome: Outcome) -> bool:
    return bool(outcome.found) and not outcome.errors and all(map(is_silence, outcome.found))


def _run_once(runners: Runners, trees: Sequence[Tree], *, patience: float) -> list[Outcome]:
    runs: list[tuple[int, Run]] = []
    found: list[list[str]] = [[] for _ in trees]
    for position, tree in enumerate(trees):
        site = Site.model_validate(tree)
        if failure := program_failure(site):
            found[position].append(failure)
            continue
        runs += [(position, run) for run in _runs(site)]
    reports = runners.run_all([run.request for _, run in runs], patience)
    broken = [""] * len(trees)
    for (position, run), report in zip(runs, reports, strict=True):
        broken[position] = broken[position] or report["error"]
        found[position] += differences(run.site, run.node, run.request, report)
    return [
        Outcome(tree=tree, found=tuple(dict.fromkeys(lines)), errors=errors(tree), broken=words)
        for tree, lines, words in zip(trees, found, broken, strict=True)
    ]


def program_failure(site: Site) -> str | None:
    """How the program itself fails at the site, in the place of the plan's line; None if not."""
    try:
        networks_annotation(site.home_assistant.interfaces, site.networks)
        for name, network in site.networks.items():
            conflist(site.home_assistant.namespace, name, network)
    except (KeyError, ValueError) as error:
        return f"the program fails: {error!r}"
    return None


def errors(tree: Tree) -> tuple[str, ...]:
    """The rules by which the plan refuses the tree; none when it is accepted."""
    return tuple(dict.fromkeys(p.rule for p in read_site(tree).problems if p.severity == "error"))


def meaning(tree: Tree) -> str:
    """A text that is the same for trees that say the same, if in other words: its defaults said."""
    return Site.model_validate(tree).model_dump_json()


def _runs(site: Site) -> Iterable[Run]:
    nodes = list(site.pod_nodes or site.nodes)
    guests: list[Guest] = []
    lone: list[Guest] = []
    for guest in doubtful_guests(site):
        tagged = isinstance(site.networks[guest.network], VlanNetwork)
        (lone if tagged else guests).append(guest)
    for possible in sites_by_homes(site):
        for node in nodes:
            yield Run(site=possible, node=node, request=request(possible, node, guests))
    for guest in lone:
        node = node_of(site, nodes, guest)
        yield Run(site=site, node=node, request=guest_request(site, node, guest))
