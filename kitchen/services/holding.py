"""A ticket that waits, and changes that have to be read."""

from bistro.core.actors import Actor
from bistro.core.errors import LostRace, NotYours
from bistro.core.roles import Act
from bistro.core.unit_of_work import UnitOfWork
from kitchen.events import TicketChangesRead, TicketHeld, TicketReleased
from kitchen.models import Ticket, TicketLine
from kitchen.services.tickets import locked_ticket, read_ticket, require_open, save
from kitchen.transitions import TicketStatus
from orders import steps as order_steps
from orders.models import Order


def hold_ticket(*, ticket_id: int, actor: Actor) -> Ticket:
    """Let a ticket wait that nobody began: it keeps its place, counts for nothing and does not age. Held: unchanged.

    Locks: order, ticket. Raises LostRace when it is begun (`ticket_begun`) or done, IllegalTransition when the order is
    over, NotPermitted, NotYours.
    """
    actor.require(Act.COOK)
    with UnitOfWork(actor) as work:
        order, ticket = locked_ticket(ticket_id, work)
        order_steps.refuse_over(order)
        require_open(ticket)
        if ticket.status != TicketStatus.QUEUED:
            raise LostRace("This ticket is being cooked already.", code="ticket_begun")
        if ticket.held_at is None:
            save(ticket, held_at=work.now)
            work.record(TicketHeld(ticket=ticket))
    return ticket


def release_ticket(*, ticket_id: int, actor: Actor) -> Ticket:
    """Fire a held ticket: it waits no more, and is as old as if it came now. Not held: unchanged.

    Locks: order, ticket. Raises LostRace when it is done, IllegalTransition when the order is over, NotPermitted,
    NotYours.
    """
    actor.require(Act.COOK)
    with UnitOfWork(actor) as work:
        order, ticket = locked_ticket(ticket_id, work)
        order_steps.refuse_over(order)
        require_open(ticket)
        if ticket.held_at is not None:
            save(ticket, held_at=None, aged_from=work.now)
            work.record(TicketReleased(ticket=ticket))
    return ticket


def read_changes_of(*, ticket_id: int, actor: Actor) -> Ticket:
    """A cook has read what was added, changed, voided or cancelled: the marks go, and a cancelled ticket with them.
    Nothing to read: unchanged.

    Locks: order, ticket. Raises NotPermitted, NotYours.
    """
    actor.require(Act.COOK)
    with UnitOfWork(actor) as work:
        ticket = _locked_with_order(ticket_id, work)
        if ticket.alert_at is not None:
            save(ticket, alert_at=None, voided=None)
            TicketLine.objects.filter(ticket=ticket).update(added=False, changed=False)
            for row in ticket.lines.all():
                row.added = row.changed = False
            work.record(TicketChangesRead(ticket=ticket))
    return ticket


def _locked_with_order(ticket_id: int, work: UnitOfWork) -> Ticket:
    """Also of an order that was withdrawn: it is gone for everybody but the cook who had it before them."""
    rows = Ticket.objects.within_reach_of(work.actor).filter(pk=ticket_id)
    order_id = rows.values_list("order_id", flat=True).first()
    if order_id is None:
        raise NotYours("There is no such ticket.", code="ticket_not_found")
    list(Order.objects.filter(pk=order_id).locked().values_list("pk"))
    list(Ticket.objects.filter(pk=ticket_id).locked().values_list("pk"))
    return read_ticket(ticket_id)
