"""Steps of units of work that set up the floor. The caller holds the unit of work."""

from collections.abc import Mapping, Sequence
from typing import Any

from bistro.core.kernel.errors import InvalidInput
from bistro.core.kernel.names import name_key
from bistro.core.kernel.texts import clean_text
from bistro.core.models import Device
from bistro.core.services.devices import add_device, hand_token
from bistro.core.writing.unit_of_work import UnitOfWork, require_transaction
from tables.events import TableAdded
from tables.models import Occupancy, Pad, Section, Table
from tables.steps import assign_pad


def add_section(name: str, work: UnitOfWork, *, position: int = 0) -> Section:
    """Add a section. Raises InvalidInput if the name is taken."""
    require_transaction()
    name = clean_text(name)
    if Section.objects.of_restaurant(work.restaurant_id).filter(name=name).exists():
        raise InvalidInput(f"There is already a section “{name}”.", fields={"name": ["Taken."]})
    return Section.objects.create(restaurant_id=work.restaurant_id, name=name, position=position)


def add_tables_with_pads(
    tables: Sequence[Mapping[str, Any]], section: Section, work: UnitOfWork
) -> list[tuple[str, str]]:
    """Add tables (mappings with fields of `Table`) with one enrolled pad each, and return [(table's name, token)].

    Raises InvalidInput if a name is taken.
    """
    require_transaction()
    made: list[tuple[str, str]] = []
    for fields in tables:
        table = add_table(section, {**fields, "name": clean_text(fields["name"])}, work)
        device = add_device(Device.Kind.PAD, f"Pad {table.name}", work)
        assign_pad(device, table.pk, work)
        made.append((table.name, hand_token(device, work)))
    return made


def add_table(section: Section, fields: Mapping[str, Any], work: UnitOfWork) -> Table:
    """Add a table with these fields. Raises InvalidInput if the name is taken."""
    require_transaction()
    here, name = Table.objects.of_restaurant(work.restaurant_id).not_archived(), fields["name"]
    if here.filter(name_key=name_key(name)).exists():
        raise InvalidInput(f"There is already a table “{name}”.", fields={"name": ["Taken."]})
    table = Table.objects.create(restaurant_id=work.restaurant_id, section=section, **fields)
    work.record(TableAdded(table=table))
    return table


def refuse_if_in_use(table: Table) -> None:
    """Refuse to archive a table with seated guests or a pad. Raises InvalidInput."""
    require_transaction()
    if Occupancy.objects.of_restaurant(table.restaurant_id).open().filter(table=table).exists():
        raise InvalidInput(f"{table}: guests are seated. Clear the table first.", code="table_in_use")
    if Pad.objects.of_restaurant(table.restaurant_id).filter(table=table, device__revoked_at=None).exists():
        raise InvalidInput(f"{table}: a pad is placed there. Move or revoke the pad first.", code="table_in_use")
