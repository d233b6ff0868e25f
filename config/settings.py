"""What Home Assistant knows of the home: name, place, units, URLs."""

from typing import Annotated, Any, Literal

from pydantic import Field, PlainValidator

from config.codes import Country, Currency, Language
from config.location import FORM
from config.model import Model, refusal
from config.text import schema
from config.values import BaseUrl, DnsLabel


def _parse_name(value: Any) -> str:
    """Any script will do, unlike in names of the field."""
    if not isinstance(value, str) or not value.strip():
        raise refusal("home-name", "invalid", "expected a text in quotes")
    if value != value.strip() or not value.isprintable() or len(value) > 100:
        raise refusal(
            "home-name",
            "it is longer than 100 characters, or has blanks or line breaks around or in it",
            "write it in one line",
        )
    return value


HomeName = Annotated[
    str, PlainValidator(_parse_name), schema("The name of the home, in one line.", maxLength=100)
]


class Settings(Model):
    """Settings that Home Assistant then shows, and does not let anyone change in its interface."""

    name: HomeName | None = Field(None, description="What the home is called.")
    location: DnsLabel | None = Field(
        None,
        description=f"The name of a secret: {FORM}.",
    )
    unit_system: Literal["metric", "us_customary"] | None = Field(
        None, description="The units of temperature, length and so on."
    )
    country: Country | None = Field(None, description="The country, for example NL.")
    currency: Currency | None = Field(None, description="The currency, for example EUR.")
    language: Language | None = Field(None, description="The language, for example nl.")
    internal_url: BaseUrl | None = Field(
        None, description="Where devices at home reach Home Assistant."
    )
    external_url: BaseUrl | None = Field(
        None, description="Where browsers outside the home reach Home Assistant."
    )
