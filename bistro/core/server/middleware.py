"""Middleware: actor of the request, log fields, browser security headers, refusals on pages."""

import logging
from collections.abc import Callable

import structlog
from csp.middleware import CSPMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import translation
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language_from_request

from bistro.core.auth.access import SESSION_RESTAURANT, staff_actor
from bistro.core.auth.authentication import DEVICE_COOKIE, device_actor, set_device_cookie
from bistro.core.auth.last_seen import record_member
from bistro.core.auth.rate_limits import client_address
from bistro.core.auth.tablets import is_automatic, limit_login, record_touch, working_session
from bistro.core.database.errors import storage_refusal
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import DeviceIsLocked, DomainError
from bistro.core.kernel.texts import NUL
from bistro.core.server.error_views import is_program, problem_answer
from bistro.core.web.pages import with_status

log = logging.getLogger(__name__)

GetResponse = Callable[[HttpRequest], HttpResponseBase]

# Pages of the admin and of the API documentation come from libraries with inline scripts; no other page has any.
RELAXED_PREFIXES = ("/admin/", "/api/docs/", "/api/redoc/")
RELAXED_PAGES = frozenset({"/docs", "/redoc"})
_INLINE = "'unsafe-inline'"


class CookieMiddleware:
    """Middleware that ignores cookies with NUL, because PostgreSQL refuses a query with such a text."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        for name in [name for name, value in request.COOKIES.items() if NUL in value]:
            del request.COOKIES[name]
        return self.get_response(request)


class ActorMiddleware:
    """Middleware that sets `request.actor` from a staff session or a device cookie.

    The actor is lazy, so an API request with a token never reads the session. A page loaded by a device renews the
    device's cookie for another year. On a shared tablet the actor is the person who came by PIN; a request of a
    person's hand, not one that a page repeats automatically, keeps the tablet from locking. A password login there is
    limited in the same way (`request.tablet`).
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.actor = SimpleLazyObject(lambda: page_actor(request))  # type: ignore[attr-defined]
        response = self.get_response(request)
        token = getattr(request, "device_token", "")
        if token and request.method == "GET" and DEVICE_COOKIE not in response.cookies:
            set_device_cookie(response, token)
        session = getattr(request, "tablet_session", None)
        if session is not None and not is_automatic(request):
            record_touch(session.pk)
        return response


class LanguageMiddleware:
    """Middleware that gives pages without a person, and the API, the language of Accept-Language, if it is one of ours.

    A page with an actor chooses the person's or the restaurant's, which also the refusal of its view then has.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with translation.override(get_language_from_request(request)):
            return self.get_response(request)


class AddressMiddleware:
    """Middleware that adds the client's address to every log line. A forged X-Forwarded-For has no effect."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        structlog.contextvars.bind_contextvars(ip=client_address(request))
        return self.get_response(request)


def page_actor(request: HttpRequest) -> Actor | None:
    """Return the actor of a page, or None."""
    if request.user.is_authenticated:
        request.tablet = limit_login(request)  # type: ignore[attr-defined]
        actor = staff_actor(request.user, request.session.get(SESSION_RESTAURANT))  # type: ignore[arg-type]
    else:
        token = request.COOKIES.get(DEVICE_COOKIE, "")
        try:
            found = device_actor(token) if token else None
        except DeviceIsLocked as error:  # page_requires shows the reason
            request.locked_out = error  # type: ignore[attr-defined]
            return None
        if found is None:
            return None
        session = working_session(found)
        actor = found if session is None else session.person
        request.device_token, request.tablet_session = token, session  # type: ignore[attr-defined]
    if not is_automatic(request):
        record_member(actor)
    structlog.contextvars.bind_contextvars(actor=actor.credential, restaurant=actor.restaurant_id)
    return actor


class ContentSecurityPolicyMiddleware(CSPMiddleware):
    """A strict content security policy, relaxed for the libraries of the admin and of the API documentation."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if request.path_info.startswith(RELAXED_PREFIXES) or request.path_info in RELAXED_PAGES:
            wider = {"script-src": [_INLINE, "'unsafe-eval'"], "style-src": [_INLINE], "worker-src": ["blob:"]}
            response._csp_update = wider  # type: ignore[attr-defined]
        return super().process_response(request, response)


class PrivateMiddleware:
    """Middleware that keeps responses out of shared caches, unless the view sets Cache-Control."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "private, no-cache")
        return response


class DomainErrorMiddleware:
    """Middleware that renders a page for a refusal that the view did not handle."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if (refusal := storage_refusal(error)) is not None:
            log.warning("storage unavailable for a page", extra={"error": repr(error)})
            if is_program(request):  # an error beside the API's own handler
                return with_status(problem_answer(refusal.status, refusal.message, refusal.code), refusal)
            page = render(request, "503.html", {"message": refusal.message, "code": refusal.code})
            page["Bistro-Problem"] = refusal.code  # notices.js shows its own sentence, since a page is no fragment
            return with_status(page, refusal)
        if isinstance(error, DomainError):
            context = {"message": error.message, "status": error.status}
            return with_status(render(request, "core/refused.html", context), error)
        return None
