"""Runners for the whole tier; the seed of what is drawn is told."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.verdicts.runners import Runners, missing

# `make verdicts` draws anew each time; every other run draws the same.
SEED = int(os.environ.get("MULTIHOME_PROVE_SEED", "1"))


@pytest.fixture(scope="session")
def runners() -> Iterator[Runners]:
    why = missing()
    if why:
        pytest.skip(why)
    made = Runners()
    yield made
    made.close()


@pytest.fixture(scope="session")
def drawn() -> int:
    return SEED


def pytest_report_header() -> str:
    return f"prove: MULTIHOME_PROVE_SEED={SEED}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Many pods are run for one answer, some on a machine that is emulated."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.timeout(900))
