"""Pages of the core: login, choice of restaurant, set-up of screens and pads."""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import LoginView
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.http import require_http_methods

from bistro.core.auth.access import SESSION_RESTAURANT, memberships_of, request_actor
from bistro.core.auth.authentication import set_device_cookie
from bistro.core.auth.known_logins import remember_login
from bistro.core.auth.rate_limits import client_address, limited_codes
from bistro.core.kernel.errors import DomainError, TooMany
from bistro.core.kernel.roles import Role
from bistro.core.models import Device, Staff
from bistro.core.services import devices
from bistro.core.web.pages import render_refusal
from bistro.core.web.pairing_views import HOME


class Login(LoginView):
    """The login page. A person with one membership goes straight on, others choose a restaurant."""

    template_name = "registration/login.html"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Log in, or say when the lock ends."""
        try:
            return super().post(request, *args, **kwargs)
        except TooMany as refusal:
            return render_refusal(request, self.template_name, refusal)

    def form_valid(self, form: Any) -> HttpResponse:
        answer = super().form_valid(form)
        members = memberships_of(form.get_user())
        if len(members) == 1:
            self.request.session[SESSION_RESTAURANT] = members[0].restaurant_id
        elif len(members) > 1:
            answer = redirect(f"{reverse('choose-restaurant')}?{urlencode({'next': answer['Location']})}")
        remember_login(self.request, answer, form.get_user())
        return answer


@login_required
@require_http_methods(["GET", "POST"])
def choose_restaurant(request: HttpRequest) -> HttpResponse:
    """Let a login choose the active restaurant. A restaurant without a membership is 404."""
    assert isinstance(request.user, Staff)
    members = memberships_of(request.user)
    if request.method == "POST":
        wanted = request.POST.get("restaurant", "")
        if wanted not in [str(member.restaurant_id) for member in members]:
            raise Http404("There is no such restaurant.")
        request.session[SESSION_RESTAURANT] = int(wanted)
        return redirect(_next(request))
    return render(request, "core/choose_restaurant.html", {"memberships": members, "next": _next(request)})


@require_http_methods(["GET", "POST"])
def device_setup(request: HttpRequest) -> HttpResponse:
    """Exchange a one-time code for an HttpOnly device cookie.

    A screen that is set up goes to its board, also when this is its start page after a power cut; `?again` lets it
    become another device.
    """
    if request.method == "GET":
        actor = request_actor(request)
        here = actor if actor is not None and not actor.is_staff else None
        if here is not None and Role.SCREEN in here.roles and "again" not in request.GET:
            return redirect(HOME[Device.Kind.KITCHEN])
        return render(request, "core/device_setup.html", {"next": _next(request), "here": here})
    try:
        with limited_codes(f"page:{client_address(request)}"):
            device, token = devices.enrol(code=request.POST.get("code", "")[:40], firmware="browser")
    except DomainError as refusal:
        return render_refusal(request, "core/device_setup.html", refusal, next=_next(request))
    answer = redirect(HOME.get(Device.Kind(device.kind), "/"))
    set_device_cookie(answer, token)
    return answer


def _next(request: HttpRequest) -> str:
    """Return the page to go to afterwards, if it is one of ours."""
    target = request.POST.get("next") or request.GET.get("next") or "/"
    safe = url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}, require_https=settings.HTTPS)
    return target if safe else "/"
