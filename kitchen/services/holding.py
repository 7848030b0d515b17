"""Holding tickets, and acknowledging changes."""

from django.utils.translation import gettext

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import LostRace, Stale
from bistro.core.kernel.roles import Permission
from bistro.core.writing.unit_of_work import UnitOfWork
from kitchen.events import TicketChangesRead, TicketHeld, TicketReleased
from kitchen.models import Ticket, TicketLine
from kitchen.services.tickets import locked_ticket, locked_ticket_alone, require_open, save
from kitchen.transitions import TicketStatus
from orders import steps as order_steps


def hold_ticket(*, ticket_id: int, actor: Actor) -> Ticket:
    """Hold a ticket that nobody has started: it keeps its place, is not counted and does not age.

    A held ticket is left unchanged. Locks: order, ticket. Raises LostRace when started (`ticket_begun`) or done,
    IllegalTransition when the order is over, NotPermitted, NotYours.
    """
    actor.require(Permission.COOK)
    with UnitOfWork(actor) as work:
        order, ticket = locked_ticket(ticket_id, work)
        order_steps.refuse_over(order)
        require_open(ticket)
        if ticket.status != TicketStatus.QUEUED:
            raise LostRace(gettext("This ticket is already being cooked."), code="ticket_begun")
        if ticket.held_at is None:
            save(ticket, held_at=work.now)
            work.record(TicketHeld(ticket=ticket))
    return ticket


def release_ticket(*, ticket_id: int, actor: Actor) -> Ticket:
    """Release a held ticket; its age starts now. A ticket that is not held is left unchanged.

    Locks: order, ticket. Raises LostRace when done, IllegalTransition when the order is over, NotPermitted, NotYours.
    """
    actor.require(Permission.COOK)
    with UnitOfWork(actor) as work:
        order, ticket = locked_ticket(ticket_id, work)
        order_steps.refuse_over(order)
        require_open(ticket)
        if ticket.held_at is not None:
            save(ticket, held_at=None, aged_from=work.now)
            work.record(TicketReleased(ticket=ticket))
    return ticket


def read_changes_of(*, ticket_id: int, actor: Actor, version: int | None = None) -> Ticket:
    """Acknowledge what was added, changed, voided or cancelled: the marks go, and a cancelled ticket with them.

    `version` is that of the ticket the cook saw; later changes stay unread. Without changes the ticket is left
    unchanged. Locks: order, ticket. Raises Stale, NotPermitted, NotYours.
    """
    actor.require(Permission.COOK)
    with UnitOfWork(actor) as work:
        ticket = locked_ticket_alone(ticket_id, work)
        if ticket.alert_at is not None:
            if version is not None and ticket.version != version:
                raise Stale(gettext("The ticket changed again. Read the new changes."), current_version=ticket.version)
            save(ticket, alert_at=None, voided=None)
            TicketLine.objects.filter(ticket=ticket).update(added=False, changed=False)
            for row in ticket.lines.all():
                row.added = row.changed = False
            work.record(TicketChangesRead(ticket=ticket))
    return ticket
