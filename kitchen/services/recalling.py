"""Bringing back what was bumped: at once by undo, the whole shift by recall. It returns to its old place."""

from datetime import timedelta

from bistro.core.actors import Actor
from bistro.core.errors import LostRace
from bistro.core.roles import Act
from bistro.core.unit_of_work import UnitOfWork
from kitchen.events import TicketBumpUndone, TicketRecalled
from kitchen.models import Ticket
from kitchen.services.tickets import locked_line, locked_ticket, order_lines, reopen, save
from kitchen.steps import set_lines
from kitchen.transitions import TicketStatus
from orders import steps as order_steps
from orders.transitions import LineStatus

UNDO = timedelta(seconds=10)  # the page offers it for three; the rest is the way there on a slow evening


def recall_ticket(*, ticket_id: int, actor: Actor, restart_timer: bool = False) -> Ticket:
    """Bring a bumped ticket back to its old place, all its lines with it; a ready order is being prepared again.
    `restart_timer`: its age counts anew from now.

    Locks: order, ticket. Raises LostRace when it is not bumped, IllegalTransition once delivered, NotYours.
    """
    actor.require(Act.COOK)
    with UnitOfWork(actor) as work:
        order, ticket = locked_ticket(ticket_id, work)
        order_steps.refuse_over(order)
        if ticket.status != TicketStatus.DONE:
            raise LostRace("This ticket is not bumped.")
        aged_from = work.now if restart_timer else ticket.aged_from
        reopen(ticket, work, recalls=ticket.recalls + 1, recalled_at=work.now, aged_from=aged_from)
        rows = list(ticket.lines.all())
        set_lines(ticket, rows, LineStatus.STARTED, work)
        order_steps.bring_back(order, order_lines(order, rows), work)
        work.record(TicketRecalled(ticket=ticket))
    return ticket


def recall_line(*, line_id: int, actor: Actor) -> Ticket:
    """Bring one bumped line back, and its ticket with it when that was bumped.

    Locks: order, ticket. Raises LostRace when it is not bumped, IllegalTransition once delivered, NotYours.
    """
    actor.require(Act.COOK)
    with UnitOfWork(actor) as work:
        order, ticket, row = locked_line(line_id, work)
        order_steps.refuse_over(order)
        if row.status != LineStatus.DONE:
            raise LostRace("This line is not bumped.")
        if ticket.status == TicketStatus.DONE:
            reopen(ticket, work, recalls=ticket.recalls + 1, recalled_at=work.now)
        else:
            save(ticket)
        set_lines(ticket, [row], LineStatus.STARTED, work)
        order_steps.bring_back(order, order_lines(order, [row]), work)
        work.record(TicketRecalled(ticket=ticket))
    return ticket


def undo_bump(*, ticket_id: int, actor: Actor) -> Ticket:
    """Take a bump back that was a slip of the hand: what it finished is being cooked, what was done before stays done.
    It is no recall: nothing is counted, and the ticket is as old as it was.

    Locks: order, ticket. Raises LostRace when it is not bumped or ten seconds have passed (`too_late_to_undo`),
    IllegalTransition once delivered, NotPermitted, NotYours.
    """
    actor.require(Act.COOK)
    with UnitOfWork(actor) as work:
        order, ticket = locked_ticket(ticket_id, work)
        order_steps.refuse_over(order)
        if ticket.status != TicketStatus.DONE or ticket.done_at is None:
            raise LostRace("This ticket is not bumped.")
        if work.now - ticket.done_at > UNDO:
            raise LostRace("It is too late to undo. Recall the ticket instead.", code="too_late_to_undo")
        finished = [row for row in ticket.lines.all() if row.done_at == ticket.done_at]
        reopen(ticket, work)
        set_lines(ticket, finished, LineStatus.STARTED, work)
        order_steps.bring_back(order, order_lines(order, finished), work)
        work.record(TicketBumpUndone(ticket=ticket))
    return ticket
