"""Runners for the whole tier, and the seed of its generated sites."""

import os
from collections.abc import Iterator

import pytest

from lab.netns.namespaces import missing
from tests.verdicts.runners import Runners


@pytest.fixture(scope="session")
def runners() -> Iterator[Runners]:
    if why := missing():
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
        if "tests/verdicts/" in item.nodeid:
            item.add_marker(pytest.mark.timeout(900))
