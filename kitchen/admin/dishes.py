"""The admin page of a dish with its stations. The menu's own page knows no stations, because kitchen is above menu."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from bistro.core.admin.base import edits_of
from bistro.core.auth.access import restaurant_of
from kitchen.models import Route, Station
from kitchen.setup_steps import route_item
from menu.admin.items import ItemAdmin
from menu.admin_forms import ItemForm
from menu.models import Item


class DishForm(ItemForm):
    """A form for a dish with the stations that cook it, and with the values that a blank field stands for."""

    stations: forms.ModelMultipleChoiceField[Station] = forms.ModelMultipleChoiceField(
        queryset=None,
        required=False,
        label=_("Stations"),
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "stations" not in self.fields:
            return
        stations = list(Station.objects.visible_to(self.actor).not_archived())
        self.fields["stations"].queryset = Station.objects.visible_to(self.actor).not_archived()  # type: ignore[attr-defined]
        own, of_category = self._routes(stations)
        self.initial["stations"] = [station.pk for station in own]
        without = of_category or [station for station in stations if station.is_catch_all]
        self.fields["stations"].help_text = _stations_help(of_category, without)
        self._name_limits(own or without)

    def _routes(self, stations: list[Station]) -> tuple[list[Station], list[Station]]:
        """Return the stations of the dish itself and those of its category."""
        if self.instance.pk is None:
            return [], []
        routes = Route.objects.visible_to(self.actor)
        named = routes.filter(item=self.instance) | routes.filter(category=self.instance.category_id)
        found = list(named.values_list("station_id", "item_id"))
        own = {station for station, item in found if item}
        of_category = {station for station, item in found if not item}
        return [each for each in stations if each.pk in own], [each for each in stations if each.pk in of_category]

    def _name_limits(self, stations: list[Station]) -> None:
        """Show what a blank limit means: the station's limit, else what follows from the preparation time."""
        if self.actor is None:
            return
        house = restaurant_of(self.actor)
        for name, own, least in (
            ("soon_minutes", [each.soon_seconds for each in stations], house.soon_seconds),
            ("late_minutes", [each.late_seconds for each in stations], house.late_seconds),
        ):
            if name in self.fields:
                self.fields[name].help_text = _limit_help([each for each in own if each], least)


def _stations_help(of_category: list[Station], without: list[Station]) -> str:
    names = ", ".join(str(each) for each in without)
    if of_category:
        return gettext("Each gets its own ticket. Blank = those of the category: %(stations)s.") % {"stations": names}
    if names:
        words = gettext("Each gets its own ticket. Blank = those of the category, otherwise %(stations)s.")
        return words % {"stations": names}
    return gettext("There is no station yet.")


def _limit_help(of_stations: Iterable[int], least: int) -> str:
    seconds = min(of_stations, default=None)
    if seconds is None:
        return gettext("Blank = from the preparation time, at least %(minutes)s min.") % {"minutes": _minutes(least)}
    return gettext("Blank = as at the station: %(minutes)s min.") % {"minutes": _minutes(seconds)}


def _minutes(seconds: int) -> str:
    return f"{seconds / 60:.1f}".removesuffix(".0")


def _with_stations(fieldsets: Any) -> Any:
    """Return the field sets with the stations before the preparation time."""
    return tuple(
        (title, {**options, "fields": ("stations", *options["fields"])})
        if "prep_minutes" in options["fields"]
        else (title, options)
        for title, options in fieldsets
    )


admin.site.unregister(Item)


@admin.register(Item)
class DishAdmin(ItemAdmin):
    """The admin page of dishes and drinks with their stations, all on one page."""

    form = DishForm
    fieldsets = _with_stations(ItemAdmin.fieldsets)

    def save_model(self, request: HttpRequest, obj: Item, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if "stations" in form.changed_data:
            route_item(obj, [row.pk for row in form.cleaned_data["stations"]], edits_of(request).work)
