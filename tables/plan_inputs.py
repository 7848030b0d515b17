"""A plan of the room as an editor sends it, and the check of what it says. Nothing here reads the database."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from bistro.core.kernel.errors import InvalidInput
from bistro.core.kernel.names import name_key
from tables.floor_plans import TRAY, Fixture, Place


@dataclass(frozen=True, slots=True)
class PlannedFloor:
    """A floor that a plan shall have."""

    id: str
    name: str
    width: int
    height: int
    fixtures: Sequence[Fixture]


@dataclass(frozen=True, slots=True)
class PlannedTable:
    """A table that a plan shall have."""

    id: str
    name: str
    section: str
    seats: int
    shape: str
    width: int
    height: int
    place: Place


@dataclass(frozen=True, slots=True)
class WantedPlan:
    """The plan that an editor wants: all floors in their order, and all tables. What is missing is removed."""

    floors: tuple[PlannedFloor, ...]
    tables: tuple[PlannedTable, ...]


def wanted_plan(body: Mapping[str, Any]) -> WantedPlan:
    """Return the plan of a request's body, whose types are checked. Raises InvalidInput that names the fields."""
    floors = tuple(
        PlannedFloor(
            str(row["id"]), row["name"], row["width"], row["height"], [_fixture(each) for each in row["fixtures"]]
        )
        for row in body["floors"]
    )
    tables = tuple(_table(row) for row in body["tables"])
    problems: dict[str, list[str]] = {}
    _check_names("floors", floors, problems)
    _check_names("tables", tables, problems)
    _check_places(floors, tables, problems)
    if problems:
        raise InvalidInput(next(iter(problems.values()))[0], fields=problems)
    return WantedPlan(floors, tables)


def _table(row: Mapping[str, Any]) -> PlannedTable:
    floor = row["floor"]
    place = Place(str(floor), row["x"], row["y"], row["rotation"] % 360) if floor else TRAY
    return PlannedTable(
        str(row["id"]), row["name"], row["section"], row["seats"], row["shape"], row["width"], row["height"], place
    )


def _fixture(row: Mapping[str, Any]) -> Fixture:
    return Fixture(
        id=str(row["id"]),
        kind=row["kind"],
        x=row["x"],
        y=row["y"],
        width=row["width"],
        height=row["height"],
        rotation=row["rotation"] % 360,
        text=row["text"],
    )


def _check_names(
    kind: str, rows: Sequence[PlannedFloor] | Sequence[PlannedTable], problems: dict[str, list[str]]
) -> None:
    for number in _repeated(name_key(row.name) for row in rows):
        problems[f"{kind}.{number}.name"] = [gettext("“%(name)s” is there twice.") % {"name": rows[number].name}]
    for number in _repeated(row.id for row in rows):
        problems[f"{kind}.{number}.id"] = [gettext("This id is there twice.")]


def _repeated(values: Iterable[str]) -> list[int]:
    """Return the positions of values that stand earlier in the list too."""
    seen: set[str] = set()
    found = []
    for number, value in enumerate(values):
        if value in seen:
            found.append(number)
        seen.add(value)
    return found


def _check_places(
    floors: Sequence[PlannedFloor], tables: Sequence[PlannedTable], problems: dict[str, list[str]]
) -> None:
    by_id = {floor.id: floor for floor in floors}
    for number, table in enumerate(tables):
        place = table.place
        if place.floor is None:
            continue
        floor = by_id.get(place.floor)
        if floor is None:
            problems[f"tables.{number}.floor"] = [gettext("%(table)s: there is no such floor.") % {"table": table.name}]
        elif place.x + table.width > floor.width or place.y + table.height > floor.height:
            words = gettext("%(table)s stands beyond the edge of %(floor)s.")
            problems[f"tables.{number}.x"] = [words % {"table": table.name, "floor": floor.name}]
