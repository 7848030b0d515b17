"""What dishes and choices are made of. Not public: pads learn that the menu changed, never what is in a recipe."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from bistro.core.admin.archive import ArchiveAdmin
from bistro.core.admin.base import LookInline, TenantInline
from bistro.core.admin.changes import Edits
from bistro.core.admin.filters import InUseFilter, OwnFilter
from bistro.core.admin.history import HistoryAdmin
from menu.admin.base import MenuAdmin, link
from menu.admin_forms import IngredientForm, RecipePartForm
from menu.models import Ingredient, Modifier, RecipePart
from menu.steps import touch_menu


class RecipeInline(TenantInline):
    """What a portion of a dish needs, or what a choice adds to it."""

    model = RecipePart
    form = RecipePartForm
    fields = ("ingredient", "quantity")
    hide_title = True
    verbose_name = "ingredient"
    verbose_name_plural = "recipe"

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("ingredient")


class UsedIn(LookInline):
    """Where an ingredient goes."""

    model = RecipePart
    fields = readonly_fields = ("used_in", "amount")
    verbose_name_plural = "used in"

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("ingredient", "item", "modifier__item")

    @admin.display(description="Dish or choice")
    def used_in(self, part: RecipePart) -> str:
        if part.item:
            return link("admin:menu_item_change", part.item.pk, part.item.name)
        assert part.modifier is not None
        return link("admin:menu_modifier_change", part.modifier.pk, f"{part.modifier.item}: {part.modifier}")


@admin.register(Ingredient)
class IngredientAdmin(MenuAdmin, ArchiveAdmin, HistoryAdmin):
    """Everything that dishes are made of. What is archived counts in no recipe. A unit stays once a recipe counts in
    it: 200 grams would become 200 pieces."""

    form = IngredientForm
    inlines = (UsedIn,)
    list_display = ("name", "unit", "archived")
    list_filter = (InUseFilter, "unit")
    search_fields = ("name",)
    fields = (("name", "unit"),)

    def get_readonly_fields(self, request: HttpRequest, obj: Ingredient | None = None) -> Any:
        return ("unit",) if obj and obj.recipe_parts.exists() else ()

    def after_write(self, request: HttpRequest, edits: Edits) -> None:
        touch_menu(edits.work, "ingredients")  # pads read this


@admin.register(Modifier)
class ModifierAdmin(MenuAdmin, HistoryAdmin):
    """What one choice adds or takes away. The choice itself is edited on its group's page."""

    may_add = may_delete = False
    inlines = (RecipeInline,)
    list_display = ("name", "item", "group", "made_of")
    list_filter = (("item__category", OwnFilter),)
    list_select_related = ("item", "group")
    search_fields = ("name", "item__name")
    fields = readonly_fields = ("item", "name")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).not_archived().prefetch_related("recipe__ingredient")

    @admin.display(description="Recipe")
    def made_of(self, modifier: Modifier) -> str:
        return ", ".join(part.amount for part in modifier.recipe.all())
