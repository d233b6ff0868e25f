"""The site from the engine's configuration: the one place in `config` that knows Pulumi."""

import dataclasses
import json
from collections.abc import Callable, Iterable, Iterator

import pulumi

from config.reading.access import missing_access
from config.reading.place import location_problem
from config.reading.problem import NAMESPACE, Problem
from config.reading.secrets import NAMED_SECRETS, SECRET_KEYS, hidden, misplaced
from config.reading.site import read_site
from config.reading.ssh_key import ssh_key_problem
from config.reading.stack_file import PROVIDERS, of_provider
from config.site import Site

# A preview does without these, `up` does not: it would trust any node, or take any cluster.
REFUSED_IN_UP = ("host-key-missing", "kubeconfig-missing", "ssh-agent-silent", "ssh-key-missing")


def load_site(found_here: Callable[[Site], Iterable[Problem]]) -> Site:
    """The checked site of this stack; warnings go to the engine's log.

    `found_here` says what is wrong on this machine, which nothing in `config` looks at.
    Raises `pulumi.RunError` with one line per error, which the engine prints without traceback.
    """
    config = pulumi.Config(NAMESPACE)
    reading = read_site({key: _value(config, key) for key in _keys(config)})
    problems = [*_keys_of_providers(), *_misplaced_secrets(), *reading.problems]
    if reading.site is not None:
        problems += _access_problems(config, reading.site)
        named = config.get_object(NAMED_SECRETS) or {}
        problems += [found for found in [location_problem(reading.site, named)] if found]
        problems += found_here(reading.site)
    if not pulumi.runtime.is_dry_run():
        problems = [_refused_in_up(problem) for problem in problems]
    for problem in problems:
        if problem.severity == "warning":
            pulumi.log.warn(problem.line())
    errors = [problem.line() for problem in problems if problem.severity == "error"]
    if errors or reading.site is None:
        raise pulumi.RunError("\n".join(["the site is refused; nothing has been changed", *errors]))
    return reading.site


def _keys(config: pulumi.Config) -> list[str]:
    """The keys that are set. `pulumi.Config` lists none, so unknown ones are found beside it."""
    known = [key for key in Site.model_fields if config.get(key) is not None]
    present = [name.partition(":") for name in pulumi.runtime.get_config_env()]
    unknown = [key for namespace, _, key in present if namespace == NAMESPACE]
    return [key for key in dict.fromkeys([*known, *unknown]) if key not in SECRET_KEYS]


def _value(config: pulumi.Config, key: str) -> object:
    text = config.require(key)
    try:
        value = json.loads(text)
    except json.JSONDecodeError:
        return text
    if key == NAMED_SECRETS:
        return hidden(value)
    # A number or a boolean at the top level reaches the program as the text that was typed.
    return value if isinstance(value, dict | list) else text


def _keys_of_providers() -> Iterator[Problem]:
    for name in pulumi.runtime.get_config_env():
        if name.partition(":")[0] in PROVIDERS:
            yield of_provider(name)


def _misplaced_secrets() -> list[Problem]:
    encrypted = pulumi.runtime.get_config_secret_keys_env()
    names = {key: f"{NAMESPACE}:{key}" for key in Site.model_fields if key != NAMED_SECRETS}
    return [
        misplaced(name)
        for name in names.values()
        if name in encrypted or pulumi.runtime.is_config_secret(name)
    ]


def _access_problems(config: pulumi.Config, site: Site) -> Iterator[Problem]:
    yield from missing_access(site, [key for key in SECRET_KEYS if config.get(key)])
    key = config.get("ssh_private_key")
    if key and site.missing_plugins:
        has_password = bool(config.get("ssh_private_key_password"))
        found = ssh_key_problem(key, has_password=has_password)
        yield from [found] if found else []


def _refused_in_up(problem: Problem) -> Problem:
    if problem.rule in REFUSED_IN_UP:
        return dataclasses.replace(problem, severity="error")
    return problem
