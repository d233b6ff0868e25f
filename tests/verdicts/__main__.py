"""`make verdicts`: many sites in both directions; `PROVE="--sites N --seed N"` for other numbers."""

import argparse
import itertools
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.verdicts.campaign import run_trees
from tests.verdicts.choice import chosen
from tests.verdicts.draws.sites import Tree
from tests.verdicts.draws.turns import span
from tests.verdicts.near_misses import Miss, run_misses
from tests.verdicts.report import NO_SLIP, Pairs, Proof, misjudged, report, shortfalls
from tests.verdicts.runners import Runners, missing
from tests.verdicts.shrink import shrunk

REPORT = Path(__file__).parents[2] / "docs" / "prove.md"
SITES_AT_ONCE, SLIPS_AT_ONCE = 100, 400
# Of what is misjudged so many are made smaller, which takes a minute or two for each.
SHRUNK = 3


def main() -> int:
    """Exit status 1 when the plan's word was wrong once."""
    parser = argparse.ArgumentParser(prog="make verdicts")
    parser.add_argument("--sites", type=int, default=2000)
    parser.add_argument("--whole", type=int, default=1, help="sites whose every near miss is run")
    parser.add_argument(
        "--bundled",
        type=span,
        default="250",
        help="sites without VLANs whose every accepted near miss is run, several at once;"
        " 250:400 are those that come after the first 250",
    )
    parser.add_argument(
        "--bundled-vlans",
        type=span,
        default="20",
        help="sites with VLANs that this is done with",
    )
    parser.add_argument(
        "--only-bundled",
        action="store_true",
        help="whether nothing else is run: what has been in another run",
    )
    parser.add_argument(
        "--after",
        type=int,
        default=0,
        help="how many sites and slips are left out, after which a run was broken off",
    )
    parser.add_argument(
        "--kinds",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="whether one near miss of each kind is run",
    )
    parser.add_argument(
        "--misses", type=int, default=40, help="near misses of either direction that are run"
    )
    parser.add_argument(
        "--crowded", type=int, default=1200, help="sites with several slips that are run"
    )
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 30))
    parser.add_argument("--report", type=Path, default=REPORT)
    wanted = parser.parse_args()
    if why := missing():
        sys.exit(why)
    print(f"seed {wanted.seed}", flush=True)
    # A run that is broken off ends what it has started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    runners = Runners()
    try:
        for proof in prove(runners, wanted):
            told = [_line(miss, words) for miss, words in misjudged(proof.pairs)]
            wanted.report.write_text(report(proof, told), encoding="utf-8")
        sites = 0 if wanted.only_bundled else max(0, wanted.sites - wanted.after)
        failures = [*_failures(runners, proof), *shortfalls(proof, sites)]
    finally:
        runners.close()
    wanted.report.write_text(report(proof, failures), encoding="utf-8")
    print("\n".join([f"{wanted.report} is written", *failures]))
    return 1 if failures else 0


def prove(runners: Runners, wanted: argparse.Namespace) -> Iterator[Proof]:
    """Both directions: sites, their near misses, and sites with several slips; part by part."""
    started = time.monotonic()
    choice = chosen(wanted)
    proof = Proof(
        asked={"commit": _commit(), **_asked(wanted)},
        whole=choice.whole,
        kinds=choice.kinds,
        tally=choice.tally,
        left=len(choice.sites) + len(choice.slips),
    )
    yield proof
    runs = (_run_sites(runners, choice.sites), _run_slips(runners, choice.slips))
    for part in itertools.chain(*runs):
        minutes = (time.monotonic() - started) / 60
        proof = proof.after(part, executions=runners.executions, minutes=minutes)
        for miss, words in misjudged(part):
            print(_line(miss, words), flush=True)
        print(f"{proof.left} sites and slips are left, {minutes:.1f} min", flush=True)
        yield proof


def _asked(wanted: argparse.Namespace) -> dict[str, object]:
    return {name: value for name, value in vars(wanted).items() if name != "report"}


def _commit() -> str:
    command = ["git", "-C", str(REPORT.parent), "describe", "--always", "--dirty"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def _run_sites(runners: Runners, trees: Sequence[Tree]) -> Iterator[Pairs]:
    right = [Miss(label=NO_SLIP, tree=tree, rules=()) for tree in trees]
    for part in _parts(right, SITES_AT_ONCE):
        outcomes = run_trees(runners, [site.tree for site in part])
        yield list(zip(part, outcomes, strict=True))


def _run_slips(runners: Runners, slips: Sequence[Miss]) -> Iterator[Pairs]:
    for part in _parts(slips, SLIPS_AT_ONCE):
        yield run_misses(runners, part)


def _parts(items: Sequence[Miss], size: int) -> Iterator[Sequence[Miss]]:
    return (items[first : first + size] for first in range(0, len(items), size))


def _failures(runners: Runners, proof: Proof) -> list[str]:
    return [
        _line(shrunk(runners, miss) if number < SHRUNK else miss, words)
        for number, (miss, words) in enumerate(misjudged(proof.pairs))
    ]


def _line(miss: Miss, words: str) -> str:
    return f"- {miss.label}: {words}: `{miss.tree}`"


if __name__ == "__main__":
    sys.exit(main())
