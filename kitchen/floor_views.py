"""What waiters do to tickets, from the floor plan."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.roles import Permission
from bistro.core.web.page_access import page_requires
from kitchen import services
from kitchen.access import ticket_for


@require_POST
@page_requires(Permission.CONFIRM_ORDER)
def confirm_ticket(request: HttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """The kitchen knows of it. The alarm goes with what the floor's socket brings."""
    services.confirm_ticket(ticket_id=ticket_for(actor, pk).pk, actor=actor)
    return HttpResponse(status=204) if request.htmx else redirect("floor:floor")  # type: ignore[attr-defined]
