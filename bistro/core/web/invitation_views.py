"""The pages of one-time links: register or join with an invitation, choose a new password."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from bistro.core.auth.rate_limits import client_address, limited_refusals
from bistro.core.kernel.errors import DomainError
from bistro.core.models import Membership
from bistro.core.services import passwords
from bistro.core.services.joining import join_restaurant
from bistro.core.services.restaurants import accept_invitation
from bistro.core.web.logins import finish_login
from bistro.core.web.pages import with_status


@never_cache
@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Show the form or accept the invitation.

    Only an attempt tells whether the link is valid, so wrong links are limited.
    """
    if request.method == "GET":
        return _page(request, {})
    typed = {name: request.POST.get(name, "")[:254] for name in ("email", "name")}
    try:
        with limited_refusals("register", client_address(request), "invalid_invitation"):
            if request.user.is_authenticated:
                join_restaurant(token=token, staff_id=request.user.pk)
                return redirect("choose-restaurant")
            member = accept_invitation(token=token, password=request.POST.get("password", "")[:128], **typed)
    except DomainError as error:
        return with_status(_page(request, {"problem": error.message, "fields": error.fields, "typed": typed}), error)
    return _welcome(request, member)


def _welcome(request: HttpRequest, member: Membership) -> HttpResponse:
    """Sign in the person who has just chosen a password, and show the places of the new role."""
    answer = finish_login(request, member.staff, reverse("start"))
    named = {"restaurant": member.restaurant.name, "role": member.get_role_display()}
    messages.success(request, _("Welcome to %(restaurant)s. Your role: %(role)s.") % named)
    return answer


@never_cache
@require_http_methods(["GET", "POST"])
def choose_password(request: HttpRequest, token: str) -> HttpResponse:
    """Show the form or store the new password. Wrong links are limited, as for invitations."""
    template = "core/choose_password.html"
    if request.method == "GET":
        return render(request, template)
    try:
        with limited_refusals("register", client_address(request), "invalid_link"):
            passwords.choose(token=token, password=request.POST.get("password", "")[:128])
    except DomainError as error:
        context = {"problem": error.message, "fields": error.fields}
        return with_status(render(request, template, context), error)
    return redirect(reverse("login"))


def _page(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    return render(request, "core/invitation.html", context)
