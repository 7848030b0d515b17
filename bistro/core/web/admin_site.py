"""The admin site, open to owners and managers of the active restaurant and to the operator."""

from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth import REDIRECT_FIELD_NAME
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import activate
from django.utils.translation import gettext_lazy as _
from unfold.forms import AuthenticationForm
from unfold.sites import UnfoldAdminSite

from bistro.core.auth.access import SESSION_RESTAURANT, memberships_of, request_actor
from bistro.core.auth.confirmations import note_confirmed
from bistro.core.auth.known_logins import remember_login
from bistro.core.auth.second_factors import SecondFactorNeeded
from bistro.core.kernel.errors import TooMany
from bistro.core.kernel.languages import regional_language
from bistro.core.kernel.roles import PERMISSIONS, Permission
from bistro.core.kernel.texts import NUL
from bistro.core.models import Restaurant, Staff
from bistro.core.services.second_factors import has_second_factor
from bistro.core.web.pages import next_page, render_refusal
from bistro.core.web.second_factor_views import to_code_page

MOST_FOUND = 6  # rows of one kind
LONGEST_SEARCH = 80


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
        "invalid_login": _("Enter the e-mail address and password of an owner or manager."),
    }

    def confirm_login_allowed(self, user: Any) -> None:
        manages = any(Permission.MANAGE in PERMISSIONS[membership.role] for membership in memberships_of(user))
        if not user.is_active or not (user.is_superuser or manages):
            raise ValidationError(self.error_messages["invalid_login"], code="invalid_login")
        if has_second_factor(user.pk):
            raise SecondFactorNeeded(user)


class BistroAdminSite(UnfoldAdminSite):
    """An admin site whose access depends on the membership, not on a flag of the login."""

    login_form = ManagerLogin
    index_title = _("Tonight")
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
        except SecondFactorNeeded as half:
            return to_code_page(request, half.staff, next_page(request, reverse("admin:index")))
        except TooMany as refusal:
            return render_refusal(request, "registration/login.html", refusal)
        if request.method == "POST" and answer.status_code == HTTPStatus.FOUND and isinstance(request.user, Staff):
            note_confirmed(request)
            remember_login(request, answer, request.user)
        return answer

    def search(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Return the pages and the restaurant's own rows that match the words `s`, a few of each kind.

        Nothing is kept between requests: what one restaurant finds must never answer another.
        """
        words = request.GET.get("s", "").strip()[:LONGEST_SEARCH]
        found = [*self._pages(request, words), *self._rows(request, words)] if words and NUL not in words else []
        named = words.casefold().lstrip("#")
        found.sort(key=lambda row: named not in str(row["title"]).casefold())  # a match in an e-mail address is last
        context = {"results": found, "words": words}
        return TemplateResponse(request, "admin/search_results.html", context, headers={"Cache-Control": "no-store"})

    def _pages(self, request: HttpRequest, words: str) -> Iterator[dict[str, Any]]:
        """Yield the entries of the side bar whose title contains the words."""
        for group in self.get_sidebar_list(request):
            for item in group["items"]:
                if item["has_permission"] and words.casefold() in str(item["title"]).casefold():
                    yield {"title": item["title"], "kind": group["title"], "link": item["link"]}

    def _rows(self, request: HttpRequest, words: str) -> Iterator[dict[str, Any]]:
        """Yield the first matching rows of each admin page that takes part, one query for each."""
        for model, page in self._registry.items():
            if not getattr(page, "in_site_search", False) or not page.has_view_permission(request):
                continue
            rows, duplicates = page.get_search_results(request, page.get_queryset(request), words)
            related = page.list_select_related
            rows = rows.select_related(*related) if isinstance(related, tuple) else rows
            for row in (rows.distinct() if duplicates else rows)[:MOST_FOUND]:
                link = reverse(f"{self.name}:{model._meta.app_label}_{model._meta.model_name}_change", args=[row.pk])
                kind = capfirst(str(model._meta.verbose_name))
                yield {"title": page.site_search_words(row), "kind": kind, "link": link}  # type: ignore[attr-defined]

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Callable[..., Any]:
        """Show times and formats of the restaurant, texts in the person's language or else the restaurant's."""
        inner = super().admin_view(view, cacheable)

        def at_home(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            restaurant, actor = restaurant_in(request), request_actor(request)
            if actor is not None and restaurant is not None:
                activate(regional_language(actor, restaurant))
            with timezone.override(ZoneInfo(restaurant.timezone) if restaurant else None):
                answer = inner(request, *args, **kwargs)
                if hasattr(answer, "render") and not answer.is_rendered:
                    answer.render()
                return answer

        return at_home
