"""The part of the floor page that differs from person to person: whose tables are shown, and which acts are offered.

Pushes are the same for everybody, so the page filters them: by style sheet for rights, in floor.js for tabs.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.roles import Permission
from orders.floor.plan import Floor, FloorTable

MINE, ALL = "mine", "all"
RIGHTS = (
    Permission.CONFIRM_ORDER,
    Permission.DELIVER_ORDER,
    Permission.FIRE_COURSE,
    Permission.CLEAR_TABLE,
    Permission.PLACE_ANYWHERE,
    Permission.ANSWER_CALLS,
    Permission.WATCH_FLOOR,
)


@dataclass(frozen=True, slots=True)
class Tab:
    """A tab: the viewer's own tables, a floor, a section, or all. `code` stands in the address."""

    code: str
    name: str
    count: int
    is_current: bool


@dataclass(frozen=True, slots=True)
class Viewer:
    """A person who looks at the floor. `outside` has the ids of the tables that the chosen tab does not show."""

    staff_id: int | None
    rights: str
    tabs: tuple[Tab, ...]
    outside: frozenset[int]
    may_edit: bool = False  # the plan of the room

    @property
    def serves_none(self) -> bool:
        """Return whether the chosen tab is the one of the viewer's own tables, and has none."""
        return any(tab.code == MINE and tab.is_current and not tab.count for tab in self.tabs)


def viewer_of(actor: Actor, floor: Floor, wanted: str) -> Viewer:
    """Return the tabs for a person. `wanted` is the code of a tab; any other text chooses the first that has tables."""
    me = actor.id if actor.is_staff else None
    mine = [table for table in floor.tables if me is not None and table.server_id == me]
    groups: dict[str, tuple[str, Sequence[FloorTable]]] = {
        MINE: (_("My tables"), mine),
        **(floors := _floors(floor)),
        **_sections(floor, [{table.id for table in tables} for _name, tables in floors.values()]),
        ALL: (_("All"), floor.tables),
    }
    chosen = wanted if wanted in groups else MINE if mine else ALL
    shown = {table.id for table in groups[chosen][1]}
    if chosen == MINE:  # nobody looks after these tables, so everybody sees that they need somebody
        shown |= {table.id for table in floor.tables if table.server_id is None and table.need is not None}
    shown |= {table.id for table in floor.tables if table.need is not None and table.need.is_for_all}
    return Viewer(
        staff_id=me,
        rights=" ".join(right for right in RIGHTS if actor.may(right)),
        tabs=tuple(Tab(code, name, len(tables), code == chosen) for code, (name, tables) in groups.items()),
        outside=frozenset(table.id for table in floor.tables if table.id not in shown),
        may_edit=actor.may(Permission.MANAGE),
    )


def _floors(floor: Floor) -> dict[str, tuple[str, Sequence[FloorTable]]]:
    """Return the floors with their tables, or nothing in a house with one floor."""
    if len(floor.rooms) < 2:
        return {}
    return {
        room.code: (room.name, [table for table in floor.tables if table.floor == room.code]) for room in floor.rooms
    }


def _sections(floor: Floor, floors: Sequence[set[int]]) -> dict[str, tuple[str, Sequence[FloorTable]]]:
    """Return the sections with their tables, without one that has just the tables of a floor."""
    return {
        str(section.id): (section.name, section.tables)
        for section in floor.sections
        if not section.tables or {table.id for table in section.tables} not in floors
    }
