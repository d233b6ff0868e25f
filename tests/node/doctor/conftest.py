"""The healthy site."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.account import account_missing
from lab.netns.namespaces import missing
from lab.sshd import sshd_missing
from tests.node.doctor.real_node import RealNode, start_node


@pytest.fixture
def real(tmp_path: Path) -> Iterator[RealNode]:
    why = missing() or sshd_missing() or account_missing()
    if why:
        pytest.skip(why)
    with start_node(tmp_path) as node:
        yield node
