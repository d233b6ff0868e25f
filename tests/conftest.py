"""Marks each test with the folder that it is in; leaves out the rule that `make rules` names."""

import os
from pathlib import Path

import pytest

from config.checks import RULES
from tests.rules import VARIABLE

TESTS = Path(__file__).parent


def pytest_configure() -> None:
    RULES.pop(os.environ.get(VARIABLE, ""), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        item.add_marker(item.path.relative_to(TESTS).parts[0])
