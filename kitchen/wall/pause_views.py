"""The page on which the kitchen pauses dishes for some minutes. Plain forms, no JavaScript."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import DomainError
from bistro.core.kernel.numbers import whole_number
from bistro.core.kernel.roles import Permission
from bistro.core.web.page_access import page_requires
from kitchen.wall.forms import PauseForm
from menu import services
from menu.compiled import CompiledMenu, current_menu
from menu.selectors import paused_now


@require_http_methods(["GET", "HEAD", "POST"])
@page_requires(Permission.WATCH_KITCHEN)
def pauses(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Show the present pauses, and the form for people who may pause."""
    if request.method != "POST":
        return _page(request, actor)
    form = PauseForm(_menu(actor), request.POST)
    if not form.is_valid():
        return _page(request, actor, form, status=422)
    try:
        services.pause(actor=actor, **form.pause_arguments())
    except DomainError as error:
        return _page(request, actor, form, error.message, error.status)
    return redirect(reverse("kitchen:pauses") + _query(request))


@require_POST
@page_requires(Permission.PAUSE)
def resume(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """End a pause before its time."""
    services.resume(pause_id=pk, actor=actor)
    return redirect(reverse("kitchen:pauses") + _query(request))


def _station(request: HttpRequest) -> int | None:
    """Return the station of the board from which the page was opened; its own forms pass it on."""
    return whole_number(request.GET.get("station", "")) or None


def _query(request: HttpRequest) -> str:
    station_id = _station(request)
    return f"?station={station_id}" if station_id else ""


def _menu(actor: Actor) -> CompiledMenu:
    assert actor.restaurant_id is not None
    return current_menu(actor.restaurant_id)


def _page(
    request: HttpRequest, actor: Actor, form: PauseForm | None = None, problem: str = "", status: int = 200
) -> HttpResponse:
    may, station_id = actor.may(Permission.PAUSE), _station(request)
    context = {
        "pauses": paused_now(actor, timezone.now()),
        "form": (form or PauseForm(_menu(actor))) if may else None,
        "problem": problem,
        "back": reverse("kitchen:station", args=[station_id]) if station_id else reverse("kitchen:board"),
        "query": _query(request),
    }
    return render(request, "kitchen/pauses.html", context, status=status)
