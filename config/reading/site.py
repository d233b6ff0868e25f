"""From a tree of plain values to a checked site, with all problems at once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from config.checks import check_plan
from config.reading.form_errors import form_error
from config.reading.problem import NAMESPACE, Problem
from config.site import Site

_LONGEST_VALUE = 60
# Names of a union's members that pydantic puts into a path; no key of a stack file has them.
_BRANCHES = {
    "k3s",
    "custom",
    "macvlan",
    "vlan",
    "release",
    "build",
    "archive",
    "ManifestFile",
    "ManifestUrl",
    "SecretReference",
}


@dataclass(frozen=True, kw_only=True)
class Reading:
    """The site, if there is one, and all problems that were found."""

    site: Site | None
    problems: tuple[Problem, ...]

    def of(self, severity: str) -> tuple[Problem, ...]:
        """The problems of that severity."""
        return tuple(problem for problem in self.problems if problem.severity == severity)


def read_site(tree: Mapping[str, object]) -> Reading:
    """Reads the keys of the project's namespace, without its prefix."""
    try:
        site = Site.model_validate(dict(tree))
    except ValidationError as error:
        unique = dict.fromkeys(_problem(each, tree) for each in error.errors(include_url=False))
        problems = [each for each in unique if not _follows(each, unique)]
        return Reading(site=None, problems=tuple(problems))
    problems = list(check_plan(site))
    refused = any(problem.severity == "error" for problem in problems)
    return Reading(site=None if refused else site, problems=tuple(problems))


def _follows(problem: Problem, unique: Iterable[Problem]) -> bool:
    """Whether a list is found empty for no other reason than that its values are refused."""
    inside = any(other.path.startswith(f"{problem.path}[") for other in unique)
    return problem.rule == "too-short" and inside


def _problem(details: ErrorDetails, tree: Mapping[str, object]) -> Problem:
    keys = _keys(details["loc"], tree)
    rule, message = form_error(details)
    value = "(absent)" if details["type"] == "missing" else _shown(details["input"])
    if details["type"].startswith("union_tag"):
        tag = str(details["ctx"]["discriminator"]).strip("'")
        keys = f"{keys}.{tag}"
        value = _shown(details["ctx"].get("tag", "(absent)"))
    return Problem(path=f"{NAMESPACE}:{keys}", value=value, rule=rule, message=message)


def _keys(location: tuple[int | str, ...], tree: object) -> str:
    """The path as written: what the tree has no key for is a union's branch, unless it is last."""
    path = ""
    here: Any = tree
    for position, key in enumerate(location):
        last = position == len(location) - 1
        present = (isinstance(here, Mapping) and key in here) or (
            isinstance(here, list) and isinstance(key, int)
        )
        if not present and (not last or key in _BRANCHES or key == "[key]"):
            continue
        path += f"[{key}]" if isinstance(key, int) else f".{key}"
        here = here[key] if present else None
    return path.removeprefix(".")


def _shown(value: object) -> str:
    if isinstance(value, Mapping | list):
        return "{...}" if isinstance(value, Mapping) else "[...]"
    # A private key pasted in the wrong place must not be repeated.
    text = "(a private key)" if "PRIVATE KEY" in str(value) else repr(value).strip("'")
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}..."
