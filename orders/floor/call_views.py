"""Actions of the floor on service calls. Without htmx they lead back to the floor; its socket shows the change."""

from collections.abc import Callable

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import DomainError
from bistro.core.kernel.roles import Permission
from bistro.core.web.page_access import page_requires
from bistro.core.web.pages import HtmxHttpRequest, answer_action, next_page
from orders.floor.answers import FROM_LIST, Done, answer_in_list
from tables import services
from tables.models import ServiceCall


@require_POST
@page_requires(Permission.ANSWER_CALLS)
def take(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Take a call."""
    return _answer(request, actor, pk, lambda: services.take_call(call_id=pk, actor=actor), _("you are going"))


@require_POST
@page_requires(Permission.ANSWER_CALLS)
def close(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Close a call."""
    return _answer(request, actor, pk, lambda: services.close_call(call_id=pk, actor=actor), _("call done"))


@require_POST
@page_requires(Permission.ANSWER_CALLS)
def release(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Undo the taking or closing of a call."""
    return _answer(request, actor, pk, lambda: services.release_call(call_id=pk, actor=actor))


def _answer(
    request: HtmxHttpRequest, actor: Actor, pk: int, service: Callable[[], object], done: str = ""
) -> HttpResponse:
    """Run a service on a call. The list gets its row, and with `done` (what was done, in words) a way to undo that."""
    call = ServiceCall.objects.visible_to(actor).filter(pk=pk).select_related("table").first()
    if call is not None and request.POST.get("from") == FROM_LIST:
        undo = Done(f"{call.table.name}: {done}", reverse("floor:release-call", args=[pk])) if done else None
        return answer_in_list(request, actor, call.table, service, undo)
    return answer_action(request, service, back=next_page(request, reverse("floor:floor")), part=_part)


def _part(_result: object, refusal: DomainError | None) -> HttpResponse:
    """Return nothing, because the socket brings the change, or the sentence of a refusal."""
    return HttpResponse(refusal.message, content_type="text/plain") if refusal else HttpResponse(status=204)
