"""Admin pages of taxes and their components."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bistro.core.admin.base import TenantInline, edits_of
from menu.admin.base import MenuAdmin
from menu.admin_forms import TaxComponentForm, TaxForm
from menu.models import Tax, TaxComponent
from menu.setup_steps import only_default, refuse_default
from menu.tax_catalogue import compiled
from menu.taxes import write_components


class ComponentsOfTax(TenantInline):
    """Components of a tax, for each kind of order and date."""

    model = TaxComponent
    form = TaxComponentForm
    fields = ("name", "percent", "order_kind", "valid_from")
    hide_title = True


@admin.register(Tax)
class TaxAdmin(MenuAdmin):
    """The admin page of taxes. The default changes only by making another tax the default."""

    form = TaxForm
    inlines = (ComponentsOfTax,)
    list_display = ("name", "now", "is_default")
    fields = ("name", "is_default")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("restaurant").prefetch_related("components")

    @admin.display(description=_("In force today"))
    def now(self, tax: Tax) -> str:
        today = compiled(tax.components.all()).dish_tax(tax.restaurant.business_date(timezone.now()))
        here = _in_words(write_components(today.components))
        return here if today.take_away is None else f"{here}, take-away {_in_words(write_components(today.take_away))}"

    def get_readonly_fields(self, request: HttpRequest, obj: Tax | None = None) -> Any:
        return ("is_default",) if obj and obj.is_default else ()

    def has_delete_permission(self, request: HttpRequest, obj: Tax | None = None) -> bool:
        return super().has_delete_permission(request, obj) and not (obj and obj.is_default)

    def save_model(self, request: HttpRequest, obj: Tax, form: Any, change: bool) -> None:
        only_default(obj, edits_of(request).work)
        super().save_model(request, obj, form, change)

    def delete_model(self, request: HttpRequest, obj: Tax) -> None:
        refuse_default(obj, edits_of(request).work)
        super().delete_model(request, obj)


def _in_words(components: str) -> str:
    return "no tax" if components == "0" else f"{components} %"
