"""The pages of guests: search while typing, a profile, merge, export, erasure. They work without JavaScript."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import DomainError
from bistro.core.kernel.jsontext import dumps
from bistro.core.kernel.numbers import whole_number
from bistro.core.kernel.roles import Permission
from bistro.core.web.confirm_views import confirmed
from bistro.core.web.page_access import page_requires
from bistro.core.web.pages import HtmxHttpRequest, with_status
from tables.guests import services
from tables.guests.access import guest_for, guests_found
from tables.guests.models import Guest

TYPED = ("name", "phone", "email", "language", "allergies", "notes")


@require_GET
@page_requires(Permission.SEAT_TABLE)
def guests(request: HtmxHttpRequest, actor: Actor) -> HttpResponse:
    """Show the guests that match `q`, or the latest visitors. For htmx only the list."""
    typed = request.GET.get("q", "").replace("\x00", "")[:100]
    part = "#found" if request.htmx and not request.htmx.boosted else ""
    return render(request, f"guests/list.html{part}", {"guests": guests_found(actor, typed), "typed": typed})


@require_http_methods(["GET", "POST"])
@page_requires(Permission.SEAT_TABLE)
def new(request: HtmxHttpRequest, actor: Actor) -> HttpResponse:
    """Show the form of a new profile, or add it."""
    if request.method == "GET":
        return render(request, "guests/guest.html", _context(None, typed=request.GET, actor=actor))
    return _act(request, actor, None, lambda: services.add_guest(fields=_fields(request.POST), actor=actor))


@require_http_methods(["GET", "POST"])
@page_requires(Permission.SEAT_TABLE)
def guest(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Show a profile, or change it. A form of an older version of the profile is refused."""
    row = guest_for(actor, pk)
    if request.method == "GET":
        return render(request, "guests/guest.html", _context(row, actor=actor, find=request.GET.get("find", "")))
    version = whole_number(request.POST.get("version", ""))

    def act() -> Guest:
        versions = None if version is None else [version]
        return services.change_guest(guest_id=pk, fields=_fields(request.POST), actor=actor, versions=versions)

    return _act(request, actor, row, act)


@require_POST
@page_requires(Permission.MANAGE)
def merge(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Merge the chosen profile into this one."""
    row, other = guest_for(actor, pk), whole_number(request.POST.get("other", ""), least=1) or 0
    return _act(request, actor, row, lambda: services.merge_guests(guest_id=pk, other_id=other, actor=actor))


@require_POST
@page_requires(Permission.MANAGE)
@confirmed
def export(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Return everything that is kept about a guest as a JSON file."""
    guest_for(actor, pk)
    answer = HttpResponse(dumps(services.export_guest(guest_id=pk, actor=actor)), content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="guest-{pk}.json"'
    answer["Cache-Control"] = "no-store"
    return answer


@require_POST
@page_requires(Permission.MANAGE)
@confirmed
def erase(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Erase a guest, if the person has ticked that it cannot be undone."""
    row = guest_for(actor, pk)
    if not request.POST.get("sure"):
        problem = _("Tick that you want to erase this guest.")
        return render(request, "guests/guest.html", {**_context(row, actor=actor), "problem": problem}, status=422)
    try:
        services.erase_guest(guest_id=pk, actor=actor)
    except DomainError as refusal:
        context = {**_context(row, actor=actor), "problem": refusal.message}
        return with_status(render(request, "guests/guest.html", context), refusal)
    messages.success(request, _("The guest is erased."))
    return redirect("guests:list")


def _fields(sent: QueryDict) -> dict[str, Any]:
    """Return the sent fields as the services take them. A page sends all of them."""
    return {name: sent.get(name, "").replace("\x00", "") for name in TYPED} | {"consent": bool(sent.get("consent"))}


def _act(request: HtmxHttpRequest, actor: Actor, row: Guest | None, service: Callable[[], Guest]) -> HttpResponse:
    """Call a service and show the profile, or show the form as it was sent with the refusal."""
    try:
        saved = service()
    except DomainError as refusal:
        typed = request.POST if "name" in request.POST else None
        context = {**_context(row, typed=typed, actor=actor), "problem": refusal.message, "errors": refusal.fields}
        context["known"] = refusal.extra.get("guest")
        return with_status(render(request, "guests/guest.html", context), refusal)
    messages.success(request, _("Saved."))
    return redirect("guests:guest", saved.pk)


def _context(row: Guest | None, *, actor: Actor, typed: QueryDict | None = None, find: str = "") -> dict[str, Any]:
    """Return what the page of a profile shows: the typed values, or else those of the row."""
    values: dict[str, Any] = {name: getattr(row, name, "") for name in TYPED}
    values["consent"] = bool(row and row.consent_at)
    if typed is not None:
        values = {name: typed.get(name, "") for name in TYPED} | {"consent": bool(typed.get("consent"))}
    may_manage = row is not None and actor.may(Permission.MANAGE)
    others = [each for each in guests_found(actor, find) if row is None or each.pk != row.pk] if find else []
    return {
        "guest": row,
        "values": values,
        "languages": settings.LANGUAGES,
        "may_manage": may_manage,
        "find": find,
        "others": others,
    }
