"""Actions of a cook on the wall. Each answers with the fragments it changed, and with the refusal beside them."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
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
from kitchen.wall import whole
from kitchen.wall.board import read_board
from kitchen.wall.display_settings import display_settings_for
from kitchen.wall.live import render_acted
from orders import services as order_services
from orders.courses import held_courses

UNDO_SECONDS = 3
_STATION_PAGE = re.compile(r"/kitchen/([0-9]{1,18})/?$")


@dataclass(frozen=True, slots=True)
class Undo:
    """The bar that offers to undo the last action."""

    text: str
    url: str
    seconds: int = UNDO_SECONDS


@require_POST
@page_requires(Permission.COOK)
def start_ticket(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Start a ticket."""
    return _act(request, actor, pk, _each(request, actor, pk, services.start_ticket))


@require_POST
@page_requires(Permission.COOK)
def bump_ticket(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Bump a ticket; the bar offers to undo it for a moment."""

    def undo(ticket: Ticket) -> Undo:
        named = f"{ticket.order.place} #{ticket.order.number}"
        return Undo(
            gettext("%(what)s is done.") % {"what": named}, reverse("kitchen:undo-bump", args=[pk]) + _query(request)
        )

    bump = partial(services.bump_ticket, on=_board_of(request, actor))
    return _act(request, actor, pk, _each(request, actor, pk, bump), undo)


@require_POST
@page_requires(Permission.COOK)
def undo_bump(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Undo a bump: everything it finished returns to its earlier state."""
    return _act(request, actor, pk, _each(request, actor, pk, services.undo_bump, whole.bumped_with), _nothing)


@require_POST
@page_requires(Permission.COOK)
def recall_ticket(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Recall a bumped ticket; its clock continues or, with `restart=yes`, starts again."""
    restart = request.POST.get("restart") == "yes"

    def recall() -> Ticket:
        return services.recall_ticket(ticket_id=pk, restart_timer=restart, actor=actor)

    return _act(request, actor, pk, recall, _nothing)


@require_POST
@page_requires(Permission.COOK)
def hold_ticket(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Hold a ticket."""
    return _act(request, actor, pk, _each(request, actor, pk, services.hold_ticket))


@require_POST
@page_requires(Permission.COOK)
def release_ticket(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Release a held ticket."""
    return _act(request, actor, pk, _each(request, actor, pk, services.release_ticket))


@require_POST
@page_requires(Permission.COOK)
def read_ticket(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Acknowledge the changes that the ticket's form showed, up to its `version`.

    An unreadable version belongs to no ticket, so that no change is acknowledged unseen.
    """
    said = request.POST.get("version")
    number = whole_number(said or "")
    version = None if said is None else -1 if number is None else number
    if _is_whole(request):
        return _act(request, actor, pk, lambda: whole.read_changes(ticket_for(actor, pk), version, actor))
    return _act(request, actor, pk, lambda: services.read_changes_of(ticket_id=pk, version=version, actor=actor))


@require_POST
@page_requires(Permission.COOK)
def push_ticket(request: HtmxHttpRequest, actor: Actor, pk: int, station_id: int) -> HttpResponse:
    """Push a ticket to another station."""
    return _act(request, actor, pk, lambda: services.push_ticket(ticket_id=pk, station_id=station_id, actor=actor))


@require_POST
@page_requires(Permission.FIRE_COURSE)
def fire_next(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Fire the next held course of a ticket's order."""
    ticket = ticket_for(actor, pk)

    def fire() -> Ticket:
        waiting = held_courses(ticket.order.lines.all())
        if not waiting:
            raise InvalidInput(
                gettext("Order %(order)s has no waiting course.") % {"order": ticket.order.number}, code="nothing_held"
            )
        order_services.fire_course(order_id=ticket.order_id, course=waiting[0], actor=actor)
        return ticket

    return _act(request, actor, pk, fire)


@require_POST
@page_requires(Permission.COOK)
def bump_line(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Bump one line; the bar offers to undo it for a moment."""

    def undo(ticket: Ticket) -> Undo:
        line = next(row.line for row in ticket.lines.all() if row.pk in parts)
        return Undo(
            gettext("%(what)s is done.") % {"what": f"{line.quantity} {line.name}"},
            reverse("kitchen:undo-line", args=[pk]) + _query(request),
        )

    def bump() -> Ticket:
        on = _board_of(request, actor)
        return whole.for_each(parts, lambda part: services.bump_line(line_id=part, on=on, actor=actor))

    parts = whole.unfinished_parts(line_for(actor, pk)) if _is_whole(request) else [pk]
    return _act(request, actor, None, bump, undo, line_id=pk)


@require_POST
@page_requires(Permission.COOK)
def undo_line(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Undo the bump of one line."""
    parts = whole.parts_bumped_with(line_for(actor, pk)) if _is_whole(request) else [pk]

    def undo() -> Ticket:
        return whole.for_each(parts, lambda part: services.undo_line(line_id=part, actor=actor))

    return _act(request, actor, None, undo, _nothing, line_id=pk)


@require_POST
@page_requires(Permission.COOK)
def push_line(request: HtmxHttpRequest, actor: Actor, pk: int, station_id: int) -> HttpResponse:
    """Push one line to another station."""

    def push() -> Ticket:
        return services.push_line(line_id=pk, station_id=station_id, actor=actor)

    return _act(request, actor, None, push, line_id=pk)


def _is_whole(request: HtmxHttpRequest) -> bool:
    """Return whether the act concerns every station of the ticket or line, as on the board of all stations."""
    return request.GET.get("all") == "yes"


def _query(request: HtmxHttpRequest) -> str:
    return "?all=yes" if _is_whole(request) else ""


def _each(
    request: HtmxHttpRequest,
    actor: Actor,
    pk: int,
    service: Callable[..., Ticket],
    which: Callable[[Ticket], list[int]] = whole.firing_of,
) -> Callable[[], Ticket]:
    """Return the call of a service for a ticket or, on the board of all stations, for all that it stands for."""

    def act(ticket_id: int) -> Ticket:
        return service(ticket_id=ticket_id, actor=actor)

    if not _is_whole(request):
        return lambda: act(pk)
    return lambda: whole.for_each(which(ticket_for(actor, pk)), act)


def _board_of(request: HtmxHttpRequest, actor: Actor) -> str:
    """Return the name of the person's board, for the recall list.

    Empty for a wall screen, which has a name of its own.
    """
    if not actor.is_staff:
        return ""
    station_id = asking_station(request)
    for (name,) in station_name(actor, station_id) if station_id else ():
        return f"the board {name}"
    return "the board of all stations"


def _nothing(_ticket: Ticket) -> str:
    """Return no undo, which removes the bar."""
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
    """Run a service and answer with the ticket's fragments for the board that asked, with a refusal beside them.

    `undo` makes the bar that follows a success; "" clears the bar, and no function leaves it alone. The service checks
    the rights and returns the ticket. After a refusal the page's gate finds the ticket (or that of `line_id`) or
    answers 404.
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
            "display": display_settings_for(actor),
        }
        return render(request, "kitchen/board.html", context)

    back = reverse("kitchen:station", args=[station_id]) if station_id else reverse("kitchen:board")
    return answer_action(request, service, back=back, part=fragments, page=whole_board)


def _words(refusal: DomainError | None) -> str:
    return refusal.message if refusal else ""


def asking_station(request: HtmxHttpRequest) -> int | None:
    """Return the station of the board that sent the action, from its address."""
    source = request.htmx.current_url if request.htmx else request.headers.get("Referer", "")
    found = _STATION_PAGE.search((source or "").split("?")[0])
    return int(found[1]) if found else None
