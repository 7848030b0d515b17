"""A bill with a payment and a comp, for tests of other packages."""

from decimal import Decimal

from bistro.core.kernel.actors import Actor
from orders.billing.models import Adjustment
from orders.billing.services import Tender, add_adjustment, take_payment
from orders.billing.transitions import AdjustmentKind, Method


def paid_and_comped(party_id: int, manager: Actor) -> tuple[int, int]:
    """Take 1.00 off the bill of a party and let it pay 1.00; return the ids of the payment and of the discount."""
    size = {"kind": AdjustmentKind.DISCOUNT, "amount": Decimal(1), "reason": "late"}
    add_adjustment(party_id=party_id, actor=manager, **size)
    taken = take_payment(party_id=party_id, tender=Tender(Method.CASH, Decimal(1)), actor=manager)
    return taken.payment.pk, Adjustment.objects.filter(bill__party=party_id).latest("pk").pk
