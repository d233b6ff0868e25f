"""Generated sites and regressions that the checks accept work; `make verdicts` runs more sites."""

import subprocess
import sys

import pytest

from tests.cases.sites import ROOT, changed_tree
from tests.verdicts.execution import Outcome, accepted_sites, meaning, run_trees
from tests.verdicts.regressions import REGRESSIONS
from tests.verdicts.runners import Runners

SITES = 30


@pytest.fixture(scope="module")
def kept(runners: Runners) -> dict[str, Outcome]:
    trees = [changed_tree("home", changes) for changes in REGRESSIONS.values()]
    return dict(zip(REGRESSIONS, run_trees(runners, trees), strict=True))


def test_accepted_sites_run_as_they_are_planned(runners: Runners, drawn: int) -> None:
    outcomes = run_trees(runners, accepted_sites(SITES, drawn))
    failed = [o for o in outcomes if o.found or o.broken]
    assert not failed, f"make verdicts SITES={SITES} SEED={drawn}"


@pytest.mark.parametrize("seed", range(3))
def test_so_many_sites_as_are_wanted_are_all_different(seed: int) -> None:
    assert len({meaning(tree) for tree in accepted_sites(300, seed)}) == 300


def test_the_command_prints_its_seed_and_its_counts(runners: Runners) -> None:
    assert runners
    done = subprocess.run(
        [sys.executable, "-m", "tests.verdicts", "--sites", "3", "--seed", "5"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("seed 5\n")
    assert done.stdout.endswith("seed 5: 3 sites, 0 failed\n")


@pytest.mark.parametrize("name", REGRESSIONS)
def test_a_site_that_was_once_misjudged_is_accepted_and_works(
    kept: dict[str, Outcome], name: str
) -> None:
    outcome = kept[name]

    assert not outcome.broken
    assert outcome.errors == ()
    assert outcome.found == ()
