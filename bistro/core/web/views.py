"""Pages of the core: login, choice of restaurant, set-up of screens and pads."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import LoginView, LogoutView
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import activate, gettext
from django.views.decorators.http import require_http_methods

from bistro.core.auth.access import (
    SESSION_RESTAURANT,
    actor_of_member,
    memberships_of,
    request_actor,
    restaurant_of,
)
from bistro.core.auth.authentication import set_device_cookie
from bistro.core.auth.rate_limits import client_address, limited_codes
from bistro.core.kernel.errors import DomainError, TooMany
from bistro.core.kernel.roles import Role
from bistro.core.models import Device, Staff
from bistro.core.services import devices, tablets
from bistro.core.services.second_factors import has_second_factor
from bistro.core.web.logins import finish_login
from bistro.core.web.pages import next_page, render_refusal
from bistro.core.web.pairing_views import HOME
from bistro.core.web.second_factor_views import to_code_page
from bistro.core.web.shell import home_of


class Login(LoginView):
    """The login page. A person with one membership lands where the role works, others choose a restaurant first."""

    template_name = "registration/login.html"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Log in, or say when the lock ends."""
        try:
            return super().post(request, *args, **kwargs)
        except TooMany as refusal:
            return render_refusal(request, self.template_name, refusal)

    def form_valid(self, form: Any) -> HttpResponse:
        staff, target = form.get_user(), next_page(self.request, "")
        if has_second_factor(staff.pk):
            return to_code_page(self.request, staff, target)
        return finish_login(self.request, staff, target)


class Logout(LogoutView):
    """Sign out. On a shared tablet this is the lock screen, for the next person."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:  # type: ignore[override]
        """End the session of the browser, or of the person on the tablet."""
        actor = request_actor(request)
        if actor is not None and actor.came_by_pin:
            tablets.lock_tablet(actor=actor)
            return redirect("tablet")
        return super().post(request, *args, **kwargs)


@login_required
@require_http_methods(["GET", "POST"])
def choose_restaurant(request: HttpRequest) -> HttpResponse:
    """Let a login choose the active restaurant. A restaurant without a membership is 404."""
    assert isinstance(request.user, Staff)
    members = memberships_of(request.user)
    if request.method == "POST":
        wanted = request.POST.get("restaurant", "")
        chosen = next((member for member in members if str(member.restaurant_id) == wanted), None)
        if chosen is None:
            raise Http404(gettext("There is no such restaurant."))
        request.session[SESSION_RESTAURANT] = chosen.restaurant_id
        return redirect(next_page(request, "") or home_of(actor_of_member(chosen)))
    return render(request, "core/choose_restaurant.html", {"memberships": members, "next": next_page(request, "")})


@require_http_methods(["GET", "POST"])
def device_setup(request: HttpRequest) -> HttpResponse:
    """Exchange a one-time code for an HttpOnly device cookie.

    A screen that is set up goes to its board, also when this is its start page after a power cut; `?again` lets it
    become another device.
    """
    if request.method == "GET":
        actor = request_actor(request)
        here = actor if actor is not None and not actor.is_staff else None
        if here is not None and here.restaurant_id is not None:
            activate(restaurant_of(here).language)  # before it is paired, a screen has the language of its browser
        if here is not None and "again" not in request.GET:
            starts = {Role.SCREEN: Device.Kind.KITCHEN, Role.TABLET: Device.Kind.TABLET}
            for role in here.roles & starts.keys():
                return redirect(HOME[starts[Role(role)]])
        return render(request, "core/device_setup.html", {"next": next_page(request), "here": here})
    try:
        with limited_codes(f"page:{client_address(request)}"):
            device, token = devices.enrol(code=request.POST.get("code", "")[:40], firmware="browser")
    except DomainError as refusal:
        return render_refusal(request, "core/device_setup.html", refusal, next=next_page(request))
    answer = redirect(HOME.get(Device.Kind(device.kind), "/"))
    set_device_cookie(answer, token)
    return answer
