"""The waiting list's pages. They work without JavaScript; with it the list follows every few seconds."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import trigger_client_event

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import DomainError
from bistro.core.kernel.numbers import whole_number
from bistro.core.kernel.roles import Permission
from bistro.core.web.form_keys import once_of
from bistro.core.web.guest_pages import guest_page
from bistro.core.web.page_access import page_requires
from bistro.core.web.pages import HtmxHttpRequest, with_status
from tables.waitlist import services
from tables.waitlist.access import entry_by_link, entry_for
from tables.waitlist.models import WaitlistEntry
from tables.waitlist.page import read_place, read_waiting

BESIDE = "beside"  # id of the list beside the host's day


@require_GET
@page_requires(Permission.SEAT_TABLE)
def waiting(request: HtmxHttpRequest, actor: Actor) -> HttpResponse:
    """Show who waits. For htmx only the list, or what is beside the host's day."""
    if request.htmx.target == BESIDE:
        return _beside(request, _context(actor))
    part = "#rows" if request.htmx and not request.htmx.boosted else ""
    return render(request, f"waitlist/waiting.html{part}", _context(actor))


@require_POST
@page_requires(Permission.SEAT_TABLE)
def add(request: HtmxHttpRequest, actor: Actor) -> HttpResponse:
    """Put a party on the list: its size is the button that was tapped."""

    def act() -> None:
        entry = services.add_party(
            size=whole_number(request.POST.get("size", "")) or 0,
            name=_typed(request, "name"),
            phone=_typed(request, "phone"),
            notes=_typed(request, "notes"),
            actor=actor,
            once=once_of(request),
        )
        quote = {"low": entry.quoted_low, "high": entry.quoted_high}
        if entry.quoted_high:
            messages.success(request, _("On the list. Quote: %(low)s to %(high)s minutes.") % quote)
        else:
            messages.success(request, _("On the list. A table is free now."))

    return _act(request, actor, act)


@require_POST
@page_requires(Permission.SEAT_TABLE)
def seat(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Seat a party at the chosen table."""
    entry_for(actor, pk)

    def act() -> None:
        insist = bool(request.POST.get("insist"))
        server = whole_number(request.POST.get("server", ""), least=1)
        party = services.seat_party(party_id=pk, table_id=_table(request), insist=insist, server_id=server, actor=actor)
        seated = _("Seated at %(table)s.") % {"table": party.table}
        if party.server is not None:
            seated += " " + _("%(name)s serves them.") % {"name": party.server.get_full_name()}
        messages.success(request, seated)

    return _act(request, actor, act, pk)


@require_POST
@page_requires(Permission.SEAT_TABLE)
def offer(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Keep the chosen table for a party for ten minutes."""
    entry_for(actor, pk)
    insist = bool(request.POST.get("insist"))

    def act() -> None:
        services.offer(party_id=pk, table_id=_table(request), insist=insist, actor=actor)

    return _act(request, actor, act, pk)


@require_POST
@page_requires(Permission.SEAT_TABLE)
def take_back(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Take the offer of a party back."""
    entry_for(actor, pk)
    return _act(request, actor, lambda: services.take_back(party_id=pk, actor=actor), pk)


@require_POST
@page_requires(Permission.SEAT_TABLE)
def leave(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Take a party off the list that left."""
    entry_for(actor, pk)
    return _act(request, actor, lambda: services.leave(party_id=pk, actor=actor), pk)


@require_GET
@guest_page
def place(request: HttpRequest, token: str) -> HttpResponse:
    """Show the guests their place in the list."""
    return _place(request, entry_by_link(token))


@require_POST
@guest_page
def leave_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """Take the guests off the list, as they wish."""
    entry = entry_by_link(token)
    try:
        services.leave_by_link(token=entry.token)
    except DomainError as refusal:
        return with_status(_place(request, entry_by_link(token), refusal.message), refusal)
    return redirect("waitlist:place", token)


def _place(request: HttpRequest, entry: WaitlistEntry, problem: str = "") -> HttpResponse:
    own = read_place(entry) if entry.closed_at is None else None
    with timezone.override(entry.restaurant.tz):
        return render(request, "waitlist/place.html", {"entry": entry, "place": own, "problem": problem})


def _act(request: HtmxHttpRequest, actor: Actor, service: Callable[[], Any], pk: int | None = None) -> HttpResponse:
    """Call a service and return to the list, or show the list with the refusal and what was typed."""
    is_beside = request.htmx.target == BESIDE
    try:
        service()
    except DomainError as refusal:
        context = {**_context(actor), "problem": refusal.message, "problem_at": pk, "typed": request.POST}
        if is_beside:
            return with_status(_beside(request, context), refusal)
        return with_status(render(request, "waitlist/waiting.html", context), refusal)
    if is_beside:
        return trigger_client_event(_beside(request, _context(actor)), "room-changed")  # the day is loaded again
    return redirect("waitlist:list")


def _beside(request: HtmxHttpRequest, context: dict[str, Any]) -> HttpResponse:
    return render(request, "waitlist/beside.html", context)


def _context(actor: Actor) -> dict[str, Any]:
    return {"page": read_waiting(actor), "public_url": settings.PUBLIC_URL}


def _typed(request: HttpRequest, name: str) -> str:
    return request.POST.get(name, "").replace("\x00", "")


def _table(request: HttpRequest) -> int:
    return whole_number(request.POST.get("table", ""), least=1) or 0
