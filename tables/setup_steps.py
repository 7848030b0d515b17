"""Steps of units of work that set up the floor. The caller holds the unit of work."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.utils.translation import gettext

from bistro.core.kernel.errors import InvalidInput
from bistro.core.kernel.hooks import hook
from bistro.core.kernel.names import name_key
from bistro.core.kernel.texts import clean_text
from bistro.core.models import Device
from bistro.core.services.devices import add_device, hand_token
from bistro.core.writing.house_copies import HouseCopy
from bistro.core.writing.unit_of_work import UnitOfWork, require_transaction
from tables.events import TableAdded
from tables.models import Floor, Occupancy, Pad, Section, Table
from tables.steps import assign_pad


def add_section(name: str, work: UnitOfWork, *, position: int = 0) -> Section:
    """Add a section. Raises InvalidInput if the name is taken."""
    require_transaction()
    name = clean_text(name)
    if Section.objects.of_restaurant(work.restaurant_id).filter(name=name).exists():
        raise InvalidInput(
            gettext("There is already a section “%(name)s”.") % {"name": name}, fields={"name": [gettext("Taken.")]}
        )
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
    """Add a table with these fields, on the first floor unless they name one. Raises InvalidInput for a taken name."""
    require_transaction()
    here, name = Table.objects.of_restaurant(work.restaurant_id).not_archived(), fields["name"]
    if here.filter(name_key=name_key(name)).exists():
        raise InvalidInput(
            gettext("There is already a table “%(name)s”.") % {"name": name}, fields={"name": [gettext("Taken.")]}
        )
    fields = {"floor": work.once("first floor", lambda: first_floor(work)), **fields}
    table = Table.objects.create(restaurant_id=work.restaurant_id, section=section, **fields)
    work.record(TableAdded(table=table))
    return table


def copy_room(copy: HouseCopy) -> None:
    """Copy the sections, floors and tables as they stand now into the copy of a restaurant, without guests and pads."""
    copy.copy(Section, Floor)
    copy.copy_rows(copy.rows_of(Table), version=0, out_of_service=False)


def first_floor(work: UnitOfWork) -> Floor:
    """Return the first floor of the restaurant, which the caller has locked. Without one a floor is added."""
    require_transaction()
    floor = Floor.objects.of_restaurant(work.restaurant_id).first()
    return floor or Floor.objects.create(restaurant_id=work.restaurant_id, name=gettext("Room"))


def refuse_if_in_use(table: Table) -> None:
    """Refuse to archive a table with seated guests, a pad or another use. Raises InvalidInput (`table_in_use`)."""
    refuse_if_any_in_use([table], table.restaurant_id)


def refuse_if_any_in_use(tables: Sequence[Table], restaurant_id: int) -> None:
    """Refuse to take tables away if one is in use, and say which and why. Raises InvalidInput (`table_in_use`)."""
    require_transaction()
    uses = uses_of([table.pk for table in tables], restaurant_id)
    words = [f"{table}: {uses[table.pk]}" for table in tables if table.pk in uses]
    if words:
        raise InvalidInput(" ".join(words), code="table_in_use", fields={"tables": words})


def uses_of(table_ids: Sequence[int], restaurant_id: int) -> dict[int, str]:
    """Return {table: why it cannot be taken away} for those of these tables that are in use.

    Higher apps add their uses (`TABLE_USES`).
    """
    stays = Occupancy.objects.of_restaurant(restaurant_id).open().filter(table__in=table_ids)
    seated = dict.fromkeys(
        stays.values_list("table_id", flat=True), gettext("guests are seated. Clear the table first.")
    )
    rows = Pad.objects.of_restaurant(restaurant_id).filter(table__in=table_ids, device__revoked_at=None)
    words = gettext("a pad is placed there. Move or revoke the pad first.")
    pads = dict.fromkeys(rows.values_list("table_id", flat=True), words)
    more: dict[int, str] = {}
    for path in settings.TABLE_USES:
        more |= hook(path)(table_ids, restaurant_id)
    return {**more, **pads, **seated}
