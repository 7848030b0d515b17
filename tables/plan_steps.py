"""Steps of the unit of work that saves the plan of the room. The caller has locked the restaurant and its tables."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import CharField, F, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext

from bistro.core.kernel.errors import InvalidInput
from bistro.core.kernel.names import name_key
from bistro.core.writing.bulk_history import insert_with_history, update_with_history
from bistro.core.writing.steps import raise_version
from bistro.core.writing.unit_of_work import UnitOfWork, require_transaction
from tables.events import TableAdded, TableChanged, TableRemoved
from tables.floor_plans import FloorPlan, Place
from tables.models import Floor, Section, Table
from tables.plan_inputs import PlannedFloor, PlannedTable
from tables.setup_steps import refuse_if_any_in_use

Floors = Mapping[str, Floor]  # by uid
_PLACE = ("floor_id", "x", "y", "rotation")
_FACTS = ("name", "section_id", "seats", "shape", "width", "height", "archived_at")


def put_floors(wanted: Sequence[PlannedFloor], plan: FloorPlan, work: UnitOfWork) -> dict[str, Floor]:
    """Add and change floors so that they are the wanted ones, and return them by uid. Raises InvalidInput."""
    require_transaction()
    known = {str(floor.uid): floor for floor in plan.floors}
    _refuse_foreign(Floor, [row.id for row in wanted if row.id not in known])
    fields = "name", "width", "height", "fixtures", "position"
    found: dict[str, Floor] = {}
    new, changed = [], []
    for position, row in enumerate(wanted):
        floor = known.get(row.id) or Floor(restaurant_id=work.restaurant_id, uid=row.id)
        before = [getattr(floor, name) for name in fields]
        floor.name, floor.width, floor.height = row.name, row.width, row.height
        floor.fixtures, floor.position = list(row.fixtures), position
        found[row.id] = floor
        if row.id not in known:
            new.append(floor)
        elif before != [getattr(floor, name) for name in fields]:
            changed.append(floor)
    keep = {row.id for row in wanted}
    stale = [floor.pk for floor in [*changed, *(known[uid] for uid in known.keys() - keep)]]
    _park_names(Floor, "name", stale)
    Floor.objects.bulk_update(changed, fields)
    Floor.objects.bulk_create(new)
    return found


def remove_floors(wanted: Sequence[PlannedFloor], plan: FloorPlan, work: UnitOfWork) -> None:
    """Remove the floors that are not wanted. Their tables have been placed elsewhere."""
    require_transaction()
    keep = {row.id for row in wanted}
    gone = [floor.pk for floor in plan.floors if str(floor.uid) not in keep]
    if gone:
        rows = Table.objects.of_restaurant(work.restaurant_id).filter(floor__in=gone)
        rows.update(floor=None)  # of archived tables, and of those that another layout placed there
        Floor.objects.of_restaurant(work.restaurant_id).filter(pk__in=gone).delete()


def put_tables(wanted: Sequence[PlannedTable], plan: FloorPlan, floors: Floors, work: UnitOfWork) -> None:
    """Add, change and remove tables so that they are the wanted ones. Raises InvalidInput for one in use."""
    require_transaction()
    known = {str(table.uid): table for table in plan.tables}
    _remove([table for uid, table in known.items() if uid not in {row.id for row in wanted}], work)
    archived = _archived([row.id for row in wanted if row.id not in known], work)
    sections = _sections({row.section for row in wanted}, plan, work)
    position = Table.objects.of_restaurant(work.restaurant_id).next_position()
    changed: dict[Table, set[str]] = {}
    new: list[Table] = []
    for row in wanted:
        table = known.get(row.id) or archived.get(row.id)
        if table is None:
            table = Table(restaurant_id=work.restaurant_id, uid=row.id, position=position + len(new))
            new.append(table)
        before = _facts(table)
        _fill(table, row, sections)
        if plan.is_in_use:  # in another layout a new table lies in the tray for now
            set_place(table, row.place, floors)
        if not table._state.adding and (fields := _differences(before, table)):
            changed[table] = fields
    _write(changed, new, work)


def set_place(table: Table, place: Place, floors: Floors) -> None:
    """Set the place of a table, which the caller saves. In the tray it keeps its coordinates."""
    table.floor = floors[place.floor] if place.floor else None
    if place.floor:
        table.x, table.y, table.rotation = place.x, place.y, place.rotation


def _fill(table: Table, row: PlannedTable, sections: Mapping[str, Section]) -> None:
    table.name, table.name_key, table.seats, table.shape = row.name, name_key(row.name), row.seats, row.shape
    table.width, table.height = row.width, row.height
    table.section = sections[row.section]
    table.archived_at = None


def _facts(table: Table) -> dict[str, Any]:
    return {name: getattr(table, name) for name in (*_FACTS, *_PLACE)}


def _differences(before: Mapping[str, Any], table: Table) -> set[str]:
    return {name for name, value in before.items() if getattr(table, name) != value}


def _write(changed: Mapping[Table, set[str]], new: Sequence[Table], work: UnitOfWork) -> None:
    _park_names(Table, "name_key", [table.pk for table, fields in changed.items() if "name" in fields])
    for table in changed:
        raise_version(table)
    more = {"version", "name_key"}
    update_with_history(
        {table: {name.removesuffix("_id") for name in fields} | more for table, fields in changed.items()}, work
    )
    insert_with_history(new, work)
    for table in changed:
        work.record(TableChanged(table=table))
    for table in new:
        work.record(TableAdded(table=table))


def _remove(tables: Sequence[Table], work: UnitOfWork) -> None:
    if not tables:
        return
    refuse_if_any_in_use(tables, work.restaurant_id)
    for table in tables:
        table.archived_at = work.now
        raise_version(table)
        work.record(TableRemoved(table=table))
    update_with_history(dict.fromkeys(tables, ("archived_at", "version")), work)


def _archived(uids: Sequence[str], work: UnitOfWork) -> dict[str, Table]:
    """Return the archived tables of the restaurant with these uids, which come back. Raises InvalidInput."""
    rows = Table.objects.filter(uid__in=uids).select_related("section").locked() if uids else ()
    found = {str(table.uid): table for table in rows}
    if any(table.restaurant_id != work.restaurant_id for table in found.values()):
        raise _taken()
    return found


def _sections(names: set[str], plan: FloorPlan, work: UnitOfWork) -> dict[str, Section]:
    """Return the sections with these names; new ones come last."""
    found = {section.name: section for section in plan.sections}
    position = max((section.position for section in plan.sections), default=-1) + 1
    new = [
        Section(restaurant_id=work.restaurant_id, name=name, position=position + number)
        for number, name in enumerate(sorted(names - found.keys()))
    ]
    return {**found, **{section.name: section for section in Section.objects.bulk_create(new)}}


def _refuse_foreign(model: type[Floor], uids: Sequence[str]) -> None:
    if uids and model.objects.filter(uid__in=uids).exists():
        raise _taken()


def _taken() -> InvalidInput:
    return InvalidInput(gettext("This id is in use. Choose another one."), code="id_taken")


def _park_names(model: Any, column: str, keys: Sequence[int]) -> None:
    """Free the names of rows that are about to be renamed, so that two of them can swap."""
    if keys:
        parked = Concat(Value("\n"), Cast(F("pk"), CharField()))  # a cleaned name has no new line
        model.objects.filter(pk__in=keys).update(**{column: parked})
