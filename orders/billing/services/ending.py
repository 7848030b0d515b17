"""Services that end payments under way and refused refunds: at the provider, or by a person who looked into it."""

from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput, LostRace
from bistro.core.kernel.roles import Permission
from bistro.core.kernel.transitions import change_statuses
from bistro.core.writing.unit_of_work import UnitOfWork
from orders.billing.access import holder_of, payment_for, refund_for
from orders.billing.events import BillPaid, PaymentSettled, RefundSettled
from orders.billing.models import Payment, PaymentAttempt, Refund
from orders.billing.provider_calls import cancel_call, charge_of, refund_call
from orders.billing.providers.base import GiveBack
from orders.billing.services.asking import ask_about
from orders.billing.services.locking import lock_bill, require_reason, touch_bill
from orders.billing.services.settling import free_share, settle_payment
from orders.billing.services.tabs import release_tab
from orders.billing.transitions import ASKED_ABOUT, PAYMENT_MOVES, PROVIDERS, RESERVING, PaymentState, RefundState


def cancel_payment(*, payment_id: int, actor: Actor) -> Payment:
    """Cancel a payment under way or release a tab: at the provider first, then its amount is free.

    One that ended already stays so.

    Without an answer the payment is unknown and still holds its amount; the sweep cancels it. Locks: table, party,
    bill, payment. Raises InvalidInput (`not_cancellable`), LostRace (`already_paid`), NotPermitted, NotYours.
    """
    if not actor.is_guest:
        actor.require(Permission.TAKE_PAYMENT)
    payment = payment_for(actor, payment_id)
    if payment.method not in PROVIDERS:
        raise InvalidInput(_("Only a payment under way can be cancelled. Refund it."), code="not_cancellable")
    if payment.authorised is not None:
        return release_tab(payment_id=payment_id, actor=actor)
    if payment.status in ASKED_ABOUT:
        with UnitOfWork(actor) as work:
            Payment.objects.filter(pk=payment.pk).update(cancel_at=work.now)  # from here on the sweep cancels
        attempt = _attempt_of(payment)
        answer = cancel_call(charge_of(attempt), payment.method)
        payment = settle_payment(attempt_id=attempt.pk, answer=answer, actor=actor, ask_at=payment.ask_at)
    if payment.has_arrived:
        raise LostRace(_("This was paid already. Give the money back with a refund."), code="already_paid")
    return payment


def ask_again(*, payment_id: int, actor: Actor) -> Payment:
    """Ask the provider about a payment now. Locks: table, party, bill, payment. Raises NotPermitted, NotYours."""
    actor.require(Permission.TAKE_PAYMENT)
    payment = payment_for(actor, payment_id)
    if payment.method not in PROVIDERS or not (payment.status in ASKED_ABOUT or payment.trouble):
        return payment
    with UnitOfWork(actor) as work:
        Payment.objects.filter(pk=payment.pk).update(ask_at=work.now)
        payment.ask_at = work.now
    ask_about(payment=payment, now=timezone.now())
    return payment_for(actor, payment_id)


def give_unassigned_back(*, payment_id: int, actor: Actor) -> Payment:
    """Give back, through the provider, all that it collected for a payment that differs from ours.

    Locks: table, party, bill, payment. Raises LostRace (`no_answer`, `nothing_to_give_back`), NotPermitted, NotYours.
    """
    actor.require(Permission.APPROVE_BILL)
    payment = _troubled(payment_id, actor)
    if payment.has_arrived:  # it counts as paid: without a refund it would still count
        raise LostRace(_("This payment counts as paid. Give the money back with a refund."), code="use_refund")
    attempt = _attempt_of(payment)
    if payment.found.get("state") != PaymentState.CAPTURED:
        raise LostRace(_("The provider has collected nothing."), code="nothing_to_give_back")
    charge = charge_of(attempt)
    back = GiveBack(charge, f"{attempt.key}-back", "", Decimal(payment.found["amount"]))
    if refund_call(back, payment.method).state != RefundState.REFUNDED:
        raise LostRace(_("The provider did not give it back. Try again later."), code="no_answer")
    return _settle(payment, _("Given back"), actor)


def settle_by_hand(*, payment_id: int, reason: str, actor: Actor) -> Payment:
    """End a payment that needed somebody, because it was looked into at the provider. It counts as nothing.

    Locks: table, party, bill, payment. Raises InvalidInput without a reason, NotPermitted, NotYours.
    """
    actor.require(Permission.APPROVE_BILL)
    return _settle(_troubled(payment_id, actor), require_reason(reason), actor)


def settle_refused_refund(*, refund_id: int, reason: str, actor: Actor) -> Refund:
    """End a refund that the provider refused, because somebody saw to it. No amount changes.

    Locks: table, party, bill. Raises InvalidInput (`not_refused`, or without a reason), LostRace (`settled`),
    NotPermitted, NotYours.
    """
    actor.require(Permission.APPROVE_BILL)
    refund, note = refund_for(actor, refund_id), require_reason(reason)
    with UnitOfWork(actor) as work:
        locked = lock_bill(holder_of(refund.payment.bill), work)
        row: Refund = Refund.objects.of_restaurant(work.restaurant_id).select_related("payment").get(pk=refund.pk)
        if row.status != RefundState.FAILED:
            raise InvalidInput(_("The provider has not refused this refund."), code="not_refused")
        if row.settled_by:  # another person was first
            raise LostRace(_("This refund needs nobody any more."), code="settled")
        row.settled_by, row.settled_at, row.settled_note = actor.label[:120], work.now, note
        row.save(update_fields=["settled_by", "settled_at", "settled_note"])
        work.record(RefundSettled(payment=row.payment, refund=row, table=locked.party.table_id))
    return row


def _settle(payment: Payment, note: str, actor: Actor) -> Payment:
    with UnitOfWork(actor) as work:
        locked = lock_bill(holder_of(payment.bill), work)
        row = Payment.objects.of_restaurant(work.restaurant_id).locked().get(pk=payment.pk)
        if not row.trouble or row.settled_by:  # another person was first
            raise LostRace(_("This payment needs nobody any more."), code="settled")
        row.settled_by, row.settled_note, row.ask_at = actor.label[:120], note, None
        row.save(update_fields=["settled_by", "settled_note", "ask_at"])
        if row.status in RESERVING:
            mine = Payment.objects.filter(pk=row.pk)
            change_statuses(mine, [row.status], PaymentState.CANCELLED, PAYMENT_MOVES, what="Payment")
            row.refresh_from_db()
            free_share(row)
        touch_bill(locked.bill)
        work.record(PaymentSettled(payment=row, table=locked.party.table_id))
        work.record(BillPaid(statement=locked.read_again()))
    return row  # type: ignore[no-any-return]


def _troubled(payment_id: int, actor: Actor) -> Payment:
    payment = payment_for(actor, payment_id)
    if not payment.trouble or payment.settled_by:
        raise LostRace(_("This payment needs nobody any more."), code="settled")
    return payment


def _attempt_of(payment: Payment) -> PaymentAttempt:
    rows = PaymentAttempt.objects.select_related("payment__bill__party__table", "payment__restaurant")
    return rows.filter(payment=payment).latest("number")  # type: ignore[no-any-return]
