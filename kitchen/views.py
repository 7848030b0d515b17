"""Pages of the kitchen wall. They work without JavaScript: an act answers with a redirect to the board."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from bistro.core.actors import Actor
from bistro.core.doors import page_for
from bistro.core.errors import DomainError
from bistro.core.roles import Act
from kitchen import services
from kitchen.access import line_for, ticket_for
from kitchen.board import read_board, read_changes
from kitchen.live import render_changes, station_for
from kitchen.models import Screen, Ticket


@require_GET
@page_for(Act.WATCH_KITCHEN)
def board(request: HttpRequest, actor: Actor, station_id: int | None = None) -> HttpResponse:
    """The wall of one station, or of all. A screen that hangs at stations is sent to its first one."""
    allowed, station_id = station_for(actor, str(station_id) if station_id else "all")
    if not allowed:
        home = Screen.objects.visible_to(actor).filter(device_id=actor.device_id).values_list("stations", flat=True)
        first = home.exclude(stations=None).first()
        if station_id is not None or first is None:
            raise Http404("There is no such station.")
        return redirect("kitchen:station", first)
    return render(request, "kitchen/board.html", {"board": read_board(actor, station_id)})


@require_POST
@page_for(Act.COOK)
def start_ticket(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """A cook begins a ticket."""
    ticket = ticket_for(actor, pk)
    return _act(request, actor, ticket, lambda: services.start_ticket(ticket_id=pk, actor=actor))


@require_POST
@page_for(Act.COOK)
def bump_ticket(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """A cook is done with a ticket."""
    ticket = ticket_for(actor, pk)
    return _act(request, actor, ticket, lambda: services.bump_ticket(ticket_id=pk, actor=actor))


@require_POST
@page_for(Act.COOK)
def recall_ticket(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Bring a bumped ticket back."""
    ticket = ticket_for(actor, pk)
    return _act(request, actor, ticket, lambda: services.recall_ticket(ticket_id=pk, actor=actor))


@require_POST
@page_for(Act.COOK)
def bump_line(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """A cook is done with one line."""
    ticket = line_for(actor, pk).ticket
    return _act(request, actor, ticket, lambda: services.bump_line(line_id=pk, actor=actor))


def _act(request: HttpRequest, actor: Actor, ticket: Ticket, service: Callable[[], object]) -> HttpResponse:
    """Run a service; answer with the ticket's fragments on the board that asked, the refusal beside them."""
    problem, status = "", 200
    try:
        service()
    except DomainError as error:
        problem, status = error.message, error.status
    station_id = _asking_station(request)
    if not request.htmx:  # type: ignore[attr-defined]
        if not problem:
            return redirect(reverse("kitchen:station", args=[station_id]) if station_id else "kitchen:board")
        context = {"board": read_board(actor, station_id), "problem": problem}
        return render(request, "kitchen/board.html", context, status=status)
    siblings = set(Ticket.objects.visible_to(actor).filter(order_id=ticket.order_id).values_list("pk", flat=True))
    board = read_changes(actor, station_id, None, only=siblings, with_recent=True)
    html, _shows = render_changes(board, siblings, problem)
    return HttpResponse(html, status=status)


def _asking_station(request: HttpRequest) -> int | None:
    """The board that the act came from, by its address."""
    details = getattr(request, "htmx", None)
    source = details.current_url if details else request.headers.get("Referer", "")
    tail = (source or "").split("?")[0].rstrip("/").rsplit("/", 1)[-1]
    return int(tail) if tail.isdecimal() and len(tail) < 19 else None
