"""Admin pages of categories, dishes and tax rates.

Every save raises the menu's version. The 86 and portion actions call services.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from bistro.core.admin.archive import ArchiveAdmin
from bistro.core.admin.base import AT_ONCE, TenantInline, manager_of
from bistro.core.admin.copying import CopyAdmin
from bistro.core.admin.filters import InUseFilter, OwnFilter
from bistro.core.admin.history import HistoryAdmin
from bistro.core.admin.pages import ask
from bistro.core.kernel.money import display as shown
from menu import services
from menu.admin.base import MenuAdmin
from menu.admin.base import link as page_of
from menu.admin.languages import languages_page
from menu.admin.recipes import RecipeInline
from menu.admin.row_forms import RowForms
from menu.admin.statements import StatementsAdmin
from menu.admin_forms import CategoryForm, ItemForm, ItemGroupForm, PortionsForm
from menu.choices import choices_of, dishes_of, some
from menu.models import Category, Item, ItemGroup


class ItemsOfCategory(TenantInline):
    """Dishes of a category in the order of the menu, each with a link to its own page."""

    model = Item
    fields = ("page", "amount", "position")
    readonly_fields = ("page", "amount")
    ordering_field = "position"
    hide_ordering_field = hide_title = True
    may_add = may_delete = False
    verbose_name_plural = _("items, in the order of the menu")

    @admin.display(description=_("Item"))
    def page(self, item: Item) -> str:
        return page_of("admin:menu_item_change", item.pk, item.name)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).not_archived().select_related("restaurant")

    @admin.display(description=_("Price"))
    def amount(self, item: Item) -> str:
        return shown(item.price, item.restaurant.currency, item.restaurant.locale)


@admin.register(Category)
class CategoryAdmin(MenuAdmin, ArchiveAdmin, HistoryAdmin):
    """The admin page of categories."""

    form = CategoryForm
    inlines = (ItemsOfCategory,)
    list_display = ("name", "course", "position", "archived")
    list_filter = (InUseFilter,)
    search_fields = ("name",)
    actions_list = ("languages",)

    @action(description=_("Translations"), icon="translate", url_path="languages", permissions=["change"])
    def languages(self, request: HttpRequest) -> HttpResponse:
        """Translate the whole menu into one language."""
        return languages_page(self, request)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("name", "course", "position", "translations") if obj else ("name", "course", "translations")


class GroupsOfItem(TenantInline):
    """Modifier groups that a dish offers, in their order. A group's own page holds its choices."""

    model = ItemGroup
    form = ItemGroupForm
    fields = ("group", "choices", "shared", "position")
    readonly_fields = ("choices", "shared")
    ordering_field = "position"
    hide_ordering_field = hide_title = True
    verbose_name = _("choice group")
    verbose_name_plural = _("choice groups")

    def get_queryset(self, request: HttpRequest) -> Any:
        links = super().get_queryset(request).filter(group__archived_at=None)
        return links.select_related("group").prefetch_related("group__modifiers", "group__item_groups__item")

    @admin.display(description=_("Choices"))
    def choices(self, link: ItemGroup) -> str:
        if not link.pk:
            return gettext("Save first")
        words = some(choices_of(link.group)) or gettext("Add choices")
        return page_of("admin:menu_modifiergroup_change", link.group_id, words)

    @admin.display(description=_("Also offered by"))
    def shared(self, link: ItemGroup) -> str:
        """Name the other dishes, because a change of the group changes them too."""
        return some(dish for dish in dishes_of(link.group) if dish.pk != link.item_id) if link.pk else ""


