"""Online payments in tests: the faults of the dummy provider, and the sweep with a clock that runs on."""

from datetime import timedelta

from django.utils import timezone

from orders.billing.models import DummyCharge, Payment
from orders.billing.providers import provider
from orders.billing.providers.dummy import Switches
from orders.billing.services import ask_next
from orders.billing.transitions import PaymentState

FINAL = {PaymentState.CAPTURED, PaymentState.REFUNDED, PaymentState.CANCELLED, PaymentState.EXPIRED}


def dummy():
    return provider("dummy")


def faults(**switches):
    """Turn faults of the dummy on, and all others off."""
    dummy().switches = Switches(**switches)
    return dummy().switches


def sweep(minutes=1, rounds=500):
    """Ask about everything that is due in so many minutes."""
    until = timezone.now() + timedelta(minutes=minutes, seconds=1)
    for _round in range(rounds):
        if not ask_next(clock=lambda: until):
            return
    raise AssertionError("the sweep does not come to an end")


def collected():
    """Return the sum that the dummy's bank has collected."""
    return sum(row.amount for row in DummyCharge.objects.filter(state="captured"))


def states():
    return list(Payment.objects.order_by("pk").values_list("status", flat=True))
