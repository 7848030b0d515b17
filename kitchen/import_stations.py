"""The stations of a restaurant for the import of a menu."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bistro.core.kernel.names import name_key
from bistro.core.writing.unit_of_work import UnitOfWork, require_transaction
from kitchen.models import Route, Station
from kitchen.setup_steps import add_stations


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


def create_stations(names: Sequence[str], work: UnitOfWork) -> dict[str, int]:
    """Create the stations that are not there yet, and return the id of each name. A step.

    The first station of a restaurant takes what no other one makes.
    """
    require_transaction()
    here = Station.objects.of_restaurant(work.restaurant_id).not_archived()
    rows = list(here.locked())
    known = {name_key(row.name): row for row in rows}
    place = 1 + max((row.position for row in rows), default=-1)
    missing = [name for name in names if name_key(name) not in known]
    made = (
        add_stations(
            [(name, name, place + number) for number, name in enumerate(missing)],
            work,
            has_catch_all=any(row.is_catch_all for row in rows),
        )
        if missing
        else {}
    )
    return {name: (made.get(name) or known[name_key(name)]).pk for name in names}
