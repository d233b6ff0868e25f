"""CONTRIBUTING.md says which files a change touches: they exist, and they are few."""

import re

import pytest

from tests.cases.sites import ROOT

MOST_FILES = 3
TABLE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("| change |")[2]
ROWS = [line.split("|")[1:4] for line in TABLE.partition("\n\n")[0].splitlines()[2:]]
CHANGES = {name.strip(): (product, tests) for name, product, tests in ROWS}


def paths(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def test_every_kind_of_change_has_a_row() -> None:
    assert set(CHANGES) == {
        "network type",
        "IPAM",
        "cluster profile",
        "rule",
        "key of the workload",
        "release of Multus or of the plugins",
    }


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_touches_few_files_and_they_exist(change: str) -> None:
    product, tests = map(paths, CHANGES[change])

    assert 1 <= len(product) <= MOST_FILES
    assert tests
    for path in (*product, *tests):
        assert (ROOT / path).exists(), path
