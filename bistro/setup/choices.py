"""Currencies, ways of writing amounts and time zones, for people to choose from."""

import zoneinfo
from functools import cache
from unicodedata import normalize

from babel.core import Locale, get_global
from babel.localedata import locale_identifiers
from babel.numbers import get_currency_name

Choices = list[tuple[str, str]]


@cache
def currencies(language: str) -> Choices:
    """Return the currencies that some country uses today, named in a language of the pages."""
    used = {
        code
        for rows in get_global("territory_currencies").values()
        for code, _begin, end, tender in rows
        if end is None and tender
    }
    return [(code, f"{code} – {get_currency_name(code, locale=_babel(language))}") for code in sorted(used)]


@cache
def locales(language: str) -> Choices:
    """Return the locales with a country by their names in a language of the pages: `Deutsch (Österreich)`."""
    known = (Locale.parse(name) for name in locale_identifiers() if name.count("_") == 1)
    named = [(str(each), each.get_display_name(_babel(language)) or str(each)) for each in known if each.territory]
    return sorted(named, key=lambda choice: normalize("NFKD", choice[1]).casefold())


def _babel(language: str) -> Locale:
    """Return a language of Django, such as `en-ie`, as Babel knows it."""
    return Locale.parse(language, sep="-")


@cache
def timezones() -> Choices:
    """Return the time zones that this machine knows, by continent."""
    return [(name, name.replace("_", " ")) for name in sorted(zoneinfo.available_timezones())]


def with_present(choices: Choices, present: str) -> Choices:
    """Return the choices, and the present value first if it is none of them."""
    known = not present or any(value == present for value, _word in choices)
    return choices if known else [(present, present), *choices]
