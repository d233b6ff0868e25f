"""docs/rules.md is what the rules and their cases say."""

from tests.cases.rules_page import rules_page
from tests.cases.sites import ROOT


def test_the_page_of_the_rules_is_up_to_date() -> None:
    assert (ROOT / "docs" / "rules.md").read_text(encoding="utf-8") == rules_page()
