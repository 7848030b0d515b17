"""“Sign in once more” before dangerous acts: the page that asks for the password, and the guards of views."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import add_never_cache_headers
from django.utils.translation import activate
from django.views.decorators.http import require_http_methods

from bistro.core.auth import confirmations
from bistro.core.auth.access import request_actor, restaurant_of
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import DomainError
from bistro.core.kernel.languages import language_for
from bistro.core.models import Staff
from bistro.core.services.second_factors import has_second_factor
from bistro.core.web.page_access import Inner, Params, to_confirmation, to_login
from bistro.core.web.pages import HtmxHttpRequest, next_page, render_refusal

TEMPLATE = "core/confirm.html"
PASSWORD = "confirm_password"  # the name of a field
CODE = "confirm_code"
ASKED = frozenset({PASSWORD, CODE, "csrfmiddlewaretoken"})
READS = ("GET", "HEAD", "OPTIONS", "TRACE")


@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    """Ask for the password once more, and go on to the page that needs it."""
    if not request.user.is_authenticated:
        return to_login(request)
    actor = request_actor(request)
    if actor is not None and actor.restaurant_id is not None:
        activate(language_for(actor, restaurant_of(actor)))
    if request.method == "GET":
        return _page(request)
    refusal = _prove(request)
    return redirect(next_page(request)) if refusal is None else _page(request, refusal)


def _page(request: HttpRequest, refusal: DomainError | None = None, **context: Any) -> HttpResponse:
    context["asks_code"] = has_second_factor(cast(Staff, request.user).pk)
    if refusal is not None:
        return render_refusal(request, TEMPLATE, refusal, **context)
    return render(request, TEMPLATE, context)


def _prove(request: HttpRequest) -> DomainError | None:
    """Confirm the session with the password that was typed, or return the refusal."""
    try:
        confirmations.confirm(request, request.POST.get(PASSWORD, "")[:128], request.POST.get(CODE, "")[:40])
    except DomainError as refusal:
        return refusal
    return None


def ask_to_confirm(request: HttpRequest) -> HttpResponse | None:
    """Return the page that asks for the password, or None for a read or if it was typed in the last minutes.

    Nothing that was typed is lost: the page holds the form and sends it again with the password.
    """
    if request.method in READS or confirmations.is_confirmed(request):
        return None
    if getattr(request, "htmx", False):
        return to_confirmation(request)
    refusal = None
    if PASSWORD in request.POST:
        refusal = _prove(request)
        if refusal is None:
            return None
    kept = [(name, value) for name, values in request.POST.lists() if name not in ASKED for value in values]
    answer = _page(request, refusal, kept=kept)
    if refusal is None:
        answer.status_code = HTTPStatus.FORBIDDEN
    add_never_cache_headers(answer)
    return answer


def confirmed(view: Inner[Params]) -> Inner[Params]:
    """Restrict what is sent to a page to people who typed their password in the last minutes.

    Stands below `page_requires`.
    """

    @wraps(view)
    def wrapped(request: HtmxHttpRequest, actor: Actor, *args: Params.args, **kwargs: Params.kwargs) -> HttpResponse:
        return ask_to_confirm(request) or view(request, actor, *args, **kwargs)

    wrapped.is_confirmed = True  # type: ignore[attr-defined]  # tests read it
    return wrapped


def confirmed_in_admin(method: Callable[..., Any]) -> Callable[..., Any]:
    """Restrict what is sent to a page or an action of the admin in the same way."""

    @wraps(method)
    def wrapped(admin: Any, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return ask_to_confirm(request) or method(admin, request, *args, **kwargs)

    wrapped.is_confirmed = True  # type: ignore[attr-defined]
    return wrapped
