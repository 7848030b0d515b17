"""The host's pages of bookings: a day as a list and a timeline, a booking by phone, one booking."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bistro.core.auth.access import restaurant_of
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import DomainError
from bistro.core.kernel.money import ZERO, display
from bistro.core.kernel.numbers import whole_number
from bistro.core.kernel.roles import Permission
from bistro.core.models import Restaurant
from bistro.core.web.form_keys import once_of
from bistro.core.web.page_access import page_requires
from bistro.core.web.pages import HtmxHttpRequest, with_status
from tables.bookings import page, services
from tables.bookings.access import booking_of
from tables.bookings.availability import day_slots
from tables.bookings.forms import BookingForm, day_of
from tables.bookings.models import Booking
from tables.bookings.representations import guest_link
from tables.bookings.room_plan import room_plan
from tables.bookings.selectors import read_days, read_house
from tables.models import ServiceCall, Table
from tables.sections.balance import next_server, read_loads

SIZES = range(1, 9)
VIEWS = ("timeline", "plan")  # beside the list
CALLS_SHOWN = 5  # of guests to whom nobody has come
INSISTED = ("closed", "slot_full", "party_too_large")  # refusals that a host may override
ACTS: dict[str, Callable[..., Booking]] = {
    "seat": services.seat_booking,
    "confirm": services.confirm_booking,
    "no_show": services.mark_no_show,
    "undo": services.undo_no_show,
    "cancel": services.cancel_booking,
}


@require_GET
@page_requires(Permission.TAKE_BOOKING)
def day(request: HtmxHttpRequest, actor: Actor) -> HttpResponse:
    """Show the bookings of a day as a list, a timeline or a plan. For htmx only that part."""
    restaurant = restaurant_of(actor)
    wanted = day_of(request.GET.get("day", ""), restaurant.business_date(timezone.now()))
    context = day_context(actor, restaurant, wanted, view=request.GET.get("view", ""))
    part = "#day" if request.htmx and not request.htmx.boosted else ""
    return render(request, f"bookings/day.html{part}", context)


def day_context(actor: Actor, restaurant: Restaurant, wanted: date, *, view: str) -> dict[str, Any]:
    """Return what the page of a day shows, as a timeline, a plan, or else a list."""
    now = timezone.now()
    shown, house = page.read_day(restaurant, wanted, now)
    return {
        "day": shown,
        "now": now,
        "view": view if view in VIEWS else "",
        "timeline": page.timeline(shown, house, restaurant, now) if view == "timeline" else None,
        "floors": room_plan(shown, house, restaurant, now) if view == "plan" else [],
        "lists": [] if view in VIEWS else _lists(shown, restaurant),
        "may_seat": actor.may(Permission.SEAT_TABLE),
        "calls": ServiceCall.objects.visible_to(actor).escalated(now)[: CALLS_SHOWN + 1],
        "calls_shown": CALLS_SHOWN,
    }


def _lists(shown: page.Day, restaurant: Restaurant) -> list[tuple[str, list[page.ListedBooking]]]:
    """Return the lists of a day with their titles; only that of the guests to come may be empty."""
    lists = (_("To come"), shown.expected), (_("Seated"), shown.seated), (_("Gone"), shown.gone)
    return [(title, page.listed(rows, restaurant.tz)) for title, rows in lists if rows or rows is shown.expected]


@require_http_methods(["GET", "POST"])
@page_requires(Permission.TAKE_BOOKING)
def new(request: HtmxHttpRequest, actor: Actor) -> HttpResponse:
    """Show the form of a booking by phone with the free times, or take the booking."""
    sent = request.POST if request.method == "POST" else request.GET
    restaurant = restaurant_of(actor)
    context = _form_context(actor, restaurant, sent)
    if request.method == "GET":
        return render(request, "bookings/new.html", context)
    form = BookingForm(request.POST)
    if not form.is_valid():
        return render(request, "bookings/new.html", {**context, "problem": form.problem}, status=422)
    try:
        booking, _replayed = services.take_booking(
            guest=form.guest(), wish=form.wish(), actor=actor, once=once_of(request)
        )
    except DomainError as refusal:
        return _refused(request, "bookings/new.html", context, refusal, actor)
    messages.success(request, _("Booked."))
    return redirect(_day_address(restaurant, booking))


@require_http_methods(["GET", "POST"])
@page_requires(Permission.TAKE_BOOKING)
def booking(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Show a booking with its acts, or change it. A form of an older version is refused."""
    row, restaurant = booking_of(actor, pk), restaurant_of(actor)
    if request.method == "GET":
        return render(request, "bookings/booking.html", _booking_context(actor, restaurant, row, request.GET))
    form, version = BookingForm(request.POST), whole_number(request.POST.get("version", ""))
    context = _booking_context(actor, restaurant, row, request.POST)
    if not form.is_valid():
        return render(request, "bookings/booking.html", {**context, "problem": form.problem}, status=422)
    try:
        changed = services.change_booking(
            booking_id=pk,
            changes=form.changes(),
            insist=form.cleaned_data["force"],
            actor=actor,
            versions=None if version is None else [version],
        )
    except DomainError as refusal:
        return _refused(request, "bookings/booking.html", context, refusal, actor)
    messages.success(request, _("Saved."))
    return redirect(_day_address(restaurant, changed))


