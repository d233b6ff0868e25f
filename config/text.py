"""Values that are typed as texts: checked for invisible characters, and then parsed."""

import re
from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from pydantic import PlainValidator, WithJsonSchema

from config.model import refusal

T = TypeVar("T")


def _text(value: Any, rule: str, form: str) -> str:
    if not isinstance(value, str):
        raise refusal(rule, "invalid", f"expected {form}, as a text in quotes")
    if not value.isascii():
        odd = next(character for character in value if not character.isascii())
        raise refusal(rule, f"it contains the character {odd!a}", f"type {form} again")
    if value != value.strip() or not value.isprintable():
        raise refusal(rule, "it contains a blank, tab or line break", f"expected {form} alone")
    return value


def parsed(parse: Callable[[str], T], rule: str, form: str) -> Any:
    """Accepts the text form, or the parsed value itself when it is given in code."""

    def validate(value: Any) -> T:
        if not isinstance(value, str | int | float | list | dict | bool | type(None)):
            return value  # type: ignore[no-any-return] # parsed already
        return parse(_text(value, rule, form))

    return PlainValidator(validate)


def schema(description: str, pattern: str | None = None, **more: Any) -> WithJsonSchema:
    """The JSON Schema of the text, for editors."""
    described: dict[str, Any] = {"type": "string", "description": description, **more}
    if pattern:
        described["pattern"] = pattern
    return WithJsonSchema(described)


def matching(rule: str, pattern: str, form: str, description: str) -> Any:
    """A text that matches the whole pattern."""
    expression = re.compile(pattern)

    def parse(text: str) -> str:
        if not expression.fullmatch(text):
            raise refusal(rule, "invalid", f"expected {form}")
        return text

    return Annotated[str, parsed(parse, rule, form), schema(description, f"^{pattern}$")]
