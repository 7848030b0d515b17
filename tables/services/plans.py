"""Services of the plan of the room: saving it as one unit of work, and layouts."""

from collections.abc import Collection

from django.utils.translation import gettext

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput, NotYours, Stale
from bistro.core.kernel.names import name_key
from bistro.core.kernel.roles import Permission
from bistro.core.kernel.texts import clean_text
from bistro.core.writing.bulk_history import update_with_history
from bistro.core.writing.steps import lock_restaurant, raise_version
from bistro.core.writing.unit_of_work import UnitOfWork
from tables.events import FloorPlanChanged, TableChanged
from tables.floor_plans import FloorPlan, Place, places_now, places_of, read_plan
from tables.models import Layout, Table
from tables.plan_inputs import WantedPlan
from tables.plan_steps import put_floors, put_tables, remove_floors, set_place

MOST_LAYOUTS = 20


def save_plan(
    *, wanted: WantedPlan, layout_uid: str | None, versions: Collection[str] | None, actor: Actor
) -> FloorPlan:
    """Save the plan of the room in a layout, or in the one in use: all of it or nothing.

    `versions` are those of the plan that the caller accepts (If-Match); None accepts every version. Floors and tables
    that the wanted plan lacks are removed. Locks: restaurant, its tables. The number of queries is constant.
    Raises Stale, InvalidInput (`table_in_use` if a table to remove is in use), NotPermitted, NotYours.
    """
    actor.require(Permission.MANAGE)
    with UnitOfWork(actor) as work:
        plan = _locked_plan(layout_uid, work)
        before = plan.version  # of the rows, which the steps change
        if versions is not None and before not in versions:
            raise Stale(gettext("Somebody else has changed the plan. Nothing was saved."))
        floors = put_floors(wanted.floors, plan, work)
        put_tables(wanted.tables, plan, floors, work)
        remove_floors(wanted.floors, plan, work)
        if not plan.is_in_use and plan.layout is not None:
            plan.layout.places = {table.id: table.place.as_list() for table in wanted.tables}
            plan.layout.save(update_fields=["places"])
        saved = read_plan(work.restaurant_id, layout_uid)
        if saved.version != before:
            work.record(FloorPlanChanged(version=saved.version))
    return saved


def add_layout(*, name: str, actor: Actor) -> Layout:
    """Add a layout that starts as a copy of how the tables stand now. The first one also names the present arrangement.

    Locks: restaurant, its tables. Raises InvalidInput if the name is taken or missing, NotPermitted.
    """
    actor.require(Permission.MANAGE)
    name = clean_text(name)[:60]
    with UnitOfWork(actor) as work:
        plan = _locked_plan(None, work)
        names = [layout.name for layout in plan.layouts] or [gettext("Every day")]
        if not name or name_key(name) in {name_key(each) for each in names}:
            message = gettext("There is already a layout “%(name)s”.") if name else gettext("Type a name.")
            raise InvalidInput(message % {"name": name}, fields={"name": [message % {"name": name}]})
        if len(plan.layouts) >= MOST_LAYOUTS:
            raise InvalidInput(gettext("There are %(most)s layouts, and no more fit.") % {"most": MOST_LAYOUTS})
        if not plan.layouts:
            Layout.objects.create(restaurant_id=work.restaurant_id, name=names[0], in_use=True)
        places = {uid: place.as_list() for uid, place in places_now(plan.tables, plan.floors).items()}
        made = Layout.objects.create(restaurant_id=work.restaurant_id, name=name, places=places)
        work.record(FloorPlanChanged(version=read_plan(work.restaurant_id).version))
    return made


def use_layout(*, layout_uid: str, actor: Actor) -> FloorPlan:
    """Put the tables where a layout places them, and keep where they stood in the layout that was in use.

    Locks: restaurant, its tables. Raises NotYours, NotPermitted.
    """
    actor.require(Permission.MANAGE)
    with UnitOfWork(actor) as work:
        plan = _locked_plan(layout_uid, work)
        wanted = plan.layout
        if wanted is None or wanted.in_use:
            return plan
        before, after = places_now(plan.tables, plan.floors), places_of(wanted, plan.tables, plan.floors)
        former = next(layout for layout in plan.layouts if layout.in_use)
        former.places, former.in_use = {uid: place.as_list() for uid, place in before.items()}, False
        former.save(update_fields=["places", "in_use"])
        wanted.places, wanted.in_use = {}, True
        wanted.save(update_fields=["places", "in_use"])
        _move(plan, [table for table in plan.tables if before[str(table.uid)] != after[str(table.uid)]], after, work)
        now = read_plan(work.restaurant_id)
        work.record(FloorPlanChanged(version=now.version))
    return now


def remove_layout(*, layout_uid: str, actor: Actor) -> None:
    """Remove a layout. Locks: restaurant, its tables. Raises InvalidInput if it is in use, NotYours, NotPermitted."""
    actor.require(Permission.MANAGE)
    with UnitOfWork(actor) as work:
        layout = _locked_plan(layout_uid, work).layout
        if layout is None or layout.in_use:
            raise InvalidInput(gettext("This layout is in use. Use another one first."), code="layout_in_use")
        layout.delete()
        work.record(FloorPlanChanged(version=read_plan(work.restaurant_id).version))


def _locked_plan(layout_uid: str | None, work: UnitOfWork) -> FloorPlan:
    lock_restaurant(work)
    try:
        return read_plan(work.restaurant_id, layout_uid, locked=True)
    except KeyError:
        raise NotYours(gettext("There is no such layout."), code="layout_not_found") from None


def _move(plan: FloorPlan, tables: list[Table], places: dict[str, Place], work: UnitOfWork) -> None:
    floors = {str(floor.uid): floor for floor in plan.floors}
    for table in tables:
        set_place(table, places[str(table.uid)], floors)
        raise_version(table)
        work.record(TableChanged(table=table))
    update_with_history(dict.fromkeys(tables, ("floor", "x", "y", "rotation", "version")), work)
