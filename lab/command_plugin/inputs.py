"""The inputs of the two resources: their types, defaults, and what Check says of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lab.command_plugin.values import ASSET, SIGNATURE, UNKNOWN, Values, plain, secret

COMMAND, COPY = "command:remote:Command", "command:remote:CopyToRemote"


@dataclass(frozen=True, kw_only=True)
class Field:
    """One input: its form as JSON has it, and what it is when it is left out."""

    form: type
    default: Any = None
    required: bool = False
    secret: bool = False


CONNECTION = {
    "host": Field(form=str, required=True),
    "user": Field(form=str, default="root"),
    "port": Field(form=float, default=22),
    "password": Field(form=str, secret=True),
    "privateKey": Field(form=str, secret=True),
    "privateKeyPassword": Field(form=str, secret=True),
    "agentSocketPath": Field(form=str),
    "hostKey": Field(form=str),
    "dialErrorLimit": Field(form=float, default=10),
    "perDialTimeout": Field(form=float, default=15),
}
_SHARED = {
    "connection": Field(form=dict, required=True, secret=True),
    "triggers": Field(form=list),
}
INPUTS = {
    COMMAND: {
        **_SHARED,
        **{name: Field(form=str) for name in ("create", "update", "delete", "stdin", "logging")},
        "environment": Field(form=dict),
        "addPreviousOutputInEnv": Field(form=bool),
    },
    COPY: {
        **_SHARED,
        "source": Field(form=dict, required=True),
        "remotePath": Field(form=str, required=True),
    },
}
DEFAULTS = {name: field.default for name, field in CONNECTION.items() if field.default is not None}


def check(type_: str, given: Values) -> tuple[Values, list[tuple[str, str]]]:
    """The inputs with defaults and marks of secrets, and (input, objection) for each fault.

    With an objection the inputs have no defaults.
    """
    inputs = _without_nulls(given)
    faults = list(_faults(inputs, INPUTS[type_], type_))
    connection = plain(inputs.get("connection"))
    if isinstance(connection, dict):
        connection = _without_nulls(connection)
        faults += [
            ("connection", text) for _, text in _faults(connection, CONNECTION, "Connection")
        ]
        if not faults:
            connection = {**DEFAULTS, **connection}
        inputs["connection"] = _marked(connection, CONNECTION)
    if type_ == COPY and not _is_file(plain(inputs.get("source"))):
        faults.append(
            ("asset", "either asset or archive must be set; the stand-in takes no archive")
        )
    return _marked(inputs, INPUTS[type_]), faults


def _faults(values: Values, fields: dict[str, Field], owner: str) -> Iterator[tuple[str, str]]:
    for name in values.keys() - fields.keys():
        yield name, f"unrecognized field {name!r} on {owner}"
    for name, field in fields.items():
        value = plain(values.get(name))
        if value is None:
            if field.required:
                yield name, f"missing required field {name!r} on {owner}"
        elif value != UNKNOWN and not isinstance(value, field.form):
            yield name, f"field {name!r} on {owner} must be a {field.form.__name__}"


def _is_file(source: Any) -> bool:
    asset = isinstance(source, dict) and source.get(SIGNATURE) == ASSET
    return asset and ("path" in source or "text" in source)


def _marked(values: Values, fields: dict[str, Field]) -> Values:
    hidden = {name for name, field in fields.items() if field.secret}
    return {name: secret(value) if name in hidden else value for name, value in values.items()}


def _without_nulls(values: Values) -> Values:
    return {name: value for name, value in values.items() if value is not None}
