"""The move of a booking in the timeline: to another time or table, with its undo, or after a refusal all the same."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from bistro.core.auth.access import restaurant_of
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import DomainError, InvalidInput
from bistro.core.kernel.numbers import whole_number
from bistro.core.kernel.roles import Permission
from bistro.core.web.page_access import page_requires
from bistro.core.web.pages import HtmxHttpRequest, with_status
from tables.bookings import services
from tables.bookings.access import booking_of
from tables.bookings.forms import day_of, moment_of
from tables.bookings.models import Booking
from tables.bookings.selectors import tables_of
from tables.bookings.times import DELAYS
from tables.bookings.views import INSISTED, day_context
from tables.models import Table

MOST_TABLES = 20


@dataclass(frozen=True, slots=True)
class Moved:
    """The outcome of a move: a text and its undo, or a problem. `act` names the button that sends the other fields."""

    pk: int
    starts: datetime | None
    tables: str
    version: int | None
    delay: int = 0  # minutes by which the guests said that they come later than at this time
    act: str = ""
    text: str = ""
    problem: str = ""


@require_POST
@page_requires(Permission.TAKE_BOOKING)
def move(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Move a booking to a time and tables, and show the timeline with an undo. It stays as long as it was."""
    row, sent = booking_of(actor, pk), request.POST
    wish = Moved(
        pk=pk,
        starts=moment_of(sent.get("starts", "")[:40]),
        tables=sent.get("tables", "")[:400],
        version=whole_number(sent.get("version", "")),
        delay=whole_number(sent.get("delay", "0")) or 0,
    )
    undo = Moved(pk, row.starts_at, _ids(tables_of([row])[pk]), None, row.delay_minutes, act=_("Undo"))
    try:
        changed = _move(row, wish, actor, insist=bool(sent.get("force")))
    except DomainError as refusal:
        can_insist = refusal.code in INSISTED and actor.may(Permission.OVERSEAT)
        refused = replace(wish, problem=refusal.message, act=_("Move anyway") if can_insist else "")
        return with_status(_page(request, actor, row, refused), refusal)
    return _page(request, actor, row, replace(undo, version=changed.version, text=_words(changed)))


def _move(row: Booking, wish: Moved, actor: Actor, *, insist: bool) -> Booking:
    """Move a booking. Raises InvalidInput for a form without its fields, and what `change_booking` raises."""
    tables = [whole_number(text, least=1) for text in wish.tables.split(",")]
    if wish.starts is None or wish.version is None or len(tables) > MOST_TABLES or not all(tables):
        raise InvalidInput(_("Choose a time."))
    if wish.delay not in (0, *DELAYS):
        raise InvalidInput(_("Choose one of the minutes that are shown."), code="delay_unknown")
    changes = {
        "starts_at": wish.starts,
        "ends_at": wish.starts + (row.ends_at - row.starts_at),
        "tables": [table for table in tables if table],
        "delay_minutes": wish.delay,
    }
    return services.change_booking(
        booking_id=row.pk, changes=changes, insist=insist, actor=actor, versions=[wish.version]
    )


def _page(request: HtmxHttpRequest, actor: Actor, row: Booking, moved: Moved) -> HttpResponse:
    restaurant = restaurant_of(actor)
    wanted = day_of(request.POST.get("day", ""), restaurant.business_date(row.starts_at))
    context = {**day_context(actor, restaurant, wanted, view="timeline"), "moved": moved}
    return render(request, f"bookings/day.html{'#day' if request.htmx else ''}", context)


def _ids(tables: list[Table]) -> str:
    return ",".join(str(table.pk) for table in tables)


def _words(booking: Booking) -> str:
    """Return where the booking is now, such as `Moreau: 20:30, Table 4`."""
    tables = ", ".join(table.name for table in tables_of([booking])[booking.pk])
    at = date_format(timezone.localtime(booking.starts_at), "H:i")
    return _("%(name)s: %(time)s, %(tables)s.") % {"name": booking.guest_name, "time": at, "tables": tables}
