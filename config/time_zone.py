"""Time zones, by the names of the tz database."""

import functools
import importlib.resources
from typing import Annotated

from config.model import refusal
from config.text import parsed, schema

_PATTERN = r"^[A-Z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*$"


@functools.cache
def _zones() -> frozenset[str]:
    """The names of all zones, read when the first one is looked up."""
    listed = importlib.resources.files("tzdata").joinpath("zones")
    return frozenset(listed.read_text(encoding="ascii").split())


def _parse(text: str) -> str:
    if text not in _zones():
        raise refusal("time-zone", "there is no such time zone", "expected one like Europe/Berlin")
    return text


TimeZone = Annotated[
    str,
    parsed(_parse, "time-zone", "a zone like Europe/Berlin"),
    schema("A zone of the tz database, for example Europe/Berlin.", _PATTERN),
]
