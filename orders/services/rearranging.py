"""Services that move a party, and join and part its tables.

The orders follow with their labels; no line, ticket or amount changes (ADR 0041).
"""

from collections.abc import Collection, Sequence

from django.db.models import F
from django.utils.translation import gettext

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput
from bistro.core.kernel.roles import Permission
from bistro.core.writing.unit_of_work import UnitOfWork
from orders.draft_steps import bring_drafts
from orders.events import OrderMoved
from orders.models import Order
from orders.services.seating import Versions, require_version
from tables.events import PartyMoved, TableFreed, TablesJoined, TablesParted
from tables.models import Party, Table
from tables.stay_steps import Room, Stay, bring_calls, lock_room, require_in_service, require_seats, touch_party
from tables.steps import occupy, release


def move_party(*, party_id: int, table_id: int, actor: Actor, insist: bool = False, versions: Versions = None) -> Party:
    """Move a party to a table. Afterwards it holds this table alone; its other tables are free.

    A party that is there already stays unchanged, so that a repeated request is a success.
    Locks: table, party, order, draft. Same transaction: labels of tickets.
    Raises LostRace if other guests sit there, Stale, InvalidInput (too many guests, table out of service, party has
    left), NotPermitted, NotYours.
    """
    actor.require(Permission.SEAT_TABLE)
    with UnitOfWork(actor) as work:
        room, stay = _locked(party_id, table_id, work)
        if [table.pk for table in stay.tables] == [table_id]:
            return stay.party
        require_version(stay.party, versions)
        move_stay(room, stay, table_id, work, insist=insist)
    return stay.party


def move_stay(room: Room, stay: Stay, table_id: int, work: UnitOfWork, *, insist: bool) -> None:
    """Move a locked party to a locked table. Locks: order, draft. Raises LostRace, InvalidInput, NotPermitted."""
    table = room.tables[table_id] if stay.holds(table_id) else room.free_table(table_id)
    require_in_service(table)
    require_seats(stay.party.size, [table], insist=insist, actor=work.actor)
    left = [each for each in stay.tables if each.pk != table_id]
    release(stay.party, left, work)
    if not stay.holds(table_id):
        occupy([(stay.party, table)], work)
    _set_head(stay.party, table)
    work.record(PartyMoved(party=stay.party, table=table))
    _free(left, work)
    _relabel(stay.party, left, table, work)


def join_table(*, party_id: int, table_id: int, actor: Actor, versions: Versions = None) -> Party:
    """Join a free table to those of a party. A table that it holds already stays as it is.

    Locks: table, party. Raises LostRace if other guests sit there, Stale, InvalidInput (table out of service, party
    has left), NotPermitted, NotYours.
    """
    actor.require(Permission.SEAT_TABLE)
    with UnitOfWork(actor) as work:
        room, stay = _locked(party_id, table_id, work)
        if stay.holds(table_id):
            return stay.party
        require_version(stay.party, versions)
        table, head = room.free_table(table_id), stay.tables[0]
        occupy([(stay.party, table)], work)
        touch_party(stay.party)
        work.record(TablesJoined(party=stay.party, table=head, other=table))
    return stay.party


def part_table(*, party_id: int, table_id: int, actor: Actor, insist: bool = False, versions: Versions = None) -> Party:
    """Part a table from a party, which stays at its other tables. What was ordered there belongs to these.

    A table that the party does not hold stays as it is, so that a repeated request is a success.
    Locks: table, party, order. Same transaction: labels of tickets.
    Raises Stale, InvalidInput (only table, too many guests for the others, party has left), NotPermitted, NotYours.
    """
    actor.require(Permission.SEAT_TABLE)
    with UnitOfWork(actor) as work:
        room, stay = _locked(party_id, table_id, work)
        if not stay.holds(table_id):
            return stay.party
        require_version(stay.party, versions)
        kept = [each for each in stay.tables if each.pk != table_id]
        if not kept:
            raise InvalidInput(gettext("These guests sit only here. Move them, or clear the table."), code="only_table")
        require_seats(stay.party.size, kept, insist=insist, actor=actor)
        table, head = room.tables[table_id], kept[0]
        release(stay.party, [table], work)
        _set_head(stay.party, head)
        work.record(TablesParted(party=stay.party, table=head, other=table))
        _free([table], work)
        _relabel(stay.party, [table], head, work)
    return stay.party


def _locked(party_id: int, table_id: int, work: UnitOfWork) -> tuple[Room, Stay]:
    """Lock a table and a seated party with its tables. Locks: table, party. Raises InvalidInput, NotYours, LostRace."""
    room = lock_room(work, parties=[party_id], tables=[table_id])
    stay = room.stays[party_id]
    stay.require_seated()
    return room, stay


def _set_head(party: Party, table: Table) -> None:
    party.table = table
    touch_party(party, "table")


def _free(tables: Sequence[Table], work: UnitOfWork) -> None:
    for table in tables:
        work.record(TableFreed(table=table))


def _relabel(party: Party, left: Collection[Table], table: Table, work: UnitOfWork) -> None:
    """Write a new table on the party's orders, calls and drafts from the tables that it left. Locks: order, draft."""
    bring_calls(party, left, table, work)
    orders = Order.objects.of_restaurant(work.restaurant_id)
    there = orders.filter(party=party, table__in=left, withdrawn_at=None)
    before = dict(there.locked().values_list("pk", "table_id"))
    orders.filter(pk__in=before).update(table=table, version=F("version") + 1)
    for order in orders.filter(pk__in=before).with_lines().order_by("pk"):
        work.record(OrderMoved.of(order, moved_from=before[order.pk]))
    bring_drafts([each.pk for each in left], table.pk, work)
