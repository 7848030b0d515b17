"""The access check of pages, and the redirect of visitors without a login."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast
from urllib.parse import urlsplit

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import activate, gettext

from bistro.core.auth.access import request_actor, restaurant_of
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.languages import language_for
from bistro.core.kernel.roles import Permission, Role
from bistro.core.models import Restaurant
from bistro.core.web.pages import HtmxHttpRequest

Params = ParamSpec("Params")
Inner = Callable[Concatenate[HtmxHttpRequest, Actor, Params], HttpResponse]
View = Callable[Concatenate[HttpRequest, Params], HttpResponse]


def page_requires(permission: Permission) -> Callable[[Inner[Params]], View[Params]]:
    """Restrict a page to roles with the permission; the view receives the actor.

    A visitor without a login is sent to the login page, a shared tablet without a person to its lock screen. Times on
    the page are in the restaurant's time zone, texts in the person's language or else the restaurant's.
    """

    def check(actor: Actor) -> None:
        if not actor.may(permission):
            raise PermissionDenied(gettext("Your role cannot %(words)s.") % {"words": permission.words})

    def decorate(view: Inner[Params]) -> View[Params]:
        wrapped = _guarded(view, check)
        wrapped.permission = permission  # type: ignore[attr-defined]  # the declared right, which tests read
        return wrapped

    return decorate


def page_for_staff(view: Inner[Params]) -> View[Params]:
    """Restrict a page to members of staff, whatever their role, as `page_requires` does."""

    def check(actor: Actor) -> None:
        if not actor.is_staff:
            raise PermissionDenied(gettext("This page is for members of staff."))

    return _guarded(view, check)


def _guarded(view: Inner[Params], check: Callable[[Actor], None]) -> View[Params]:
    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        actor = request_actor(request)
        if actor is None:
            if hasattr(request, "locked_out"):  # the cookie of a locked pad, for which a login is no help
                raise request.locked_out
            return to_login(request)
        if Role.TABLET in actor.roles:
            return to_tablet(request)
        if actor.restaurant_id is None:
            return redirect("choose-restaurant")
        restaurant = restaurant_of(actor)
        request.restaurant = restaurant  # type: ignore[attr-defined]  # read once for the page and its shell
        activate(restaurant.language if _is_shared(request) else language_for(actor, restaurant))
        check(actor)
        with timezone.override(restaurant.tz):
            return view(cast(HtmxHttpRequest, request), actor, *args, **kwargs)

    return wrapped


def restaurant_of_page(request: HttpRequest, actor: Actor) -> Restaurant:
    """Return the restaurant that the guard of this page has read, or read it."""
    known = getattr(request, "restaurant", None)
    return known if isinstance(known, Restaurant) else restaurant_of(actor)


def _is_shared(request: HttpRequest) -> bool:
    """Return whether this is a page of the kitchen, whose pushes are the same for everybody who looks at a board."""
    return request.resolver_match is not None and "kitchen" in request.resolver_match.namespaces


def to_login(request: HttpRequest) -> HttpResponse:
    """Redirect to the login and then back to this page. An htmx request redirects the whole page."""
    return _via(reverse("login"), request.get_full_path(), request)


def to_tablet(request: HttpRequest) -> HttpResponse:
    """Redirect to the lock screen of a shared tablet and then back to this page, or to the one that asked."""
    page = request.headers.get("HX-Current-URL")
    if page is None:
        page = request.get_full_path() if request.method == "GET" else request.headers.get("Referer", "/")
    return _via(reverse("tablet"), urlsplit(page)._replace(scheme="", netloc="").geturl(), request)


def to_confirmation(request: HttpRequest) -> HttpResponse:
    """Redirect to the page that asks for the password once more, and then back to the page of an htmx request."""
    page = request.headers.get("HX-Current-URL", request.get_full_path())
    return _via(reverse("confirm"), urlsplit(page)._replace(scheme="", netloc="").geturl(), request)


def _via(page: str, back: str, request: HttpRequest) -> HttpResponse:
    target = f"{page}?{urlencode({'next': back})}"
    if getattr(request, "htmx", False):
        answer = HttpResponse(status=401)
        answer["HX-Redirect"] = target
        return answer
    return redirect(target)
