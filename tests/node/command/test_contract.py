"""The contract and its tests are one."""

import re
from pathlib import Path

from tests.cases.sites import ROOT

CONTRACT = ROOT / "lab" / "command_plugin" / "contract.md"


def test_each_row_of_the_contract_has_a_test() -> None:
    rows = re.findall(r"^\| (\d+) \|", CONTRACT.read_text(), re.MULTILINE)
    tests = "".join(path.read_text() for path in Path(__file__).parent.glob("test_*.py"))
    tested = sorted(set(map(int, re.findall(r"^def test_row_(\d+)_", tests, re.MULTILINE))))
    assert list(map(int, rows)) == tested
