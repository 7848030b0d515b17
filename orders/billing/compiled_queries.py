"""Compiled queries of a bill, which is read before and after each act on it."""

from typing import Any

from django.db.models import QuerySet

from bistro.core.speed.compiled_queries import CompiledQuery
from orders.billing.models import Adjustment, Bill, Payment, Refund, ServiceRule, Share, Voucher
from orders.billing.transitions import DepositState, RefundState
from orders.models import Order, OrderLine


def _adjustments_in_force(orders: Any, parties: Any) -> QuerySet[Adjustment, Any]:
    """Build the union of four parts, because each part can use an index. Joins are followed two levels down."""
    keys = Adjustment.objects.filter(removed_at=None).order_by().values_list("pk")
    of_bills = keys.filter(line=None)
    return keys.filter(line__order__any_of=orders).union(
        of_bills.filter(bill__party__any_of=parties),
        of_bills.filter(bill__party__joined_to__any_of=parties),
        of_bills.filter(bill__party__joined_to__joined_to__any_of=parties),
        all=True,
    )


# restaurant, parties → their bills
bills_of_parties = CompiledQuery(
    lambda restaurant, parties: Bill.objects.of_restaurant(restaurant).filter(party__any_of=parties).order_by("pk")
)
# restaurant, party → its orders with their tables
orders_of_party = CompiledQuery(
    lambda restaurant, party: (
        Order.objects.of_restaurant(restaurant).filter(party_id=party).select_related("table").order_by("pk")
    )
)
# orders → their lines
lines_of_orders = CompiledQuery(lambda orders: OrderLine.objects.filter(order_id__any_of=orders))
# orders, parties → (adjustment) in force of their lines and bills, and of the bills of guests who joined these parties
adjustments_in_force = CompiledQuery(_adjustments_in_force)
# adjustments → these with their bills and parties
adjustments_by_key = CompiledQuery(
    lambda adjustments: (
        Adjustment.objects.filter(pk__any_of=adjustments).select_related("bill__party__joined_to").order_by("pk")
    )
)
# restaurant → its rules of the service charge, newest first
rules_of_service = CompiledQuery(
    lambda restaurant: ServiceRule.objects.of_restaurant(restaurant).order_by("-since", "-pk")
)
# bills → their payments with card readers
payments_of_bills = CompiledQuery(
    lambda bills: Payment.objects.filter(bill__any_of=bills).select_related("reader").order_by("pk")
)
# payments → their refunds that did not fail
refunds_of_payments = CompiledQuery(
    lambda payments: Refund.objects.filter(payment__any_of=payments).exclude(status=RefundState.FAILED).order_by("pk")
)
# bills → their shares
shares_of_bills = CompiledQuery(lambda bills: Share.objects.filter(bill__any_of=bills).order_by("pk"))
# parties → the deposits of their bookings that are not spent
deposits_of_parties = CompiledQuery(
    lambda parties: Voucher.objects.filter(
        deposit__booking__party__any_of=parties, deposit__status=DepositState.PAID, balance__gt=0
    ).order_by("pk")
)
