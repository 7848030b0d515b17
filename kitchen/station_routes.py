"""The stations of each dish, cached per menu version."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext

from bistro.core.kernel.errors import DomainError
from kitchen.models import ModifierRoute, Route, Station
from menu.compiled import CompiledMenu
from menu.per_version import PerMenuVersion

Stations = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Routing:
    """The routes of one restaurant, `{id: station ids}`.

    An item's routes precede its category's, and those the catch-all; modifiers add theirs.
    """

    by_item: dict[int, Stations]
    by_category: dict[int, Stations]
    by_modifier: dict[int, Stations]
    catch_all: int
    categories: dict[int, int]

    def stations_of(self, item_id: int, modifiers: Iterable[int] = ()) -> Stations:
        """Return the stations' ids, each once and at least one, so that every line is shown."""
        own = self._named(item_id) or (self.catch_all,)
        more = [station for modifier in modifiers for station in self.by_modifier.get(modifier, ())]
        return tuple(dict.fromkeys((*own, *more))) if more else own

    def share_of(self, station_id: int, item_id: int, modifiers: list[int]) -> tuple[bool, list[int]]:
        """Return `(whether this station makes the dish itself, which of these choices it makes)`.

        A choice with a route is made there, any other with its dish. A line pushed to a station without a route is made
        there whole.
        """
        dish = station_id in self.stations_of(item_id)
        here = [modifier for modifier in modifiers if station_id in self.by_modifier.get(modifier, ())]
        if not dish:
            return (False, here) if here else (True, modifiers)
        return True, [modifier for modifier in modifiers if modifier in here or modifier not in self.by_modifier]

    def is_routed(self, item_id: int) -> bool:
        """Return whether a route names the item or its category.

        The catch-all marks dishes without a route; a kitchen without any route has one place and needs no mark.
        """
        return bool(self._named(item_id)) or not (self.by_item or self.by_category)

    def _named(self, item_id: int) -> Stations:
        return self.by_item.get(item_id) or self.by_category.get(self.categories.get(item_id, 0), ())


_routings: PerMenuVersion[Routing] = PerMenuVersion()


def routing_for(menu: CompiledMenu, restaurant_id: int) -> Routing:
    """Return the routes in force; read once per menu version, which every change of stations and routes raises."""
    return _routings.get(restaurant_id, menu.version, lambda _before: read_routing(menu, restaurant_id))


def read_routing(menu: CompiledMenu, restaurant_id: int) -> Routing:
    """Read the routes in three queries. Raises DomainError when the restaurant has no station at all."""
    by_item: dict[int, Stations] = {}
    by_category: dict[int, Stations] = {}
    by_modifier: dict[int, Stations] = {}
    in_use = Route.objects.of_restaurant(restaurant_id).filter(station__archived_at=None)
    routes = in_use.order_by("station__position", "station_id", "pk")
    for item_id, category_id, station_id in routes.values_list("item_id", "category_id", "station_id"):
        found, key = (by_item, item_id) if item_id else (by_category, category_id)
        found[key] = (*found.get(key, ()), station_id)
    choices = ModifierRoute.objects.of_restaurant(restaurant_id).filter(station__archived_at=None)
    for modifier_id, station_id in choices.order_by("station__position").values_list("modifier_id", "station_id"):
        by_modifier[modifier_id] = (*by_modifier.get(modifier_id, ()), station_id)
    stations = Station.objects.of_restaurant(restaurant_id).not_archived().order_by("-is_catch_all", "position", "pk")
    catch_all = stations.values_list("pk", flat=True).first()
    if catch_all is None:
        raise DomainError(
            gettext("This restaurant has no kitchen station yet. Add one in the admin."), code="no_station"
        )
    categories = {pk: item.category_id for pk, item in menu.by_id.items()}
    return Routing(by_item, by_category, by_modifier, catch_all, categories)


_names: PerMenuVersion[dict[int, str]] = PerMenuVersion()


def station_names(menu: CompiledMenu, dishes: Iterable[tuple[int, Iterable[int]]]) -> tuple[str, ...]:
    """Return the names of the stations that make these dishes with their choices. A hook for lower apps.

    Empty where the restaurant has no station.
    """
    restaurant_id = menu.restaurant.pk
    try:
        routing = routing_for(menu, restaurant_id)
    except DomainError:
        return ()
    names = _names.get(restaurant_id, menu.version, lambda _before: _read_names(restaurant_id))
    stations = {station for item, choices in dishes for station in routing.stations_of(item, choices)}
    return tuple(names[station] for station in names if station in stations)


def _read_names(restaurant_id: int) -> dict[int, str]:
    """Return the stations' names in their order."""
    rows = Station.objects.of_restaurant(restaurant_id).not_archived().order_by("position", "pk")
    return dict(rows.values_list("pk", "name"))
