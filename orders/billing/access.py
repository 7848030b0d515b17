"""Lookups of payments, refunds, deposits and adjustments. A row of another restaurant is a 404, like a missing row."""

from django.utils.translation import gettext as _

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import NotYours
from orders.billing.links import party_of_token
from orders.billing.models import Adjustment, Bill, Deposit, Payment, PaymentAttempt, Refund
from orders.billing.transitions import PaymentState
from tables.models import Party
from tables.transitions import PartyStatus


def payment_for(actor: Actor | None, pk: int) -> Payment:
    """Return a payment with its bill. Raises NotYours if it is missing or not visible to the actor."""
    rows = Payment.objects.visible_to(actor).select_related("bill__party")
    payment = rows.filter(pk=pk).first() if pk < 2**63 else None
    if payment is None:
        raise NotYours(_("There is no such payment."), code="payment_not_found")
    return payment


def refund_for(actor: Actor | None, pk: int) -> Refund:
    """Return a refund with its bill. Raises NotYours if it is missing or not visible to the actor."""
    rows = Refund.objects.visible_to(actor).select_related("payment__bill__party")
    refund = rows.filter(pk=pk).first() if pk < 2**63 else None
    if refund is None:
        raise NotYours(_("There is no such refund."), code="refund_not_found")
    return refund


def deposit_for(actor: Actor | None, pk: int) -> Deposit:
    """Return the deposit of a booking. Raises NotYours if it is missing or not visible to the actor."""
    deposit = Deposit.objects.visible_to(actor).filter(pk=pk).first() if pk < 2**63 else None
    if deposit is None:
        raise NotYours(_("There is no such deposit."), code="deposit_not_found")
    return deposit


def pay_url_of(payment: Payment) -> str:
    """Return the provider's page for the guest of a payment that is under way, or ""."""
    if not payment.is_reserving or payment.status == PaymentState.AUTHORISED:
        return ""
    attempt = payment.attempts.order_by("number").last()
    return attempt.pay_url if attempt is not None else ""


def guest_party(token: str) -> Party | None:
    """Return the seated party whose bill a link opens, that of all who joined; None for a wrong or ended link."""
    party = party_of_token(token)
    while party is not None and party.joined_to is not None:
        party = party.joined_to
    if party is None or party.status != PartyStatus.SEATED or not party.restaurant.online_payments:
        return None
    return party


def attempt_of_guest(token: str, key: str) -> PaymentAttempt:
    """Return an attempt by its key, for a guest with a link of the same restaurant. Raises NotYours."""
    party = party_of_token(token)
    rows = PaymentAttempt.objects.select_related("payment__restaurant", "payment__bill__party__table")
    attempt = rows.filter(key=key, restaurant=party.restaurant_id).first() if party is not None else None
    if attempt is None:
        raise NotYours(_("There is no such payment."), code="payment_not_found")
    return attempt


def adjustment_for(actor: Actor | None, pk: int) -> Adjustment:
    """Return a comp or discount with its bill. Raises NotYours if it is missing or not visible to the actor."""
    rows = Adjustment.objects.visible_to(actor).select_related("bill__party", "line__order")
    row = rows.filter(pk=pk).first() if pk < 2**63 else None
    if row is None:
        raise NotYours(_("There is no such comp or discount."), code="adjustment_not_found")
    return row


def party_of(row: Adjustment) -> int:
    """Return the id of the party whose bill an adjustment changes: it goes with its line."""
    return holder_of(row.bill) if row.line is None else int(row.line.order.party_id)


def holder_of(bill: Bill) -> int:
    """Return the id of the party that has a bill now: its own party, or the last one that it joined."""
    party = bill.party
    while party.joined_to is not None:
        party = party.joined_to
    return int(party.pk)
