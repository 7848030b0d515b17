"""The amounts of lines after comps and discounts, and the service charge: pure functions, without queries.

Adjustments of a line come first, each computed from the price of the line. Adjustments of the whole bill follow, in
the order in which they were made, and are divided among the lines by largest remainder, so that each rate of tax gets
its part. The service charge is a percentage of what is left. Nothing falls below zero.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from bistro.core.kernel.money import Rounding, divide, units_of

Units = dict[int, int]  # {line id: number of the smallest units of the currency}
PERCENT = 1_000_000  # a hundred percent, in ten-thousandths of a percent


class Reduction(NamedTuple):
    """A comp or discount: an `amount`, or else a `percent`. Without a `line` it is for the whole bill.

    `most` is what it may take off without a manager, None for no limit.
    """

    id: int
    line: int | None
    amount: Decimal | None
    percent: Decimal | None
    most: Decimal | None = None


class Reduced(NamedTuple):
    """Amounts of lines after reductions, {line id: amount}, and of what each reduction took off, {its id: amount}."""

    lines: Mapping[int, Decimal]
    taken: Mapping[int, Decimal]


def reduce(prices: Mapping[int, Decimal], reductions: Sequence[Reduction], rounding: Rounding) -> Reduced:
    """Return the amounts of lines after all reductions. `prices` are {line id: quantity × unit price}."""
    left = {line: units_of(price, rounding) for line, price in prices.items()}
    full = dict(left)
    taken = {}
    for each in reductions:
        if each.line is not None:
            taken[each.id] = _take_from_line(each, full, left, rounding)
    whole = sum(left.values())
    for each in reductions:
        if each.line is None:
            taken[each.id] = _take_from_all(_wanted(each, whole, rounding), left)
    return Reduced(
        {line: rounding.amount(units) for line, units in left.items()},
        {key: rounding.amount(units) for key, units in taken.items()},
    )


def levy(amounts: Mapping[int, Decimal], percent: Decimal, waivers: Sequence[Reduction], rounding: Rounding) -> Reduced:
    """Return the parts of a service charge of some lines, {line id: part}, and what each waiver took off it.

    `amounts` are those of the lines after comps and discounts. The charge is rounded once, and divided among the lines
    by largest remainder.
    """
    units = {line: units_of(amount, rounding) for line, amount in amounts.items()}
    whole = rounding.units(sum(units.values()) * int(percent * 10_000), PERCENT)
    left, taken = whole, {}
    for each in waivers:
        waived = min(left, _wanted(each, whole, rounding))
        left, taken[each.id] = left - waived, rounding.amount(waived)
    parts = divide(left, list(units.values()))
    return Reduced({line: rounding.amount(part) for line, part in zip(units, parts, strict=True)}, taken)


def _take_from_line(reduction: Reduction, full: Units, left: Units, rounding: Rounding) -> int:
    line = reduction.line
    if line is None or line not in left:  # the line has left the bill since
        return 0
    units = min(left[line], _wanted(reduction, full[line], rounding))
    left[line] -= units
    return units


def _take_from_all(units: int, left: Units) -> int:
    units = min(units, sum(left.values()))
    for line, part in zip(left, divide(units, list(left.values())), strict=True):
        left[line] -= part
    return units


def _wanted(reduction: Reduction, price: int, rounding: Rounding) -> int:
    """Return what a reduction takes off a price, in units, before it is limited to what is left."""
    if reduction.percent is not None:
        units = rounding.units(price * int(reduction.percent * 10_000), PERCENT)
    else:
        assert reduction.amount is not None
        units = units_of(reduction.amount, rounding)
    return units if reduction.most is None else min(units, units_of(reduction.most, rounding))
