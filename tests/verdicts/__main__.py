"""`python -m tests.verdicts`: executes generated sites that the checks accept."""

import argparse
import random
import signal
import sys
import time
from collections.abc import Iterator

from tests.verdicts.execution import Outcome, execute
from tests.verdicts.generator import accepted_sites
from tests.verdicts.runners import Runners, missing

# So many sites are executed between two lines of progress.
BATCH = 25


def main() -> int:
    """Exit status 1 when a site fails that the checks accept, or when the lab itself fails."""
    parser = argparse.ArgumentParser(prog="python -m tests.verdicts", description=__doc__)
    parser.add_argument("--sites", type=int, default=200, help="how many sites are executed")
    parser.add_argument("--seed", type=int, help="the seed of a run, to execute its sites again")
    wanted = parser.parse_args()
    if why := missing():
        sys.exit(why)
    seed = random.SystemRandom().randrange(1 << 30) if wanted.seed is None else wanted.seed
    print(f"seed {seed}", flush=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    runners = Runners()
    failed = 0
    try:
        for outcome in _execute(runners, wanted.sites, seed):
            if outcome.is_wrong:
                failed += 1
                print(outcome.describe(), flush=True)
    finally:
        runners.close()
    print(f"{wanted.sites} sites of seed {seed} were executed, {failed} failed")
    return 1 if failed else 0


def _execute(runners: Runners, number: int, seed: int) -> Iterator[Outcome]:
    stacks = accepted_sites(number, seed)
    started = time.monotonic()
    for first in range(0, number, BATCH):
        yield from execute(runners, stacks[first : first + BATCH])
        minutes = (time.monotonic() - started) / 60
        print(f"{min(first + BATCH, number)} of {number} sites, {minutes:.1f} min", flush=True)


if __name__ == "__main__":
    sys.exit(main())
