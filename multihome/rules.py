"""`python -m multihome rules`: the table of rules in the docs, from the code."""

import inspect

from config.checks import RULES
from config.checks.rule import Rule


def rules_text() -> str:
    """docs/rules.md as it is committed."""
    rows = [
        f"| `{rule.name}` | {rule.severity} | {_saying(rule)} | {rule.because} | {rule.shown} |"
        for rule in RULES.values()
    ]
    head = (
        "# Rules of the plan\n\n"
        "`python -m multihome check` and `pulumi preview` hold every site against these rules"
        " before anything is touched.\n"
        "Forms of single values are in `config/schema.json`. This table is made by"
        " `python -m multihome rules`.\n\n"
        "An error's harm was seen where the rule was left out and the plan executed:"
        " `tests/verdicts` holds the\n"
        "last column, which has the plugin's words, or what was observed in the pod or beside it."
        "\n\n"
        "| rule | severity | what it says | why | seen without it |\n"
        "| --- | --- | --- | --- | --- |\n"
    )
    return head + "\n".join(rows) + "\n"


def _saying(rule: Rule) -> str:
    """The rule's docstring in one line."""
    return " ".join((inspect.getdoc(rule.check) or "").split())
