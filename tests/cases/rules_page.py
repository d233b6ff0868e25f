"""`python -m tests.cases.rules_page`: docs/rules.md, from the rules and their cases."""

import inspect
import itertools
import re
import sys

from config.checks import RULES
from config.checks.rule import Rule
from tests.cases.rules import CASES
from tests.cases.sites import changed

HEAD = """# Rules

`python -m multihome check`, `pulumi preview` and `pulumi up` hold every site against these rules
before anything is touched. `config/schema.json` has the forms of single values.

Each rule says what must hold, why, and what is printed for a site that breaks it: key, value, rule,
what is wrong, what to write. `python -m tests.cases.rules_page` makes this page.
"""


def rules_page() -> str:
    """The page: rules by subject, each with the line that its case prints."""
    parts = [HEAD]
    for subject, rules in itertools.groupby(RULES.values(), key=_subject):
        parts += [f"## {subject}\n", *map(_section, rules)]
    return "\n".join(parts)


def _subject(rule: Rule) -> str:
    """The subject of the module's docstring: the words after "Rules about", up to a comma."""
    text = (inspect.getdoc(inspect.getmodule(rule.check)) or "").removeprefix("Rules about ")
    subject = re.split("[:,.]", text)[0]
    return subject[0].upper() + subject[1:]


def _section(rule: Rule) -> str:
    says = " ".join((inspect.getdoc(rule.check) or "").split())
    source = f" ([source]({_link(rule.source)}))" if rule.source else ""
    return (
        f"### {rule.name}\n\n{rule.severity.capitalize()}. {says}\nWhy: {rule.because}"
        f"{source}.\n\n```text\n{_example(rule)}\n```\n"
    )


def _link(source: str) -> str:
    return source.removeprefix("docs/")


def _example(rule: Rule) -> str:
    problems = changed("home", CASES[rule.name]).problems
    return next(problem.line() for problem in problems if problem.rule == rule.name)


if __name__ == "__main__":
    sys.stdout.write(rules_page())
