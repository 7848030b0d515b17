"""The page of a booking that its guest opens by link: read, confirm, change, cancel. It needs no JavaScript."""

from datetime import timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from bistro.core.auth.rate_limits import TOO_MANY_TRIES, require_within
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import DomainError, InvalidInput
from bistro.core.kernel.money import ZERO, display
from bistro.core.kernel.numbers import whole_number
from bistro.core.web.guest_pages import guest_page
from bistro.core.web.pages import with_status
from tables.bookings import services
from tables.bookings.forms import day_of, moment_of
from tables.bookings.models import Booking
from tables.bookings.online_page import free_slots
from tables.bookings.selectors import booking_by_token, read_days, read_house, rules_of
from tables.bookings.times import DELAYS, may_announce
from tables.bookings.transitions import EXPECTED, BookingStatus

KEPT = timedelta(days=1)  # the link works so long after the visit


@require_http_methods(["GET", "POST"])
@guest_page
def booking(request: HttpRequest, token: str) -> HttpResponse:
    """Show a booking to its guest, or confirm, delay, change or cancel it."""
    row = booking_by_token(token)
    if row is None or row.ends_at + KEPT < timezone.now():
        raise Http404(_("This link is not valid any more."))
    with timezone.override(row.restaurant.tz):
        if request.method == "GET":
            return render(request, "bookings/guest.html", _context(row, request.GET))
        try:
            require_within("guest-booking", str(row.pk), str(TOO_MANY_TRIES))
            _act(row, request.POST)
        except DomainError as refusal:
            context = {**_context(row, request.POST), "problem": refusal.message}
            return with_status(render(request, "bookings/guest.html", context), refusal)
    return redirect(request.path)


def _act(row: Booking, sent: Any) -> None:
    """Confirm, delay or cancel the booking, or change it. Raises InvalidInput and what the services raise."""
    actor = Actor.system(row.restaurant_id, "guest")
    if sent.get("do") == "cancel":
        services.cancel_booking(booking_id=row.pk, actor=actor)
        return
    if sent.get("do") == "confirm":
        services.confirm_booking(booking_id=row.pk, actor=actor)
        return
    if "delay" in sent:
        services.announce_delay(booking_id=row.pk, minutes=whole_number(sent["delay"]), actor=actor)
        return
    starts, size = moment_of(sent.get("starts", "")[:40]), _size(row, sent)
    if starts is None:
        raise InvalidInput(_("Choose a time."))
    services.change_booking(booking_id=row.pk, changes={"starts_at": starts, "size": size}, actor=actor, online=True)


def _size(row: Booking, sent: Any) -> int:
    """Return the number of guests that was sent, else that of the booking. More guests than may book online call."""
    most = max(row.size, rules_of(row.restaurant_id).online_largest)
    return whole_number(sent.get("size", ""), least=1, most=most) or row.size


def _context(row: Booking, sent: Any) -> dict[str, Any]:
    """Return what the page shows. It has the free times of a day, and nothing about other guests."""
    now, slots = timezone.now(), []
    wanted = day_of(sent.get("day", ""), row.restaurant.business_date(row.starts_at))
    size, most = _size(row, sent), max(row.size, rules_of(row.restaurant_id).online_largest)
    if row.status in EXPECTED and "day" in sent:
        room = read_days(read_house(row.restaurant), row.restaurant_id, wanted, wanted, now=now, without=row.pk)
        slots = free_slots(room, wanted, size, now)
    return {
        "booking": row,
        "restaurant": row.restaurant,
        "is_expected": row.status in EXPECTED,
        "deposit": display(row.deposit or ZERO, row.restaurant.currency, row.restaurant.locale),
        "may_get_back": row.status in EXPECTED and (row.deposit_refundable_until or now) > now,
        "may_confirm": row.status == BookingStatus.BOOKED,
        "delays": [minutes for minutes in DELAYS if may_announce(row.starts_at, minutes, now)],
        "may_recall": row.delay_minutes > 0 and may_announce(row.starts_at, 0, now),
        "expected_at": row.starts_at + timedelta(minutes=row.delay_minutes),
        "size": size,
        "sizes": range(1, most + 1),
        "wanted": wanted,
        "asked": "day" in sent,
        "slots": slots,
    }
