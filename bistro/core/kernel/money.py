"""Money. No other module rounds.

Amounts are `Decimal` inside and strings in JSON, with as many decimals as their currency has: JPY none, EUR two,
KWD three. Prices are copied onto lines when ordered.
"""

from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Any

from babel.numbers import format_currency, get_currency_precision, list_currencies

AMOUNT: Any = {"max_digits": 16, "decimal_places": 4}  # every column of an amount; no currency has more decimals
CENT = Decimal("0.01")
ZERO = Decimal("0.00")
HUNDRED = Decimal(100)


@cache
def digits(currency: str) -> int:
    """Return the number of decimals of a currency."""
    return get_currency_precision(currency)


@cache
def unit(currency: str) -> Decimal:
    """Return the smallest amount of a currency: 1 yen, 0.01 euro, 0.001 dinar."""
    return Decimal(1).scaleb(-digits(currency))


def is_currency(code: str) -> bool:
    """Return whether the code is a currency of ISO 4217 that amounts can be formatted in."""
    return code in list_currencies()


def fits(amount: Decimal, currency: str) -> bool:
    """Return whether an amount has no more decimals than its currency."""
    return amount == amount.quantize(unit(currency), rounding=ROUND_HALF_UP)


def exact(amount: Decimal, currency: str) -> Decimal:
    """Return an amount with exactly the currency's decimals. Raises ValueError if it has more of them."""
    if not fits(amount, currency):
        count = {0: "no decimals", 1: "one decimal"}.get(digits(currency), f"{digits(currency)} decimals")
        raise ValueError(f"{short(amount)} is not an amount in {currency}, which has {count}.")
    return amount.quantize(unit(currency))


def to_cents(amount: Decimal) -> Decimal:
    """Round half up to the cent."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def tax_inside(gross: Decimal, percent: Decimal) -> Decimal:
    """Return the tax that a tax-inclusive amount contains: gross − gross ÷ (1 + rate)."""
    return to_cents(gross - gross * HUNDRED / (HUNDRED + percent))


def tax_on_top(net: Decimal, percent: Decimal) -> Decimal:
    """Return the tax to add to a net amount."""
    return to_cents(net * percent / HUNDRED)


def text(amount: Decimal, currency: str) -> str:
    """Format an amount for JSON, with the currency's own decimals: `171`, `10.83`, `1.250`."""
    return f"{amount:.{digits(currency)}f}"


def short(number: Decimal) -> str:
    """Format a rate or a quantity without trailing zeros: `7`, `0.5`, never `1E+2`."""
    return f"{number.normalize():f}"


def display(amount: Decimal, currency: str, locale: str = "en") -> str:
    """Format an amount for people of a locale, e.g. `€12.50`."""
    return format_currency(amount, currency, locale=locale)
