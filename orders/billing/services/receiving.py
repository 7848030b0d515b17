"""The service that stores a message of a provider. A message only makes us ask."""

import time
from collections.abc import Mapping

from django.db import IntegrityError

from bistro.core.kernel.actors import Actor
from bistro.core.writing.unit_of_work import UnitOfWork
from orders.billing.models import Payment, PaymentAttempt, ProviderEvent, Refund
from orders.billing.providers import provider
from orders.billing.transitions import COMPANIES, Method


def receive_event(*, code: str, body: bytes, headers: Mapping[str, str]) -> bool:
    """Store a message once and let the sweep ask about its payment; returns whether it is new.

    Nothing of the message but its id and our key is believed. Raises BadSignature.
    """
    bell = provider(code).read_bell(body, headers, time.time())
    attempt = PaymentAttempt.objects.select_related("payment").filter(key=bell.key).first() if bell.key else None
    if attempt is not None and attempt.payment.method not in COMPANIES[Method(code)]:
        attempt = None
    actor = Actor.system(attempt.restaurant_id if attempt else None, code)
    try:
        with UnitOfWork(actor) as work:
            ProviderEvent.objects.create(
                restaurant_id=attempt.restaurant_id if attempt else None,
                provider=code,
                event_id=bell.event_id,
                attempt=attempt,
                received_at=work.now,
            )
            if attempt is not None:
                Payment.objects.filter(pk=attempt.payment_id).update(ask_at=work.now)
                Refund.objects.filter(payment=attempt.payment_id, ask_at__isnull=False).update(ask_at=work.now)
    except IntegrityError:  # it came before
        return False
    return True
