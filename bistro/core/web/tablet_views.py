"""Pages of a shared tablet: the lock screen with names and keypad, a new PIN after a one-time one, locking."""

from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import rotate_token
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve, reverse
from django.utils.http import urlencode
from django.utils.translation import activate
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from bistro.core.auth.access import request_actor, restaurant_of
from bistro.core.auth.pins import limited_pins, members_with_pin
from bistro.core.auth.tablets import session_on
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import DomainError, InvalidInput
from bistro.core.kernel.languages import language_for
from bistro.core.kernel.numbers import whole_number
from bistro.core.kernel.roles import Role
from bistro.core.models import Membership
from bistro.core.services import pins, tablets
from bistro.core.web.pages import next_page, with_status
from bistro.core.web.shell import home_of, initials_of

LOCK_SCREEN = "core/tablet.html"


@never_cache
@require_http_methods(["GET", "POST"])
def tablet(request: HttpRequest) -> HttpResponse:
    """Show the names of staff, then a keypad for the chosen one; a right PIN begins that person's session.

    A person who works on the tablet sees it too and can hand the tablet over: the old session ends with the new PIN,
    and so does a password login.
    """
    actor = _on_tablet(request)
    if actor is None:
        return redirect("device-setup")
    if request.method == "GET":
        return _lock_screen(request, actor, request.GET.get("person", ""))
    person, pin = request.POST.get("person", ""), request.POST.get("pin", "")[:80]
    try:
        with limited_pins(actor):
            session = tablets.enter_tablet(membership_id=whole_number(person) or 0, pin=pin, actor=actor)
    except DomainError as refusal:
        return with_status(_lock_screen(request, actor, person, refusal), refusal)
    _end_login(request)
    rotate_token(request)  # a form that the person before left open in another tab must not act in the new name
    if session.needs_new_pin:
        return redirect(f"{reverse('tablet-new-pin')}?{urlencode({'next': _next(request, session.person)})}")
    return redirect(_next(request, session.person))


@never_cache
@require_http_methods(["GET", "POST"])
def new_pin(request: HttpRequest) -> HttpResponse:
    """Let a person who came with a one-time PIN choose another. Nothing else opens before."""
    actor = request_actor(request)
    session = session_on(actor)
    if actor is None or session is None or not session.needs_new_pin:
        return redirect("tablet")
    activate(language_for(session.person, restaurant_of(actor)))
    page: dict[str, Any] = {"member": session.membership, "next": _next(request, session.person)}
    if request.method == "GET":
        return render(request, "core/tablet_new_pin.html", page)
    wanted = request.POST.get("new_pin", "")[:80]
    try:
        if wanted != request.POST.get("again", "")[:80]:
            words = _("The two PINs differ. Type the same PIN twice.")
            raise InvalidInput(words, code="pins_differ", fields={"again": [words]})
        pins.replace_one_time_pin(new_pin=wanted, actor=actor)
    except DomainError as refusal:
        return with_status(render(request, "core/tablet_new_pin.html", {**page, "problem": refusal.message}), refusal)
    return redirect(page["next"])


@require_POST
def lock(request: HttpRequest) -> HttpResponse:
    """Lock the tablet and show the lock screen, which leads back to the same page after the next PIN."""
    actor = _on_tablet(request)
    if actor is None:
        return redirect("login")
    tablets.lock_tablet(actor=actor)
    _end_login(request)
    back = request.POST.get("next", "")
    return redirect(f"{reverse('tablet')}?{urlencode({'next': back})}" if back else "tablet")


@require_POST
def touched(request: HttpRequest) -> HttpResponse:
    """Keep the tablet from locking while somebody touches it without sending anything.

    The middleware records the touch of every POST, so there is nothing to do. 401 tells the page that it is locked.
    """
    actor = request_actor(request)
    works = actor is not None and (actor.came_by_pin or _by_password(request) is not None)
    return HttpResponse(status=204 if works else 401)


def _on_tablet(request: HttpRequest) -> Actor | None:
    """Return the actor of a shared tablet, or of the person who came by PIN; None for anybody else."""
    actor = request_actor(request)
    if (tablet := _by_password(request)) is not None:
        return tablet
    here = actor is not None and (Role.TABLET in actor.roles or actor.came_by_pin)
    return actor if here else None


def _by_password(request: HttpRequest) -> Actor | None:
    """Return the actor of the shared tablet on which somebody is signed in with a password, or None."""
    return getattr(request, "tablet", None)


def _end_login(request: HttpRequest) -> None:
    """End the password login of this browser, if there is one."""
    if _by_password(request) is not None:
        logout(request)


def _lock_screen(request: HttpRequest, actor: Actor, person: str, refusal: DomainError | None = None) -> HttpResponse:
    members, restaurant = members_with_pin(actor), restaurant_of(actor)
    activate(restaurant.language)
    chosen = next((member for member in members if str(member.pk) == person), None)
    page = {
        "restaurant": restaurant,
        "people": [_shown(member) for member in members],
        "chosen": _shown(chosen) if chosen is not None else None,
        "next": request.POST.get("next") or request.GET.get("next") or "",
        "problem": refusal.message if refusal is not None else "",
    }
    return render(request, LOCK_SCREEN, page)


def _shown(member: Membership) -> dict[str, Any]:
    name = member.staff.get_full_name()
    return {"id": member.pk, "name": name, "initials": initials_of(name), "role": member.get_role_display()}


def _next(request: HttpRequest, person: Actor) -> str:
    """Return the page to go to after the PIN: the one that was open, if the person may open it, else the own start."""
    target = next_page(request, "")
    return target if target and _may_open(urlsplit(target).path, person) else home_of(person)


def _may_open(path: str, person: Actor) -> bool:
    """Return whether the address is a page that declares a right, and the person has it."""
    try:
        view = resolve(path).func
    except Resolver404:
        return False
    right = getattr(view, "permission", None)
    return right is not None and person.may(right)
