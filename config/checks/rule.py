"""What a rule is, and the list of all rules."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from config.reading.problem import NAMESPACE, Problem, Severity
from config.site import Site


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One contradiction. `path` is the key below the namespace; `message` says what to write.

    `network`, `node` and `workload` name what it is about, where it is about one.
    """

    path: str
    value: object
    message: str
    network: str | None = None
    node: str | None = None
    workload: str | None = None


Check = Callable[[Site], Iterator[Finding]]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A named check over the whole site.

    `because` says what happens otherwise; `source` is a path of this repository, or a URL.
    """

    name: str
    severity: Severity
    because: str
    source: str
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
                network=finding.network,
                node=finding.node,
                workload=finding.workload,
            )


RULES: dict[str, Rule] = {}


def rule(
    name: str, *, because: str, source: str = "", severity: Severity = "error"
) -> Callable[[Check], Check]:
    """Registers a check under its name."""

    def register(check: Check) -> Check:
        RULES[name] = Rule(
            name=name, severity=severity, because=because, source=source, check=check
        )
        return check

    return register
