"""The page of the restaurant's settings, on which the operator also creates restaurants."""

import zoneinfo
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import ModelAdmin
from unfold.decorators import action
from unfold.widgets import UnfoldAdminSelect2Widget, UnfoldAdminTextInputWidget

from bistro.core.admin.base import acting_manager
from bistro.core.admin.changes import Edits
from bistro.core.admin.forms import TenantForm
from bistro.core.admin.history import HistoryAdmin
from bistro.core.admin.services import ServiceAdmin
from bistro.core.auth.confirmations import is_confirmed
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.money import fits, short
from bistro.core.kernel.texts import clean_text
from bistro.core.models import Restaurant
from bistro.core.models.logos import re_encoded_logo
from bistro.core.models.restaurants import LONGEST_NOTE, MOST_NOTES, notes_after
from bistro.core.services import restaurants as restaurant_services
from bistro.core.writing.configuration_events import RestaurantChanged

MONEY_IS_COPIED = gettext_lazy("Existing bills do not change.")
COURSES = ("hold_courses", "fire_after_served_minutes", "land_together")


class RestaurantForm(TenantForm):
    """A form for the settings, with a list of time zones."""

    timezone = forms.ChoiceField(label=gettext_lazy("Time zone"), widget=UnfoldAdminSelect2Widget)
    day_ends_at = forms.TimeField(
        label=gettext_lazy("The business day ends at"),
        widget=UnfoldAdminTextInputWidget(attrs={"type": "time"}),
        help_text=gettext_lazy("Orders before this time count for the previous day."),
    )
    is_confirmed = False
    constraint_words = {
        "restaurant_late_after_soon": (
            "late_seconds",
            gettext_lazy("Late must come after soon: choose a larger number of seconds."),
        ),
        "restaurant_tablet_idle_minutes": ("tablet_idle_minutes", gettext_lazy("Choose 1 to 120 minutes.")),
        "restaurant_cash_rounding_positive": ("cash_rounding", gettext_lazy("Must be more than 0.")),
    }

    def clean(self) -> dict[str, Any] | None:
        """Clean the texts of documents as every text that people type, and refuse a coin that the currency lacks.

        Another limit of typed prices needs a password that was typed in the last minutes.
        """
        cleaned = super().clean() or {}
        for name in ("legal_name", "phone", "tax_number"):
            cleaned[name] = clean_text(cleaned.get(name) or "")
        for name in ("address", "footer_text"):
            cleaned[name] = clean_text(cleaned.get(name) or "", lines=True)
        cleaned["kitchen_notes"] = self._notes(cleaned.get("kitchen_notes") or "")
        if "language" in self.changed_data and "language" in cleaned:
            before = self.initial.get("language") or "en"
            cleaned["kitchen_notes"] = notes_after(cleaned["kitchen_notes"], before, cleaned["language"])
        coin, currency = cleaned.get("cash_rounding"), cleaned.get("currency", self.instance.currency)
        if coin is not None and not fits(coin, currency):
            self.add_error("cash_rounding", _("%(currency)s has no such coin.") % {"currency": currency})
        if self.instance.pk and "price_limit" in self.changed_data and not self.is_confirmed:
            self.add_error("price_limit", _link_to_confirm())
        return cleaned

    def clean_logo(self) -> Any:
        """Return a new logo re-encoded."""
        logo = self.cleaned_data.get("logo")
        return re_encoded_logo(logo) if logo and "logo" in self.changed_data else logo

    def _notes(self, typed: str) -> str:
        """Return the notes to the kitchen, each once. Notes of a dish are joined by semicolons, so none has one."""
        notes = list(dict.fromkeys(filter(None, map(clean_text, typed.splitlines()))))
        if len(notes) > MOST_NOTES or any(len(note) > LONGEST_NOTE or ";" in note for note in notes):
            words = _("At most %(count)s notes of %(length)s characters, one on a line, without semicolons.")
            self.add_error("kitchen_notes", words % {"count": MOST_NOTES, "length": LONGEST_NOTE})
        return "\n".join(notes)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.cash_rounding is not None:
            self.initial["cash_rounding"] = Decimal(short(self.instance.cash_rounding))  # 0.05, not 0.0500
        if self.instance.price_limit is not None:
            self.initial["price_limit"] = Decimal(short(self.instance.price_limit))  # 20, not 20.0000
        if "timezone" in self.fields:
            names = sorted(zoneinfo.available_timezones())
            self.fields["timezone"].choices = [(name, name) for name in names]  # type: ignore[attr-defined]


