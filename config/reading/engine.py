"""The site from the engine's configuration: the one place in `config` that knows Pulumi."""

import dataclasses
import json

import pulumi
from pulumi.runtime import config as runtime_config

from config.reading.problem import Problem
from config.reading.site import read_site
from config.site import SECRET_KEYS, Site

# What a preview may still lack, `up` may not: without a host key SSH would trust anyone.
REFUSED_IN_UP = ("host-key-missing",)


def load_site() -> Site:
    """The checked site of this stack; warnings go to the engine's log.

    Raises `pulumi.RunError` with one line per error, which the engine prints without traceback.
    """
    config = pulumi.Config()
    reading = read_site(_tree(config))
    problems = [*_encrypted(config), *_missing_secrets(config), *reading.problems]
    if not pulumi.runtime.is_dry_run():
        problems = [_refused_in_up(problem) for problem in problems]
    for problem in problems:
        if problem.severity == "warning":
            pulumi.log.warn(problem.line())
    errors = [problem.line() for problem in problems if problem.severity == "error"]
    if errors or reading.site is None:
        raise pulumi.RunError("\n".join(["the site is refused; nothing was touched", *errors]))
    return reading.site


def _all() -> dict[str, str]:
    return {**runtime_config.get_config_env(), **runtime_config.CONFIG.get()}


def _tree(config: pulumi.Config) -> dict[str, object]:
    prefix = f"{config.name}:"
    return {
        key.removeprefix(prefix): _decoded(text)
        for key, text in _all().items()
        if key.startswith(prefix) and key.removeprefix(prefix) not in SECRET_KEYS
    }


def _decoded(text: str) -> object:
    try:
        value = json.loads(text)
    except json.JSONDecodeError:
        return text
    return value if isinstance(value, dict | list) else text


def _encrypted(config: pulumi.Config) -> list[Problem]:
    return [
        Problem(
            path=f"{config.name}:{key}",
            value="[secret]",
            rule="secret-in-tree",
            message="an encrypted value in the tree would reach the state as plain text;"
            f" only {', '.join(SECRET_KEYS)} may be encrypted",
        )
        for key in Site.model_fields
        if runtime_config.is_config_secret(f"{config.name}:{key}")
    ]


def _missing_secrets(config: pulumi.Config) -> list[Problem]:
    if config.get("ssh_private_key"):
        return []
    return [
        Problem(
            path=f"{config.name}:ssh_private_key",
            value="(absent)",
            rule="ssh-key-missing",
            message="nodes cannot be reached without it;"
            " run `pulumi config set --secret ssh_private_key < KEYFILE`",
            severity="error" if not pulumi.runtime.is_dry_run() else "warning",
        )
    ]


def _refused_in_up(problem: Problem) -> Problem:
    if problem.rule in REFUSED_IN_UP:
        return dataclasses.replace(problem, severity="error")
    return problem
