"""The end of a login by password, shared by the login page, the admin's login and the page that asks for a code."""

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from bistro.core.auth.access import SESSION_RESTAURANT, actor_of_member, memberships_of
from bistro.core.auth.confirmations import note_confirmed
from bistro.core.auth.known_logins import remember_login
from bistro.core.auth.sign_ins import note_browser
from bistro.core.auth.tablets import limit_login
from bistro.core.models import Staff
from bistro.core.services import tablets
from bistro.core.web.shell import SEVERAL_RESTAURANTS, home_of


def finish_login(request: HttpRequest, staff: Staff, target: str) -> HttpResponse:
    """Open the session of a person whose password (and code) was right, and go to `target` or where the role works.

    A person with several memberships chooses a restaurant first.
    """
    login(request, staff)
    note_browser(request)
    note_confirmed(request)
    if (tablet := limit_login(request)) is not None:
        tablets.lock_tablet(actor=tablet)  # the person who came by PIN before has left
    members = memberships_of(staff)
    if len(members) == 1:
        request.session[SESSION_RESTAURANT] = members[0].restaurant_id
        target = target or home_of(actor_of_member(members[0]))
    elif len(members) > 1:
        request.session[SEVERAL_RESTAURANTS] = True
        wanted = f"?{urlencode({'next': target})}" if target else ""
        target = reverse("choose-restaurant") + wanted
    answer = redirect(target or _without_restaurant(staff))
    remember_login(request, answer, staff)
    return answer


def _without_restaurant(staff: Staff) -> str:
    """Return where a login without a membership lands: the operator in the admin, others on the start page."""
    return reverse("admin:index") if staff.is_superuser else reverse("start")
