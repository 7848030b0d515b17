"""What a cook does on the wall. An act answers with what it changed on the board that asked, the refusal beside it."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import DomainError, InvalidInput
from bistro.core.kernel.numbers import whole_number
from bistro.core.kernel.roles import Permission
from bistro.core.web.page_access import page_requires
from bistro.core.web.pages import HtmxHttpRequest, answer_action
from kitchen import services
from kitchen.access import line_for, ticket_for
from kitchen.compiled_queries import station_name
from kitchen.models import Ticket
from kitchen.wall.board import read_board
from kitchen.wall.display_settings import display_settings_for
from kitchen.wall.live import render_acted
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
@page_requires(Permission.COOK)
def start_ticket(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """A cook begins a ticket."""
    return _act(request, actor, pk, lambda: services.start_ticket(ticket_id=pk, actor=actor))


@require_POST
@page_requires(Permission.COOK)
def bump_ticket(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """A cook is done with a ticket; for a moment it can be undone."""

    def undo(ticket: Ticket) -> Undo:
        named = f"{ticket.order.table.name} #{ticket.order.number}"
        return Undo(f"{named} is done.", reverse("kitchen:undo-bump", args=[pk]))

    def bump() -> Ticket:
        return services.bump_ticket(ticket_id=pk, on=_board_of(request, actor), actor=actor)

    return _act(request, actor, pk, bump, undo)


@require_POST
@page_requires(Permission.COOK)
def undo_bump(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """It was not done after all: what the bump finished is what it was before."""
    return _act(request, actor, pk, lambda: services.undo_bump(ticket_id=pk, actor=actor), _nothing)


@require_POST
@page_requires(Permission.COOK)
def recall_ticket(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Bring a bumped ticket back, with its clock going on or (`restart=yes`) beginning anew."""
    restart = request.POST.get("restart") == "yes"

    def recall() -> Ticket:
        return services.recall_ticket(ticket_id=pk, restart_timer=restart, actor=actor)

    return _act(request, actor, pk, recall, _nothing)


@require_POST
@page_requires(Permission.COOK)
def hold_ticket(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Let a ticket wait."""
    return _act(request, actor, pk, lambda: services.hold_ticket(ticket_id=pk, actor=actor))


@require_POST
@page_requires(Permission.COOK)
def release_ticket(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Fire a ticket that waits."""
    return _act(request, actor, pk, lambda: services.release_ticket(ticket_id=pk, actor=actor))


@require_POST
@page_requires(Permission.COOK)
def read_ticket(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """A cook has read what changed: that which stood on the ticket of the `version` that the form came from."""
    version = whole_number(request.POST.get("version", ""))
    return _act(request, actor, pk, lambda: services.read_changes_of(ticket_id=pk, version=version, actor=actor))


@require_POST
@page_requires(Permission.COOK)
def push_ticket(request: HtmxHttpRequest, actor: Actor, pk: int, station_id: int) -> HttpResponse:
    """Send a ticket to another station."""
    return _act(request, actor, pk, lambda: services.push_ticket(ticket_id=pk, station_id=station_id, actor=actor))


@require_POST
@page_requires(Permission.FIRE_COURSE)
def fire_next(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Fire the next held course of a ticket's order."""
    ticket = ticket_for(actor, pk)

    def fire() -> Ticket:
        waiting = held_courses(ticket.order.lines.all())
        if not waiting:
            raise InvalidInput(f"Order {ticket.order.number} has no waiting course.", code="nothing_held")
        order_services.fire_course(order_id=ticket.order_id, course=waiting[0], actor=actor)
        return ticket

    return _act(request, actor, pk, fire)


@require_POST
@page_requires(Permission.COOK)
def bump_line(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """A cook is done with one line; for a moment it can be undone."""

    def undo(ticket: Ticket) -> Undo:
        line = next(row.line for row in ticket.lines.all() if row.pk == pk)
        return Undo(f"{line.quantity} {line.name} is done.", reverse("kitchen:undo-line", args=[pk]))

    def bump() -> Ticket:
        return services.bump_line(line_id=pk, on=_board_of(request, actor), actor=actor)

    return _act(request, actor, None, bump, undo, line_id=pk)


@require_POST
@page_requires(Permission.COOK)
def undo_line(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """The line was not done after all."""
    return _act(request, actor, None, lambda: services.undo_line(line_id=pk, actor=actor), _nothing, line_id=pk)


@require_POST
@page_requires(Permission.COOK)
def push_line(request: HtmxHttpRequest, actor: Actor, pk: int, station_id: int) -> HttpResponse:
    """Send one line to another station."""

    def push() -> Ticket:
        return services.push_line(line_id=pk, station_id=station_id, actor=actor)

    return _act(request, actor, None, push, line_id=pk)


def _board_of(request: HtmxHttpRequest, actor: Actor) -> str:
    """What the recall list says of a bump: at which board a person stood. A wall screen has a name of its own."""
    if not actor.is_staff:
        return ""
    station_id = asking_station(request)
    for (name,) in station_name(actor, station_id) if station_id else ():
        return f"the board {name}"
    return "the board of all stations"


def _nothing(_ticket: Ticket) -> str:
    """No way back: the bar goes."""
    return ""


def _act(
    request: HtmxHttpRequest,
    actor: Actor,
    ticket_id: int | None,
    service: Callable[[], Ticket],
    undo: Callable[[Ticket], Undo | str] | None = None,
    *,
    line_id: int = 0,
) -> HttpResponse:
    """Run a service; answer with the ticket's fragments on the board that asked, the refusal beside them.

    `undo` makes the bar that a success shows of the ticket; "" clears it, no function leaves it alone. The service is
    the gate, and tells the ticket; after a refusal the gate of pages finds it (or that of `line_id`), or answers 404.
    """
    station_id = asking_station(request)

    def fragments(ticket: Ticket | None, refusal: DomainError | None) -> HttpResponse:
        bar = undo(ticket) if undo and ticket else None
        shown = ticket or find()
        return HttpResponse(render_acted(actor, station_id, shown.order_id, _words(refusal), bar))

    def find() -> Ticket:
        return line_for(actor, line_id).ticket if ticket_id is None else ticket_for(actor, ticket_id)

    def whole_board(refusal: DomainError) -> HttpResponse:
        find()
        context = {
            "board": read_board(actor, station_id),
            "problem": refusal.message,
            "look": display_settings_for(actor),
        }
        return render(request, "kitchen/board.html", context)

    back = reverse("kitchen:station", args=[station_id]) if station_id else reverse("kitchen:board")
    return answer_action(request, service, back=back, part=fragments, page=whole_board)


def _words(refusal: DomainError | None) -> str:
    return refusal.message if refusal else ""


def asking_station(request: HtmxHttpRequest) -> int | None:
    """The board that the act came from, by its address."""
    source = request.htmx.current_url if request.htmx else request.headers.get("Referer", "")
    found = _STATION_PAGE.search((source or "").split("?")[0])
    return int(found[1]) if found else None
