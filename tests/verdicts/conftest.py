"""Runners for the whole tier."""

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
