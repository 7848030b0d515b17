"""Money. No other module rounds.

Amounts are `Decimal` with two places inside, strings in JSON. Prices are copied onto lines when ordered.
"""

from decimal import ROUND_HALF_UP, Decimal

from babel.numbers import format_currency

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
HUNDRED = Decimal(100)


def to_cents(amount: Decimal) -> Decimal:
    """Round half up to the cent."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def tax_inside(gross: Decimal, percent: Decimal) -> Decimal:
    """Return the tax that a tax-inclusive amount contains: gross − gross ÷ (1 + rate)."""
    return to_cents(gross - gross * HUNDRED / (HUNDRED + percent))


def tax_on_top(net: Decimal, percent: Decimal) -> Decimal:
    """Return the tax to add to a net amount."""
    return to_cents(net * percent / HUNDRED)


def text(amount: Decimal) -> str:
    """Format an amount for JSON, always with two decimals."""
    return f"{amount:.2f}"


def short(number: Decimal) -> str:
    """Format a rate or a quantity without trailing zeros: `7`, `0.5`, never `1E+2`."""
    return f"{number.normalize():f}"


def display(amount: Decimal, currency: str, locale: str = "en") -> str:
    """Format an amount for people of a locale, e.g. `€12.50`."""
    return format_currency(amount, currency, locale=locale)
