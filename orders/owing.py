"""The amount that guests owe for their orders."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from bistro.core.kernel.money import ZERO, Rounding
from bistro.core.models import Restaurant
from orders.models import Order, OrderLine
from orders.tax import Tax, components_of, compute, merged, total_of


@dataclass(frozen=True, slots=True)
class Owed:
    """An amount to pay. `total` includes `tax`, the sum of `taxes`.

    `shares` is the part of `total` of each kept order, {order id: amount}; the parts add up to it.
    """

    total: Decimal
    tax: Decimal
    taxes: tuple[Tax, ...]
    shares: Mapping[int, Decimal]


def owed(orders: Iterable[Order]) -> Owed:
    """Return what guests owe for the kept orders, computed over all their lines at once.

    Cancelled and withdrawn orders are not owed. The orders must be read `with_lines()`. The sum of the orders' own
    totals may differ by a cent, because each of them is rounded alone. Orders from before and after a change of the
    house's rule are computed each by their own rule.
    """
    by_rule: dict[tuple[str, Rounding], list[tuple[int, OrderLine]]] = defaultdict(list)
    shares: dict[int, Decimal] = {}
    for order in orders:
        if order.is_kept:
            shares[order.pk] = ZERO
            by_rule[order.tax_mode, order.rounding] += [(order.pk, line) for line in order.lines.all()]
    taxes: list[Tax] = []
    for (mode, rounding), rows in by_rule.items():
        taxed = compute([(line.total, components_of(line.taxes)) for _order, line in rows], mode, rounding)
        taxes += taxed.taxes
        for (order_id, line), parts in zip(rows, taxed.lines, strict=True):
            added = total_of(parts) if mode == Restaurant.TaxMode.ADDED else ZERO
            shares[order_id] += line.total + added
    return Owed(sum(shares.values(), ZERO), total_of(taxes), merged(taxes), shares)
