"""Admin pages of modifier groups and of single choices."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bistro.core.admin.archive import ArchiveAdmin
from bistro.core.admin.base import TenantInline
from bistro.core.admin.filters import InUseFilter, OwnFilter
from bistro.core.admin.history import HistoryAdmin
from menu.admin.base import MenuAdmin, link
from menu.admin.recipes import RecipeInline
from menu.admin.statements import StatementsAdmin
from menu.admin_forms import ChoiceForm, GroupForm, ModifierForm
from menu.choices import choices_of, dishes_of, refuse_if_offered, some, with_dishes
from menu.models import Modifier, ModifierGroup


class ModifiersOfGroup(TenantInline):
    """Choices of a group, in the order of the menu."""

    model = Modifier
    form = ModifierForm
    fields = ("name", "price", "is_default", "off", "recipe", "position")
    readonly_fields = ("recipe",)
    ordering_field = "position"
    hide_ordering_field = hide_title = True
    verbose_name = _("choice")
    verbose_name_plural = _("choices, the same for every dish above")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).not_archived().prefetch_related("recipe__ingredient")

    @admin.display(description=_("Recipe"))
    def recipe(self, modifier: Modifier) -> str:
        if not modifier.pk:
            return str(_("Save first"))
        parts = [part.amount for part in modifier.recipe.all()]
        return link("admin:menu_modifier_change", modifier.pk, ", ".join(parts) or str(_("Add a recipe")))


@admin.register(ModifierGroup)
class ModifierGroupAdmin(MenuAdmin, ArchiveAdmin, HistoryAdmin):
    """The admin page of modifier groups. Dishes offer a group on their own pages."""

    form = GroupForm
    inlines = (ModifiersOfGroup,)
    list_display = ("name", "choices", "dishes", "min", "max", "archived")
    list_filter = (InUseFilter, ("item_groups__item__category", OwnFilter))
    search_fields = ("name", "modifiers__name", "item_groups__item__name")
    readonly_fields = ("offered_by",)

    def get_queryset(self, request: HttpRequest) -> Any:
        return with_dishes(super().get_queryset(request))

    def get_fields(self, request: HttpRequest, obj: ModifierGroup | None = None) -> Any:
        return ("name", ("min", "max"), *(("offered_by",) if obj else ()), "translations")

    def require_unused(self, row: ModifierGroup) -> None:
        refuse_if_offered(row)

    @admin.display(description=_("Choices"))
    def choices(self, group: ModifierGroup) -> str:
        return some(choices_of(group))

    @admin.display(description=_("Dishes"))
    def dishes(self, group: ModifierGroup) -> str:
        return some(dishes_of(group))

    @admin.display(description=_("Offered by"))
    def offered_by(self, group: ModifierGroup) -> str | SafeString:
        pages = [(link("admin:menu_item_change", item.pk, item.name),) for item in dishes_of(group)]
        return format_html_join(", ", "{}", pages) or gettext("No dish. Add it on the page of a dish.")


@admin.register(Modifier)
class ModifierAdmin(StatementsAdmin, HistoryAdmin):
    """The admin page of a choice's allergens, recipe and languages. The choice is edited on its group's page."""

    form = ChoiceForm
    may_add = may_delete = False
    inlines = (RecipeInline,)
    list_display = ("name", "group", "made_of")
    list_filter = (("group__item_groups__item__category", OwnFilter),)
    list_select_related = ("group",)
    search_fields = ("name", "group__name", "group__item_groups__item__name")
    fieldsets = (
        (None, {"fields": ("group", "name")}),
        (_("Allergens of what the choice adds"), {"fields": StatementsAdmin.STATEMENTS}),
        (_("Other languages"), {"fields": ("translations",)}),
    )
    readonly_fields = ("group", "name")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).not_archived().prefetch_related("recipe__ingredient")

    @admin.display(description=_("Recipe"))
    def made_of(self, modifier: Modifier) -> str:
        return ", ".join(part.amount for part in modifier.recipe.all())
