"""The stations of a restaurant for the import of a menu."""

from collections.abc import Mapping
from dataclasses import dataclass

from kitchen.models import Route, Station


@dataclass(frozen=True, slots=True)
class ImportStations:
    """The names of the stations in use by id, and the stations of each dish that has its own, in order of their ids."""

    names: Mapping[int, str]
    present: Mapping[int, tuple[int, ...]]


def read_stations(restaurant_id: int) -> ImportStations:
    """Read the stations and the routes of dishes, in two queries."""
    rows = Station.objects.of_restaurant(restaurant_id).not_archived().order_by("pk")
    routes = Route.objects.of_restaurant(restaurant_id).exclude(item=None).order_by("station_id")
    present: dict[int, tuple[int, ...]] = {}
    for item, station in routes.values_list("item_id", "station_id"):
        present[item or 0] = (*present.get(item or 0, ()), station)
    return ImportStations(dict(rows.values_list("pk", "name")), present)
