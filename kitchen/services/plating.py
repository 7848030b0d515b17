"""Ticks on the pass."""

from django.utils.translation import gettext

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import LostRace
from bistro.core.kernel.roles import Permission
from bistro.core.writing.unit_of_work import UnitOfWork
from kitchen.events import TicketLinePlated
from kitchen.models import Ticket, TicketLine
from kitchen.services.tickets import locked_line, read_ticket, save
from orders import steps as order_steps
from orders.transitions import LineStatus


def plate_line(*, line_id: int, plated: bool, actor: Actor) -> Ticket:
    """Tick a finished dish on the pass, or remove the tick. A dish in that state already is left unchanged.

    A dish of several stations is ticked on all its tickets, once all are done with it. Locks: order, ticket. Raises
    LostRace while a station still makes it (`not_done`), IllegalTransition when the order is over, NotPermitted,
    NotYours.
    """
    actor.require(Permission.COOK)
    with UnitOfWork(actor) as work:
        order, ticket, row = locked_line(line_id, work)
        order_steps.refuse_over(order)
        if (row.plated_at is not None) == plated:
            return ticket
        everywhere = TicketLine.objects.filter(line_id=row.line_id)
        if plated and everywhere.exclude(status=LineStatus.DONE).exists():
            raise LostRace(gettext("%(line)s is not done yet.") % {"line": row.line.name}, code="not_done")
        everywhere.update(plated_at=work.now if plated else None)
        save(ticket)
        ticket = read_ticket(ticket.pk)
        work.record(TicketLinePlated(ticket=ticket))
    return ticket
