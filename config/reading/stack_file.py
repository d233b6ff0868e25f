"""A stack file: keys of one namespace, secrets apart."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from config.reading.problem import NAMESPACE, Problem
from config.reading.secrets import (
    NAMED_SECRETS,
    SECRET_KEYS,
    hidden,
    in_plain_text,
    is_encrypted,
    misplaced,
    named_in_plain_text,
)
from config.reading.strict_yaml import StrictYamlError, load_strictly
from config.site import Site

# The namespace of the engine itself, which checks its own keys.
OTHER_NAMESPACES = ("pulumi",)
# Those of the providers: the program makes its own ones, which read no key of a stack file.
PROVIDERS = ("kubernetes", "command")
# Keys of a stack file beside `config`, written by the engine.
ENGINE_KEYS = ("encryptionsalt", "encryptedkey", "secretsprovider", "environment")


@dataclass(frozen=True, kw_only=True)
class StackFile:
    """The keys of the project's namespace without prefix, and what is wrong with the file.

    `secrets` are the keys whose whole value is encrypted.
    """

    tree: dict[str, object]
    problems: tuple[Problem, ...]
    secrets: frozenset[str] = frozenset()


def read_stack_file(path: Path) -> StackFile:
    """Reads the file; anything that is wrong with it is a problem, not an exception."""
    name = str(path)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "the file is not UTF-8"
        return _refused(name, "(unreadable)", "file-unreadable", f"{reason}; name a stack file")
    try:
        content = load_strictly(text)
    except StrictYamlError as error:
        return _refused(name, error.place, error.rule, error.message)
    if not isinstance(content, Mapping) or not isinstance(content.get("config"), Mapping):
        return _refused(name, "(file)", "config-missing", "the mapping `config` is missing; add it")
    problems = [
        _problem(str(key), "(present)", "unknown-key", "a stack file has no such key; remove it")
        for key in content
        if key != "config" and key not in ENGINE_KEYS
    ]
    tree: dict[str, object] = {}
    secrets = set()
    for key, value in content["config"].items():
        namespace, _, short = str(key).partition(":")
        if short and namespace in OTHER_NAMESPACES:
            continue
        problems += _of_key(str(key), namespace, short, value)
        if namespace != NAMESPACE or not short:
            continue
        if short in SECRET_KEYS:
            secrets.add(short)
        else:
            tree[short] = hidden(value) if short == NAMED_SECRETS else value
    return StackFile(tree=tree, problems=tuple(problems), secrets=frozenset(secrets))


def of_provider(key: str) -> Problem:
    """The problem of a key that would only reach a default provider, of which there is none."""
    remedy = f"remove it; {NAMESPACE}:kubeconfig or {NAMESPACE}:cluster.context names the cluster"
    return _problem(key, "(present)", "key-namespace", f"nothing reads this key; {remedy}")


def _of_key(key: str, namespace: str, short: str, value: object) -> list[Problem]:
    if short and namespace in PROVIDERS:
        return [of_provider(key)]
    if not short or namespace != NAMESPACE:
        remedy = f"write {NAMESPACE}:{short or namespace}"
        message = f"this key belongs to another project; {remedy}, or remove it"
        return [_problem(key, "(present)", "key-namespace", message)]
    if short in SECRET_KEYS:
        command = f"pulumi config set --secret {short}"
        return [] if is_encrypted(value) else [in_plain_text(key, command)]
    if short == NAMED_SECRETS:
        return list(named_in_plain_text(value))
    return list(_secrets_within(key, value)) if short in Site.model_fields else []


def _secrets_within(path: str, value: object) -> list[Problem]:
    if is_encrypted(value):
        return [misplaced(path)]
    if isinstance(value, Mapping):
        return [p for key, inner in value.items() for p in _secrets_within(f"{path}.{key}", inner)]
    if isinstance(value, list):
        return [
            p
            for position, inner in enumerate(value)
            for p in _secrets_within(f"{path}[{position}]", inner)
        ]
    if isinstance(value, str) and "PRIVATE KEY" in value:
        return [in_plain_text(path, "pulumi config set --secret ssh_private_key")]
    return []


def _problem(path: str, value: str, rule: str, message: str) -> Problem:
    return Problem(path=path, value=value, rule=rule, message=message)


def _refused(path: str, value: str, rule: str, message: str) -> StackFile:
    return StackFile(tree={}, problems=(_problem(path, value, rule, message),))
