"""The shells that a node may have, a node for each, and an archive of plugins."""

import shutil
from pathlib import Path

import pytest

from tests.node.node import Node, plugins_archive

SHELLS = (("dash",), ("busybox", "sh"))


@pytest.fixture(params=SHELLS, ids=lambda shell: shell[0])
def node(request: pytest.FixtureRequest, tmp_path: Path) -> Node:
    words: tuple[str, ...] = request.param
    if shutil.which(words[0]) is None:
        pytest.skip(f"{words[0]} is not installed")
    return Node(interpreter=words, root=tmp_path / "node")


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return plugins_archive(tmp_path / "plugins.tgz")
