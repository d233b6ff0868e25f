"""`python -m tests.verdicts --sites N --seed N`: runs generated sites that the checks accept."""

import argparse
import json
import random
import signal
import sys
import time
from collections.abc import Iterator

from tests.verdicts.execution import Outcome, accepted_sites, run_trees
from tests.verdicts.runners import Runners, missing

# So many sites are run between two lines of progress.
BATCH = 50


def main() -> int:
    """Exit status 1 when a site that the checks accept has failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.verdicts", description=__doc__)
    parser.add_argument("--sites", type=int, default=200, help="how many sites are run")
    parser.add_argument("--seed", type=int, help="a run's seed, to run its sites again")
    wanted = parser.parse_args()
    if why := missing():
        sys.exit(why)
    seed = random.SystemRandom().randrange(1 << 30) if wanted.seed is None else wanted.seed
    print(f"seed {seed}", flush=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    runners = Runners()
    failed = 0
    try:
        for outcome in _run(runners, wanted.sites, seed):
            if outcome.broken or outcome.found:
                failed += 1
                print(json.dumps(outcome.tree))
                print("\n".join(outcome.found or [f"the lab failed: {outcome.broken}"]), flush=True)
    finally:
        runners.close()
    print(f"seed {seed}: {wanted.sites} sites, {failed} failed")
    return 1 if failed else 0


def _run(runners: Runners, number: int, seed: int) -> Iterator[Outcome]:
    trees = accepted_sites(number, seed)
    started = time.monotonic()
    for first in range(0, number, BATCH):
        yield from run_trees(runners, trees[first : first + BATCH])
        minutes = (time.monotonic() - started) / 60
        done = min(first + BATCH, number)
        print(f"{done} of {number} sites are run, {minutes:.1f} min", flush=True)


if __name__ == "__main__":
    sys.exit(main())
