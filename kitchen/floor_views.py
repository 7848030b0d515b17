"""Actions of waiters on tickets, from the floor plan."""

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.roles import Permission
from bistro.core.web.page_access import page_requires
from bistro.core.web.pages import HtmxHttpRequest, answer_action
from kitchen import services
from kitchen.access import ticket_for


@require_POST
@page_requires(Permission.CONFIRM_ORDER)
def confirm_ticket(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Confirm that the kitchen knows of a ticket. The floor's socket removes the alarm."""
    ticket = ticket_for(actor, pk)
    return answer_action(
        request,
        lambda: services.confirm_ticket(ticket_id=ticket.pk, actor=actor),
        back=reverse("floor:floor"),
        part=lambda _ticket, _refusal: HttpResponse(status=204),
    )
