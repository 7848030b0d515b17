"""The bills of many parties at once, in a constant number of queries."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Prefetch, Q

from bistro.core.kernel.money import ZERO
from bistro.core.models import Restaurant
from orders.billing.models import Adjustment, Bill, Payment, Refund
from orders.billing.selectors import ReducedAmounts, adjustments_of, reduced
from orders.billing.statements import Statement
from orders.billing.transitions import RefundState
from orders.models import Order, OrderLine
from orders.owing import owed
from tables.models import Party


@dataclass
class _Rows:
    """Rows of bills by the party that has them now."""

    orders: dict[int, list[Order]] = field(default_factory=lambda: defaultdict(list))
    bills: dict[int, list[Bill]] = field(default_factory=lambda: defaultdict(list))
    adjustments: dict[int, list[Adjustment]] = field(default_factory=lambda: defaultdict(list))
    payments: dict[int, list[Payment]] = field(default_factory=lambda: defaultdict(list))
    refunds: dict[int, list[Refund]] = field(default_factory=lambda: defaultdict(list))


def read_books(
    restaurant: Restaurant, parties: Iterable[int], until: date | None = None, moves: Collection[int] | None = None
) -> list[Statement]:
    """Return the bills of parties that joined no other, ordered by party, without shares.

    With `until` they are what the orders up to that business day say, and with `moves` only the money of these moves
    and of those that are closed counts. Costs the same queries for any number of parties.
    """
    heads = list(_parties(restaurant, parties))
    if not heads:
        return []
    rows, amounts = _read_rows(restaurant, heads, until, moves)
    return [_statement(restaurant, head, rows, amounts) for head in heads]


def parties_of_days(restaurant: Restaurant, first: date, last: date) -> set[int]:
    """Return the ids of the parties with orders, payments or refunds on these business days. Four queries."""
    days = {"business_date__gte": first, "business_date__lte": last}
    ordered = Order.objects.of_restaurant(restaurant.pk).filter(**days).values_list("party", flat=True)
    found = set(ordered.order_by().distinct())
    payments = Payment.objects.of_restaurant(restaurant.pk).filter(**days)
    refunds = Refund.objects.of_restaurant(restaurant.pk).filter(**days)
    found |= set(payments.order_by().values_list("bill__party", flat=True).distinct())
    found |= set(refunds.order_by().values_list("payment__bill__party", flat=True).distinct())
    return heads_of(restaurant, found)


def heads_of(restaurant: Restaurant, parties: Iterable[int]) -> set[int]:
    """Return the ids of the parties that have the bills of these parties now."""
    rows = Party.objects.of_restaurant(restaurant.pk).filter(pk__in=list(parties))
    found = set()
    for party in rows.select_related("joined_to__joined_to__joined_to"):
        while party.joined_to is not None:
            party = party.joined_to
        found.add(party.pk)
    return found


def families_of(heads: Iterable[int]) -> dict[int, int]:
    """Return {party: the party that has its bill now}, also for those who joined. A query for each level of joins."""
    found = {head: head for head in heads}
    newest = dict(found)
    while newest:
        joined = Party.objects.filter(joined_to__in=newest).values_list("pk", "joined_to")
        newest = {party: newest[other] for party, other in joined if party not in found}
        found |= newest
    return found


def _parties(restaurant: Restaurant, parties: Iterable[int]) -> Any:
    rows = Party.objects.of_restaurant(restaurant.pk).filter(pk__in=list(parties), joined_to=None)
    return rows.select_related("table", "server").order_by("pk")


def _read_rows(
    restaurant: Restaurant, heads: Sequence[Party], until: date | None, moves: Collection[int] | None
) -> tuple[_Rows, ReducedAmounts]:
    of_days: dict[str, Any] = {} if until is None else {"business_date__lte": until}
    counted = Q() if moves is None else Q(move__closing__isnull=False) | Q(move__in=moves)
    rows, head_of = _Rows(), families_of(head.pk for head in heads)
    lines = Prefetch("lines", OrderLine.objects.select_related("item__category"))
    orders = Order.objects.of_restaurant(restaurant.pk).filter(party__in=heads, **of_days).kept()
    kept = list(orders.select_related("table__section", "placed_by_staff").prefetch_related(lines).order_by("pk"))
    for order in kept:
        rows.orders[order.party_id].append(order)
    for bill in Bill.objects.of_restaurant(restaurant.pk).filter(party__in=head_of).order_by("pk"):
        rows.bills[head_of[bill.party_id]].append(bill)
    adjustments = adjustments_of(kept)
    party_of_line = {line.pk: order.party_id for order in kept for line in order.lines.all()}
    for row in adjustments:
        head = party_of_line.get(row.line_id) if row.line_id else head_of.get(row.bill.party_id)
        if head is not None:
            rows.adjustments[head].append(row)
    payments = Payment.objects.of_restaurant(restaurant.pk).filter(counted, bill__party__in=head_of)
    for payment in payments.select_related("bill", "taken_by_staff", "tip_staff").order_by("pk"):
        rows.payments[head_of[payment.bill.party_id]].append(payment)
    made = Refund.objects.of_restaurant(restaurant.pk).exclude(status=RefundState.FAILED)
    refunds = made.filter(counted, payment__bill__party__in=head_of)
    for refund in (
        refunds.exclude(status=RefundState.FAILED).select_related("payment__bill", "payment__tip_staff").order_by("pk")
    ):
        rows.refunds[head_of[refund.payment.bill.party_id]].append(refund)
    return rows, reduced(kept, adjustments)


def _statement(restaurant: Restaurant, head: Party, rows: _Rows, amounts: ReducedAmounts) -> Statement:
    orders = rows.orders[head.pk]
    return Statement(
        restaurant=restaurant,
        party=head,
        bills=tuple(rows.bills[head.pk]),
        orders=tuple(orders),
        adjustments=tuple(rows.adjustments[head.pk]),
        owed=owed(orders, amounts.amounts),
        taken=amounts.taken,
        payments=tuple(rows.payments[head.pk]),
        refunds=tuple(rows.refunds[head.pk]),
        shares=(),
    )


def sale_taken_back(book: Statement) -> Mapping[int, Decimal]:
    """Return what each refund takes off the sale now, {its id: amount}; together `total` − `sale` of the bill.

    A refund for dishes that were voided since takes off nothing, because the void has done it.
    """
    left, found = book.total, {}
    for refund in book.refunds:
        there = refund.of_sale
        if refund.lines:
            there = min(there, sum((book.owed.with_service.get(line, ZERO) for line in refund.lines), ZERO))
        found[refund.pk] = min(there, left)
        left -= found[refund.pk]
    return found
