"""Parts that the views of pages share: requests sent by htmx, the answer to an action, refusals."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.middleware import HtmxDetails

from bistro.core.kernel.errors import DomainError

T = TypeVar("T")


class HtmxHttpRequest(HttpRequest):
    """A request of a page. `htmx` is true if htmx sent it and the response is a part of the page."""

    htmx: HtmxDetails


def answer_action(
    request: HtmxHttpRequest,
    service: Callable[[], T],
    *,
    back: str,
    part: Callable[[T | None, DomainError | None], HttpResponse],
    page: Callable[[DomainError], HttpResponse] | None = None,
) -> HttpResponse:
    """Call a service for a form or button of a page and return its result or its refusal.

    For htmx the response is `part(result, refusal)`, where one of the two is None. Otherwise it is a redirect to
    `back`, or `page(refusal)`; without `page` the refusal is raised and the middleware renders a page for it.
    """
    result, refusal = None, None
    try:
        result = service()
    except DomainError as error:
        refusal = error
    if request.htmx:
        return with_status(part(result, refusal), refusal)
    if refusal is None:
        return redirect(back)
    if page is None:
        raise refusal
    return with_status(page(refusal), refusal)


def with_status(answer: HttpResponse, refusal: DomainError | None) -> HttpResponse:
    """Set the status of a refusal on the answer that shows it, and `Retry-After` where waiting helps."""
    if refusal is not None:
        answer.status_code = refusal.status
        if refusal.retry_after is not None:
            answer["Retry-After"] = str(refusal.retry_after)
    return answer


def render_refusal(request: HttpRequest, template: str, refusal: DomainError, **context: Any) -> HttpResponse:
    """Render a page that shows, as `problem`, why something was refused."""
    return with_status(render(request, template, {**context, "problem": refusal.message}), refusal)


def next_page(request: HttpRequest, default: str = "/") -> str:
    """Return the page to go to afterwards (`next` of the form or the address), if it is one of ours."""
    target = request.POST.get("next") or request.GET.get("next") or default
    ours = url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}, require_https=settings.HTTPS)
    is_address = target.startswith(("/", "http://", "https://"))  # redirect() takes other texts for names of views
    return target if ours and is_address else default
