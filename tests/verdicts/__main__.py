"""`python -m tests.verdicts`: executes generated sites that the checks accept."""

import argparse
import random
import signal
import sys
from contextlib import closing

from lab.netns.namespaces import missing
from tests.verdicts.execution import execute
from tests.verdicts.generator import accepted_sites
from tests.verdicts.runners import Runners

# So many sites are executed before the wrong ones of them are printed.
BATCH = 25


def main() -> int:
    """Exit status 1 when a site fails that the checks accept."""
    parser = argparse.ArgumentParser(prog="python -m tests.verdicts", description=__doc__)
    parser.add_argument("--sites", type=int, default=200, help="how many sites are executed")
    parser.add_argument("--seed", type=int, help="the seed of a run, to execute its sites again")
    wanted = parser.parse_args()
    if why := missing():
        sys.exit(why)
    seed = random.SystemRandom().randrange(1 << 30) if wanted.seed is None else wanted.seed
    print(f"seed {seed}", flush=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    stacks, failed = accepted_sites(wanted.sites, seed), 0
    with closing(Runners()) as runners:
        for first in range(0, wanted.sites, BATCH):
            for outcome in execute(runners, stacks[first : first + BATCH]):
                if outcome.failures:
                    failed += 1
                    print(outcome.describe(), flush=True)
    print(f"{wanted.sites} sites of seed {seed} were executed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
