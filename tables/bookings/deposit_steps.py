"""Steps of units of work about the deposit of a booking. Who collects the money is none of this app's business."""

from collections.abc import Sequence
from copy import copy
from datetime import datetime, timedelta
from decimal import Decimal

from django.utils.translation import gettext

from bistro.core.auth.access import restaurant_by_id
from bistro.core.kernel.errors import InvalidInput
from bistro.core.kernel.money import ZERO, unit
from bistro.core.models import Restaurant
from bistro.core.writing.unit_of_work import UnitOfWork, require_transaction
from tables.bookings.deposit_models import DepositRule
from tables.bookings.events import DepositPaid, DepositWanted
from tables.bookings.models import Booking
from tables.bookings.selectors import tables_of
from tables.bookings.transitions import EXPECTED, Source


def want_deposit(booking: Booking, work: UnitOfWork) -> None:
    """Ask for the deposit that a booking needs by the rules, if it has none and the house takes payments online."""
    require_transaction()
    restaurant = restaurant_by_id(work.restaurant_id)
    if booking.deposit is not None or not restaurant.online_payments or booking.starts_at <= work.now:
        return
    rules = DepositRule.objects.of_restaurant(work.restaurant_id)
    fitting = [(amount_of(rule, booking.size), rule) for rule in rules if fits(rule, booking, restaurant)]
    if not fitting:
        return
    amount, rule = max(fitting, key=lambda each: each[0])
    booking.deposit = amount.quantize(unit(restaurant.currency))
    booking.deposit_until = min(work.now + timedelta(minutes=rule.pay_minutes), booking.starts_at)
    booking.deposit_refundable_until = booking.starts_at - timedelta(hours=rule.refund_hours)
    booking.version += 1
    booking.save(update_fields=["deposit", "deposit_until", "deposit_refundable_until", "version"])
    work.record(DepositWanted(booking=booking, tables=tables_of([booking])[booking.pk]))


def require_covered(booking: Booking, starts: datetime, size: int, work: UnitOfWork) -> None:
    """Refuse more guests than the deposit of a booking is for, at its present or its new time.

    Raises InvalidInput (`deposit_too_small`).
    """
    require_transaction()
    if booking.deposit is None or size <= booking.size:
        return
    rules = list(DepositRule.objects.of_restaurant(work.restaurant_id))
    for at in {booking.starts_at, starts}:
        before, after = (_highest(rules, _as_if(booking, at, guests), work) for guests in (booking.size, size))
        if after > max(before, booking.deposit):
            message = gettext("Please call us to come with more guests.")
            raise InvalidInput(message, code="deposit_too_small", fields={"partySize": [message]})


def _as_if(booking: Booking, starts: datetime, size: int) -> Booking:
    """Return an unsaved copy of a booking with another time and number of guests."""
    other = copy(booking)
    other.starts_at, other.size = starts, size
    return other


def _highest(rules: Sequence[DepositRule], booking: Booking, work: UnitOfWork) -> Decimal:
    """Return the deposit that these rules want for a booking, nothing if none fits."""
    restaurant = restaurant_by_id(work.restaurant_id)
    return max((amount_of(rule, booking.size) for rule in rules if fits(rule, booking, restaurant)), default=ZERO)


def deposit_paid(booking_id: int, work: UnitOfWork) -> bool:
    """Note that the deposit of a booking is paid; returns whether the guests are still expected.

    The caller holds the lock of the book.
    """
    require_transaction()
    booking = Booking.objects.of_restaurant(work.restaurant_id).get(pk=booking_id)
    if booking.deposit_paid_at is None:
        booking.deposit_paid_at = work.now
        booking.version += 1
        booking.save(update_fields=["deposit_paid_at", "version"])
        work.record(DepositPaid(booking=booking, tables=tables_of([booking])[booking.pk]))
    return booking.status in EXPECTED


def fits(rule: DepositRule, booking: Booking, restaurant: Restaurant) -> bool:
    """Return whether a rule is for a booking. Days are those of the business; arrival is by the restaurant's clock."""
    day, arrival = restaurant.business_date(booking.starts_at), booking.starts_at.astimezone(restaurant.tz).time()
    return (
        booking.size >= rule.from_size
        and (booking.source == Source.ONLINE or not rule.online_only)
        and rule.weekday in (None, day.weekday())
        and rule.day in (None, day)
        and (rule.starts is None or arrival >= rule.starts)
        and (rule.ends is None or arrival < rule.ends)
    )


def amount_of(rule: DepositRule, size: int) -> Decimal:
    """Return the deposit of a rule for so many guests."""
    amount: Decimal = rule.amount * size if rule.per_guest else rule.amount
    return amount
