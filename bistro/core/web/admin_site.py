"""The admin site, open to owners and managers of the active restaurant and to the operator."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth import REDIRECT_FIELD_NAME
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import activate
from unfold.forms import AuthenticationForm
from unfold.sites import UnfoldAdminSite

from bistro.core.auth.access import SESSION_RESTAURANT, memberships_of, request_actor
from bistro.core.auth.known_logins import remember_login
from bistro.core.kernel.errors import TooMany
from bistro.core.kernel.languages import language_for
from bistro.core.kernel.roles import PERMISSIONS, Permission
from bistro.core.models import Restaurant, Staff
from bistro.core.web.pages import render_refusal


def restaurant_in(request: HttpRequest) -> Restaurant | None:
    """Return the managed restaurant, or None. Read once per request."""
    if not hasattr(request, "managed_restaurant"):
        actor = request_actor(request)
        restaurant_id = actor.restaurant_id if actor is not None else None
        found = Restaurant.objects.filter(pk=restaurant_id).first() if restaurant_id is not None else None
        request.managed_restaurant = found  # type: ignore[attr-defined]
    return request.managed_restaurant  # type: ignore[attr-defined,no-any-return]


class ManagerLogin(AuthenticationForm):
    """A login form for managers of a restaurant and for the operator."""

    error_messages = {
        **AuthenticationForm.error_messages,
        "invalid_login": "Enter the e-mail address and password of an owner or manager.",
    }

    def confirm_login_allowed(self, user: Any) -> None:
        manages = any(Permission.MANAGE in PERMISSIONS[membership.role] for membership in memberships_of(user))
        if not user.is_active or not (user.is_superuser or manages):
            raise ValidationError(self.error_messages["invalid_login"], code="invalid_login")


class BistroAdminSite(UnfoldAdminSite):
    """An admin site whose access depends on the membership, not on a flag of the login."""

    login_form = ManagerLogin
    index_title = "Tonight"
    enable_nav_sidebar = True

    def has_permission(self, request: HttpRequest) -> bool:
        actor = request_actor(request)
        if actor is None or not request.user.is_active:
            return False
        return bool(getattr(request.user, "is_superuser", False)) or (actor.is_staff and actor.may(Permission.MANAGE))

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Log in, or say when the lock ends. A person with several memberships chooses the restaurant first."""
        user = request.user
        if request.method == "GET" and user.is_authenticated and not self.has_permission(request):
            undecided = SESSION_RESTAURANT not in request.session and len(memberships_of(user)) > 1
            if undecided:
                target = request.GET.get(REDIRECT_FIELD_NAME) or reverse("admin:index", current_app=self.name)
                return redirect(f"{reverse('choose-restaurant')}?{urlencode({'next': target})}")
        try:
            answer: HttpResponse = super().login(request, extra_context)
        except TooMany as refusal:
            return render_refusal(request, "registration/login.html", refusal)
        if request.method == "POST" and answer.status_code == HTTPStatus.FOUND and isinstance(request.user, Staff):
            remember_login(request, answer, request.user)
        return answer

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Callable[..., Any]:
        """Show times in the restaurant's time zone, texts in the person's language or else the restaurant's."""
        inner = super().admin_view(view, cacheable)

        def at_home(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            restaurant, actor = restaurant_in(request), request_actor(request)
            if actor is not None and restaurant is not None:
                activate(language_for(actor, restaurant))
            with timezone.override(ZoneInfo(restaurant.timezone) if restaurant else None):
                answer = inner(request, *args, **kwargs)
                if hasattr(answer, "render") and not answer.is_rendered:
                    answer.render()
                return answer

        return at_home
