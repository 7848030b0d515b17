"""Actions of the floor on service calls. Without htmx they lead back to the floor; its socket shows the change."""

from collections.abc import Callable

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import DomainError
from bistro.core.kernel.roles import Permission
from bistro.core.web.page_access import page_requires
from bistro.core.web.pages import HtmxHttpRequest, answer_action, next_page
from tables import services


@require_POST
@page_requires(Permission.ANSWER_CALLS)
def take(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Take a call."""
    return _answer(request, lambda: services.take_call(call_id=pk, actor=actor))


@require_POST
@page_requires(Permission.ANSWER_CALLS)
def close(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Close a call."""
    return _answer(request, lambda: services.close_call(call_id=pk, actor=actor))


@require_POST
@page_requires(Permission.ANSWER_CALLS)
def release(request: HtmxHttpRequest, actor: Actor, pk: int) -> HttpResponse:
    """Undo the taking or closing of a call."""
    return _answer(request, lambda: services.release_call(call_id=pk, actor=actor))


def _answer(request: HtmxHttpRequest, service: Callable[[], object]) -> HttpResponse:
    return answer_action(request, service, back=next_page(request, reverse("floor:floor")), part=_part)


def _part(_result: object, refusal: DomainError | None) -> HttpResponse:
    """Return nothing, because the socket brings the change, or the sentence of a refusal."""
    return HttpResponse(refusal.message, content_type="text/plain") if refusal else HttpResponse(status=204)
