"""The admin page of the catalogue of allergens."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q
from django.http import HttpRequest

from bistro.core.admin.archive import ArchiveAdmin
from bistro.core.admin.filters import InUseFilter
from bistro.core.admin.history import HistoryAdmin
from menu.admin.base import MenuAdmin
from menu.admin_forms import AllergenForm
from menu.allergens import Level
from menu.models import Allergen


@admin.register(Allergen)
class AllergenAdmin(MenuAdmin, ArchiveAdmin, HistoryAdmin):
    """The admin page of allergens that guests can declare. Statements are made on the pages of dishes and choices."""

    form = AllergenForm
    list_display = ("name", "code", "contained", "archived")
    list_filter = (InUseFilter,)
    search_fields = ("name", "code")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("name", "code", "position") if obj else ("name", "code")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("code",) if obj else ()

    def get_queryset(self, request: HttpRequest) -> Any:
        contains = Q(statements__level=Level.CONTAINS, statements__item__archived_at=None)
        return super().get_queryset(request).annotate(contained_in=Count("statements__item", filter=contains))

    @admin.display(description="Dishes that contain it")
    def contained(self, allergen: Any) -> int:
        return int(allergen.contained_in)
