"""Services that the clock causes: late guests, and guests who stay longer than usual."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef

from bistro.core.kernel.actors import Actor
from bistro.core.writing.sweeps import in_each
from bistro.core.writing.unit_of_work import UnitOfWork
from tables.bookings.hold_steps import follow_stays, lock_book
from tables.bookings.models import Booking, BookingRules, TableHold
from tables.bookings.steps import move_on
from tables.bookings.transitions import BookingStatus

DUE = (BookingStatus.BOOKED, BookingStatus.CONFIRMED)


def mark_late(*, now: datetime) -> int:
    """Mark bookings late whose guests have not come in the grace minutes of the house. Returns their number."""
    usual = BookingRules._meta.get_field("late_minutes").default
    rows = Booking.objects.filter(status__in=DUE, starts_at__lte=now)
    due: dict[int, list[int]] = defaultdict(list)
    for pk, restaurant, starts, minutes in rows.values_list(
        "pk", "restaurant_id", "starts_at", "restaurant__booking_rules__late_minutes"
    ):
        if starts + timedelta(minutes=usual if minutes is None else minutes) <= now:
            due[restaurant].append(pk)
    return in_each(due, _mark)


def _mark(restaurant_id: int, booking_ids: Sequence[int]) -> int:
    with UnitOfWork(Actor.system(restaurant_id, "late bookings")) as work:
        lock_book(work)
        rows = list(Booking.objects.of_restaurant(restaurant_id).filter(pk__in=booking_ids, status__in=DUE))
        for booking in rows:
            move_on(booking, BookingStatus.LATE, work)
    return len(rows)


def follow_overstays(*, now: datetime) -> int:
    """Let the holds of guests who stay longer than usual end later. Returns the number of restaurants.

    A hold that ends where the next one begins cannot grow; the host sees the conflict.
    """
    following = TableHold.objects.live().filter(table=OuterRef("table"), starts_at=OuterRef("ends_at"))
    ended = TableHold.objects.live().filter(party__isnull=False, ends_at__lte=now).exclude(Exists(following))
    due = {restaurant: [restaurant] for restaurant in set(ended.values_list("restaurant_id", flat=True))}
    return in_each(due, _follow)


def _follow(restaurant_id: int, _again: Sequence[int]) -> int:
    with UnitOfWork(Actor.system(restaurant_id, "seated guests")) as work:
        lock_book(work)
        follow_stays(work)
    return 1
