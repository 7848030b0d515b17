"""Start and bump. The order's lock answers whether a ticket was the last one; one UPDATE decides who was first."""

from django.utils.translation import gettext

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import LostRace
from bistro.core.kernel.roles import Permission
from bistro.core.kernel.transitions import require_move
from bistro.core.writing.unit_of_work import UnitOfWork
from kitchen.events import TicketBumped, TicketEvent, TicketLineBumped, TicketStarted
from kitchen.models import Ticket
from kitchen.services.tickets import (
    as_before,
    claim,
    finish,
    locked_line,
    locked_ticket,
    order_lines,
    require_read,
    save,
)
from kitchen.steps import set_lines
from kitchen.transitions import TICKET_MOVES, TicketStatus
from orders import steps as order_steps
from orders.transitions import LineStatus


def start_ticket(*, ticket_id: int, actor: Actor) -> Ticket:
    """Start a ticket, also one that was held. A started ticket is left unchanged.

    Locks: order, ticket. Raises NotPermitted, NotYours, LostRace when already bumped or changes are unread,
    IllegalTransition when the order is over.
    """
    actor.require(Permission.COOK)
    with UnitOfWork(actor) as work:
        order, ticket = locked_ticket(ticket_id, work)
        if ticket.status == TicketStatus.STARTED:
            return ticket
        order_steps.refuse_over(order)
        if ticket.status == TicketStatus.DONE:
            raise LostRace(gettext("This ticket was already bumped."))  # only a recall reopens the ticket and its order
        require_move(TICKET_MOVES, ticket.status, TicketStatus.STARTED, what=gettext("This ticket"))
        require_read(ticket)
        save(ticket, status=TicketStatus.STARTED, started_at=work.now, held_at=None)
        waiting = [row for row in ticket.lines.all() if row.status == LineStatus.QUEUED]
        set_lines(ticket, waiting, LineStatus.STARTED, work)
        order_steps.begin(order, order_lines(order, waiting), work)
        work.record(TicketStarted(ticket=ticket))
    return ticket


def bump_ticket(*, ticket_id: int, actor: Actor, on: str = "") -> Ticket:
    """Bump a ticket; the last one makes the order ready. `on` names the board, for the recall list.

    Locks: order, ticket. Raises LostRace when already bumped or changes are unread, IllegalTransition when the order is
    over, NotPermitted, NotYours.
    """
    actor.require(Permission.COOK)
    with UnitOfWork(actor) as work:
        order, ticket = locked_ticket(ticket_id, work)
        order_steps.refuse_over(order)
        require_read(ticket)
        undone = [row for row in ticket.lines.all() if row.status != LineStatus.DONE]
        claim(ticket, work, on=on, finished={row.pk: row.status for row in undone})
        set_lines(ticket, undone, LineStatus.DONE, work)
        finish(order, ticket, undone, work)
        work.record(TicketBumped(ticket=ticket))
    return ticket


def bump_line(*, line_id: int, actor: Actor, on: str = "") -> Ticket:
    """Bump one line of a ticket; the last line bumps the ticket.

    Locks: order, ticket. Raises LostRace when already bumped or changes are unread, IllegalTransition, NotPermitted,
    NotYours.
    """
    actor.require(Permission.COOK)
    with UnitOfWork(actor) as work:
        order, ticket, row = locked_line(line_id, work)
        order_steps.refuse_over(order)
        require_read(ticket)
        if row.status == LineStatus.DONE:
            raise LostRace(gettext("This line was already bumped."))
        before = row.status
        set_lines(ticket, [row], LineStatus.DONE, work)
        event: type[TicketEvent] = TicketLineBumped
        if all(other.status == LineStatus.DONE for other in ticket.lines.all()):
            claim(ticket, work, on=on, finished={row.pk: before})
            event = TicketBumped
        else:
            started_at = work.now if ticket.status == TicketStatus.QUEUED else ticket.started_at
            noted = as_before(ticket, {row.pk: before})
            save(ticket, status=TicketStatus.STARTED, started_at=started_at, held_at=None, before_done=noted)
        finish(order, ticket, [row], work)
        work.record(event(ticket=ticket))
    return ticket
