"""What a cook does on the wall. An act answers with what it changed on the board that asked, the refusal beside it."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from bistro.core.actors import Actor
from bistro.core.doors import page_for
from bistro.core.errors import DomainError, InvalidInput
from bistro.core.roles import Act
from kitchen import services
from kitchen.access import line_for, ticket_for
from kitchen.board import read_board
from kitchen.live import render_acted
from kitchen.look import look_for
from kitchen.models import Station, Ticket
from kitchen.transitions import TicketStatus
from orders import services as order_services
from orders.courses import held_courses

UNDO_SECONDS = 3
_STATION_PAGE = re.compile(r"/kitchen/([0-9]{1,18})/?$")


@dataclass(frozen=True, slots=True)
class Undo:
    """What was just done, and the way back."""

    text: str
    url: str
    seconds: int = UNDO_SECONDS


@require_POST
@page_for(Act.COOK)
def start_ticket(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """A cook begins a ticket."""
    ticket = ticket_for(actor, pk)
    return _act(request, actor, ticket, lambda: services.start_ticket(ticket_id=pk, actor=actor))


@require_POST
@page_for(Act.COOK)
def bump_ticket(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """A cook is done with a ticket; for a moment it can be undone."""
    ticket = ticket_for(actor, pk)
    undo = Undo(f"{_named(ticket)} is done.", reverse("kitchen:undo-bump", args=[pk]))
    return _act(
        request,
        actor,
        ticket,
        lambda: services.bump_ticket(ticket_id=pk, on=_board_of(request, actor), actor=actor),
        undo,
    )


@require_POST
@page_for(Act.COOK)
def undo_bump(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """It was not done after all: what the bump finished is being cooked."""
    ticket = ticket_for(actor, pk)
    return _act(request, actor, ticket, lambda: services.undo_bump(ticket_id=pk, actor=actor), "")


@require_POST
@page_for(Act.COOK)
def recall_ticket(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Bring a bumped ticket back, with its clock going on or (`restart=yes`) beginning anew."""
    ticket = ticket_for(actor, pk)
    restart = request.POST.get("restart") == "yes"
    return _act(
        request,
        actor,
        ticket,
        lambda: services.recall_ticket(ticket_id=pk, restart_timer=restart, actor=actor),
        "",
    )


@require_POST
@page_for(Act.COOK)
def hold_ticket(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Let a ticket wait."""
    ticket = ticket_for(actor, pk)
    return _act(request, actor, ticket, lambda: services.hold_ticket(ticket_id=pk, actor=actor))


@require_POST
@page_for(Act.COOK)
def release_ticket(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Fire a ticket that waits."""
    ticket = ticket_for(actor, pk)
    return _act(request, actor, ticket, lambda: services.release_ticket(ticket_id=pk, actor=actor))


@require_POST
@page_for(Act.COOK)
def read_ticket(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """A cook has read what changed: that which stood on the ticket of the `version` that the form came from."""
    ticket, said = ticket_for(actor, pk), request.POST.get("version", "")
    version = int(said) if said.isdecimal() and len(said) < 10 else None
    return _act(request, actor, ticket, lambda: services.read_changes_of(ticket_id=pk, version=version, actor=actor))


@require_POST
@page_for(Act.COOK)
def push_ticket(request: HttpRequest, actor: Actor, pk: int, station_id: int) -> HttpResponse:
    """Send a ticket to another station."""
    ticket = ticket_for(actor, pk)
    return _act(request, actor, ticket, lambda: services.push_ticket(ticket_id=pk, station_id=station_id, actor=actor))


@require_POST
@page_for(Act.FIRE_COURSE)
def fire_next(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Fire the next held course of a ticket's order."""
    ticket = ticket_for(actor, pk)

    def fire() -> None:
        waiting = held_courses(ticket.order.lines.all())
        if not waiting:
            raise InvalidInput(f"No course of order {ticket.order.number} waits.", code="nothing_held")
        order_services.fire_course(order_id=ticket.order_id, course=waiting[0], actor=actor)

    return _act(request, actor, ticket, fire)


@require_POST
@page_for(Act.COOK)
def bump_line(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """A cook is done with one line; for a moment it can be undone."""
    line = line_for(actor, pk)
    undo = Undo(f"{line.line.quantity} {line.line.name} is done.", reverse("kitchen:undo-line", args=[pk]))
    return _act(
        request,
        actor,
        line.ticket,
        lambda: services.bump_line(line_id=pk, on=_board_of(request, actor), actor=actor),
        undo,
    )


@require_POST
@page_for(Act.COOK)
def undo_line(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """The line was not done after all."""
    line = line_for(actor, pk)

    def undo() -> None:
        if line.ticket.status == TicketStatus.DONE:  # it was the last one, and bumped the ticket
            services.undo_bump(ticket_id=line.ticket_id, actor=actor)
        else:
            services.recall_line(line_id=pk, actor=actor)

    return _act(request, actor, line.ticket, undo, "")


@require_POST
@page_for(Act.COOK)
def push_line(request: HttpRequest, actor: Actor, pk: int, station_id: int) -> HttpResponse:
    """Send one line to another station."""
    line = line_for(actor, pk)
    return _act(request, actor, line.ticket, lambda: services.push_line(line_id=pk, station_id=station_id, actor=actor))


def _board_of(request: HttpRequest, actor: Actor) -> str:
    """What the recall list says of a bump: at which board a person stood. A wall screen has a name of its own."""
    if not actor.is_staff:
        return ""
    station_id = asking_station(request)
    name = Station.objects.visible_to(actor).filter(pk=station_id).values_list("name", flat=True).first()
    return f"the board {name}" if name else "the board of all stations"


def _named(ticket: Ticket) -> str:
    return f"{ticket.order.table.name} #{ticket.order.number}"


def _act(
    request: HttpRequest, actor: Actor, ticket: Ticket, service: Callable[[], object], undo: Undo | str | None = None
) -> HttpResponse:
    """Run a service; answer with the ticket's fragments on the board that asked, the refusal beside them.

    `undo` is the bar that a success shows; "" clears it, None leaves it alone.
    """
    problem, status = "", 200
    try:
        service()
    except DomainError as error:
        problem, status, undo = error.message, error.status, None
    station_id = asking_station(request)
    if not request.htmx:  # type: ignore[attr-defined]
        if not problem:
            return redirect(reverse("kitchen:station", args=[station_id]) if station_id else "kitchen:board")
        context = {"board": read_board(actor, station_id), "problem": problem, "look": look_for(actor)}
        return render(request, "kitchen/board.html", context, status=status)
    return HttpResponse(render_acted(actor, station_id, ticket.order_id, problem, undo), status=status)


def asking_station(request: HttpRequest) -> int | None:
    """The board that the act came from, by its address."""
    details = getattr(request, "htmx", None)
    source = details.current_url if details else request.headers.get("Referer", "")
    found = _STATION_PAGE.search((source or "").split("?")[0])
    return int(found[1]) if found else None