@admin.register(Item)
class ItemAdmin(CopyAdmin, RowForms, StatementsAdmin, ArchiveAdmin, HistoryAdmin):
    """The admin page of dishes and drinks."""

    form = ItemForm
    inlines = (GroupsOfItem, RecipeInline)
    list_display = ("name", "category", "amount", "state", "eighty_six", "prep_minutes", "favourite", "archived")
    list_filter = (InUseFilter, ("category", OwnFilter), "popular")
    list_select_related = ("category", "restaurant")
    in_site_search = True
    search_fields = ("name", "description")
    readonly_fields = ("state_words",)
    actions = ("take_off", "put_on", "count_portions", "change_many", *ArchiveAdmin.actions)
    actions_list = ("import_menu", "export_menu")
    actions_detail = ("availability", "copy")
    copy_text = _(
        "With its choice groups, recipe, allergens and stations. The copy is off the menu until brought back."
    )
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("name", "category"),
                    "description",
                    ("price", "tax"),
                    ("popular", "state_words"),
                    "open_price",
                    "image",
                )
            },
        ),
        (_("Kitchen"), {"fields": ("prep_minutes", ("soon_minutes", "late_minutes"))}),
        (_("Allergens"), {"fields": StatementsAdmin.STATEMENTS}),
        (_("Diets"), {"fields": ("diets",)}),
        (_("Other languages"), {"fields": ("translations",)}),
    )

    @admin.display(description=_("Popular"), ordering="popular")
    def favourite(self, item: Item) -> str:
        return "★" if item.popular else ""

    @display(description=_("State"), label={"on": "success", "off": "danger", "out": "danger", "left": "info"})
    def state(self, item: Item) -> tuple[str, str]:
        return _state(item)

    @admin.display(description=_("State"))
    def state_words(self, item: Item) -> str:
        return _state(item)[1]

    # --- 86 and portions --------------------------------------------------------------------------------------
    @admin.action(description=_("Mark 86 (off the menu)"), permissions=["run"])
    def take_off(self, request: HttpRequest, queryset: QuerySet[Item]) -> None:
        actor = manager_of(request)
        self.run_each(
            request,
            queryset,
            lambda i: services.set_available(item_id=i.pk, available=False, actor=actor),
            _("marked 86"),
        )

    @admin.action(description=_("Back on the menu"), permissions=["run"])
    def put_on(self, request: HttpRequest, queryset: QuerySet[Item]) -> None:
        actor = manager_of(request)
        self.run_each(
            request,
            queryset,
            lambda i: services.set_available(item_id=i.pk, available=True, actor=actor),
            _("back on the menu"),
        )

    @admin.action(description=_("Count portions…"), permissions=["run"])
    def count_portions(self, request: HttpRequest, queryset: QuerySet[Item]) -> HttpResponse | None:
        form, page = ask(
            self,
            request,
            queryset,
            PortionsForm,
            action="count_portions",
            title=gettext("Portions left"),
            button=gettext("Save"),
        )
        if form is None:
            return page
        left, actor = form.cleaned_data["portions_left"], manager_of(request)
        self.run_each(
            request,
            queryset,
            lambda i: services.set_portions(item_id=i.pk, portions_left=left, actor=actor),
            _("saved"),
        )
        return None

    @admin.action(description=_("Change price, category or stations…"), permissions=["run"])
    def change_many(self, request: HttpRequest, queryset: QuerySet[Item]) -> HttpResponse:
        """Continue with the bulk change of the ticked dishes."""
        ticked = queryset.values_list("pk", flat=True)[:AT_ONCE]
        return redirect(f"{reverse('admin:menu_bulk_bulkchange_add')}?items={','.join(map(str, ticked))}")

    @action(description=_("86, portions…"), icon="block", url_path="availability", permissions=["change"])
    def availability(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Continue with the dish's page of availability, which leads back here."""
        item = self.get_object(request, object_id)
        if item is None:
            raise Http404("There is no such dish.")
        back = urlencode({"next": self.url_of("change", item.pk)})
        return redirect(f"{reverse('menu:availability', args=[item.pk])}?{back}")

    def copy_row(self, request: HttpRequest, pk: int, said: dict[str, Any]) -> Item:
        return services.copy_item(item_id=pk, name=said["name"], actor=manager_of(request))

    # --- files ------------------------------------------------------------------------------------------------
    @action(description=_("Import…"), icon="upload", url_path="import", permissions=["change"])
    def import_menu(self, request: HttpRequest) -> HttpResponse:
        """Continue with the upload of a file."""
        return redirect("admin:menu_files_menuimport_add")

    @action(description=_("Export"), icon="download", url_path="export", permissions=["view"])
    def export_menu(self, request: HttpRequest) -> HttpResponse:
        """Continue with the page that exports and lists the imports."""
        return redirect("admin:menu_files_menuimport_changelist")


def _state(item: Item) -> tuple[str, str]:
    """Return the state of a dish, as a key of the colours and in words."""
    if item.off_since:
        return "off", gettext("off (86)")  # the page of the availability says until when
    if item.portions_left is None:
        return "on", gettext("on")
    if not item.portions_left:
        return "out", gettext("sold out")
    return "left", gettext("%(count)s left") % {"count": item.portions_left}
