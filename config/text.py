"""Values that are typed as texts: checked for what cannot be seen, and then parsed."""

import re
from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from pydantic import PlainValidator, WithJsonSchema

from config.model import refusal

T = TypeVar("T")


def _text(value: Any, rule: str, form: str) -> str:
    if not isinstance(value, str):
        raise refusal(
            rule, f"this is a {type(value).__name__}, not a text", f"write {form} in quotes"
        )
    if not value.isascii():
        odd = next(character for character in value if not character.isascii())
        raise refusal(rule, f"it contains {odd!a}, which only looks right", f"type {form} anew")
    if value != value.strip() or not value.isprintable():
        raise refusal(
            rule, "it has a blank, tab or line break around or in it", f"write {form} alone"
        )
    return value


def parsed(parse: Callable[[str], T], rule: str, form: str) -> Any:
    """Accepts the text form, or the parsed value itself when it is given in code."""

    def validate(value: Any) -> T:
        if not isinstance(value, str | int | float | list | dict | bool | type(None)):
            return value  # type: ignore[no-any-return] # parsed already
        return parse(_text(value, rule, form))

    return PlainValidator(validate)


def schema(description: str, pattern: str | None = None, **more: Any) -> WithJsonSchema:
    """What an editor is told of the text."""
    told: dict[str, Any] = {"type": "string", "description": description, **more}
    if pattern:
        told["pattern"] = pattern
    return WithJsonSchema(told)


def matching(rule: str, pattern: str, form: str, description: str) -> Any:
    """A text that matches the whole pattern."""
    expression = re.compile(pattern)

    def parse(text: str) -> str:
        if not expression.fullmatch(text):
            raise refusal(rule, "it has another form", f"write {form}")
        return text

    return Annotated[str, parsed(parse, rule, form), schema(description, f"^{pattern}$")]