@require_POST
@page_requires(Permission.TAKE_BOOKING)
def act(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Seat, confirm or cancel a booking, or note a no-show or its undoing."""
    row, restaurant = booking_of(actor, pk), restaurant_of(actor)
    service = ACTS.get(request.POST.get("do", ""))
    if service is None:
        raise BadRequest(_("Unknown action."))
    table = whole_number(request.POST.get("table", ""), least=1)
    more: dict[str, Any] = {"tables": [table]} if table and service is services.seat_booking else {}
    if service is services.seat_booking:
        more["server_id"] = whole_number(request.POST.get("server", ""), least=1)
    try:
        done = service(booking_id=pk, actor=actor, **more)
    except DomainError as refusal:
        context = _booking_context(actor, restaurant, row, request.GET)
        return _refused(request, "bookings/booking.html", context, refusal, actor)
    if done.party is not None and done.party.server is not None and service is services.seat_booking:
        messages.success(request, _("%(name)s serves them.") % {"name": done.party.server.get_full_name()})
    return redirect(_day_address(restaurant, row))


def _refused(
    request: HtmxHttpRequest, template: str, context: dict[str, Any], refusal: DomainError, actor: Actor
) -> HttpResponse:
    can_insist = refusal.code in INSISTED and actor.may(Permission.OVERSEAT)
    shown = {**context, "problem": refusal.message, "can_insist": can_insist}
    return with_status(render(request, template, shown), refusal)


def _day_address(restaurant: Restaurant, row: Booking) -> str:
    return f"{reverse('host:day')}?day={restaurant.business_date(row.starts_at).isoformat()}"


def _form_context(
    actor: Actor, restaurant: Restaurant, sent: Any, row: Booking | None = None, tables: tuple[Table, ...] = ()
) -> dict[str, Any]:
    """Return what both forms show: the typed values, sizes, the times of a day and the tables."""
    now = timezone.now()
    usual = restaurant.business_date(row.starts_at if row else now)
    wanted = day_of(sent.get("day", ""), usual)
    size = whole_number(sent.get("size", ""), least=1, most=500) or (row.size if row else 0)
    names = ("name", "phone", "email", "notes", "occasion", "starts", "table")
    return {
        "wanted": wanted,
        "before": wanted - timedelta(days=1),
        "after": wanted + timedelta(days=1),
        "size": size,
        "sizes": SIZES,
        "slots": _slots(restaurant, wanted, size, row) if size else [],
        "values": {name: sent.get(name, "") for name in names},
        "tables": Table.objects.visible_to(actor).not_archived().filter(out_of_service=False),
    }


def _slots(restaurant: Restaurant, wanted: date, size: int, row: Booking | None) -> list[Any]:
    """Return the slots of a day that have not passed."""
    now = timezone.now()
    without = row.pk if row else 0
    room = read_days(read_house(restaurant), restaurant.pk, wanted, wanted, now=now, without=without)
    return [slot for slot in day_slots(room, wanted, size) if slot.ends > now and slot.starts > now - room.clock.slot]


def _booking_context(actor: Actor, restaurant: Restaurant, row: Booking, sent: Any) -> dict[str, Any]:
    shown = page.row_of(row, restaurant, timezone.now())
    context = _form_context(actor, restaurant, sent, row)
    if "name" not in sent:
        context["values"] = {
            "name": row.guest_name,
            "phone": row.phone,
            "email": row.email,
            "notes": row.notes,
            "occasion": row.occasion,
            "table": "",
        }
    chosen = sent.get("starts", "")
    context["values"]["starts"] = chosen or row.starts_at.isoformat()
    loads = read_loads(restaurant, timezone.now()) if shown.is_expected else []
    return {
        **context,
        "loads": loads,
        "suggested": next_server(loads, shown.tables[0].section_id if shown.tables else None),
        "row": shown,
        "booking": row,
        "deposit": display(row.deposit or ZERO, row.restaurant.currency, row.restaurant.locale),
        "link": guest_link(row),
        "may_seat": actor.may(Permission.SEAT_TABLE),
    }
