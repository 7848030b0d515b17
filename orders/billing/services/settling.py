"""Recording what a provider answered about a payment or a refund. A late or double answer changes nothing."""

from contextlib import suppress
from datetime import datetime, timedelta

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput, LostRace
from bistro.core.kernel.jsontext import moment
from bistro.core.kernel.money import ZERO, text
from bistro.core.kernel.transitions import change_statuses
from bistro.core.writing.unit_of_work import UnitOfWork, require_transaction
from orders.billing.access import holder_of
from orders.billing.events import BillPaid, PaymentCaptured, PaymentChanged, PaymentRefunded, RefundChanged
from orders.billing.models import Payment, PaymentAttempt, Refund
from orders.billing.provider_calls import Answer, trouble_of
from orders.billing.providers.base import Found, FoundRefund
from orders.billing.services.locking import Locked, lock_bill, touch_bill
from orders.billing.transitions import (
    ARRIVED,
    ASKED_ABOUT,
    PAYMENT_MOVES,
    REFUND_MOVES,
    RESERVING,
    PaymentState,
    RefundState,
    Trouble,
)

TRIES = 5
USUAL_HOLD = timedelta(days=5)  # of a provider that does not say how long a bank holds an amount


def settle_payment(*, attempt_id: int, answer: Answer, actor: Actor, ask_at: datetime | None) -> Payment:
    """Record an answer about a payment. `ask_at` is the time of the next question that the caller knows.

    A message that came meanwhile has set another time, which stays. Guests who move at this moment do not lose the
    answer. Locks: table, party, bill, payment.
    """
    for _try in range(TRIES - 1):
        with suppress(LostRace, InvalidInput):  # the guests joined others a moment ago
            return _settle(attempt_id, answer, actor, ask_at)
    return _settle(attempt_id, answer, actor, ask_at)


def _settle(attempt_id: int, answer: Answer, actor: Actor, ask_at: datetime | None) -> Payment:
    attempt = PaymentAttempt.objects.select_related("payment__bill__party").get(pk=attempt_id)
    with UnitOfWork(actor) as work:
        locked = lock_bill(holder_of(attempt.payment.bill), work)
        payment = Payment.objects.of_restaurant(work.restaurant_id).locked().get(pk=attempt.payment_id)
        attempt.payment = payment
        _note_answer(attempt, answer, work)
        new, trouble = _outcome(payment, attempt, answer)
        moved = _move(payment, _as_expired(payment, new, work), locked, work)
        if moved and payment.status == PaymentState.AUTHORISED:
            _hold(payment, answer.found, work)
        freed = answer.refused and _free_capture(payment)
        parked = trouble != payment.trouble and not payment.settled_by and _park(payment, trouble, answer.found, work)
        _stop_asking(payment, ask_at, work, refused=answer.refused)
        if moved or parked or freed:
            touch_bill(locked.bill)
            event = PaymentCaptured if moved and payment.status == PaymentState.CAPTURED else PaymentChanged
            work.record(event(payment=payment, table=locked.party.table_id))
            work.record(BillPaid(statement=locked.read_again()))
    return payment  # type: ignore[no-any-return]


def settle_refund(*, refund_id: int, found: FoundRefund, actor: Actor, ask_at: datetime | None) -> Refund:
    """Record an answer about a refund. Locks: table, party, bill, payment."""
    row = Refund.objects.select_related("payment__bill__party").get(pk=refund_id)
    with UnitOfWork(actor) as work:
        locked = lock_bill(holder_of(row.payment.bill), work)
        payment = Payment.objects.of_restaurant(work.restaurant_id).locked().get(pk=row.payment_id)
        refund = Refund.objects.select_related("payment").get(pk=refund_id)
        moved = found.state != refund.status and found.state in REFUND_MOVES[refund.status]
        rows = Refund.objects.filter(pk=refund_id)
        if moved:
            change_statuses(rows, [refund.status], found.state, REFUND_MOVES, what="Refund", provider_ref=found.ref)
        if (found.state if moved else refund.status) in (RefundState.REFUNDED, RefundState.FAILED):
            rows.filter(ask_at=ask_at).update(ask_at=None)
        refund.refresh_from_db()
        if moved:
            finish_refund(refund, payment, locked, work)
    return refund


def finish_refund(refund: Refund, payment: Payment, locked: Locked, work: UnitOfWork) -> None:
    """Record a new refund or one that has moved, and the end of a payment that went back as a whole."""
    require_transaction()
    after = locked.read_again()
    if refund.status == RefundState.REFUNDED:
        waiting = payment.refunds.filter(status__in=[RefundState.PENDING, RefundState.UNKNOWN]).exists()
        if not waiting and not after.left_of(payment) and payment.status == PaymentState.CAPTURED:
            rows = Payment.objects.filter(pk=payment.pk)
            change_statuses(rows, [PaymentState.CAPTURED], PaymentState.REFUNDED, PAYMENT_MOVES, what="Payment")
            payment.refresh_from_db()
        work.record(PaymentRefunded(payment=payment, refund=refund, table=locked.party.table_id))
    elif refund.status != RefundState.PENDING:
        work.record(RefundChanged(payment=payment, refund=refund, table=locked.party.table_id))
    touch_bill(locked.bill)
    work.record(BillPaid(statement=locked.read_again()))


