"""Environment variables of a workload: each is a text, or a secret by its name."""

import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Discriminator, Field, Tag

from config.model import Model, refusal
from config.text import parsed, schema
from config.values import DnsLabel

# The variables that another key sets, and the key.
_SET_BY_KEYS = {"TZ": "time_zone"}
# What every release of Kubernetes takes.
_NAME = r"[-._a-zA-Z][-._a-zA-Z0-9]{0,252}"
_FORM = "a name like DISABLE_JEMALLOC"


def _parse_name(text: str) -> str:
    if text in _SET_BY_KEYS:
        key = _SET_BY_KEYS[text]
        raise refusal("environment-name", "another key sets it", f"write `{key}` instead")
    if not re.fullmatch(_NAME, text):
        raise refusal("environment-name", "invalid", f"expected {_FORM}")
    return text


VariableName = Annotated[
    str,
    parsed(_parse_name, "environment-name", _FORM),
    schema("A variable's name.", f"^(?!({'|'.join(_SET_BY_KEYS)})$){_NAME}$"),
]


class SecretReference(Model):
    """A value that is a secret."""

    secret: DnsLabel = Field(description="The name in `secrets` of the value.")


def _text_or_secret(value: Any) -> Any:
    if not isinstance(value, str | Mapping | SecretReference):
        raise refusal("environment", "invalid", 'expected a text in quotes like "true"')
    return value


def _kind(value: Any) -> str:
    return "text" if isinstance(value, str) else SecretReference.__name__


Variable = Annotated[
    Annotated[str, Tag("text")] | Annotated[SecretReference, Tag(SecretReference.__name__)],
    Discriminator(_kind),
    BeforeValidator(_text_or_secret),
]
Environment = dict[VariableName, Variable]


def secret_of(variable: str | SecretReference) -> str | None:
    """The name of the secret that is the variable's value, if one is."""
    return variable.secret if isinstance(variable, SecretReference) else None
