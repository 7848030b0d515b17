"""The plan of the room: floors with their fixtures, tables with their places in one layout, and its version.

The version is a digest of the plan, so it changes with every write to a table, a floor or a layout, by whoever it was.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypedDict

from bistro.core.kernel.jsontext import dumps
from tables.models import Floor, Layout, Section, Table

FIXTURE_KINDS = ("wall", "door", "window", "block", "text")


class Fixture(TypedDict):
    """A part of a floor that is no table. Position and size are in units of the floor, rotation in degrees."""

    id: str
    kind: str
    x: int
    y: int
    width: int
    height: int
    rotation: int
    text: str


@dataclass(frozen=True, slots=True)
class Place:
    """The place of a table in a layout. Without a floor the table lies in the tray."""

    floor: str | None = None
    x: int = 0
    y: int = 0
    rotation: int = 0

    def as_list(self) -> list[Any]:
        """Return the place as a layout keeps it."""
        return [self.floor, self.x, self.y, self.rotation]


TRAY = Place()


@dataclass(frozen=True, slots=True)
class FloorPlan:
    """The plan in one layout. `places` has the place of each table by its uid; `layout` is None without layouts."""

    floors: tuple[Floor, ...]
    tables: tuple[Table, ...]
    sections: tuple[Section, ...]
    layouts: tuple[Layout, ...]
    layout: Layout | None
    places: dict[str, Place]

    @property
    def is_in_use(self) -> bool:
        """Return whether the places are those where the tables stand now."""
        return self.layout is None or self.layout.in_use

    @property
    def version(self) -> str:
        """Return the version of the plan, for If-Match."""
        return hashlib.sha256(dumps(self.content()).encode()).hexdigest()[:24]

    def content(self) -> dict[str, Any]:
        """Return the plan as JSON (`FloorPlanOutput`) without its version."""
        return {
            "layout": str(self.layout.uid) if self.layout else None,
            "layouts": [{"id": str(row.uid), "name": row.name, "in_use": row.in_use} for row in self.layouts],
            "sections": [section.name for section in self.sections],
            "floors": [floor_json(floor) for floor in self.floors],
            "tables": [table_in_plan(table, self.places[str(table.uid)]) for table in self.tables],
        }


def read_plan(restaurant_id: int, layout_uid: str | None = None, *, locked: bool = False) -> FloorPlan:
    """Read the plan in a layout, or in the one in use, in four queries. Raises KeyError for an unknown layout.

    With `locked` the rows of the tables are locked; the caller has locked the restaurant.
    """
    rows = Table.objects.of_restaurant(restaurant_id).not_archived()
    tables = tuple(rows.locked()) if locked else tuple(rows)
    sections = tuple(Section.objects.of_restaurant(restaurant_id))
    names, floors = {row.pk: row for row in sections}, tuple(Floor.objects.of_restaurant(restaurant_id))
    for table in tables:
        table.section = names[table.section_id]
    layouts = tuple(Layout.objects.of_restaurant(restaurant_id))
    in_use = next((row for row in layouts if row.in_use), None)
    layout = in_use if layout_uid is None else {str(row.uid): row for row in layouts}[layout_uid]
    here = places_now(tables, floors) if layout is in_use else places_of(layout, tables, floors)
    return FloorPlan(floors, tables, sections, layouts, layout, here)


def places_now(tables: Sequence[Table], floors: Sequence[Floor]) -> dict[str, Place]:
    """Return where the tables stand now."""
    uids = {floor.pk: str(floor.uid) for floor in floors}
    return {
        str(table.uid): Place(uids[table.floor_id], table.x, table.y, table.rotation) if table.floor_id else TRAY
        for table in tables
    }


def places_of(layout: Layout | None, tables: Sequence[Table], floors: Sequence[Floor]) -> dict[str, Place]:
    """Return where a layout that is not in use places the tables. A table on a floor that is gone lies in the tray."""
    known, kept = {str(floor.uid) for floor in floors}, layout.places if layout else {}
    found = {uid: Place(*values) for uid, values in kept.items()}
    found = {uid: place for uid, place in found.items() if place.floor in known}
    return {str(table.uid): found.get(str(table.uid), TRAY) for table in tables}


def floor_json(floor: Floor) -> dict[str, Any]:
    """Return a floor of the plan."""
    return {
        "id": str(floor.uid),
        "name": floor.name,
        "width": floor.width,
        "height": floor.height,
        "fixtures": floor.fixtures,
    }


def table_in_plan(table: Table, place: Place) -> dict[str, Any]:
    """Return a table of the plan. `id` is the row's uid."""
    return {
        "id": str(table.uid),
        "name": table.name,
        "section": table.section.name,
        "seats": table.seats,
        "shape": table.shape,
        "width": table.width,
        "height": table.height,
        "floor": place.floor,
        "x": place.x,
        "y": place.y,
        "rotation": place.rotation,
    }
