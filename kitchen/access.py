"""Gates of the kitchen. Not yours is 404."""

from django.http import Http404

from bistro.core.kernel.actors import Actor
from kitchen.models import Ticket, TicketLine


def ticket_for(actor: Actor | None, pk: int) -> Ticket:
    """The ticket, or 404 whether it is missing or merely not yours."""
    ticket = Ticket.objects.within_reach_of(actor).with_lines().filter(pk=pk).first()
    if ticket is None:
        raise Http404("There is no such ticket.")
    return ticket


def line_for(actor: Actor | None, pk: int) -> TicketLine:
    """The line of a ticket, or 404."""
    rows = TicketLine.objects.visible_to(actor).filter(ticket__in=Ticket.objects.within_reach_of(actor))
    line = rows.select_related("ticket").filter(pk=pk).first()
    if line is None:
        raise Http404("There is no such ticket line.")
    return line
