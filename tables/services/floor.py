"""Services that set up the floor: sections, tables, pads."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput, NotYours
from bistro.core.kernel.names import name_key
from bistro.core.kernel.roles import Permission
from bistro.core.kernel.texts import clean_text
from bistro.core.models import Device
from bistro.core.writing.steps import lock_restaurant
from bistro.core.writing.unit_of_work import UnitOfWork
from tables.models import Pad, Section, Table
from tables.rows import free_places
from tables.setup_steps import add_section, add_table, add_tables_with_pads
from tables.steps import assign_pad


def create_section(*, name: str, actor: Actor, position: int = 0) -> Section:
    """Add a section. Locks: restaurant. Raises InvalidInput if the name is taken, NotPermitted."""
    actor.require(Permission.MANAGE)
    with UnitOfWork(actor) as work:
        lock_restaurant(work)
        return add_section(name, work, position=position)


def add_rows_of_tables(
    *, section: str, count: int, seats: int, first: int, word: str, actor: Actor
) -> tuple[Section, list[Table]]:
    """Add `count` tables, named `word` and numbers from `first`, in free rows of the plan.

    The section with this name gets them; it is added if there is none. Locks: restaurant, its tables.
    Raises InvalidInput if a name is taken or the plan has no room, NotPermitted.
    """
    actor.require(Permission.MANAGE)
    with UnitOfWork(actor) as work:
        lock_restaurant(work)
        present = list(Table.objects.of_restaurant(work.restaurant_id).not_archived().locked())
        places = free_places([(row.x, row.y, row.width, row.height) for row in present], count)
        if places is None:
            message = gettext(
                "The plan has no room for %(count)s more tables. Make tables smaller or move them in the floor editor."
            ) % {"count": count}
            raise InvalidInput(message, code="room_full", fields={"count": [message]})
        names = [f"{clean_text(word)} {first + number}".strip() for number in range(count)]
        taken = {row.name_key for row in present}
        if (known := next((name for name in names if name_key(name) in taken), None)) is not None:
            message = gettext("There is already a table “%(known)s”.") % {"known": known}
            raise InvalidInput(message, code="name_taken", fields={"first": [message]})
        here = Section.objects.of_restaurant(work.restaurant_id)
        row = here.filter(name=clean_text(section)).first()
        row = row or add_section(section, work, position=here.next_position())
        position = Table.objects.of_restaurant(work.restaurant_id).next_position()
        made = [
            add_table(row, {"name": name, "seats": seats, "position": position + number, **place}, work)
            for number, (name, place) in enumerate(zip(names, places, strict=True))
        ]
    return row, made


def place_pad(*, device_id: int, table_id: int, actor: Actor) -> Pad:
    """Place a pad on a table, or move it there. Locks: device. Raises NotYours, InvalidInput, NotPermitted."""
    actor.require(Permission.MANAGE)
    with UnitOfWork(actor) as work:
        device = Device.objects.visible_to(actor).filter(pk=device_id).locked().first()
        if device is None:
            raise NotYours(gettext("There is no such device."), code="device_not_found")
        if device.kind != Device.Kind.PAD:
            raise InvalidInput(
                gettext("Only a pad can be placed on a table."), fields={"device": [gettext("Not a pad.")]}
            )
        return assign_pad(device, table_id, work)


def add_pads(*, tables: Sequence[Mapping[str, Any]], section_id: int, actor: Actor) -> list[tuple[str, str]]:
    """Add tables with one enrolled pad each, and return [(table's name, token)].

    Each mapping of `tables` has fields of `Table`: name, seats, shape, x, y, width, height, rotation, position. Only
    commands on the server call this function; elsewhere a pad is enrolled by its one-time code.
    Locks: restaurant. Raises NotYours, InvalidInput if a name is taken, NotPermitted.
    """
    actor.require(Permission.MANAGE)
    with UnitOfWork(actor) as work:
        lock_restaurant(work)
        section = Section.objects.visible_to(actor).filter(pk=section_id).first()
        if section is None:
            raise NotYours(gettext("There is no such section."), code="section_not_found")
        return add_tables_with_pads(tables, section, work)
