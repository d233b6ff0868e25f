"""`python -m tests.verdicts` tells what it executes."""

import subprocess
import sys

from tests.cases.sites import ROOT
from tests.verdicts.runners import Runners


def test_the_command_prints_its_seed_and_its_counts(runners: Runners) -> None:
    assert runners
    command = [sys.executable, "-m", "tests.verdicts", "--seed", "4", "--sites", "2"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("seed 4\n")
    assert done.stdout.endswith("2 sites of seed 4 were executed, 0 failed\n")