def _note_answer(attempt: PaymentAttempt, answer: Answer, work: UnitOfWork) -> None:
    found = answer.found
    attempt.answered_at, attempt.answer = work.now, answer.words if found is None else str(found.state)
    if found is not None:
        attempt.provider_ref, attempt.pay_url = found.ref, found.pay_url
    attempt.save(update_fields=["answered_at", "answer", "provider_ref", "pay_url"])


def _outcome(payment: Payment, attempt: PaymentAttempt, answer: Answer) -> tuple[str, str]:
    """Return the state that the payment should have, and its trouble or ""."""
    if answer.found is None:
        if answer.refused:
            return PaymentState.DECLINED, payment.trouble
        lost = payment.status == PaymentState.CREATED
        return PaymentState.UNKNOWN if lost else payment.status, payment.trouble
    trouble = trouble_of(payment, attempt, answer.found)
    if trouble is None:
        return answer.found.state, ""
    if trouble == Trouble.LATE or payment.status in ARRIVED:
        return payment.status, trouble
    return PaymentState.UNKNOWN, trouble


def _move(payment: Payment, new: str, locked: Locked, work: UnitOfWork) -> bool:
    """Move a payment if the table of moves allows it and nobody has moved it since. Returns whether it moved."""
    old = payment.status
    if new == old or new not in PAYMENT_MOVES[old]:
        return False
    fields: dict[str, object] = {}
    if new == PaymentState.CAPTURED:  # this is when the money came, for the day's sums
        fields = {"taken_at": work.now, "business_date": locked.restaurant.business_date(work.now)}
    rows = Payment.objects.filter(pk=payment.pk)
    if change_statuses(rows, [old], new, PAYMENT_MOVES, what="Payment", **fields) != 1:
        return False
    payment.refresh_from_db()
    if new not in ARRIVED | RESERVING:
        free_share(payment)
    return True


def _as_expired(payment: Payment, new: str, work: UnitOfWork) -> str:
    """Return `expired` for a tab that was cancelled because its time was over, not because somebody released it."""
    over = payment.capture_before is not None and payment.capture_before <= work.now
    ended_alone = new == PaymentState.CANCELLED and over and payment.cancel_at is None
    return PaymentState.EXPIRED if ended_alone else new


def _hold(payment: Payment, found: Found | None, work: UnitOfWork) -> None:
    """Note until when a new tab can be captured. One that was released meanwhile is still cancelled by the sweep."""
    ends = found.capture_before if found is not None else None
    payment.capture_before = ends or work.now + USUAL_HOLD
    if payment.cancel_at is not None and payment.cancel_at > work.now:
        payment.cancel_at = None
    payment.save(update_fields=["capture_before", "cancel_at"])


def _free_capture(payment: Payment) -> bool:
    """Take back a capture that the provider refused: the tab is held as before, and its amount is due again."""
    if payment.status != PaymentState.AUTHORISED or payment.capture_at is None or payment.authorised is None:
        return False
    payment.amount, payment.tip, payment.tip_to, payment.tip_staff = payment.authorised, ZERO, "", None
    payment.capture_at = None
    payment.save(update_fields=["amount", "tip", "tip_to", "tip_staff", "capture_at"])
    return True


def free_share(payment: Payment) -> None:
    """Unlock the share of a payment that ended without money, unless another payment holds it."""
    require_transaction()
    share = payment.share
    if share is None:
        return
    payment.share = None
    payment.save(update_fields=["share"])
    if share.payments.exists():
        return
    if share.by_guest:
        share.delete()
    else:
        share.total = None
        share.save(update_fields=["total"])


def _park(payment: Payment, trouble: str, found: Found | None, work: UnitOfWork) -> bool:
    """Keep a difference for a person, or take it back when the provider agrees again."""
    payment.trouble, payment.found = trouble, {}
    if trouble and found is not None:
        payment.found = {
            "state": found.state,
            "amount": text(found.amount, payment.currency),
            "currency": found.currency,
            "account": found.account,
            "bill": found.bill,
            "at": moment(work.now),
        }
    payment.save(update_fields=["trouble", "found"])
    return True


def _stop_asking(payment: Payment, ask_at: datetime | None, work: UnitOfWork, *, refused: bool) -> None:
    """End the questions about a payment that is final or waits for a person, unless a message came meanwhile.

    A tab that is held is asked about when its time is over, or at once after a refused capture.
    """
    rows = Payment.objects.filter(pk=payment.pk, ask_at=ask_at)
    held = payment.status == PaymentState.AUTHORISED and payment.is_open_tab and payment.cancel_at is None
    ends = payment.capture_before
    if held and not payment.trouble and ends is not None and ends > work.now:
        rows.update(ask_at=work.now if refused else ends)
    elif refused or payment.trouble or payment.status not in ASKED_ABOUT:
        rows.update(ask_at=None)
