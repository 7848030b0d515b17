"""The wall, its dialogs (one ticket, the recall list), and its display settings."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from bistro.core.auth.access import restaurant_of
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import DomainError
from bistro.core.kernel.numbers import whole_number
from bistro.core.kernel.roles import Permission
from bistro.core.web.page_access import page_requires
from bistro.core.web.pages import HtmxHttpRequest
from kitchen import services
from kitchen.access import line_for, ticket_for
from kitchen.models import Screen
from kitchen.wall.board import read_board
from kitchen.wall.display_settings import display_settings_for
from kitchen.wall.live import station_for
from kitchen.wall.recalls import read_done
from kitchen.wall.ticket_dialog import read_ticket


@require_GET
@page_requires(Permission.WATCH_KITCHEN)
def board(request: HtmxHttpRequest, actor: Actor, station_id: int | None = None) -> HttpResponse:
    """Show the wall of one station, or of all.

    A screen with stations is redirected to its first one, a screen of the pass to the pass.
    """
    display = display_settings_for(actor)
    if display.layout == Screen.Layout.EXPO and station_id is None:
        return redirect("kitchen:expo")
    allowed, station_id = station_for(actor, str(station_id) if station_id else "all")
    if not allowed:
        home = Screen.objects.visible_to(actor).filter(device_id=actor.device_id).values_list("stations", flat=True)
        first = home.exclude(stations=None).first()
        if station_id is not None or first is None:
            raise Http404(gettext("There is no such station."))
        return redirect("kitchen:station", first)
    return render(request, "kitchen/board.html", {"board": read_board(actor, station_id), "display": display})


@require_GET
@page_requires(Permission.WATCH_KITCHEN)
def ticket(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Show everything that can be done with one ticket or, with `?line=`, with one of its lines."""
    row = ticket_for(actor, pk)
    line_id = whole_number(request.GET.get("line", ""))
    chosen = None if line_id is None else line_for(actor, line_id).pk
    return _panel(request, actor, "kitchen/ticket_dialog.html", {"dialog": read_ticket(actor, row, chosen)})


@require_GET
@page_requires(Permission.WATCH_KITCHEN)
def recall_list(request: HtmxHttpRequest, actor: Actor) -> HttpResponse:
    """Show the tickets bumped in this shift, newest first."""
    wanted = whole_number(request.GET.get("station", ""))
    allowed, station_id = station_for(actor, "all" if wanted is None else str(wanted))
    if not allowed:
        raise Http404(gettext("There is no such station."))
    number = whole_number(request.GET.get("page", "1"), most=99_999)
    return _panel(
        request, actor, "kitchen/recalls.html", {"done": read_done(actor, station_id, 1 if number is None else number)}
    )


@require_POST
@page_requires(Permission.COOK)
def save_display_settings(request: HtmxHttpRequest, actor: Actor) -> HttpResponse:
    """Save the density, text size, light and layout of a wall screen."""
    try:
        services.change_display_settings(
            density=request.POST.get("density", ""),
            text_percent=whole_number(request.POST.get("text_percent", ""), most=9_999) or 0,
            light=request.POST.get("light") == "yes",
            layout=request.POST.get("layout", ""),
            actor=actor,
        )
    except DomainError as error:
        return HttpResponse(error.message, status=error.status, content_type="text/plain")
    return HttpResponse(status=204)


def _panel(request: HtmxHttpRequest, actor: Actor, template: str, context: dict[str, object]) -> HttpResponse:
    """Render a part of the wall's dialog, or a page of its own without JavaScript."""
    if request.htmx:
        return render(request, f"{template}#panel", context)
    return render(
        request, template, {**context, "display": display_settings_for(actor), "restaurant": restaurant_of(actor)}
    )
