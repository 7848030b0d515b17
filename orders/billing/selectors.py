"""Adjustments of bills, as `orders.owing` and the bill read them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from orders.billing.amounts import Reduced, Reduction, reduce
from orders.billing.models import Adjustment
from orders.models import Order, OrderLine
from tables.models import Party

NOTHING = Reduced({}, {})


def line_amounts(orders: Sequence[Order]) -> Mapping[int, Decimal]:
    """Return the amounts of the lines of kept orders after comps and discounts; nothing if there are none of these.

    This is `settings.LINE_AMOUNTS`. The orders must be read `with_lines()`. Costs a query.
    """
    return reduced(orders, adjustments_of(orders)).lines


def adjustments_of(orders: Sequence[Order]) -> list[Adjustment]:
    """Return the adjustments in force of these orders' lines, and of the bills of their parties, oldest first.

    Bills of guests who joined are found as far as two joins away.
    """
    parties = {order.party_id for order in orders}
    rows = Adjustment.objects.filter(removed_at=None).order_by().select_related("bill__party__joined_to")
    of_bills = rows.filter(line=None)
    found = rows.filter(line__order__in=[order.pk for order in orders]).union(  # each part can use an index
        of_bills.filter(bill__party__in=parties),
        of_bills.filter(bill__party__joined_to__in=parties),
        of_bills.filter(bill__party__joined_to__joined_to__in=parties),
        all=True,
    )
    return sorted(found, key=lambda row: row.pk)


def reduced(orders: Sequence[Order], adjustments: Iterable[Adjustment]) -> Reduced:
    """Return what the lines of kept orders cost after these adjustments, each bill computed alone."""
    rows = list(adjustments)
    if not rows:
        return NOTHING
    by_party: dict[int, list[Order]] = defaultdict(list)
    party_of_line = {}
    for order in orders:
        by_party[order.party_id].append(order)
        party_of_line.update({line.pk: order.party_id for line in order.lines.all()})
    wanted: dict[int, list[Reduction]] = defaultdict(list)
    for row in rows:
        party = party_of_line.get(row.line_id) if row.line_id else _owner(row.bill.party, by_party)
        if party is not None:
            wanted[party].append(Reduction(row.pk, row.line_id, row.amount, row.percent, row.most))
    lines: dict[int, Decimal] = {}
    taken: dict[int, Decimal] = {}
    for party, reductions in wanted.items():
        prices = {line.pk: line.total for order in by_party[party] for line in order.lines.all()}
        answer = reduce(prices, reductions, by_party[party][0].rounding)
        lines |= answer.lines
        taken |= answer.taken
    return Reduced(lines, taken)


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
