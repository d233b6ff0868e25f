"""Networks of its own for each file, and the sites that the files share."""

from collections.abc import Iterator

import pytest

from lab.home_assistant.networks import Networks, start_networks
from lab.home_assistant.root import missing


@pytest.fixture(scope="module")
def networks() -> Iterator[Networks]:
    if why := missing():
        pytest.skip(why)
    with start_networks() as started:
        yield started
