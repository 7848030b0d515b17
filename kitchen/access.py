"""Gates of the kitchen: a row of somebody else is answered like a missing one."""

from django.http import Http404
from django.utils.translation import gettext

from bistro.core.kernel.actors import Actor
from kitchen.models import Ticket, TicketLine


def ticket_for(actor: Actor | None, pk: int) -> Ticket:
    """Return the ticket, or raise 404 when it is missing or not the actor's."""
    ticket = Ticket.objects.within_reach_of(actor).with_lines().filter(pk=pk).first()
    if ticket is None:
        raise Http404(gettext("There is no such ticket."))
    return ticket


def line_for(actor: Actor | None, pk: int) -> TicketLine:
    """Return the line of a ticket, or raise 404."""
    rows = TicketLine.objects.visible_to(actor).filter(ticket__in=Ticket.objects.within_reach_of(actor))
    line = rows.select_related("ticket").filter(pk=pk).first()
    if line is None:
        raise Http404(gettext("There is no such ticket line."))
    return line
