"""Admin pages of ingredients and recipes.

Recipes are not public: pads learn that the menu changed, but not the contents of a recipe.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from bistro.core.admin.archive import ArchiveAdmin
from bistro.core.admin.base import ReadOnlyInline, TenantInline
from bistro.core.admin.changes import Edits
from bistro.core.admin.filters import InUseFilter
from bistro.core.admin.history import HistoryAdmin
from menu.admin.base import MenuAdmin, link
from menu.admin_forms import IngredientForm, RecipePartForm
from menu.models import Ingredient, RecipePart
from menu.steps import touch_menu


class RecipeInline(TenantInline):
    """The recipe of a dish or of a choice."""

    model = RecipePart
    form = RecipePartForm
    fields = ("ingredient", "quantity")
    hide_title = True
    verbose_name = _("ingredient")
    verbose_name_plural = _("recipe")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("ingredient")


class UsedIn(ReadOnlyInline):
    """Dishes and choices that use an ingredient, read only."""

    model = RecipePart
    fields = readonly_fields = ("used_in", "amount_words")
    verbose_name_plural = _("used in")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("ingredient", "item", "modifier__group")

    @admin.display(description=_("Amount"))
    def amount_words(self, part: RecipePart) -> str:
        return part.amount

    @admin.display(description=_("Dish or choice"))
    def used_in(self, part: RecipePart) -> str:
        if part.item:
            return link("admin:menu_item_change", part.item.pk, part.item.name)
        assert part.modifier is not None
        return link("admin:menu_modifier_change", part.modifier.pk, f"{part.modifier.group}: {part.modifier}")


@admin.register(Ingredient)
class IngredientAdmin(MenuAdmin, ArchiveAdmin, HistoryAdmin):
    """The admin page of ingredients. Archived ingredients count in no recipe.

    The unit is read-only once a recipe uses it, because 200 grams would become 200 pieces.
    """

    form = IngredientForm
    inlines = (UsedIn,)
    list_display = ("name", "unit", "archived")
    list_filter = (InUseFilter, "unit")
    search_fields = ("name",)
    fields = (("name", "unit"),)

    def get_readonly_fields(self, request: HttpRequest, obj: Ingredient | None = None) -> Any:
        return ("unit",) if obj and obj.recipe_parts.exists() else ()

    def after_write(self, request: HttpRequest, edits: Edits) -> None:
        touch_menu(edits.work, "ingredients")  # pads receive this text, so it names no ingredient
