"""Admin pages of categories, dishes and tax rates.

Every save raises the menu's version. The 86 and portion actions call services.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display

from bistro.core.admin.archive import ArchiveAdmin
from bistro.core.admin.base import TenantInline, manager_of
from bistro.core.admin.filters import InUseFilter, OwnFilter
from bistro.core.admin.history import HistoryAdmin
from bistro.core.admin.pages import ask
from bistro.core.kernel.money import text
from menu import services
from menu.admin.base import MenuAdmin
from menu.admin.base import link as page_of
from menu.admin.recipes import RecipeInline
from menu.admin.statements import StatementsAdmin
from menu.admin_forms import CategoryForm, ItemForm, ItemGroupForm, PortionsForm
from menu.choices import choices_of, some
from menu.models import Category, Item, ItemGroup


class ItemsOfCategory(TenantInline):
    """Dishes of a category in the order of the menu, each with a link to its own page."""

    model = Item
    fields = ("page", "amount", "position")
    readonly_fields = ("page", "amount")
    ordering_field = "position"
    hide_ordering_field = hide_title = True
    may_add = may_delete = False
    verbose_name_plural = "items, in the order of the menu"

    @admin.display(description="Item")
    def page(self, item: Item) -> str:
        return page_of("admin:menu_item_change", item.pk, item.name)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).not_archived().select_related("restaurant")

    @admin.display(description="Price")
    def amount(self, item: Item) -> str:
        return text(item.price, item.restaurant.currency)


@admin.register(Category)
class CategoryAdmin(MenuAdmin, ArchiveAdmin, HistoryAdmin):
    """The admin page of categories."""

    form = CategoryForm
    inlines = (ItemsOfCategory,)
    list_display = ("name", "course", "position", "archived")
    list_filter = (InUseFilter,)
    search_fields = ("name",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("name", "course", "position") if obj else ("name", "course")


class GroupsOfItem(TenantInline):
    """Modifier groups that a dish offers, in their order. A group's own page holds its choices."""

    model = ItemGroup
    form = ItemGroupForm
    fields = ("group", "choices", "position")
    readonly_fields = ("choices",)
    ordering_field = "position"
    hide_ordering_field = hide_title = True
    verbose_name = "choice group"
    verbose_name_plural = "choice groups"

    def get_queryset(self, request: HttpRequest) -> Any:
        links = super().get_queryset(request).filter(group__archived_at=None)
        return links.select_related("group").prefetch_related("group__modifiers")

    @admin.display(description="Choices")
    def choices(self, link: ItemGroup) -> str:
        if not link.pk:
            return "Save first"
        return page_of("admin:menu_modifiergroup_change", link.group_id, some(choices_of(link.group)) or "Add choices")


@admin.register(Item)
class ItemAdmin(StatementsAdmin, ArchiveAdmin, HistoryAdmin):
    """The admin page of dishes and drinks."""

    form = ItemForm
    inlines = (GroupsOfItem, RecipeInline)
    list_display = ("name", "category", "amount", "state", "prep_minutes", "favourite", "archived")
    list_filter = (InUseFilter, ("category", OwnFilter), "popular")
    list_select_related = ("category", "restaurant")
    search_fields = ("name", "description")
    readonly_fields = ("state",)
    actions = ("take_off", "put_on", "count_portions", *ArchiveAdmin.actions)
    actions_list = ("import_menu", "export_menu")
    actions_detail = ("availability",)
    fieldsets = (
        (None, {"fields": (("name", "category"), "description", ("price", "tax"), ("popular", "open_price", "state"))}),
        ("Kitchen", {"fields": ("prep_minutes", ("soon_minutes", "late_minutes"))}),
        ("Allergens", {"fields": StatementsAdmin.STATEMENTS}),
        ("Diets", {"fields": ("diets",)}),
    )

    @admin.display(description="Price", ordering="price")
    def amount(self, item: Item) -> str:
        return text(item.price, item.restaurant.currency)

    @admin.display(description="Popular", ordering="popular")
    def favourite(self, item: Item) -> str:
        return "★" if item.popular else ""

    @display(description="State", label={"on": "success", "off (86)": "danger", "sold out": "danger"})
    def state(self, item: Item) -> str:
        if item.off_since:
            return "off (86)"  # the page of the availability says until when
        if item.portions_left is None:
            return "on"
        return f"{item.portions_left} left" if item.portions_left else "sold out"

    # --- 86 and portions --------------------------------------------------------------------------------------
    @admin.action(description="Mark 86 (off the menu)", permissions=["run"])
    def take_off(self, request: HttpRequest, queryset: QuerySet[Item]) -> None:
        actor = manager_of(request)
        self.run_each(
            request, queryset, lambda i: services.set_available(item_id=i.pk, available=False, actor=actor), "marked 86"
        )

    @admin.action(description="Back on the menu", permissions=["run"])
    def put_on(self, request: HttpRequest, queryset: QuerySet[Item]) -> None:
        actor = manager_of(request)
        self.run_each(
            request,
            queryset,
            lambda i: services.set_available(item_id=i.pk, available=True, actor=actor),
            "back on the menu",
        )

    @admin.action(description="Count portions…", permissions=["run"])
    def count_portions(self, request: HttpRequest, queryset: QuerySet[Item]) -> HttpResponse | None:
        form, page = ask(
            self, request, queryset, PortionsForm, action="count_portions", title="Portions left", button="Save"
        )
        if form is None:
            return page
        left, actor = form.cleaned_data["portions_left"], manager_of(request)
        self.run_each(
            request, queryset, lambda i: services.set_portions(item_id=i.pk, portions_left=left, actor=actor), "set"
        )
        return None

    @action(description=gettext_lazy("86, portions…"), icon="block", url_path="availability", permissions=["change"])
    def availability(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Continue with the dish's page of availability, which leads back here."""
        back = urlencode({"next": self.url_of("change", object_id)})
        return redirect(f"{reverse('menu:availability', args=[object_id])}?{back}")

    # --- files ------------------------------------------------------------------------------------------------
    @action(description="Import…", icon="upload", url_path="import", permissions=["change"])
    def import_menu(self, request: HttpRequest) -> HttpResponse:
        """Continue with the upload of a file."""
        return redirect("admin:menu_files_menuimport_add")

    @action(description="Export", icon="download", url_path="export", permissions=["view"])
    def export_menu(self, request: HttpRequest) -> HttpResponse:
        """Continue with the page that exports and lists the imports."""
        return redirect("admin:menu_files_menuimport_changelist")
