"""Steps of units of work that change the floor. The caller holds the tables' row locks."""

from collections.abc import Iterable, Mapping, Sequence

from django.db.models import Q
from django.utils.translation import gettext

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import NotYours
from bistro.core.kernel.roles import Permission
from bistro.core.kernel.transitions import change_status
from bistro.core.models import Device
from bistro.core.speed.bulk_insert import insert_rows, new_row
from bistro.core.speed.compiled_queries import CompiledQuery
from bistro.core.writing.unit_of_work import UnitOfWork, require_transaction
from tables.call_events import CallClosed
from tables.declarations import declare
from tables.events import PadPlaced, PartyAllergiesDeclared, PartyCompleted, PartySeated, TableFreed
from tables.guests.steps import count_visit
from tables.models import Occupancy, Pad, Party, ServiceCall, Table
from tables.transitions import PARTY_MOVES, PartyStatus

# Parameters: restaurant, table ids, name keys of tables.
# Rows: (table id, party id, its declared allergies, its server, time of its first order), also of joined tables.
seated_parties = CompiledQuery(
    lambda restaurant, tables, names: (
        Occupancy.objects.of_restaurant(restaurant)
        .open()
        .filter(Q(table_id__any_of=tables) | Q(table__name_key__any_of=names))
        .order_by()
        .values_list("table_id", "party_id", "party__allergies", "party__server_id", "party__first_order_at")
    )
)


def seat_parties(work: UnitOfWork, guests: Mapping[Table, Actor], seated: Mapping[int, int]) -> dict[int, int]:
    """Return {table id: party id} of these tables, and seat a party at each free table, with at most two inserts.

    `guests` maps each table to the actor of its first order, who becomes the server if that is a waiter. `seated` is
    {table id: party id} as read by `seated_parties` under the tables' locks.
    """
    require_transaction()
    wanted = {table.pk: table for table in guests}
    found = {pk: seated[pk] for pk in wanted if pk in seated}
    for party in _seat(work, [wanted[pk] for pk in sorted(wanted.keys() - found.keys())], guests):
        assert party.table_id is not None
        found[party.table_id] = party.pk
    return found


def _seat(work: UnitOfWork, tables: Sequence[Table], guests: Mapping[Table, Actor]) -> list[Party]:
    if not tables:
        return []
    new = [
        Party(
            restaurant_id=work.restaurant_id,
            table=table,
            server_id=server_among(guests[table]),
            status=PartyStatus.SEATED,
            seated_at=work.now,
            first_order_at=work.now,
        )
        for table in tables
    ]
    insert_rows(new)
    occupy(list(zip(new, tables, strict=True)), work)
    for party, table in zip(new, tables, strict=True):
        work.record(PartySeated(party=party, table=table), actor=guests[table])
    return new


def server_among(actor: Actor) -> int | None:
    """Return the id of an actor who becomes the server of guests whom they seat or whose order they take, or None.

    A host seats guests for others, a pad and a program serve nobody.
    """
    serves = actor.is_staff and actor.may(Permission.SEAT_TABLE) and actor.may(Permission.PLACE_ANYWHERE)
    return actor.id if serves else None


def occupy(stays: Sequence[tuple[Party, Table]], work: UnitOfWork) -> None:
    """Begin the stay of each party at its table. The caller has seen under the tables' locks that they are free."""
    require_transaction()
    rows = [
        new_row(Occupancy, restaurant_id=work.restaurant_id, table_id=table.pk, party_id=party.pk, since=work.now)
        for party, table in stays
    ]
    insert_rows(rows, deferrable=True)


def release(party: Party, tables: Iterable[Table], work: UnitOfWork) -> None:
    """End the stay of a party at these tables."""
    require_transaction()
    ids = [table.pk for table in tables]
    Occupancy.objects.of_restaurant(work.restaurant_id).open().filter(party=party, table__in=ids).update(until=work.now)


def seat_without_table(work: UnitOfWork, guests: Sequence[Actor]) -> list[Party]:
    """Seat a party without a table for each of these actors, with at most one query."""
    require_transaction()
    new = [Party(restaurant_id=work.restaurant_id, seated_at=work.now) for _guest in guests]
    insert_rows(new)
    for party, guest in zip(new, guests, strict=True):
        work.record(PartySeated(party=party, table=None), actor=guest)
    return new


def complete_party(party: Party, tables: Sequence[Table], work: UnitOfWork) -> None:
    """Complete a party that has left `tables`, the head table first. The caller has checked its open orders."""
    require_transaction()
    change_status(party, PartyStatus.COMPLETED, PARTY_MOVES, what=gettext("This party"))
    party.completed_at = work.now
    party.version += 1
    party.save(update_fields=["status", "completed_at", "version"])
    if tables:
        release(party, tables, work)
    if party.guest_id is not None and tables:
        count_visit(party.guest_id, work.now, work)
    work.record(PartyCompleted(party=party, table=tables[0] if tables else None))
    for table in tables[1:]:
        work.record(TableFreed(table=table))
    close_calls_of(party, work)


def close_calls_of(party: Party, work: UnitOfWork) -> None:
    """Close the open calls of a party that has left."""
    require_transaction()
    for call in ServiceCall.objects.open().filter(party=party).select_related("table"):
        call.closed_at, call.closed_by_name = work.now, work.actor.label[:120]
        call.save(update_fields=["closed_at", "closed_by_name"])
        work.record(CallClosed(call=call))


def declare_for_party(
    party: Party, table: Table | None, seat: int | None, codes: Iterable[str], work: UnitOfWork
) -> bool:
    """Replace the declared allergies of a seat or of the whole locked party. Return whether they changed."""
    require_transaction()
    declared = declare(party.allergies, seat, codes)
    if declared == party.allergies:
        return False
    party.allergies = declared
    party.version += 1
    party.save(update_fields=["allergies", "version"])
    work.record(PartyAllergiesDeclared(party=party, table=table))
    return True


def assign_pad(device: Device, table_id: int, work: UnitOfWork) -> Pad:
    """Place a locked or new pad on a table, or move it there. Locks: table. Raises NotYours."""
    require_transaction()
    table = Table.objects.of_restaurant(work.restaurant_id).not_archived().filter(pk=table_id).locked().first()
    if table is None:
        raise NotYours(gettext("There is no such table."), code="table_not_found")
    pad, _created = Pad.objects.update_or_create(
        device=device, defaults={"restaurant_id": work.restaurant_id, "table": table}
    )
    device.version += 1  # makes the pad's sockets check its rights at the new table
    device.save(update_fields=["version"])
    work.record(PadPlaced(pad=pad))
    return pad
