"""Base classes of the menu's admin pages."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from bistro.core.admin.base import TenantAdmin
from bistro.core.admin.changes import Edits, edits_of
from menu.admin_forms import StatementsForm
from menu.models import AllergenStatement, Item, Modifier
from menu.statements import state_allergens
from menu.steps import touch_menu


def link(page: str, pk: int, words: str) -> SafeString:
    """Return a link to another page of the admin."""
    return format_html(
        '<a class="text-primary-600 dark:text-primary-500" href="{}">{}</a>', reverse(page, args=[pk]), words
    )


class MenuAdmin(TenantAdmin):
    """An admin page whose every write raises the menu's version, so that compiled menus are read again."""

    def after_write(self, request: HttpRequest, edits: Edits) -> None:
        touch_menu(edits.work, ", ".join(dict.fromkeys(str(row) for row in edits.rows))[:200])


class StatementsAdmin(MenuAdmin):
    """An admin page with the statements about allergens. `STATEMENTS` are its fields."""

    STATEMENTS = ("contains", "may_contain", "free_of", "checked", "checks")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (*super().get_readonly_fields(request, obj), "checks")

    @admin.display(description="Who checked")
    def checks(self, subject: Item | Modifier) -> str:
        """Return each check with its allergens: `Ana, 2026-11-28: nuts, milk`."""
        if not subject.pk:
            return "–"
        found: dict[str, list[str]] = {}
        for row in subject.statements.filter(allergen__archived_at=None).select_related("allergen"):
            found.setdefault(_check(row), []).append(row.allergen.code)
        return "; ".join(f"{check}: {', '.join(codes)}" for check, codes in found.items()) or "nobody yet"

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if isinstance(form, StatementsForm) and set(form.changed_data) & set(self.STATEMENTS):
            state_allergens(edits_of(request).work, {obj: form.levels()}, checked=form.cleaned_data["checked"])


def _check(row: AllergenStatement) -> str:
    return f"{row.checked_by}, {timezone.localtime(row.checked_at):%Y-%m-%d}"
