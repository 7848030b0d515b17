"""A ticket that waits, and changes that have to be read."""

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
    """Let a ticket wait that nobody began: it keeps its place, counts for nothing and does not age. Held: unchanged.

    Locks: order, ticket. Raises LostRace when it is begun (`ticket_begun`) or done, IllegalTransition when the order is
    over, NotPermitted, NotYours.
    """
    actor.require(Permission.COOK)
    with UnitOfWork(actor) as work:
        order, ticket = locked_ticket(ticket_id, work)
        order_steps.refuse_over(order)
        require_open(ticket)
        if ticket.status != TicketStatus.QUEUED:
            raise LostRace("This ticket is already being cooked.", code="ticket_begun")
        if ticket.held_at is None:
            save(ticket, held_at=work.now)
            work.record(TicketHeld(ticket=ticket))
    return ticket


def release_ticket(*, ticket_id: int, actor: Actor) -> Ticket:
    """Fire a held ticket: it waits no more, and is as old as if it came now. Not held: unchanged.

    Locks: order, ticket. Raises LostRace when it is done, IllegalTransition when the order is over, NotPermitted,
    NotYours.
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
    """A cook has read what was added, changed, voided or cancelled: the marks go, and a cancelled ticket with them.
    Nothing to read: unchanged. `version` is that of the ticket they had before them: what changed since is not read.

    Locks: order, ticket. Raises Stale, NotPermitted, NotYours.
    """
    actor.require(Permission.COOK)
    with UnitOfWork(actor) as work:
        ticket = locked_ticket_alone(ticket_id, work)
        if ticket.alert_at is not None:
            if version is not None and ticket.version != version:
                raise Stale("The ticket changed again. Read the new changes.", current_version=ticket.version)
            save(ticket, alert_at=None, voided=None)
            TicketLine.objects.filter(ticket=ticket).update(added=False, changed=False)
            for row in ticket.lines.all():
                row.added = row.changed = False
            work.record(TicketChangesRead(ticket=ticket))
    return ticket
