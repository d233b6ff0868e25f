"""The errors that pydantic finds in the form of a value, in this program's own words."""

from collections.abc import Callable, Mapping
from typing import Any

from pydantic_core import ErrorDetails

Context = Mapping[str, Any]


def form_error(details: ErrorDetails) -> tuple[str, str]:
    """(rule, message) of an error; a message of our own types is left as it is."""
    kind, context = details["type"], details.get("ctx", {})
    if kind in _ERRORS:
        rule, message = _ERRORS[kind]
        return rule, message(context)
    if ";" in details["msg"]:
        return kind, details["msg"]
    return kind.replace("_", "-"), f"invalid; {details['msg'][0].lower()}{details['msg'][1:]}"


def _expected(form: str) -> Callable[[Context], str]:
    return lambda _: f"invalid; expected {form}"


def _choices(text: str) -> str:
    """`'a', 'b' or 'c'`, as pydantic lists them, without the quotes."""
    choices = [part.strip(" '") for part in text.replace(" or ", ",").split(",")]
    return " or ".join([", ".join(choices[:-1]), choices[-1]] if choices[1:] else choices)


_ERRORS: dict[str, tuple[str, Callable[[Context], str]]] = {
    "extra_forbidden": (
        "unknown-key",
        lambda _: "there is no such key; config/schema.json lists the keys",
    ),
    "missing": ("missing", lambda _: "this key is required; add it"),
    "union_tag_not_found": (
        "missing",
        lambda _: "this key is required here; add it",
    ),
    "union_tag_invalid": (
        "unknown-choice",
        lambda context: (
            f"there is no such {context['discriminator'].strip(chr(39))};"
            f" expected {_choices(context['expected_tags'])}"
        ),
    ),
    "literal_error": (
        "unknown-choice",
        lambda context: f"invalid; expected {_choices(context['expected'])}",
    ),
    "too_short": ("too-short", lambda _: "it is empty; add at least one"),
    "greater_than_equal": (
        "number-range",
        lambda context: f"the number is too small; expected at least {context['ge']}",
    ),
    "less_than_equal": (
        "number-range",
        lambda context: f"the number is too large; expected at most {context['le']}",
    ),
    "int_type": ("type", _expected("a whole number, without quotes")),
    "bool_type": ("type", _expected("true or false, without quotes")),
    "string_type": ("type", _expected("a text; write it in quotes")),
    "dict_type": ("type", _expected("a mapping of keys to values")),
    "model_type": ("type", _expected("a mapping of keys to values")),
    "model_attributes_type": ("type", _expected("a mapping of keys to values")),
    "tuple_type": ("type", _expected("a list")),
    "list_type": ("type", _expected("a list")),
}
