"""Generated sites and regressions that the checks accept work; `make verdicts` runs more sites."""

import os

import pytest

from tests.verdicts.execution import Outcome, execute
from tests.verdicts.generator import accepted_sites
from tests.verdicts.regressions import REGRESSIONS
from tests.verdicts.runners import Runners
from tests.verdicts.stacks import article

# The first test of a fixture waits for all its scenarios, some on emulated machines.
pytestmark = pytest.mark.timeout(900)
SITES, SEED = 30, int(os.environ.get("MULTIHOME_VERDICTS_SEED", "1"))


def test_generated_sites_that_are_accepted_work(runners: Runners) -> None:
    outcomes = execute(runners, accepted_sites(SITES, SEED))

    wrong = [outcome.describe() for outcome in outcomes if outcome.failures]
    assert not wrong, "\n".join([f"again by: make verdicts SITES={SITES} SEED={SEED}", *wrong])


@pytest.fixture(scope="module")
def regressions(runners: Runners) -> dict[str, Outcome]:
    stacks = [article(changes) for changes in REGRESSIONS.values()]
    return dict(zip(REGRESSIONS, execute(runners, stacks), strict=True))


@pytest.mark.parametrize("name", REGRESSIONS)
def test_a_site_that_was_once_misjudged_is_accepted_and_works(
    regressions: dict[str, Outcome], name: str
) -> None:
    assert regressions[name].errors == ()
    assert regressions[name].failures == ()
