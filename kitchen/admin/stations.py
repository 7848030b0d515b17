"""Admin of stations and their routes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSelect2MultipleWidget,
    UnfoldBooleanSwitchWidget,
)

from bistro.core.admin.archive import ArchiveAdmin
from bistro.core.admin.base import edits_of, manager_of
from bistro.core.admin.changes import Edits
from bistro.core.admin.copying import CopyAdmin, CopyForm
from bistro.core.admin.filters import InUseFilter
from bistro.core.admin.forms import TenantForm
from bistro.core.admin.history import HistoryAdmin
from kitchen.models import ModifierRoute, Route, Station
from kitchen.services.stations import copy_station
from kitchen.setup_events import KitchenChanged
from kitchen.setup_steps import only_catch_all, refuse_if_in_use, route_to
from menu.choices import dishes_of, some
from menu.models import Category, Item, Modifier
from menu.steps import touch_menu


class StationForm(TenantForm):
    """Form for a station and its routes. A new catch-all replaces the old one in the same save."""

    categories: forms.ModelMultipleChoiceField[Category] = forms.ModelMultipleChoiceField(
        queryset=None,
        required=False,
        label=_("Categories cooked here"),
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("Several stations may cook a category: each gets its own ticket."),
    )
    items: forms.ModelMultipleChoiceField[Item] = forms.ModelMultipleChoiceField(
        queryset=None,
        required=False,
        label=_("Single items cooked here"),
        widget=UnfoldAdminSelect2MultipleWidget,
        help_text=_("These override the category."),
    )
    modifiers: forms.ModelMultipleChoiceField[Modifier] = forms.ModelMultipleChoiceField(
        queryset=None,
        required=False,
        label=_("Choices made here"),
        widget=UnfoldAdminSelect2MultipleWidget,
        help_text=_("For example a side dish made here while another station makes the main dish."),
    )
    settled_constraints = frozenset({"station_catch_all_once"})

    class Media:
        js = ("js/select-labels.js",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._offer("categories", Category.objects.visible_to(self.actor), Route, "category_id")
        self._offer("items", Item.objects.visible_to(self.actor), Route, "item_id")
        choices = Modifier.objects.visible_to(self.actor).prefetch_related("group__item_groups__item")
        self._offer("modifiers", choices, ModifierRoute, "modifier_id")
        if "modifiers" in self.fields:
            self.fields["modifiers"].label_from_instance = _choice_words  # type: ignore[attr-defined]
        for name in {"cooks", "at_once"} & set(self.fields):
            self.fields[name].required = False

    def _offer(self, name: str, rows: Any, kind: type[Route] | type[ModifierRoute], key: str) -> None:
        if name in self.fields:
            self.fields[name].queryset = rows.not_archived()  # type: ignore[attr-defined]
            routes = kind.objects.visible_to(self.actor).filter(station_id=self.instance.pk)
            chosen = routes.exclude(**{key: None}).values_list(key, flat=True)
            self.initial[name] = list(chosen) if self.instance.pk else []

    def clean_cooks(self) -> int:
        """Keep the present number when the field is empty."""
        said: int | None = self.cleaned_data["cooks"]
        return self.instance.cooks if said is None else said

    def clean_at_once(self) -> int:
        """Keep the present number when the field is empty."""
        said: int | None = self.cleaned_data["at_once"]
        return self.instance.at_once if said is None else said

    def clean(self) -> dict[str, Any] | None:
        said = super().clean() or {}
        soon, late = said.get("soon_seconds"), said.get("late_seconds")
        if soon and late and late <= soon:
            self.add_error("late_seconds", gettext("Late must come after soon: choose a larger number of seconds."))
        return said

    def prepare(self) -> None:
        if self.instance._state.adding:
            self.instance.position = Station.objects.visible_to(self.actor).next_position()


def _choice_words(choice: Modifier) -> str:
    """Return a choice with its group and the dishes that offer the group, because many groups have one name."""
    dishes = some(dishes_of(choice.group))
    return f"{choice.group}: {choice}" + (f" ({dishes})" if dishes else "")


class CopyStationForm(CopyForm):
    """A form for the name of a copied station, and whether it cooks the same dishes."""

    with_routes = forms.BooleanField(
        label=_("Cooks the same dishes"),
        required=False,
        widget=UnfoldBooleanSwitchWidget,
        help_text=_("Each dish then gets a ticket at both stations."),
    )


@admin.register(Station)
class StationAdmin(CopyAdmin, ArchiveAdmin, HistoryAdmin):
    """Admin of places in the kitchen. The catch-all gets every line without a route."""

    form = StationForm
    copy_form = CopyStationForm
    copy_text = _("With its cooks, pace and limits. The copy never takes the dishes without a station.")
    actions_detail = ("copy",)
    list_display = ("name", "is_catch_all", "position", "archived")
    list_filter = (InUseFilter,)
    search_fields = ("name",)

    def get_fields(self, request: HttpRequest, obj: Station | None = None) -> Any:
        first = (("name", "position"),) if obj else ("name",)
        pace = ("cooks", "at_once", "target_seconds"), ("soon_seconds", "late_seconds")
        return (*first, ("is_catch_all", "watched"), "categories", "items", "modifiers", *pace)

    def get_readonly_fields(self, request: HttpRequest, obj: Station | None = None) -> Any:
        return ("is_catch_all",) if obj and obj.is_catch_all else ()

    def copy_row(self, request: HttpRequest, pk: int, said: dict[str, Any]) -> Station:
        return copy_station(
            station_id=pk, name=said["name"], with_routes=said["with_routes"], actor=manager_of(request)
        )

    def require_unused(self, row: Station) -> None:
        refuse_if_in_use(row)

    def save_model(self, request: HttpRequest, obj: Station, form: Any, change: bool) -> None:
        work = edits_of(request).work
        only_catch_all(obj, work)
        super().save_model(request, obj, form, change)
        said = form.cleaned_data
        chosen = {name: [row.pk for row in said[name]] for name in ("categories", "items", "modifiers")}
        route_to(obj, **chosen, work=work)

    def after_write(self, request: HttpRequest, edits: Edits) -> None:
        """Raise the menu's version, which the compiled routes depend on."""
        what = ", ".join(str(row) for row in edits.rows)
        touch_menu(edits.work, f"stations and routes: {what}"[:200])
        edits.work.record(KitchenChanged(what=what, restaurant_id=edits.work.restaurant_id))
