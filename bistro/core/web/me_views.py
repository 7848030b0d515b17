"""The page of the person who is signed in: name, language, PIN, password, second factor, sign out everywhere."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import activate, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from bistro.core.auth.access import restaurant_of
from bistro.core.auth.confirmations import require_password
from bistro.core.auth.pins import limited_pins
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import DomainError, InvalidInput
from bistro.core.kernel.languages import languages
from bistro.core.kernel.pins import LONGEST
from bistro.core.kernel.roles import Permission
from bistro.core.models import Membership
from bistro.core.services import own_login, pins, second_factors
from bistro.core.web.page_access import page_for_staff
from bistro.core.web.pages import HtmxHttpRequest, with_status


@require_GET
@page_for_staff
def me(request: HtmxHttpRequest, actor: Actor) -> HttpResponse:
    """Show the own name, PIN and way out."""
    return _page(request, actor)


@require_POST
@page_for_staff
def save_name(request: HtmxHttpRequest, actor: Actor) -> HttpResponse:
    """Change the own name."""
    name = request.POST.get("name", "")[:200]
    return _act(request, actor, "name", lambda: own_login.rename(name=name, actor=actor), _("Your name is saved."))


@require_POST
@page_for_staff
def save_language(request: HtmxHttpRequest, actor: Actor) -> HttpResponse:
    """Choose the language of the own pages."""
    wanted = request.POST.get("language", "")

    def save() -> None:
        own_login.choose_language(language=wanted, actor=actor)
        activate(wanted or restaurant_of(actor).language)

    return _act(request, actor, "language", save, gettext_lazy("Your language is saved."))


@require_POST
@page_for_staff
def save_pin(request: HtmxHttpRequest, actor: Actor) -> HttpResponse:
    """Set the own PIN. The proof is the password, or the present PIN, which is shorter than any password."""
    new_pin, again, proof = (request.POST.get(name, "")[:128] for name in ("new_pin", "again", "proof"))

    def save() -> None:
        if new_pin != again:
            raise InvalidInput(_("The two PINs differ. Type the same PIN twice."), code="pins_differ")
        kind = "pin" if len(proof) <= LONGEST else "password"
        with limited_pins(actor):
            pins.set_pin(new_pin=new_pin, actor=actor, **{kind: proof})

    return _act(request, actor, "pin", save, _("Your PIN is saved."))


@require_POST
@page_for_staff
def forget_pin(request: HtmxHttpRequest, actor: Actor) -> HttpResponse:
    """Remove the own PIN. On a shared tablet this ends the own session."""
    own = Membership.objects.visible_to(actor).filter(staff_id=actor.id).values_list("pk", flat=True).get()
    return _act(
        request, actor, "pin", lambda: pins.forget_pin(membership_id=own, actor=actor), _("Your PIN is removed.")
    )


@require_POST
@page_for_staff
def save_password(request: HtmxHttpRequest, actor: Actor) -> HttpResponse:
    """Change the own password. Every other session ends; on a shared tablet this one too."""
    present, new_password, again = (request.POST.get(name, "")[:128] for name in ("password", "new_password", "again"))

    def save() -> None:
        if new_password != again:
            raise InvalidInput(_("The two passwords differ. Type the same one twice."), code="passwords_differ")
        require_password(request, actor.id, present)
        staff = own_login.change_password(password=new_password, actor=actor)
        if not actor.came_by_pin:
            update_session_auth_hash(request, staff)

    done = gettext_lazy("Your password is changed. Other browsers and programs ask for it now.")
    return _act(request, actor, "password", save, done)


@require_POST
@page_for_staff
def second_factor_off(request: HtmxHttpRequest, actor: Actor) -> HttpResponse:
    """Switch the own second factor off, with the password."""

    def save() -> None:
        require_password(request, actor.id, request.POST.get("password", "")[:128])
        second_factors.switch_off(actor=actor)

    return _act(request, actor, "factor", save, gettext_lazy("Your logins ask for the password alone now."))


@require_POST
@page_for_staff
def sign_out_everywhere(request: HtmxHttpRequest, actor: Actor) -> HttpResponse:
    """End every session of the own login: browsers, programs, sockets and tablets."""
    own_login.sign_out_everywhere(actor=actor)
    logout(request)
    return redirect("tablet" if actor.came_by_pin else "login")


def _act(
    request: HtmxHttpRequest, actor: Actor, part: str, service: Callable[[], object], done: object
) -> HttpResponse:
    """Run a service and return to the page, or show the refusal in its part of the page."""
    try:
        service()
    except DomainError as refusal:
        said = [refusal.message, *refusal.fields.get("new_password", [])]
        return with_status(_page(request, actor, **{f"{part}_problem": " ".join(said)}), refusal)
    messages.success(request, str(done))
    return redirect("me")


def _page(request: HtmxHttpRequest, actor: Actor, **problems: str) -> HttpResponse:
    mine = Membership.objects.visible_to(actor).filter(staff_id=actor.id).select_related("staff", "pin")
    context = {
        "member": mine.get(),
        "languages": languages(),
        "factor": second_factors.second_factor_of(actor.id),
        "codes_left": second_factors.recovery_codes_left(actor.id),
        "may_connect": actor.may(Permission.MANAGE),
    }
    return render(request, "core/me.html", {**context, **problems})
