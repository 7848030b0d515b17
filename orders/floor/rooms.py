"""The floors of the house as the plan shows them side by side, with their walls and other fixtures."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, sqrt

from tables.fixture_drawing import DrawnFixture, drawn_fixtures
from tables.models import Floor, Table

BETWEEN = 80  # units between two floors
TRAY_STEP, TRAY_ROW = 140, 7  # between tables without a place, and how many of them stand in a row under the floors

Shift = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Room:
    """A floor with its corner on the plan. `code` is that of its tab."""

    id: int
    code: str
    name: str
    x: int
    y: int
    width: int
    height: int
    fixtures: tuple[DrawnFixture, ...]


@dataclass(frozen=True, slots=True)
class House:
    """The floors that the plan draws, and how far the tables of each floor and those in the tray are shifted."""

    rooms: tuple[Room, ...]
    shifts: dict[int, Shift]
    tray: dict[int, Shift]

    def shift_of(self, table: Table) -> Shift:
        """Return how far a table is drawn from its coordinates."""
        return self.tray[table.pk] if table.floor_id is None else self.shifts[table.floor_id]

    def code_of(self, table: Table) -> str:
        """Return the tab of a table's floor, or "" in a house with one floor."""
        return code_of(table.floor_id) if len(self.shifts) > 1 and table.floor_id else ""


def code_of(floor_id: int | None) -> str:
    """Return the code of a floor's tab."""
    return f"floor-{floor_id}"


def house_of(floors: Sequence[Floor], tables: Sequence[Table]) -> House:
    """Return the floors side by side. A single floor without fixtures is not drawn: its tables say enough."""
    corners, bottom = _corners(floors)
    rooms = tuple(_room(floor, corners[floor.pk]) for floor in floors)
    shown = rooms if len(floors) > 1 or any(floor.fixtures for floor in floors) else ()
    without_place = [table for table in tables if table.floor_id is None]
    tray = {
        table.pk: (place % TRAY_ROW * TRAY_STEP - table.x, bottom + place // TRAY_ROW * TRAY_STEP - table.y)
        for place, table in enumerate(without_place)
    }
    return House(shown, corners, tray)


def _corners(floors: Sequence[Floor]) -> tuple[dict[int, Shift], int]:
    """Return the corner of each floor, in rows that make a square, and the edge under them all."""
    columns = max(1, ceil(sqrt(len(floors))))
    corners, top = {}, 0
    for start in range(0, len(floors), columns):
        row, left = floors[start : start + columns], 0
        for floor in row:
            corners[floor.pk] = (left, top)
            left += floor.width + BETWEEN
        top += max(floor.height for floor in row) + BETWEEN
    return corners, top


def _room(floor: Floor, corner: Shift) -> Room:
    return Room(
        id=floor.pk,
        code=code_of(floor.pk),
        name=floor.name,
        x=corner[0],
        y=corner[1],
        width=floor.width,
        height=floor.height,
        fixtures=drawn_fixtures(floor),
    )
