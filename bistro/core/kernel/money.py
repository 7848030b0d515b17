"""Money. No other module rounds.

Amounts are `Decimal` inside and strings in JSON, with as many decimals as their currency has: JPY none, EUR two,
KWD three. Prices are copied onto lines when ordered.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache, lru_cache
from typing import Any

from babel.numbers import format_currency, get_currency_precision, list_currencies

AMOUNT: Any = {"max_digits": 16, "decimal_places": 4}  # every column of an amount; no currency has more decimals
ZERO = Decimal("0.00")


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


@dataclass(frozen=True, slots=True)
class Rounding:
    """A house's rule for amounts that are no whole units of the currency.

    `level` says what is rounded once: the `document`, or each `line`. `mode` is `half_up`, `up` or `down`.
    """

    digits: int
    level: str = "document"
    mode: str = "half_up"

    def units(self, numerator: int, denominator: int) -> int:
        """Round a fraction of the smallest unit to whole units. Negative amounts mirror positive ones."""
        whole, rest = divmod(abs(numerator), denominator)
        if self.mode == "half_up":
            whole += 2 * rest >= denominator
        elif self.mode == "up":
            whole += rest > 0
        return whole if numerator >= 0 else -whole

    def amount(self, units: int) -> Decimal:
        """Return a number of the smallest units as an amount."""
        return Decimal(units).scaleb(-self.digits)


def to_coin(amount: Decimal, coin: Decimal | None) -> Decimal:
    """Return an amount that can be paid in cash: the nearest multiple of the smallest coin, half up."""
    if not coin:
        return amount
    return (amount / coin).quantize(Decimal(1), rounding=ROUND_HALF_UP) * coin


def allocate(units: int, shares: Sequence[int], denominator: int) -> list[int]:
    """Divide whole units among exact shares (numerators) by largest remainder, so that the parts add up to `units`.

    Each part is its share rounded down or up. Of equal remainders the first gets the unit.
    """
    parts = [share // denominator for share in shares]
    if sum(parts) == units:
        return parts
    by_rest = sorted(range(len(shares)), key=lambda place: -(shares[place] % denominator))
    for place in by_rest[: units - sum(parts)]:
        parts[place] += 1
    return parts


def divide(units: int, weights: Sequence[int]) -> list[int]:
    """Divide units in proportion to weights by largest remainder. Without any weight the first gets all."""
    whole = sum(weights)
    if not whole:
        return [units, *(0 for _weight in weights[1:])] if weights else []
    return allocate(units, [units * weight for weight in weights], whole)


def units_of(amount: Decimal, rounding: Rounding) -> int:
    """Return an amount in the smallest units of its currency. It has no smaller decimals."""
    return int(amount.scaleb(rounding.digits))


def to_step(amount: Decimal, currency: str, step: Decimal = ZERO, ending: Decimal = ZERO) -> Decimal:
    """Round an amount to the nearest multiple of `step` plus `ending`, half up; without a step to the currency's unit.

    A step of 1 with an ending of 0.90 gives 7.90, 8.90 and so on. The result is never below the ending or 0.
    """
    size = step or unit(currency)
    whole = ((amount - ending) / size).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    return (max(whole, Decimal(0)) * size + ending).quantize(unit(currency), rounding=ROUND_HALF_UP)


@lru_cache(maxsize=4096)  # each amount of an order is formatted several times
def text(amount: Decimal, currency: str) -> str:
    """Format an amount for JSON, with the currency's own decimals: `171`, `10.83`, `1.250`."""
    return f"{amount or ZERO:.{digits(currency)}f}"  # never "-0.00", which would be remembered for 0.00


@lru_cache(maxsize=1024)
def short(number: Decimal) -> str:
    """Format a rate or a quantity without trailing zeros: `7`, `0.5`, never `1E+2`."""
    return f"{(number or ZERO).normalize():f}"


@lru_cache(maxsize=4096)  # a bill shows the same prices many times
def display(amount: Decimal, currency: str, locale: str = "en") -> str:
    """Format an amount for people of a locale, e.g. `€12.50`."""
    return format_currency(amount or ZERO, currency, locale=locale)  # never "-€0.00", which would be remembered


def surcharge(amount: Decimal, currency: str, locale: str = "en") -> str:
    """Format what a choice adds or takes off, e.g. `+€1.50` or `−€1.25`. Nothing is an empty text."""
    if not amount:
        return ""
    return ("+" if amount > 0 else "−") + display(abs(amount), currency, locale)
