"""The statements about allergens on the admin pages of dishes and choices."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext, gettext_lazy

from bistro.core.admin.changes import edits_of
from bistro.core.admin.formats import day_text
from menu.admin.base import MenuAdmin
from menu.admin_forms import StatementsForm
from menu.models import AllergenStatement, Item, Modifier
from menu.statements import state_allergens


class StatementsAdmin(MenuAdmin):
    """An admin page with the statements about allergens. `STATEMENTS` are its fields."""

    STATEMENTS = ("contains", "may_contain", "free_of", "checked", "checks")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (*super().get_readonly_fields(request, obj), "checks")

    @admin.display(description=gettext_lazy("Who checked"))
    def checks(self, subject: Item | Modifier) -> str:
        """Return each check with its allergens: `Ana, 28/11/2026: Nuts, Milk`."""
        if not subject.pk:
            return "–"
        found: dict[str, list[str]] = {}
        for row in subject.statements.filter(allergen__archived_at=None).select_related("allergen"):
            found.setdefault(_check(row), []).append(str(row.allergen))
        return "; ".join(f"{check}: {', '.join(names)}" for check, names in found.items()) or gettext("nobody yet")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if isinstance(form, StatementsForm) and set(form.changed_data) & set(self.STATEMENTS):
            state_allergens(edits_of(request).work, {obj: form.levels()}, checked=form.cleaned_data["checked"])


def _check(row: AllergenStatement) -> str:
    return f"{row.checked_by}, {day_text(row.checked_at)}"
