"""YAML 1.2 as the engine reads it; what it may read otherwise than was typed is refused."""

import re
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.constructor import ConstructorError, DuplicateKeyError, SafeConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError

# 010 is 8 to the engine and 10 to others; 1_0, 1e3 and 1.0 are numbers to some alone.
_PLAIN_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,14})")


class _AmbiguousScalarError(ConstructorError):
    """A plain scalar that two readers of YAML take for two values."""


class _Constructor(SafeConstructor):
    """Refuses numbers and dates that the engine may read as something else than was typed."""

    def plain_int(self, node: Any) -> int:
        if not _PLAIN_NUMBER.fullmatch(node.value):
            self.ambiguous(node)
        return int(node.value)

    def ambiguous(self, node: Any) -> Any:
        raise _AmbiguousScalarError(
            None, None, f"the engine may read {node.value} as another value", node.start_mark
        )


_Constructor.add_constructor("tag:yaml.org,2002:int", _Constructor.plain_int)
for _tag in ("float", "timestamp", "value"):
    _Constructor.add_constructor(f"tag:yaml.org,2002:{_tag}", _Constructor.ambiguous)


class StrictYamlError(Exception):
    """The text is refused: where, by which rule, and what helps."""

    def __init__(self, place: str, rule: str, message: str) -> None:
        super().__init__(message)
        self.place, self.rule, self.message = place, rule, message


def load_strictly(text: str) -> Any:
    """The text's content; raises `StrictYamlError` for anything that is off."""
    yaml = YAML(typ="safe", pure=True)
    yaml.Constructor = _Constructor
    try:
        return yaml.load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark
        place = f"line {mark.line + 1}" if mark else "(file)"
        raise StrictYamlError(place, *_rule(error)) from None
    except YAMLError as error:
        raise StrictYamlError("(file)", "yaml-form", f"{error}; correct the file") from None


def _rule(error: MarkedYAMLError) -> tuple[str, str]:
    if isinstance(error, DuplicateKeyError):
        return "key-twice", "a key is there twice; remove one of the two"
    if isinstance(error, _AmbiguousScalarError):
        remedy = "write a plain number, or put the text in quotes"
        return "scalar-ambiguous", f"{error.problem}; {remedy}"
    return "yaml-form", f"{error.problem}; correct the line"
