"""Tax of orders and bills: pure functions, without queries and writes (ADR 0028).

A document (the order, later the bill) has lines; a line has an amount and the components of its tax. Each component
is computed exactly over all lines and rounded once, so that the same food has the same tax however it was entered.
The tax shown on a line is its part of the rounded sum by largest remainder, so that the lines always add up. With the
rounding level `line`, each line is rounded alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from math import lcm
from typing import Any, NamedTuple

from bistro.core.kernel.money import ZERO, Rounding, allocate, short, text
from bistro.core.models import Restaurant
from menu.taxes import Component, Components
from orders.models import Order, OrderLine

TaxLine = tuple[Decimal, Components]  # (amount of the line, components of its tax)

SCALE = 10_000  # amounts and percentages are whole ten-thousandths


class Tax(NamedTuple):
    """The amount of one component."""

    name: str
    percent: Decimal
    amount: Decimal

    def json(self, currency: str) -> dict[str, str]:
        """Return the component as rows and the API have it: `{"name", "percent", "amount"}`."""
        return {"name": self.name, "percent": short(self.percent), "amount": text(self.amount, currency)}


@dataclass(frozen=True, slots=True)
class Taxed:
    """A document with its tax. `lines` has the parts of each line, in the order of the lines.

    `total` is the amount to pay: with added tax it includes the tax.
    """

    total: Decimal
    tax: Decimal
    taxes: tuple[Tax, ...]
    lines: tuple[tuple[Tax, ...], ...]


def compute(lines: Sequence[TaxLine], mode: str, rounding: Rounding) -> Taxed:
    """Return the tax of a document. `mode` is `inclusive` or `added` (`Restaurant.TaxMode`)."""
    inclusive = mode == Restaurant.TaxMode.INCLUSIVE
    parts: list[list[Tax]] = [[] for _line in lines]
    taxes = []
    together = {components for _amount, components in lines}  # mostly one: all dishes have the same tax
    for component in sorted({each for components in together for each in components}):
        places = [place for place, (_amount, components) in enumerate(lines) if component in components]
        units = _units_of_lines([lines[place] for place in places], component, inclusive, rounding)
        for place, count in zip(places, units, strict=True):
            parts[place].append(Tax(*component, rounding.amount(count)))
        taxes.append(Tax(*component, rounding.amount(sum(units))))
    tax, amount = total_of(taxes), sum((amount for amount, _components in lines), ZERO)
    return Taxed(amount if inclusive else amount + tax, tax, tuple(taxes), tuple(map(tuple, parts)))


def merged(taxes: Iterable[Tax]) -> tuple[Tax, ...]:
    """Add up the amounts of equal components."""
    sums: dict[Component, Decimal] = {}
    for tax in taxes:
        sums[tax.name, tax.percent] = sums.get((tax.name, tax.percent), ZERO) + tax.amount
    return tuple(Tax(name, percent, amount) for (name, percent), amount in sorted(sums.items()))


def total_of(taxes: Iterable[Tax]) -> Decimal:
    """Add up the amounts of components."""
    return sum([tax.amount for tax in taxes], ZERO)


def set_tax(order: Order, lines: Sequence[OrderLine]) -> list[OrderLine]:
    """Set the amounts of an order from the totals and components of its lines, and each line's part of the tax.

    Returns the lines whose part has changed. The caller saves the rows.
    """
    taxed = compute([(line.total, components_of(line.taxes)) for line in lines], order.tax_mode, order.rounding)
    order.total, order.tax = taxed.total, taxed.tax
    order.taxes = [tax.json(order.currency) for tax in taxed.taxes]
    changed = []
    for line, parts in zip(lines, taxed.lines, strict=True):
        before, line.taxes = line.taxes, [tax.json(order.currency) for tax in parts]
        line.tax = total_of(parts)
        if line.taxes != before:
            changed.append(line)
    return changed


def _units_of_lines(lines: Sequence[TaxLine], component: Component, inclusive: bool, rounding: Rounding) -> list[int]:
    """Return each line's part of one component, in the smallest units of the currency."""
    bases = [_base(components, inclusive) for _amount, components in lines]
    base = lcm(*bases)
    percent, unit = _ten_thousandths(component[1]), 10**rounding.digits
    exact = [
        _ten_thousandths(amount) * percent * unit * (base // own)
        for (amount, _components), own in zip(lines, bases, strict=True)
    ]
    whole = base * SCALE
    if rounding.level == Restaurant.RoundingLevel.LINE:
        return [rounding.units(share, whole) for share in exact]
    return allocate(rounding.units(sum(exact), whole), exact, whole)


@lru_cache(maxsize=1024)
def _base(components: Components, inclusive: bool) -> int:
    """Return what a price stands for, in ten-thousandths of a percent: 100 %, or with the tax inside 100 % + rates."""
    return 100 * SCALE + (sum(_ten_thousandths(percent) for _name, percent in components) if inclusive else 0)


def _ten_thousandths(number: Decimal) -> int:
    return int(number * SCALE)


def components_of(taxes: Iterable[Mapping[str, Any]]) -> Components:
    """Return the components of a stored line (`OrderLine.taxes`)."""
    return tuple((each["name"], Decimal(each["percent"])) for each in taxes)
