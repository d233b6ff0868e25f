"""Values as the engine's protocol carries them: marks for secrets, unknown values and assets."""

from typing import Any

from google.protobuf import struct_pb2

Values = dict[str, Any]

SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - the protocol's mark of a secret
ASSET = "c44067f5952c0a294b673a41bacd8c17"
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""Stands for every value that a preview does not know yet."""


def struct(values: Values) -> struct_pb2.Struct:
    """The values as a message."""
    made = struct_pb2.Struct()
    made.update(values)
    return made


def secret(value: Any) -> Values:
    """The value marked as a secret, once."""
    return value if is_secret(value) else {SIGNATURE: SECRET, "value": value}


def is_secret(value: Any) -> bool:
    """Whether the value is marked as a secret."""
    return isinstance(value, dict) and value.get(SIGNATURE) == SECRET


def plain(value: Any) -> Any:
    """The value without marks of secrets, at any depth."""
    if is_secret(value):
        return plain(value["value"])
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    return value
