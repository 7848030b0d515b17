"""The amount that guests owe for their orders."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings

from bistro.core.kernel.hooks import hook
from bistro.core.kernel.money import ZERO, Rounding
from bistro.core.models import Restaurant
from orders.models import Order, OrderLine
from orders.tax import Tax, components_of, compute, merged, total_of


@dataclass(frozen=True, slots=True)
class Owed:
    """An amount to pay. `total` includes `tax`, the sum of `taxes`.

    `shares` is the part of `total` of each kept order, {order id: amount}, and `lines` of each line with its part of
    the tax, {line id: amount}; both add up to it. `line_taxes` are the components of each line.
    """

    total: Decimal
    tax: Decimal
    taxes: tuple[Tax, ...]
    shares: Mapping[int, Decimal]
    lines: Mapping[int, Decimal]
    line_taxes: Mapping[int, tuple[Tax, ...]]


def owed(orders: Iterable[Order], amounts: Mapping[int, Decimal] | None = None) -> Owed:
    """Return what guests owe for the kept orders, computed over all their lines at once.

    Comps and discounts come off the lines first (`settings.LINE_AMOUNTS`), so that the tax follows them; `amounts`
    are those of a caller who has read them, {line id: amount}. Cancelled and withdrawn orders are not owed. The orders
    must be read `with_lines()`. The sum of the orders' own totals may differ by a cent, because each of them is rounded
    alone. Orders from before and after a change of the house's rule are computed each by their own rule.
    """
    kept = [order for order in orders if order.is_kept]
    by_rule: dict[tuple[str, Rounding], list[tuple[int, OrderLine]]] = defaultdict(list)
    for order in kept:
        by_rule[order.tax_mode, order.rounding] += [(order.pk, line) for line in order.lines.all()]
    if amounts is None:
        amounts = hook(settings.LINE_AMOUNTS)(kept) if kept else {}
    taxes: list[Tax] = []
    shares = {order.pk: ZERO for order in kept}
    lines, line_taxes = {}, {}
    for (mode, rounding), rows in by_rule.items():
        prices = [amounts.get(line.pk, line.total) for _order, line in rows]
        named = [components_of(line.taxes) for _order, line in rows]
        taxed = compute(list(zip(prices, named, strict=True)), mode, rounding)
        taxes += taxed.taxes
        for (order_id, line), price, parts in zip(rows, prices, taxed.lines, strict=True):
            lines[line.pk] = price + (total_of(parts) if mode == Restaurant.TaxMode.ADDED else ZERO)
            line_taxes[line.pk] = parts
            shares[order_id] += lines[line.pk]
    return Owed(sum(shares.values(), ZERO), total_of(taxes), merged(taxes), shares, lines, line_taxes)
