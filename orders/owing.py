"""The amount that guests owe for their orders, with the service charge."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.conf import settings

from bistro.core.kernel.hooks import hook
from bistro.core.kernel.money import ZERO, Rounding, divide, units_of
from bistro.core.models import Restaurant
from orders.models import Order, OrderLine
from orders.service_charge import AS_ORDERED, NO_SERVICE, Amounts, Service, ServiceLine, service_lines, words_of
from orders.tax import Tax, components_of, compute, merged, total_of


@dataclass(frozen=True, slots=True)
class Owed:
    """An amount to pay. `total` includes `tax`, the sum of `taxes`.

    `lines` are the amounts of the dishes with their part of the tax, {line id: amount}, and those of the service charge
    under its negative ids; `line_taxes` are the components of each. `shares` is the part of each kept order without
    the service charge, {order id: amount}. `with_service` are the dishes with their part of the service charge.
    `lines` and `with_service` both add up to `total`, and so do `shares` with the service charge.
    """

    total: Decimal
    tax: Decimal
    taxes: tuple[Tax, ...]
    shares: Mapping[int, Decimal]
    lines: Mapping[int, Decimal]
    line_taxes: Mapping[int, tuple[Tax, ...]]
    service: Service
    with_service: Mapping[int, Decimal]


def owed(orders: Iterable[Order], amounts: Amounts | None = None) -> Owed:
    """Return what guests owe for the kept orders, computed over all their lines at once.

    Comps and discounts come off the lines first, and the service charge is added (`settings.LINE_AMOUNTS`), so that the
    tax follows them; `amounts` are those of a caller who has read them. Cancelled and withdrawn orders are not owed.
    The orders must be read `with_lines()`. The sum of the orders' own totals may differ by a cent, because each of them
    is rounded alone. Orders from before and after a change of the house's rule are computed each by their own rule.
    """
    kept = [order for order in orders if order.is_kept]
    by_rule: dict[tuple[str, Rounding], list[tuple[int, OrderLine]]] = defaultdict(list)
    for order in kept:
        by_rule[order.tax_mode, order.rounding] += [(order.pk, line) for line in order.lines.all()]
    if amounts is None:
        amounts = hook(settings.LINE_AMOUNTS)(kept) if kept else AS_ORDERED
    sums = _Sums({order.pk: ZERO for order in kept})
    for (mode, rounding), rows in by_rule.items():
        sums.add(rows, amounts, mode, rounding)
    return sums.owed()


@dataclass(slots=True)
class _Sums:
    """The amounts of a bill while they are added up, one rule of tax after the other."""

    shares: dict[int, Decimal]
    taxes: list[Tax] = field(default_factory=list)
    lines: dict[int, Decimal] = field(default_factory=dict)
    line_taxes: dict[int, tuple[Tax, ...]] = field(default_factory=dict)
    service: dict[int, ServiceLine] = field(default_factory=dict)
    service_ids: dict[int, int] = field(default_factory=dict)
    parts: dict[int, Decimal] = field(default_factory=dict)

    def add(self, rows: Sequence[tuple[int, OrderLine]], amounts: Amounts, mode: str, rounding: Rounding) -> None:
        """Add the lines of one rule, with their service charge."""
        prices = [amounts.lines.get(line.pk, line.total) for _order, line in rows]
        named = [components_of(line.taxes) for _order, line in rows]
        keyed = zip((line.pk for _order, line in rows), named, strict=True)
        charged = service_lines(keyed, amounts.service, mode, rounding)
        prices += [each.amount for each in charged.values()]
        named += [each.components for each in charged.values()]
        taxed = compute(list(zip(prices, named, strict=True)), mode, rounding)
        self.taxes += taxed.taxes
        keys = [*(line.pk for _order, line in rows), *charged]
        for key, price, parts in zip(keys, prices, taxed.lines, strict=True):
            self.lines[key] = price + (total_of(parts) if mode == Restaurant.TaxMode.ADDED else ZERO)
            self.line_taxes[key] = parts
        for order_id, line in rows:
            self.shares[order_id] += self.lines[line.pk]
        self.service |= charged
        for key, each in charged.items():
            self._add_parts(key, each, rounding)

    def _add_parts(self, key: int, charged: ServiceLine, rounding: Rounding) -> None:
        """Divide a line of the service charge, with its tax, among its dishes."""
        weights = [units_of(part, rounding) for part in charged.parts.values()]
        units = divide(units_of(self.lines[key], rounding), weights)
        for line, part in zip(charged.parts, units, strict=True):
            self.parts[line], self.service_ids[line] = rounding.amount(part), key

    def owed(self) -> Owed:
        """Return the sums."""
        dishes = {line: amount for line, amount in self.lines.items() if line not in self.service}
        return Owed(
            total=sum(self.lines.values(), ZERO),
            tax=total_of(self.taxes),
            taxes=merged(self.taxes),
            shares=self.shares,
            lines=self.lines,
            line_taxes=self.line_taxes,
            service=self._service(),
            with_service={line: amount + self.parts.get(line, ZERO) for line, amount in dishes.items()},
        )

    def _service(self) -> Service:
        if not self.service:
            return NO_SERVICE
        lines = {key: self.lines[key] for key in self.service}
        return Service(
            words=words_of(next(iter(self.service.values())).terms),
            amount=sum(lines.values(), ZERO),
            tax=sum((total_of(self.line_taxes[key]) for key in lines), ZERO),
            lines=lines,
            parts=self.parts,
            line_of=self.service_ids,
        )
