"""What a rule is, and the list of all rules."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from config.reading.problem import Problem, Severity
from config.site import Site

NAMESPACE = "multihome"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One contradiction: the key's path below the namespace, its value, what is wrong; remedy."""

    path: str
    value: object
    message: str


Check = Callable[[Site], Iterator[Finding]]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A named check over the whole site. `because` is the source of the rule.

    `shown` are the words by which the harm was seen where the rule was left out and the site run
    (tests/verdicts/test_rules.py); empty for what only warns.
    """

    name: str
    severity: Severity
    because: str
    shown: str
    check: Check

    def problems(self, site: Site) -> Iterator[Problem]:
        """What the rule has to say about the site."""
        for finding in self.check(site):
            yield Problem(
                path=f"{NAMESPACE}:{finding.path}",
                value=str(finding.value),
                rule=self.name,
                message=finding.message,
                severity=self.severity,
            )


RULES: dict[str, Rule] = {}


def rule(
    name: str, because: str, severity: Severity = "error", shown: str = ""
) -> Callable[[Check], Check]:
    """Registers a check under its name."""

    def register(check: Check) -> Check:
        RULES[name] = Rule(name=name, severity=severity, because=because, shown=shown, check=check)
        return check

    return register
