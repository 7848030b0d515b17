"""Which station cooks what. Kept in memory with the compiled menu."""

import threading
from dataclasses import dataclass

from bistro.core.errors import DomainError
from kitchen.models import Route, Station
from menu.compiled import CompiledMenu


@dataclass(frozen=True, slots=True)
class Routing:
    """Routes of one restaurant: by item, else by category, else the catch-all."""

    by_item: dict[int, int]
    by_category: dict[int, int]
    catch_all: int
    categories: dict[int, int]

    def station_of(self, item_id: int) -> int:
        """The station's id; never none, so that no line shows nowhere."""
        category = self.categories.get(item_id, 0)
        return self.by_item.get(item_id) or self.by_category.get(category) or self.catch_all


_guard = threading.Lock()
_known: dict[int, tuple[CompiledMenu, Routing]] = {}


def routing_for(menu: CompiledMenu, restaurant_id: int) -> Routing:
    """The routes in force; read once per menu version, which every change of stations and routes raises."""
    with _guard:
        known = _known.get(restaurant_id)
    if known is not None and known[0] is menu:
        return known[1]
    routing = read_routing(menu, restaurant_id)
    with _guard:
        _known[restaurant_id] = menu, routing
    return routing


def read_routing(menu: CompiledMenu, restaurant_id: int) -> Routing:
    """Two queries. Raises DomainError when the restaurant has no station at all."""
    by_item: dict[int, int] = {}
    by_category: dict[int, int] = {}
    routes = Route.objects.of_restaurant(restaurant_id).filter(station__archived_at=None)
    for item_id, category_id, station_id in routes.values_list("item_id", "category_id", "station_id"):
        if item_id:
            by_item[item_id] = station_id
        else:
            by_category[category_id] = station_id
    stations = Station.objects.of_restaurant(restaurant_id).not_archived().order_by("-is_catch_all", "position", "pk")
    catch_all = stations.values_list("pk", flat=True).first()
    if catch_all is None:
        raise DomainError("This restaurant has no kitchen station yet. Add one in the admin.", code="no_station")
    return Routing(by_item, by_category, catch_all, {pk: item.category_id for pk, item in menu.by_id.items()})
