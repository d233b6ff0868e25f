"""Whole sites in both directions: a quick number of them; `make prove` runs many."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.prove.campaign import Outcome, accepted_sites, errors, key, run_trees
from tests.prove.kept import KEPT
from tests.prove.mutants import mutants
from tests.prove.near_misses import NOT_BY_PODS, collect, is_formed, run_misses, wrong
from tests.prove.runners import Runners
from tests.prove.shrink import shrunk
from tests.prove.sites import Tree
from tests.sites import ROOT, changed_tree

SITES = 30
MISSED_SITES = 12


@pytest.fixture(scope="module")
def accepted(drawn: int) -> list[Tree]:
    trees: list[Tree] = []
    accepted_sites(SITES, drawn, trees.append)
    return trees


@pytest.fixture(scope="module")
def kept(runners: Runners) -> dict[str, Outcome]:
    trees = [changed_tree("home", changes) for changes in KEPT.values()]
    return dict(zip(KEPT, run_trees(runners, trees), strict=True))


def test_accepted_sites_run_as_they_are_planned(
    runners: Runners, accepted: list[Tree], drawn: int
) -> None:
    failed = [o for o in run_trees(runners, accepted) if o.found or o.broken]
    if failed:
        smallest = shrunk(runners, SITES, drawn, failed)
        pytest.fail(
            f"HOUSE_PROVE_SEED={drawn}: {smallest.found or smallest.broken}: {smallest.tree}"
        )


def test_near_misses_are_refused_for_a_reason_or_work(
    runners: Runners, accepted: list[Tree], drawn: int
) -> None:
    tally = collect(accepted[:MISSED_SITES], drawn, per_site=1)
    assert tally.made > 100 * MISSED_SITES

    pairs = run_misses(runners, tally.to_run)
    assert not [(m.label, words) for m, o in pairs if (words := wrong(m, o))]


def test_of_a_whole_site_every_near_miss_is_chosen_that_a_pod_can_show(
    accepted: list[Tree], drawn: int
) -> None:
    (tree,) = sites = accepted[:1]
    picked = {key(m.tree) for m in collect(sites, drawn, per_site=0, whole=1).of_whole_sites}

    formed = [mutant for _, mutant in mutants(tree) if is_formed(mutant)]
    expected = {key(m) for m in formed if not NOT_BY_PODS & set(errors(m))}
    assert picked == expected
    assert any(len(errors(m)) > 1 for m in formed)


def test_make_prove_writes_its_report(runners: Runners, tmp_path: Path) -> None:
    assert runners
    report = tmp_path / "prove.md"
    numbers = [
        "--sites",
        "3",
        "--misses",
        "2",
        "--whole",
        "0",
        "--seed",
        "5",
        "--report",
        str(report),
    ]
    done = subprocess.run(
        [sys.executable, "-m", "tests.prove", *numbers, "--report", str(report)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("seed 5\n")
    assert "| of them as planned | 3 |" in report.read_text()
    assert "Nowhere." in report.read_text()


@pytest.mark.parametrize("name", KEPT)
def test_a_site_that_was_once_misjudged_is_accepted_and_works(
    kept: dict[str, Outcome], name: str
) -> None:
    outcome = kept[name]

    assert not outcome.broken
    assert outcome.errors == ()
    assert outcome.found == ()