def _link_to_confirm() -> SafeString:
    """Return the refusal with a link that leaves the form as it is, because it opens beside it."""
    words = _("Sign in once more to change this (opens beside this page), then save again.")
    target = f"{reverse('confirm')}?next={reverse('admin:core_restaurant_changelist')}"
    return format_html('<a href="{}" target="_blank" class="underline">{}</a>', target, words)


@admin.register(Restaurant)
class RestaurantAdmin(ServiceAdmin, HistoryAdmin):
    """The pages of restaurants. A manager sees only the restaurant of the active membership."""

    form = add_form = RestaurantForm
    by_service = frozenset({"add"})
    may_delete = False
    list_display = ("name", "currency", "timezone", "day_ends_at")
    actions_detail = ("copy",)
    fieldsets = (
        (None, {"fields": ("name",)}),
        (
            gettext_lazy("Money"),
            {
                "fields": (
                    ("currency", "locale"),
                    "tax_mode",
                    ("rounding_level", "rounding_mode"),
                    "cash_rounding",
                    "price_limit",
                    "bills_required",
                    "online_payments",
                    "tip_percents",
                    "is_training",
                ),
                "description": MONEY_IS_COPIED,
            },
        ),
        (gettext_lazy("Language and day"), {"fields": ("language", ("timezone", "day_ends_at"))}),
        (
            gettext_lazy("Kitchen"),
            {
                "fields": (
                    ("soon_seconds", "late_seconds"),
                    "hold_courses",
                    "fire_after_served_minutes",
                    "land_together",
                    "kitchen_notes",
                )
            },
        ),
        (
            gettext_lazy("Pads and tablets"),
            {"fields": ("pads_need_session", ("calls_ring_seconds", "calls_escalate_seconds"), "tablet_idle_minutes")},
        ),
        (
            gettext_lazy("Documents"),
            {
                "fields": ("legal_name", "address", ("phone", "tax_number"), "logo", "footer_text"),
                "description": gettext_lazy("What receipts and invoices say about the house."),
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        actor = acting_manager(request)
        return ModelAdmin.get_queryset(self, request).filter(pk=actor.restaurant_id if actor else None)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return super().has_module_permission(request) or self.has_add_permission(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_operator(request)

    @action(description=gettext_lazy("Copy…"), icon="content_copy", url_path="copy", permissions=["change"])
    def copy(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Continue with the page of the set-up that copies the restaurant."""
        return redirect("setup:copy")

    def add_by_service(self, request: HttpRequest, data: dict[str, Any]) -> HttpResponse:
        opened = restaurant_services.open_restaurant(actor=operator(request, None), **data)
        self.message_user(
            request, _("%(restaurant)s is created. Now add an owner.") % {"restaurant": opened.name}, messages.SUCCESS
        )
        return redirect(f"{reverse('admin:core_membership_add')}?restaurant={opened.pk}&role=owner")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        form.is_confirmed = is_confirmed(request)
        return form

    def after_write(self, request: HttpRequest, edits: Edits) -> None:
        """Record RestaurantChanged, because menu and kitchen cache the settings."""
        for row in edits.rows:
            edits.work.record(RestaurantChanged(row=row, pk=row.pk, changed=edits.values.get(row.pk, {})))


def is_operator(request: HttpRequest) -> bool:
    """Return whether the user is the operator of the installation."""
    return bool(getattr(request.user, "is_superuser", False) and request.user.is_active)


def operator(request: HttpRequest, restaurant_id: int | None) -> Actor:
    """Return the operator's actor in a restaurant where they have no membership."""
    return Actor.system(restaurant_id, f"operator {request.user.get_username()}")
