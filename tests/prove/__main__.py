"""`make prove`: many sites in both directions; `PROVE="--sites N --seed N"` for other numbers."""

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.prove.campaign import Outcome, accepted_sites, run_trees
from tests.prove.near_misses import (
    Miss,
    Tally,
    collect,
    refusing_rules,
    run_misses,
    shown_rules,
    wrong,
)
from tests.prove.runners import Runners, missing
from tests.prove.shrink import shrunk
from tests.prove.sites import Tree

REPORT = Path(__file__).parents[2] / "docs" / "prove.md"
BATCH = 100


@dataclass(frozen=True, kw_only=True)
class Proof:
    """What one long run has found."""

    seed: int
    whole: int
    sites: Sequence[Outcome]
    tally: Tally
    misses: Sequence[tuple[Miss, Outcome]]
    executions: int
    minutes: float


def main() -> int:
    """Exit status 1 when the plan's word was wrong once."""
    parser = argparse.ArgumentParser(prog="make prove")
    parser.add_argument("--sites", type=int, default=2000)
    parser.add_argument(
        "--misses", type=int, default=250, help="near misses of each kind that are run"
    )
    parser.add_argument("--whole", type=int, default=3, help="sites whose every near miss is run")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 30))
    parser.add_argument("--report", type=Path, default=REPORT)
    wanted = parser.parse_args()
    if why := missing():
        sys.exit(why)
    print(f"seed {wanted.seed}", flush=True)
    runners = Runners()
    try:
        proof = prove(runners, wanted.sites, wanted.misses, wanted.whole, wanted.seed)
        failures = _failures(runners, wanted.sites, proof)
    finally:
        runners.close()
    wanted.report.write_text(report(proof, failures), encoding="utf-8")
    print("\n".join([f"{wanted.report} is written", *failures]))
    return 1 if failures else 0


def prove(runners: Runners, sites: int, misses: int, whole: int, seed: int) -> Proof:
    """Both directions."""
    started = time.monotonic()
    trees: list[Tree] = []
    accepted_sites(sites, seed, trees.append)
    outcomes: list[Outcome] = []
    for first in range(0, len(trees), BATCH):
        batch = run_trees(runners, trees[first : first + BATCH])
        outcomes += batch
        for outcome in batch:
            if outcome.found or outcome.broken:
                print(f"- a site: {outcome}", flush=True)
        _tell("sites", len(outcomes), len(trees), started)
    tally = collect(trees, seed, per_site=1, whole=whole)
    chosen = [*tally.of_whole_sites, *_evenly(tally.to_run, 2 * misses)]
    pairs: list[tuple[Miss, Outcome]] = []
    for first in range(0, len(chosen), BATCH):
        near = run_misses(runners, chosen[first : first + BATCH])
        pairs += near
        for line in _wrong_lines(near):
            print(line, flush=True)
        _tell("near misses", len(pairs), len(chosen), started)
    return Proof(
        seed=seed,
        whole=min(whole, len(trees)),
        sites=outcomes,
        tally=tally,
        misses=pairs,
        executions=runners.executions,
        minutes=(time.monotonic() - started) / 60,
    )


def report(proof: Proof, failures: Sequence[str]) -> str:
    """docs/prove.md: the figures of the run."""
    tally, shown = proof.tally, shown_rules(proof.misses)
    kinds = Counter(min(len(miss.rules), 2) for miss, _ in proof.misses)
    rows = [
        ("seed", proof.seed),
        ("accepted sites that were run", len(proof.sites)),
        ("of them as planned", sum(not (o.found or o.broken) for o in proof.sites)),
        ("executions of plugins in all", proof.executions),
        ("near misses held against the plan", tally.made),
        ("of them refused for a value's form", tally.refused_by_form),
        ("of them refused by rules", tally.refused_in_all),
        ("of them accepted", tally.accepted),
        ("accepted near misses that were run", kinds[0]),
        ("near misses refused by one rule that were run, the rules left out", kinds[1]),
        ("near misses refused by several rules that were run so", kinds[2]),
        ("sites whose every near miss is among them", proof.whole),
        ("near misses of these", len(tally.of_whole_sites)),
        ("minutes on two cores", f"{proof.minutes:.0f}"),
    ]
    return "\n".join(
        [
            "# What `make prove` has found",
            "",
            "The plan check in both directions, against Multus' own code and the real plugins"
            " (`tests/prove`). This file is made by `make prove`.",
            "",
            *_table(("what", "number"), rows),
            "",
            "How often a rule's harm was seen where that rule alone had refused. The words by which"
            " each was seen in the article's house are in `rules.md`.",
            "",
            *_table(("rule", "seen"), [(name, shown[name]) for name in sorted(refusing_rules())]),
            "",
            "## Where the plan's word was wrong",
            "",
            *(failures or ["Nowhere."]),
            "",
        ]
    )


def _failures(runners: Runners, sites: int, proof: Proof) -> list[str]:
    failed = [outcome for outcome in proof.sites if outcome.found or outcome.broken]
    found = _wrong_lines(proof.misses)
    if failed:
        smallest = shrunk(runners, sites, proof.seed, failed)
        words = "; ".join(smallest.found) or smallest.broken
        found.insert(0, f"- {len(failed)} sites, the smallest of them: {words}: `{smallest.tree}`")
    return found


def _wrong_lines(pairs: Sequence[tuple[Miss, Outcome]]) -> list[str]:
    return [
        f"- a near miss, {miss.label}: {words}: `{miss.tree}`"
        for miss, outcome in pairs
        if (words := wrong(miss, outcome))
    ]


def _evenly(misses: Sequence[Miss], number: int) -> list[Miss]:
    """That many, taken from the whole list at even distances."""
    step = max(1.0, len(misses) / number)
    return [misses[int(position * step)] for position in range(min(number, len(misses)))]


def _table(head: tuple[str, str], rows: Sequence[tuple[str, object]]) -> list[str]:
    lines = [f"| {first} | {second} |" for first, second in rows]
    return [f"| {head[0]} | {head[1]} |", "| --- | --- |", *lines]


def _tell(what: str, done: int, of: int, started: float) -> None:
    minutes = (time.monotonic() - started) / 60
    print(f"{done} of {of} {what}, {minutes:.1f} min", flush=True)


if __name__ == "__main__":
    sys.exit(main())
