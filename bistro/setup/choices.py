"""Currencies, ways of writing amounts and time zones, for people to choose from."""

import zoneinfo
from functools import cache

from babel.core import Locale, get_global
from babel.localedata import locale_identifiers
from babel.numbers import get_currency_name

Choices = list[tuple[str, str]]


@cache
def currencies() -> Choices:
    """Return the currencies that some country uses today."""
    used = {
        code
        for rows in get_global("territory_currencies").values()
        for code, _begin, end, tender in rows
        if end is None and tender
    }
    return [(code, f"{code} – {get_currency_name(code, locale='en')}") for code in sorted(used)]


@cache
def locales() -> Choices:
    """Return the locales with a country, by language."""
    known = (Locale.parse(name) for name in locale_identifiers() if name.count("_") == 1)
    named = [(str(each), each.get_display_name("en") or str(each)) for each in known if each.territory]
    return sorted(named, key=lambda choice: choice[1])


@cache
def timezones() -> Choices:
    """Return the time zones that this machine knows, by continent."""
    return [(name, name.replace("_", " ")) for name in sorted(zoneinfo.available_timezones())]


def with_present(choices: Choices, present: str) -> Choices:
    """Return the choices, and the present value first if it is none of them."""
    known = not present or any(value == present for value, _word in choices)
    return choices if known else [(present, present), *choices]
