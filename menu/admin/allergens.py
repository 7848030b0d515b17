"""The admin page of the catalogue of allergens."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from bistro.core.admin.archive import ArchiveAdmin
from bistro.core.admin.base import acting_manager
from bistro.core.admin.filters import InUseFilter
from bistro.core.admin.history import HistoryAdmin
from menu.admin.base import MenuAdmin
from menu.admin_forms import AllergenForm
from menu.allergens import Level
from menu.models import Allergen, AllergenStatement


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
        dishes = AllergenStatement.objects.visible_to(acting_manager(request)).filter(
            allergen=OuterRef("pk"), level=Level.CONTAINS, item__isnull=False, item__archived_at=None
        )
        # A subquery, because PostgreSQL does not lock rows of a query with GROUP BY.
        count = dishes.order_by().values("allergen").annotate(number=Count("pk")).values("number")
        return super().get_queryset(request).annotate(contained_in=Coalesce(Subquery(count), 0))

    @admin.display(description=_("Dishes that contain it"))
    def contained(self, allergen: Any) -> int:
        return int(allergen.contained_in)
