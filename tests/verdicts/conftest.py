"""Runners for the whole tier, and the seed of its generated sites."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.verdicts.runners import Runners, missing


@pytest.fixture(scope="session")
def runners() -> Iterator[Runners]:
    why = missing()
    if why:
        pytest.skip(why)
    made = Runners()
    yield made
    made.close()


@pytest.fixture(scope="session")
def seed() -> int:
    return int(os.environ.get("MULTIHOME_VERDICTS_SEED", "1"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The first test of a fixture waits for all its scenarios, some on emulated machines."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.timeout(900))
