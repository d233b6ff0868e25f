"""Countries, currencies and languages by the codes that Home Assistant knows."""

import functools
import importlib.resources
from collections.abc import Callable, Collection
from typing import Annotated

from config.model import refusal
from config.text import parsed, schema

# https://github.com/home-assistant/core/blob/2026.11.0/homeassistant/generated/currencies.py
_CURRENCIES = """
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN
    BZD CAD CDF CHF CLP CNY COP CRC CUC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL
    GHS GIP GMD GNF GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF
    KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR
    MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG
    SEK SGD SHP SLE SLL SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD
    UYU UZS VED VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWL
"""
# https://github.com/home-assistant/core/blob/2026.11.0/homeassistant/generated/languages.py
_LANGUAGES = """
    af ar bg bn bs ca cs cy da de el en en-GB eo es es-419 et eu fa fi fr fy ga gl gsw he hi hr hu
    hy id is it ja ka ko lb lt lv mk ml nb nl nn pl pt pt-BR ro ru sk sl sq sr sr-Latn sv ta te th
    tr uk ur vi zh-Hans zh-Hant
"""


@functools.cache
def countries() -> frozenset[str]:
    """The codes of ISO 3166, which Home Assistant has all of."""
    table = importlib.resources.files("tzdata.zoneinfo").joinpath("iso3166.tab")
    lines = table.read_text(encoding="utf-8").splitlines()
    return frozenset(line.partition("\t")[0] for line in lines if not line.startswith("#"))


def _one_of(rule: str, codes: Callable[[], Collection[str]], form: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text not in codes():
            raise refusal(rule, "Home Assistant knows no such code", f"expected {form}")
        return text

    return parse


def _listed(text: str) -> Callable[[], Collection[str]]:
    codes = text.split()
    return lambda: codes


_COUNTRY, _CURRENCY, _LANGUAGE = "one like NL", "one like EUR", "one like nl or pt-BR"
Country = Annotated[
    str,
    parsed(_one_of("country", countries, _COUNTRY), "country", _COUNTRY),
    schema("A country's code of ISO 3166, for example NL.", "^[A-Z]{2}$"),
]
Currency = Annotated[
    str,
    parsed(_one_of("currency", _listed(_CURRENCIES), _CURRENCY), "currency", _CURRENCY),
    schema("A currency's code of ISO 4217, for example EUR.", "^[A-Z]{3}$"),
]
Language = Annotated[
    str,
    parsed(_one_of("language", _listed(_LANGUAGES), _LANGUAGE), "language", _LANGUAGE),
    schema("A language that Home Assistant speaks, for example nl.", enum=_LANGUAGES.split()),
]
