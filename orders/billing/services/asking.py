"""The sweep that asks providers about payments and refunds until each is final. It has a thread of its own."""

import logging
import threading
from collections.abc import Callable
from datetime import datetime

from django.db import Error as AnyDatabaseError
from django.db import close_old_connections
from django.db.models import F
from django.utils import timezone

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import DomainError
from bistro.core.writing.unit_of_work import UnitOfWork
from orders.billing.models import Payment, PaymentAttempt, Refund
from orders.billing.provider_calls import (
    Answer,
    back_of,
    cancel_call,
    capture_call,
    charge_of,
    pause_after,
    pause_of,
    refund_call,
    status_call,
)
from orders.billing.providers.base import Collect
from orders.billing.services.settling import settle_payment, settle_refund
from orders.billing.transitions import PaymentState

log = logging.getLogger(__name__)
AT_ONCE = 50  # questions of one thread
_at_work = threading.Lock()


def ask_due(*, now: datetime) -> bool:
    """Start the thread that asks, if something is due and it is not at work; returns whether it was started.

    Costs two queries when nothing is due. The claim decides which process asks.
    """
    due = Payment.objects.filter(ask_at__lte=now).exists() or Refund.objects.filter(ask_at__lte=now).exists()
    if not due or not _at_work.acquire(blocking=False):
        return False
    threading.Thread(target=_ask_all, name="providers", daemon=True).start()
    return True


def ask_next(*, clock: Callable[[], datetime] = timezone.now) -> bool:
    """Ask about the payment or refund that is due for longest; returns whether there was one."""
    now = clock()
    payment = Payment.objects.filter(ask_at__lte=now).order_by("ask_at", "pk").first()
    if payment is not None:
        ask_about(payment=payment, now=now)
        return True
    refund = Refund.objects.filter(ask_at__lte=now).order_by("ask_at", "pk").first()
    if refund is not None:
        _ask_about_refund(refund, now)
    return refund is not None


def ask_about(*, payment: Payment, now: datetime) -> None:
    """Ask the provider about a payment, and record the answer. One that is open beyond its time is cancelled there."""
    actor = Actor.system(payment.restaurant_id, "provider")
    next_ask = now + pause_of(payment)
    with UnitOfWork(actor):
        mine = Payment.objects.filter(pk=payment.pk, ask_at=payment.ask_at)
        claimed = mine.update(ask_at=next_ask, asked=F("asked") + 1)
    if claimed != 1:
        return
    attempt = PaymentAttempt.objects.select_related("payment__bill__party__table", "payment__restaurant")
    row = attempt.filter(payment=payment).latest("number")
    answer = _call_for(row.payment, now)(charge_of(row), payment.method)
    settle_payment(attempt_id=row.pk, answer=answer, actor=actor, ask_at=next_ask)


def _call_for(payment: Payment, now: datetime) -> Callable[[Collect, str], Answer]:
    """Return what to ask: to capture a tab once more, to cancel a payment whose time is over, or else its state."""
    if payment.capture_at is not None and payment.status == PaymentState.AUTHORISED:
        return capture_call
    ends = [payment.cancel_at, payment.capture_before if payment.is_open_tab else None]
    return cancel_call if any(end is not None and end <= now for end in ends) else status_call


def _ask_about_refund(refund: Refund, now: datetime) -> None:
    actor = Actor.system(refund.restaurant_id, "provider")
    next_ask = now + pause_after(refund.asked)
    with UnitOfWork(actor):
        claimed = Refund.objects.filter(pk=refund.pk, ask_at=refund.ask_at).update(
            ask_at=next_ask, asked=F("asked") + 1
        )
    if claimed != 1:
        return
    row = PaymentAttempt.objects.select_related("payment__bill__party__table", "payment__restaurant")
    attempt = row.filter(payment=refund.payment_id).latest("number")
    found = refund_call(back_of(refund, attempt), attempt.payment.method)
    settle_refund(refund_id=refund.pk, found=found, actor=actor, ask_at=next_ask)


def _ask_all() -> None:
    try:
        for _each in range(AT_ONCE):
            if not ask_next():
                break
    except (AnyDatabaseError, DomainError) as error:  # the next sweep tries again
        log.warning("an answer of a provider could not be recorded", extra={"error": repr(error)})
    finally:
        close_old_connections()
        _at_work.release()
