"""Adjustments and service charges of bills, as `orders.owing` and the bill read them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from bistro.core.kernel.order_kinds import OrderKind
from orders.billing.amounts import Reduction, levy, reduce
from orders.billing.compiled_queries import adjustments_by_key, adjustments_in_force, rules_of_service
from orders.billing.models import Adjustment, ServiceRule
from orders.billing.transitions import AdjustmentKind
from orders.models import Order, OrderLine
from orders.service_charge import Amounts, ServicePart, ServiceTerms
from tables.models import Party


@dataclass(slots=True)
class ReducedAmounts:
    """Amounts of lines, their parts of the service charge, and of what each adjustment took off, {its id: amount}."""

    lines: dict[int, Decimal] = field(default_factory=dict)
    service: dict[int, ServicePart] = field(default_factory=dict)
    taken: dict[int, Decimal] = field(default_factory=dict)

    @property
    def amounts(self) -> Amounts:
        return Amounts(self.lines, self.service)


def line_amounts(orders: Sequence[Order]) -> Amounts:
    """Return what the lines of kept orders cost after comps and discounts, and their parts of the service charge.

    This is `settings.LINE_AMOUNTS`. The orders must be read `with_lines()`. Costs two queries, and a third one where
    there are adjustments, and where the service charge depends on the number of guests.
    """
    return reduced(orders, adjustments_of(orders)).amounts


def adjustments_of(orders: Sequence[Order]) -> list[Adjustment]:
    """Return the adjustments in force of these orders' lines, and of the bills of their parties, oldest first.

    Bills of guests who joined are found as far as two joins away. Costs one query, and a second one if there are any.
    """
    if not orders:
        return []
    found = adjustments_in_force([order.pk for order in orders], {order.party_id for order in orders})
    return adjustments_by_key([key for (key,) in found]) if found else []


def reduced(orders: Sequence[Order], adjustments: Iterable[Adjustment]) -> ReducedAmounts:
    """Return what the lines of kept orders cost after these adjustments, each bill computed alone.

    Costs the queries of `service_terms`.
    """
    rows, terms = list(adjustments), service_terms(orders)
    result = ReducedAmounts()
    if not rows and not terms:
        return result
    by_party = _by_party(orders)
    party_of_line = {line.pk: order.party_id for order in orders for line in order.lines.all()}
    wanted: dict[int, list[Reduction]] = defaultdict(list)
    waivers: dict[int, list[Reduction]] = defaultdict(list)
    for row in rows:
        party = party_of_line.get(row.line_id) if row.line_id else _owner(row.bill.party, by_party)
        if party is not None:
            found = waivers if row.kind == AdjustmentKind.SERVICE else wanted
            found[party].append(Reduction(row.pk, row.line_id, row.amount, row.percent, row.most))
    for party, reductions in wanted.items():
        _reduce(by_party[party], reductions, result)
    for party, each in terms.items():
        _charge(by_party[party], each, waivers[party], result)
    return result


def _by_party(orders: Sequence[Order]) -> dict[int, list[Order]]:
    found: dict[int, list[Order]] = defaultdict(list)
    for order in orders:
        found[order.party_id].append(order)
    return found


def _reduce(orders: Sequence[Order], reductions: Sequence[Reduction], result: ReducedAmounts) -> None:
    prices = {line.pk: line.total for order in orders for line in order.lines.all()}
    found = reduce(prices, reductions, orders[0].rounding)
    result.lines |= found.lines
    result.taken |= found.taken


def _charge(orders: Sequence[Order], terms: ServiceTerms, waivers: Sequence[Reduction], result: ReducedAmounts) -> None:
    """Add the service charge of a bill: guests who eat in pay it."""
    eaten_in = [line for order in orders if order.kind == OrderKind.DINE_IN for line in order.lines.all()]
    prices = {line.pk: result.lines.get(line.pk, line.total) for line in eaten_in}
    found = levy(prices, terms.percent, waivers, orders[0].rounding)
    result.service |= {line: ServicePart(part, terms) for line, part in found.lines.items()}
    result.taken |= found.taken


def service_terms(orders: Sequence[Order]) -> dict[int, ServiceTerms]:
    """Return the terms of the service charge of the parties that pay one, {party id: terms}.

    Costs the query of `service_rules`, and a second one if a rule depends on the number of guests.
    """
    chosen = service_rules(orders)
    sizes: dict[int, int | None] = {}
    if any(rule.from_size for rule in chosen.values()):
        sizes = dict(Party.objects.filter(pk__in=list(chosen)).values_list("pk", "size"))
    return {party: rule.terms for party, rule in chosen.items() if rule.is_for(sizes.get(party))}


def service_rules(orders: Sequence[Order]) -> dict[int, ServiceRule]:
    """Return the rules that were in force at the first of these orders of each party, {party id: rule}. One query."""
    if not orders:
        return {}
    rules = rules_of_service(orders[0].restaurant_id)
    if not rules:
        return {}
    chosen = {}
    for party, own in _by_party(orders).items():
        first = min(order.placed_at for order in own)
        rule = next((rule for rule in rules if rule.since <= first), None)
        if rule is not None:
            chosen[party] = rule
    return chosen


def removed_lines(orders: Sequence[Order]) -> list[OrderLine]:
    """Return the lines that guests do not owe: those that left an order, and those of cancelled orders."""
    cancelled = [
        line for order in orders if not order.is_kept and order.withdrawn_at is None for line in order.lines.all()
    ]
    shown = [order.pk for order in orders if order.withdrawn_at is None]
    return [*cancelled, *OrderLine.with_removed.filter(order__in=shown, removed_at__isnull=False).order_by("pk")]


def _owner(party: Party, known: Mapping[int, object]) -> int | None:
    """Return the known party that a party is, or that it joined."""
    while party.pk not in known:
        if party.joined_to is None:
            return None
        party = party.joined_to
    return party.pk
