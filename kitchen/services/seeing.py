"""Acknowledgement of tickets, by a screen's report or by a person."""

from collections.abc import Collection

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.roles import Permission
from bistro.core.writing.unit_of_work import UnitOfWork
from kitchen.events import TicketSeen
from kitchen.models import Ticket
from kitchen.services.tickets import locked_ticket
from kitchen.steps import mark_seen
from orders import steps as order_steps


def acknowledge_tickets(*, ticket_ids: Collection[int], screen: str, actor: Actor) -> int:
    """Record when and on which screen tickets were first displayed; confirms their orders and ends alarms.

    Returns the number of tickets acknowledged now. A repeated report writes nothing. Locks: order, ticket.
    """
    actor.require(Permission.COOK)
    unseen = Ticket.objects.visible_to(actor).filter(pk__in=list(ticket_ids), seen_at=None)
    found = list(unseen.values_list("pk", "order_id", "awaited_since"))
    if not found:
        return 0
    with UnitOfWork(actor) as work:
        return mark_seen(found, work, screen=screen)


def confirm_ticket(*, ticket_id: int, actor: Actor) -> Ticket:
    """Confirm by a person's word that the kitchen knows of a ticket. A seen ticket is left unchanged.

    For a ticket that came with its order this confirms the order. Locks: order, ticket. Raises NotPermitted, NotYours,
    IllegalTransition when the order is over.
    """
    actor.require(Permission.CONFIRM_ORDER)
    with UnitOfWork(actor) as work:
        order, ticket = locked_ticket(ticket_id, work)
        if ticket.seen_at is not None:
            return ticket
        order_steps.refuse_over(order)
        rang = ticket.unseen_at is not None
        ticket.seen_at, ticket.seen_on = work.now, "the floor"  # not the name, because event data is permanent
        ticket.save(update_fields=["seen_at", "seen_on"])
        if ticket.awaited_since is None:
            order_steps.receive(order, work, screen=ticket.seen_on)
        if rang:
            work.record(TicketSeen(ticket=ticket))
    return ticket
