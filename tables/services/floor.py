"""Services that set up the floor: sections, tables, pads."""

from collections.abc import Mapping, Sequence
from typing import Any

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput, NotYours
from bistro.core.kernel.names import name_key
from bistro.core.kernel.roles import Permission
from bistro.core.kernel.texts import clean_text
from bistro.core.models import Device
from bistro.core.services.devices import add_device, hand_token
from bistro.core.writing.unit_of_work import UnitOfWork
from tables.events import TableAdded
from tables.models import Pad, Section, Table
from tables.steps import assign_pad


def create_section(*, name: str, actor: Actor, position: int = 0) -> Section:
    """Add a section. Raises InvalidInput if the name is taken, NotPermitted."""
    actor.require(Permission.MANAGE)
    with UnitOfWork(actor) as work:
        if Section.objects.visible_to(actor).filter(name=clean_text(name)).exists():
            raise InvalidInput(f"There is already a section “{name}”.", fields={"name": ["Taken."]})
        return Section.objects.create(restaurant_id=work.restaurant_id, name=clean_text(name), position=position)


def place_pad(*, device_id: int, table_id: int, actor: Actor) -> Pad:
    """Place a pad on a table, or move it there. Locks: device. Raises NotYours, InvalidInput, NotPermitted."""
    actor.require(Permission.MANAGE)
    with UnitOfWork(actor) as work:
        device = Device.objects.visible_to(actor).filter(pk=device_id).locked().first()
        if device is None:
            raise NotYours("There is no such device.", code="device_not_found")
        if device.kind != Device.Kind.PAD:
            raise InvalidInput("Only a pad can be placed on a table.", fields={"device": ["Not a pad."]})
        return assign_pad(device, table_id, work)


def add_pads(*, tables: Sequence[Mapping[str, Any]], section_id: int, actor: Actor) -> list[tuple[str, str]]:
    """Add tables with one enrolled pad each, and return [(table's name, token)].

    Each mapping of `tables` has fields of `Table`: name, seats, shape, x, y, width, height, rotation, position. Only
    commands on the server call this function; elsewhere a pad is enrolled by its one-time code.
    Raises NotYours, InvalidInput if a name is taken, NotPermitted.
    """
    actor.require(Permission.MANAGE)
    made: list[tuple[str, str]] = []
    with UnitOfWork(actor) as work:
        for fields in tables:
            place = {key: value for key, value in fields.items() if key != "name"}
            table = _add_table(fields["name"], section_id, place, actor, work)
            device = add_device(Device.Kind.PAD, f"Pad {table.name}", work)
            assign_pad(device, table.pk, work)
            made.append((table.name, hand_token(device, work)))
    return made


def _add_table(name: str, section_id: int, place: Mapping[str, Any], actor: Actor, work: UnitOfWork) -> Table:
    section = Section.objects.visible_to(actor).filter(pk=section_id).first()
    if section is None:
        raise NotYours("There is no such section.", code="section_not_found")
    if Table.objects.visible_to(actor).not_archived().filter(name_key=name_key(name)).exists():
        raise InvalidInput(f"There is already a table “{name}”.", fields={"name": ["Taken."]})
    table = Table.objects.create(restaurant_id=work.restaurant_id, section=section, name=clean_text(name), **place)
    work.record(TableAdded(table=table))
    return table
