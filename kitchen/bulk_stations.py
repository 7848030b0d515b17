"""The stations of many dishes at once: the kitchen's kind of bulk changes."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from bistro.core.kernel.actors import Actor
from bistro.core.models import Restaurant
from bistro.core.writing.unit_of_work import UnitOfWork
from kitchen.models import Route, Station
from kitchen.setup_steps import route_items
from menu.bulk.kinds import Kind, Said
from menu.models import Item


def stations() -> Kind:
    """Return the kind that gives dishes other stations. No station: the dishes go where their category goes."""
    return Kind(
        key="stations",
        title=_("Stations"),
        needs=(),
        fields=_fields,
        present=_present,
        wanted=_wanted,
        usable=_usable,
        words=_words,
        write=_write,
    )


def _here(house: Restaurant) -> Any:
    return Station.objects.of_restaurant(house.pk)


def _fields(actor: Actor, _house: Restaurant) -> dict[str, forms.Field]:
    field = forms.ModelMultipleChoiceField(
        Station.objects.visible_to(actor).not_archived(),
        label=_("New stations"),
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("Each gets its own ticket. Blank = those of the category."),
    )
    return {"stations": field}


def _present(items: Sequence[Item], house: Restaurant) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {item.pk: [] for item in items}
    routes = Route.objects.of_restaurant(house.pk).filter(item__in=list(found)).order_by("station_id")
    for item_id, station_id in routes.values_list("item_id", "station_id"):
        found[item_id or 0].append(station_id)
    return found


def _wanted(items: Sequence[Item], said: Said, _house: Restaurant) -> dict[int, list[int]]:
    chosen = sorted(station.pk for station in said["stations"])
    return {item.pk: chosen for item in items}


def _usable(house: Restaurant) -> Callable[[list[int]], bool]:
    in_use = set(_here(house).not_archived().values_list("pk", flat=True))
    return lambda stations: in_use.issuperset(stations)


def _words(house: Restaurant) -> Callable[[list[int]], str]:
    names = dict(_here(house).values_list("pk", "name"))
    return lambda stations: ", ".join(names.get(pk, "–") for pk in stations) or gettext("as the category")


def _write(values: Mapping[Item, list[int]], work: UnitOfWork) -> None:
    route_items(values, work)
