"""A node after Multus, for each shell that may clean it up."""

import shutil
from pathlib import Path

import pytest

from tests.node.conftest import SHELLS
from tests.node.multus.cleaned_node import CleanedNode


@pytest.fixture(params=SHELLS, ids=lambda shell: shell[0])
def cleaned(request: pytest.FixtureRequest, tmp_path: Path) -> CleanedNode:
    words: tuple[str, ...] = request.param
    if shutil.which(words[0]) is None:
        pytest.skip(f"{words[0]} is not installed")
    return CleanedNode(interpreter=words, root=tmp_path / "node")
