"""The dialog of a ticket, with everything that a cook can do with it."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone

from bistro.core.auth.access import restaurant_of
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.roles import Permission
from kitchen.models import Station, Ticket
from kitchen.transitions import OPEN_TICKETS
from kitchen.wall.tickets import BoardLine, BoardTicket, board_tickets
from menu.compiled import current_menu
from orders.courses import held_courses


@dataclass(frozen=True, slots=True)
class TicketDialog:
    """A ticket, the stations it or one of its lines can be pushed to, and the course that could be fired next.

    `siblings` are the open tickets `(id, station)` of the same firing at other stations. `can_86`: the person may mark
    dishes sold out.
    """

    ticket: BoardTicket
    line: BoardLine | None
    stations: list[Station]
    next_course: int | None
    is_open: bool
    can_cook: bool
    can_86: bool
    siblings: list[tuple[int, str]]


def others_of_firing(ticket: Ticket) -> Iterable[tuple[int, str]]:
    """Return the open tickets of a ticket's firing at other stations, `(id, station)`."""
    rows = Ticket.objects.filter(order_id=ticket.order_id, fired_course=ticket.fired_course).open()
    return rows.exclude(pk=ticket.pk).order_by("station__position", "pk").values_list("pk", "station__name")


def read_ticket(actor: Actor, ticket: Ticket, line_id: int | None = None) -> TicketDialog:
    """Return a ticket read `with_lines()` for its dialog. `line_id` names the line to be pushed."""
    restaurant = restaurant_of(actor)
    (shown,) = board_tickets([ticket], restaurant, current_menu(restaurant.pk), timezone.now())
    others = Station.objects.visible_to(actor).not_archived().exclude(pk=ticket.station_id)
    waiting = held_courses(ticket.order.lines.all()) if actor.may(Permission.FIRE_COURSE) else []
    return TicketDialog(
        ticket=shown,
        line=next((line for line in shown.lines if line.id == line_id), None),
        stations=list(others),
        next_course=waiting[0] if waiting else None,
        is_open=ticket.status in OPEN_TICKETS,
        can_cook=actor.may(Permission.COOK),
        can_86=actor.may(Permission.SET_AVAILABILITY),
        siblings=list(others_of_firing(ticket)),
    )
