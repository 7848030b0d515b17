"""Pages that guests open by a link: their language, their rate limit, and headers that keep the link private."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import activate, get_language
from django.utils.translation.trans_real import parse_accept_lang_header

from bistro.core.auth.rate_limits import TOO_MANY_TRIES, client_address, require_within

Params = ParamSpec("Params")
View = Callable[Concatenate[HttpRequest, Params], HttpResponse]
COOKIE = "guest_language"
DAY = 24 * 3600


def guest_page(view: View[Params]) -> View[Params]:
    """Serve a page to guests without a login, in their language.

    `?language=fr` chooses a language for a day. The link in the address is a secret, so no search engine and no cache
    keeps the page. Raises TooMany beyond the limit of an address.
    """

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Params.args, **kwargs: Params.kwargs) -> HttpResponse:
        activate(guest_language(request))  # LanguageMiddleware takes it back after the answer
        require_within("guest-page", client_address(request), str(TOO_MANY_TRIES))
        chosen = request.GET.get("language", "")
        if request.method == "GET" and chosen in dict(settings.GUEST_LANGUAGES):
            answer = _remembering(request, chosen)
        else:
            answer = view(request, *args, **kwargs)
        answer["X-Robots-Tag"] = "noindex, nofollow"
        answer["Cache-Control"] = "no-store"
        return answer

    return wrapped


def guest_language(request: HttpRequest) -> str:
    """Return the language that a guest has chosen, else the first one of Accept-Language that we have, else English."""
    known = dict(settings.GUEST_LANGUAGES)
    asked = [code for code, _weight in parse_accept_lang_header(request.headers.get("Accept-Language", ""))]
    for code in (request.COOKIES.get(COOKIE, ""), *asked):
        spoken = code.split("-")[0]
        if spoken in known:
            return spoken
    return settings.LANGUAGE_CODE


def language_links(request: HttpRequest) -> list[tuple[str, str, str, bool]]:
    """Return code, own name, address and whether it is chosen, of each language."""
    query: Any = request.GET.copy() if request.method == "GET" else request.GET.__class__(mutable=True)
    found = []
    for code, name in settings.GUEST_LANGUAGES:
        query["language"] = code
        found.append((code, name, f"?{query.urlencode()}", code == get_language()))
    return found


def _remembering(request: HttpRequest, language: str) -> HttpResponse:
    """Return to the same page with the language in a cookie, so that the address stays the same for everybody."""
    query: Any = request.GET.copy()
    del query["language"]
    answer = redirect(f"{request.path}?{query.urlencode()}" if query else request.path)
    answer.set_cookie(COOKIE, language, DAY, httponly=True, samesite="Lax", secure=settings.HTTPS)
    return answer
