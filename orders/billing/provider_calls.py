"""Calls of providers, with what every answer means for us. Never call these inside a unit of work."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from bistro.core.writing.unit_of_work import require_no_unit
from orders.billing.models import Payment, PaymentAttempt, Refund
from orders.billing.providers import provider
from orders.billing.providers.base import Collect, Found, FoundRefund, GiveBack, NoAnswer, ProviderMissing, Refused
from orders.billing.transitions import PaymentState, RefundState, Trouble

log = logging.getLogger(__name__)
FIRST_ASK = timedelta(seconds=60)
PAUSES = [
    timedelta(seconds=seconds) for seconds in (15, 15, 20, 20, 30, 30, 40, 60, 60, 120, 300, 900)
]  # after each ask
AT_READER = timedelta(seconds=2)  # the waiter stands beside the guests
ASKS_AT_READER = 60


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer of a provider about a payment. Without `found` it is not known; `refused` means that it never was."""

    found: Found | None = None
    words: str = ""
    refused: bool = False


def charge_of(attempt: PaymentAttempt) -> Collect:
    """Return what a provider is asked to collect."""
    payment = attempt.payment
    table = payment.bill.party.table
    words = payment.restaurant.name if table is None else f"{payment.restaurant.name} · {table.name}"
    return Collect(
        restaurant_id=payment.restaurant_id,
        key=attempt.key,
        ref=attempt.provider_ref,
        amount=payment.to_pay if payment.authorised is None else payment.authorised,
        currency=payment.currency,
        account=provider(payment.method).account(payment.restaurant_id),
        bill=str(payment.bill_id),
        words=words,
        return_url=attempt.return_url,
        holds=payment.authorised is not None,
        capture=None if payment.capture_at is None else payment.to_pay,
        reader=payment.reader.reader_id if payment.reader else "",
    )


def start_call(charge: Collect, method: str) -> Answer:
    """Start a charge. A refusal means that nothing was begun."""
    return _called(lambda: provider(method).start(charge), begins=True)


def status_call(charge: Collect, method: str) -> Answer:
    """Ask about a charge. One that the provider does not know is cancelled there, so that no late call begins it."""
    collector = provider(method)
    return _called(lambda: collector.status(charge) or collector.cancel(charge))


def cancel_call(charge: Collect, method: str) -> Answer:
    """Cancel a charge at the provider."""
    return _called(lambda: provider(method).cancel(charge))


def capture_call(charge: Collect, method: str) -> Answer:
    """Collect a part of what is held. A refusal means that nothing was collected."""
    return _called(lambda: provider(method).capture(charge), begins=True)


def refund_call(back: GiveBack, method: str) -> FoundRefund:
    """Give money back. Without an answer the refund is unknown."""
    require_no_unit()
    try:
        return provider(method).refund(back)
    except (NoAnswer, ProviderMissing) as error:
        log.info("a provider did not answer", extra={"error": str(error)[:200]})
        return FoundRefund(back.ref, RefundState.UNKNOWN)
    except Refused as error:
        log.warning("a provider refused a refund", extra={"error": str(error)[:200]})
        return FoundRefund(back.ref, RefundState.FAILED)


def back_of(refund: Refund, attempt: PaymentAttempt) -> GiveBack:
    """Return what a provider is asked to give back."""
    return GiveBack(charge_of(attempt), refund.provider_key, refund.provider_ref, refund.money)


def trouble_of(payment: Payment, attempt: PaymentAttempt, found: Found) -> Trouble | None:
    """Return how the provider's object differs from our payment, or None."""
    charge = charge_of(attempt)
    if found.account != charge.account:
        return Trouble.ACCOUNT
    if found.bill != charge.bill:
        return Trouble.BILL
    if found.currency != charge.currency:
        return Trouble.CURRENCY
    collected = charge.holds and found.state == PaymentState.CAPTURED
    if found.amount != (charge.capture if collected else charge.amount):
        return Trouble.AMOUNT
    ended = payment.status in (PaymentState.CANCELLED, PaymentState.EXPIRED)
    return Trouble.LATE if ended and found.state == PaymentState.CAPTURED else None


def first_ask(payment: Payment) -> timedelta:
    """Return how long to wait before the first question about a payment."""
    return FIRST_ASK if payment.reader_id is None else AT_READER


def pause_after(asked: int) -> timedelta:
    """Return how long to wait after so many questions."""
    return PAUSES[min(asked, len(PAUSES) - 1)]


def pause_of(payment: Payment) -> timedelta:
    """Return how long to wait after a question about a payment. Those at a card reader are asked about often."""
    is_short = payment.reader_id is not None and payment.asked < ASKS_AT_READER
    return AT_READER if is_short else pause_after(payment.asked)


def _called(act: Callable[[], Found], *, begins: bool = False) -> Answer:
    require_no_unit()
    try:
        return Answer(act())
    except (NoAnswer, ProviderMissing) as error:
        log.info("a provider did not answer", extra={"error": str(error)[:200]})
        return Answer(words=str(error)[:200], refused=begins and isinstance(error, ProviderMissing))
    except Refused as error:
        log.warning("a provider refused a call", extra={"error": str(error)[:200]})
        return Answer(words=str(error)[:200], refused=begins)
