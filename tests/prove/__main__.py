"""`make prove`: many sites in both directions; `PROVE="--sites N --seed N"` for other numbers."""

import argparse
import random
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from tests.prove.campaign import Outcome, accepted_sites, key, run_trees
from tests.prove.near_misses import Miss, run_misses
from tests.prove.picks import CROWDED, collect, crowded
from tests.prove.report import Pairs, Proof, misjudged, report
from tests.prove.runners import Runners, missing
from tests.prove.shrink import shrunk

REPORT = Path(__file__).parents[2] / "docs" / "prove.md"
SITES_AT_ONCE, SLIPS_AT_ONCE = 100, 400
# Of what is misjudged so many are made smaller, which takes a minute or two for each.
SHRUNK = 3


def main() -> int:
    """Exit status 1 when the plan's word was wrong once."""
    parser = argparse.ArgumentParser(prog="make prove")
    parser.add_argument("--sites", type=int, default=2000)
    parser.add_argument("--whole", type=int, default=1, help="sites whose every near miss is run")
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
        "--untagged", type=int, default=3000, help="accepted near misses without VLANs that are run"
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
    runners = Runners()
    try:
        proof = prove(runners, wanted)
        failures = _failures(runners, proof)
    finally:
        runners.close()
    wanted.report.write_text(report(proof, failures), encoding="utf-8")
    print("\n".join([f"{wanted.report} is written", *failures]))
    return 1 if failures else 0


def prove(runners: Runners, wanted: argparse.Namespace) -> Proof:
    """Both directions: sites, their near misses, and sites with several slips."""
    started = time.monotonic()
    trees = accepted_sites(wanted.sites, wanted.seed)
    right = [Miss(label="no slip", tree=tree, rules=()) for tree in trees]
    tally = collect(
        trees, wanted.seed, sample=wanted.misses, untagged=wanted.untagged, whole=wanted.whole
    )
    kinds = tally.of_kinds.values() if wanted.kinds else ()
    several = crowded(wanted.crowded, wanted.seed)
    chosen = (*tally.of_whole_sites, *kinds, *tally.sampled, *several)
    slips = list({key(miss.tree): miss for miss in chosen}.values())
    # Those that the machine runs and those that it need not go side by side.
    random.Random(wanted.seed).shuffle(slips)  # noqa: S311 - repeatable on purpose

    def run_sites(part: Sequence[Miss]) -> Pairs:
        return list(zip(part, run_trees(runners, [site.tree for site in part]), strict=True))

    sites = _in_parts("sites", right, SITES_AT_ONCE, started, run_sites)
    pairs = _in_parts("slips", slips, SLIPS_AT_ONCE, started, partial(run_misses, runners))
    return Proof(
        seed=wanted.seed,
        whole=min(wanted.whole, len(trees)),
        kinds=sum(not miss.rules for miss in kinds),
        sites=sites,
        tally=tally,
        misses=[(miss, outcome) for miss, outcome in pairs if miss.label != CROWDED],
        crowded=[(miss, outcome) for miss, outcome in pairs if miss.label == CROWDED],
        executions=runners.executions,
        minutes=(time.monotonic() - started) / 60,
    )


def _in_parts(
    what: str,
    items: Sequence[Miss],
    size: int,
    started: float,
    run: Callable[[Sequence[Miss]], Pairs],
) -> Pairs:
    """Runs them part by part, and says at once what is misjudged."""
    pairs: list[tuple[Miss, Outcome]] = []
    for first in range(0, len(items), size):
        part = run(items[first : first + size])
        pairs += part
        for miss, words in misjudged(part):
            print(_line(miss, words), flush=True)
        minutes = (time.monotonic() - started) / 60
        print(f"{len(pairs)} of {len(items)} {what}, {minutes:.1f} min", flush=True)
    return pairs


def _failures(runners: Runners, proof: Proof) -> list[str]:
    wrong = misjudged([*proof.sites, *proof.misses, *proof.crowded])
    return [
        _line(shrunk(runners, miss) if number < SHRUNK else miss, words)
        for number, (miss, words) in enumerate(wrong)
    ]


def _line(miss: Miss, words: str) -> str:
    return f"- {miss.label}: {words}: `{miss.tree}`"


if __name__ == "__main__":
    sys.exit(main())
