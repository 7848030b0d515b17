"""The sweeps of the trial of payments. Importing them puts a mortal process in the place of the trial provider.

The harness names a place by a file; the first process that comes there takes the file away and kills itself.
"""

import os
import signal
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

from harness.payments import CALLED, GIVEN_BACK, HEARD, RETURNED, TOLD, place_file
from orders.billing import provider_calls, providers, services
from orders.billing.providers.base import Collect, Found, FoundRefund, GiveBack
from orders.billing.providers.dummy import DummyProvider
from orders.billing.services import refunding

FIRST_ASK, PAUSE = timedelta(seconds=3), timedelta(seconds=1)  # in place of 60 and 15 seconds and more


class MortalProvider(DummyProvider):
    """The trial provider, whose callers can die before the bank hears them, or before they record its answer."""

    def start(self, charge: Collect) -> Found:
        """Make the charge."""
        die_at(CALLED)
        found = super().start(charge)
        die_at(HEARD)
        return found

    def status(self, charge: Collect) -> Found | None:
        """Return the charge."""
        found = super().status(charge)
        die_at(TOLD)
        return found

    def refund(self, back: GiveBack) -> FoundRefund:
        """Give money back."""
        die_at(GIVEN_BACK)
        found = super().refund(back)
        die_at(RETURNED)
        return found


def die_at(place: str) -> None:
    """Kill this process if a death was ordered here."""
    try:
        place_file(Path(settings.VAR), place).unlink()
    except FileNotFoundError:
        return
    os.kill(os.getpid(), signal.SIGKILL)


def ask_due(*, now: datetime) -> bool:
    """Run the product's sweep, which asks providers."""
    return services.ask_due(now=now)


def ask_nobody(*, now: datetime) -> bool:
    """Ask no provider: the control."""
    return False


providers._PROVIDERS["dummy"] = MortalProvider()
provider_calls.FIRST_ASK = refunding.FIRST_ASK = FIRST_ASK
provider_calls.PAUSES[:] = [PAUSE]
