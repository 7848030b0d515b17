"""Services that set up the floor: sections, tables, pads."""

from collections.abc import Mapping, Sequence
from typing import Any

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput, NotYours
from bistro.core.kernel.roles import Permission
from bistro.core.models import Device
from bistro.core.writing.unit_of_work import UnitOfWork
from tables.models import Pad, Section
from tables.setup_steps import add_section, add_tables_with_pads
from tables.steps import assign_pad


def create_section(*, name: str, actor: Actor, position: int = 0) -> Section:
    """Add a section. Raises InvalidInput if the name is taken, NotPermitted."""
    actor.require(Permission.MANAGE)
    with UnitOfWork(actor) as work:
        return add_section(name, work, position=position)


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
    with UnitOfWork(actor) as work:
        section = Section.objects.visible_to(actor).filter(pk=section_id).first()
        if section is None:
            raise NotYours("There is no such section.", code="section_not_found")
        return add_tables_with_pads(tables, section, work)
