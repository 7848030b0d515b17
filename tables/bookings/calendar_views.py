"""Calendars by link: a booking for its guest, and the bookings of the house, to which a calendar subscribes."""

from datetime import timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from bistro.core.web.guest_pages import guest_page
from tables.bookings.calendars import guest_calendar, house_calendar
from tables.bookings.guest_views import KEPT
from tables.bookings.selectors import booking_by_token, bookings_between, rules_by_token, tables_of

PAST, AHEAD, MOST = timedelta(days=2), timedelta(days=60), 1000


@require_safe
@guest_page
def of_guest(request: HttpRequest, token: str) -> HttpResponse:
    """Return a booking as a calendar file, as long as the guest's page exists."""
    booking = booking_by_token(token)
    if booking is None or booking.ends_at + KEPT < timezone.now():
        raise Http404(_("This link is not valid any more."))
    answer = _calendar(guest_calendar(booking, booking.restaurant))
    answer["Content-Disposition"] = 'attachment; filename="booking.ics"'
    return answer


@require_safe
@guest_page
def of_house(request: HttpRequest, token: str) -> HttpResponse:
    """Return the bookings of the last two and the next sixty days, with a constant number of queries."""
    rules = rules_by_token(token, "calendar_token")
    if rules is None:
        raise Http404(_("This link is not valid any more."))
    now = timezone.now()
    bookings = bookings_between(rules.restaurant_id, now - PAST, now + AHEAD, most=MOST)
    return _calendar(house_calendar(rules.restaurant, bookings, tables_of(bookings)))


def _calendar(content: bytes) -> HttpResponse:
    return HttpResponse(content, content_type="text/calendar; charset=utf-8")
