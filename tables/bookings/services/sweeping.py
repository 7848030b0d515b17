"""Services that the clock causes: late guests, and guests who stay longer than usual."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from django.db.models import Exists, OuterRef, Q, QuerySet

from bistro.core.kernel.actors import Actor
from bistro.core.writing.sweeps import in_each
from bistro.core.writing.unit_of_work import UnitOfWork
from tables.bookings.events import BookingIsNear
from tables.bookings.hold_steps import follow_stays, lock_book
from tables.bookings.models import Booking, BookingRules, TableHold
from tables.bookings.selectors import rules_of, tables_of
from tables.bookings.steps import move_on
from tables.bookings.times import late_from
from tables.bookings.transitions import EXPECTED, BookingStatus

USUAL_REMINDER = 24  # hours, of a restaurant without rules
DUE = (BookingStatus.BOOKED, BookingStatus.CONFIRMED)
FORGOTTEN = timedelta(days=1)  # after which nobody asks any more whether the guests came


def mark_late(*, now: datetime) -> int:
    """Mark bookings late whose guests have not come in the grace minutes of the house. Returns their number.

    The minutes count from the time that the guests said, if they said that they come later.
    """
    usual = BookingRules._meta.get_field("late_minutes").default
    rows = Booking.objects.filter(status__in=DUE, starts_at__lte=now)
    due: dict[int, list[int]] = defaultdict(list)
    for pk, restaurant, starts, ends, delay, minutes in rows.values_list(
        "pk", "restaurant_id", "starts_at", "ends_at", "delay_minutes", "restaurant__booking_rules__late_minutes"
    ):
        if late_from(starts, ends, delay, usual if minutes is None else minutes) <= now:
            due[restaurant].append(pk)
    return in_each(due, partial(_mark, now=now))


def _mark(restaurant_id: int, booking_ids: Sequence[int], *, now: datetime) -> int:
    """Mark the bookings that are still due: a host may have moved one, or guests said that they come later."""
    with UnitOfWork(Actor.system(restaurant_id, "late bookings")) as work:
        lock_book(work)
        grace = rules_of(restaurant_id).late_minutes
        rows = Booking.objects.of_restaurant(restaurant_id).filter(pk__in=booking_ids, status__in=DUE)
        late = [each for each in rows if late_from(each.starts_at, each.ends_at, each.delay_minutes, grace) <= now]
        for booking in late:
            move_on(booking, BookingStatus.LATE, work)
    return len(late)


def mark_missing(*, now: datetime) -> int:
    """Note guests who have not come as no-shows, in houses whose rules say when. Returns their number. A sweep.

    The minutes count as those of late guests do. A no-show that somebody has undone is left to the hosts.
    """
    due: dict[int, list[int]] = defaultdict(list)
    for pk, restaurant, starts, ends, delay, minutes in _awaited(now).values_list(
        "pk", "restaurant_id", "starts_at", "ends_at", "delay_minutes", "restaurant__booking_rules__no_show_minutes"
    ):
        if minutes is not None and late_from(starts, ends, delay, minutes) <= now:
            due[restaurant].append(pk)
    return in_each(due, partial(_miss, now=now))


def _awaited(now: datetime) -> QuerySet[Booking]:
    return Booking.objects.filter(
        restaurant__booking_rules__no_show_minutes__isnull=False,
        status__in=[*DUE, BookingStatus.LATE],
        starts_at__range=(now - FORGOTTEN, now),
        expected_again=False,
    )


def _miss(restaurant_id: int, booking_ids: Sequence[int], *, now: datetime) -> int:
    """Note those who are still missing. Locks: the book."""
    with UnitOfWork(Actor.system(restaurant_id, "no-shows")) as work:
        lock_book(work)
        minutes = rules_of(restaurant_id).no_show_minutes
        rows = _awaited(now).filter(restaurant=restaurant_id, pk__in=booking_ids)
        gone = [
            each for each in rows if late_from(each.starts_at, each.ends_at, each.delay_minutes, minutes or 0) <= now
        ]
        for booking in gone:
            move_on(booking, BookingStatus.NO_SHOW, work)
    return len(gone)


def cancel_unpaid(*, now: datetime) -> int:
    """Cancel bookings whose deposit was not paid in time, and free their tables. Returns their number. A sweep."""
    due: dict[int, list[int]] = defaultdict(list)
    for pk, restaurant in _unpaid(now).values_list("pk", "restaurant_id"):
        due[restaurant].append(pk)
    return in_each(due, _cancel)


def _unpaid(now: datetime) -> QuerySet[Booking]:
    rows: QuerySet[Booking] = Booking.objects.filter(
        deposit_until__lte=now, deposit_paid_at=None, status__in=sorted(EXPECTED)
    )
    return rows


def _cancel(restaurant_id: int, booking_ids: Sequence[int]) -> int:
    """Cancel those that are still unpaid. Locks: the book."""
    with UnitOfWork(Actor.system(restaurant_id, "unpaid deposits")) as work:
        lock_book(work)
        bookings = list(_unpaid(work.now).filter(restaurant=restaurant_id, pk__in=booking_ids))
        for booking in bookings:
            move_on(booking, BookingStatus.CANCELLED, work)
    return len(bookings)


def remind_guests(*, now: datetime) -> int:
    """Record once that a booking is near, so that its guests are reminded. Returns the number of bookings. A sweep.

    A booking that was taken after that moment needs no reminder. Costs two queries when nothing is due.
    """
    due: dict[int, list[tuple[int, bool]]] = defaultdict(list)
    waiting = _near(now) & Q(status__in=DUE, reminded_at=None, starts_at__gt=now)
    for pk, restaurant, starts, created, hours in Booking.objects.filter(waiting).values_list(
        "pk", "restaurant_id", "starts_at", "created_at", "restaurant__booking_rules__reminder_hours"
    ):
        before = starts - timedelta(hours=USUAL_REMINDER if hours is None else hours)
        due[restaurant].append((pk, created <= before))
    return in_each(due, partial(_remind, waiting=waiting))


def _near(now: datetime) -> Q:
    """Return the bookings that start within the hours of their restaurant."""
    hours: dict[int, list[int]] = defaultdict(list)
    own = BookingRules.objects.exclude(reminder_hours=USUAL_REMINDER).order_by("pk")
    for restaurant, number in own.values_list("restaurant_id", "reminder_hours"):
        hours[number].append(restaurant)
    others = [restaurant for restaurants in hours.values() for restaurant in restaurants]
    near = Q(starts_at__lte=now + timedelta(hours=USUAL_REMINDER)) & ~Q(restaurant__in=others)
    for number, restaurants in hours.items():
        near |= Q(starts_at__lte=now + timedelta(hours=number), restaurant__in=restaurants)
    return near


def _remind(restaurant_id: int, due: Sequence[tuple[int, bool]], *, waiting: Q) -> int:
    """Claim each booking that still waits with one UPDATE, which decides between several processes.

    The lock keeps changes away, so that the message has the time at which the booking was claimed. Locks: the book.
    """
    with UnitOfWork(Actor.system(restaurant_id, "reminders")) as work:
        lock_book(work)
        rows = Booking.objects.of_restaurant(restaurant_id).filter(waiting)
        claimed = [(pk, tell) for pk, tell in due if rows.filter(pk=pk).update(reminded_at=work.now)]
        reminded = Booking.objects.of_restaurant(restaurant_id).filter(pk__in=[pk for pk, tell in claimed if tell])
        bookings = list(reminded.order_by("pk"))
        tables = tables_of(bookings)
        for booking in bookings:
            work.record(BookingIsNear(booking=booking, tables=tables[booking.pk]))
    return len(claimed)


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
