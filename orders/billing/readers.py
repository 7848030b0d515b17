"""Reads of card readers, and what the bill says of a payment at one."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from orders.billing.models import CardReader, Payment
from orders.billing.transitions import PaymentState


def readers_of(restaurant_id: int) -> Sequence[CardReader]:
    """Return the card readers in use of a restaurant."""
    return list(CardReader.objects.of_restaurant(restaurant_id).filter(off=False))


def state_words(payment: Payment) -> str:
    """Return the state of a payment that has not arrived, "" for others. At a card reader it waits for the card."""
    if payment.reader is not None and payment.is_reserving:
        return _("Waiting for the card at %(reader)s") % {"reader": payment.reader.name}
    return "" if payment.has_arrived else str(PaymentState(payment.status).label)


def words_at_reader(payment: Payment, amount: str) -> str:
    """Return what became of a payment at a card reader so far."""
    words = {"amount": amount, "reader": payment.reader.name if payment.reader else ""}
    if payment.has_arrived:
        return _("%(amount)s paid by card.") % words
    if payment.is_reserving:
        return _("%(amount)s: waiting for the card at %(reader)s.") % words
    return _("%(reader)s did not take the payment. Is it switched on and free?") % words
