"""Runners for the whole tier."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from lab.netns.namespaces import missing
from tests.verdicts.runners import Runners


@pytest.fixture(scope="session")
def runners() -> Iterator[Runners]:
    if why := missing():
        pytest.skip(why)
    with closing(Runners()) as made:
        yield made
