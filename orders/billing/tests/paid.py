"""A bill with a payment and a comp, and a refused refund, for tests of other packages."""

from decimal import Decimal

from bistro.core.kernel.actors import Actor
from orders.billing.models import Adjustment, Payment, Refund
from orders.billing.services import Tender, add_adjustment, take_payment
from orders.billing.transitions import AdjustmentKind, Method, RefundState


def paid_and_comped(party_id: int, manager: Actor) -> tuple[int, int]:
    """Take 1.00 off the bill of a party and let it pay 1.00; return the ids of the payment and of the discount."""
    size = {"kind": AdjustmentKind.DISCOUNT, "amount": Decimal(1), "reason": "late"}
    add_adjustment(party_id=party_id, actor=manager, **size)
    taken = take_payment(party_id=party_id, tender=Tender(Method.CASH, Decimal(1)), actor=manager)
    return taken.payment.pk, Adjustment.objects.filter(bill__party=party_id).latest("pk").pk


def refused_refund(payment_id: int) -> int:
    """Insert a refund of 0.50 that a provider refused, and return its id."""
    payment = Payment.objects.get(pk=payment_id)
    row = Refund.objects.create(
        restaurant_id=payment.restaurant_id,
        payment=payment,
        status=RefundState.FAILED,
        amount=Decimal("0.50"),
        reason="cold",
        business_date=payment.business_date,
        made_at=payment.taken_at,
        made_by="Ana",
        credential=payment.credential,
    )
    return int(row.pk)
