"""The host of a simulated run: takes bookings that need a deposit, and seats, cancels or waits for their guests.

This is work at the house's own desk, done by its services; the simulator's guests pay the deposit over HTTP.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from bistro.core.kernel.actors import Actor
from orders.billing.deposits.selectors import deposit_of
from tables.bookings import services
from tables.bookings.models import Booking, DepositRule
from tables.bookings.placing import Wish

AT_LEAST = Decimal(10)
SOON = timedelta(minutes=20)
ACTS = {
    "seated": services.seat_booking,
    "cancelled": services.cancel_booking,
    "no_show": services.mark_no_show,
}


class Host:
    """The host of a restaurant. `open` lets each booking need a deposit, `close` ends that."""

    def __init__(self, restaurant_id: int, run: str) -> None:
        self.restaurant_id, self.run = restaurant_id, run
        self.actor = Actor.system(restaurant_id, "service simulator")
        self.rule: DepositRule | None = None

    def open(self) -> None:
        """Add a rule for all bookings; of several the highest counts."""
        conditions = {"per_guest": False, "online_only": False, "refund_hours": 0}
        self.rule = services.add_deposit_rule(
            name=f"Simulated {self.run}", amount=AT_LEAST, actor=self.actor, **conditions
        )

    def close(self) -> None:
        """Remove the rule."""
        if self.rule is not None:
            services.remove_deposit_rule(rule_id=self.rule.pk, actor=self.actor)

    def book(self, table: int) -> Booking:
        """Book a table for soon. Raises what `take_booking` raises."""
        wish = Wish(starts_at=timezone.now() + SOON, size=1, tables=(table,), insist=True)
        row = services.take_booking(guest=services.Guest(name=f"Run {self.run}"), wish=wish, actor=self.actor)[0]
        row.refresh_from_db()
        return row

    def act(self, booking: Booking, fate: str) -> None:
        """Let the guests of a booking come, cancel, or not come. They are missed from the booked time on."""
        if fate == "no_show":
            now = {"starts_at": timezone.now()}
            services.change_booking(booking_id=booking.pk, changes=now, actor=self.actor, insist=True)
        act: Any = ACTS[fate]
        act(booking_id=booking.pk, actor=self.actor)

    def deposit(self, booking: Booking) -> tuple[str, Decimal]:
        """Return the state of a deposit, and what the house owes of it."""
        row = deposit_of(Booking.objects.get(pk=booking.pk))
        assert row is not None  # the rule wants one
        return str(row.status), row.balance
