"""Planning of the stations that make imported dishes. The kitchen, a higher app, knows them (IMPORT_STATIONS)."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Protocol

from django.conf import settings
from django.utils.translation import gettext

from bistro.core.kernel.hooks import hook
from bistro.core.kernel.names import name_key
from bistro.core.kernel.texts import clean_text
from bistro.core.writing.unit_of_work import UnitOfWork
from menu.import_plan.results import PlannedChange, Rows
from menu.import_words import words_of
from menu.imported import ImportedItem
from menu.models import Item


class Stations(Protocol):
    """The stations in use, by id, and the present ones of each dish."""

    names: Mapping[int, str]
    present: Mapping[int, tuple[int, ...]]


def read_stations(restaurant_id: int) -> Stations:
    """Return the stations of a restaurant, which a higher app knows."""
    read: Callable[[int], Stations] = hook(settings.IMPORT_STATIONS[0])
    return read(restaurant_id)


class RoutePlanner:
    """The state of planning stations. Reads them only if a dish names one."""

    def __init__(self, restaurant_id: int, rows: Rows, new: Sequence[str] = ()) -> None:
        self.restaurant_id, self.rows = restaurant_id, rows
        self.new = {name_key(name): clean_text(name) for name in new}

    @cached_property
    def stations(self) -> Stations:
        return read_stations(self.restaurant_id)

    def plan(self, item: Item, imported: ImportedItem, changes: list[PlannedChange], remarks: list[str]) -> None:
        """Plan the stations that a dish names. An unknown name is a remark, and changes nothing."""
        if imported.stations is None:
            return
        known = {name_key(name): pk for pk, name in self.stations.names.items()}
        by_name: dict[str, int | str] = {**self.new, **known}
        unknown = [name for name in imported.stations if name_key(name) not in by_name]
        if unknown:
            words = gettext("There is no station “%(name)s”. The dish keeps its way to the kitchen.")
            remarks += [words % {"name": name} for name in unknown]
            return
        wanted = tuple(sorted({by_name[name_key(name)] for name in imported.stations}, key=str))
        present = self.stations.present.get(item.pk, ()) if item.pk else ()
        if set(wanted) == set(present):
            return
        self.rows.routes.append((item, wanted))
        before, after = (", ".join(map(self._in_words, each)) for each in (present, wanted))
        changes.append(PlannedChange("station", words_of("station"), before, after))

    def _in_words(self, station: int | str) -> str:
        if isinstance(station, str):
            return gettext("%(name)s (new)") % {"name": station}
        return self.stations.names.get(station, "–")


def write_routes(rows: Rows, work: UnitOfWork) -> None:
    """Create the new stations, and route the dishes, which have been inserted. A step."""
    if not rows.routes:
        return
    create: Callable[..., Mapping[str, int]] = hook(settings.IMPORT_STATIONS[1])
    names = dict.fromkeys(each for _item, stations in rows.routes for each in stations if isinstance(each, str))
    made = create(list(names), work) if names else {}
    hook(settings.IMPORT_STATIONS[2])({item: _ids(stations, made) for item, stations in rows.routes}, work)


def _ids(stations: Sequence[int | str], made: Mapping[str, int]) -> list[int]:
    return [made[each] if isinstance(each, str) else each for each in stations]
