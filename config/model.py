"""The base of every part of the site: frozen, strict, and closed against unknown keys."""

from pydantic import BaseModel, ConfigDict
from pydantic_core import PydanticCustomError


class Model(BaseModel):
    """A part of the site: unknown keys and values of another type are refused; it is frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, validate_default=True)


def refusal(rule: str, because: str, remedy: str) -> PydanticCustomError:
    """The error that a type or model raises: rule, what is wrong, what to write instead."""
    return PydanticCustomError(rule, "{because}; {remedy}", {"because": because, "remedy": remedy})
