"""Steps of units of work that change where a party sits."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput, LostRace, NotYours
from bistro.core.kernel.numbers import LARGEST_KEY
from bistro.core.kernel.roles import Permission
from bistro.core.speed.bulk_insert import insert_rows
from bistro.core.writing.unit_of_work import UnitOfWork, require_transaction
from tables.call_events import CallClosed, CallMoved
from tables.events import PartyChanged, PartySeated
from tables.models import Occupancy, Party, ServiceCall, Table, TableOffer
from tables.steps import occupy, server_among
from tables.transitions import PartyStatus

MOST_GUESTS = 500


@dataclass(frozen=True, slots=True)
class Stay:
    """A locked party with the locked tables that it holds, the head table first; without a table for take-away."""

    party: Party
    tables: tuple[Table, ...]

    @property
    def head(self) -> Table | None:
        """Return the table where new orders of the party go by default."""
        return self.tables[0] if self.tables else None

    def holds(self, table_id: int) -> bool:
        """Return whether the party sits at a table."""
        return any(table.pk == table_id for table in self.tables)

    def require_seated(self) -> None:
        """Refuse guests who have left, and guests without a table. Raises InvalidInput."""
        if self.party.status != PartyStatus.SEATED:
            raise InvalidInput(gettext("These guests have left."), code="party_left")
        if not self.tables:
            raise InvalidInput(
                gettext("This order has no table. It is for take-away or the counter."), code="party_without_table"
            )


@dataclass(frozen=True, slots=True)
class Room:
    """The parties and tables that a unit of work has locked, by id. `holders` are the parties at these tables."""

    stays: dict[int, Stay]
    tables: dict[int, Table]
    holders: dict[int, int]
    now: datetime

    def free_table(self, table_id: int, party_id: int | None = None) -> Table:
        """Return a free table that is in service and not kept for another party than this one.

        Raises LostRace if guests sit there (`table_taken`) or it is kept for others (`table_offered`), InvalidInput.
        """
        table = self.tables[table_id]
        if table_id in self.holders:
            raise table_taken(table, self.holders[table_id])
        require_in_service(table)
        offers = TableOffer.objects.of_restaurant(table.restaurant_id).filter(table=table, until__gt=self.now)
        offer = offers.exclude(party=party_id).select_related("party").first()
        if offer is not None:
            raise table_offered(table, offer.party)
        return table


def lock_room(work: UnitOfWork, *, parties: Iterable[int] = (), tables: Iterable[int] = ()) -> Room:
    """Lock these tables, then these parties with every table that they hold, in the order of their keys.

    Locks: table, party. Raises NotYours for an unknown table or party, LostRace if a party has moved meanwhile.
    """
    require_transaction()
    party_ids, table_ids = set(parties), set(tables)
    if not all(pk <= LARGEST_KEY for pk in table_ids | party_ids):
        raise NotYours(gettext("There is no such party."), code="party_not_found")
    seen = _held(work, party_ids)
    wanted = table_ids.union(*seen.values())
    here = Table.objects.of_restaurant(work.restaurant_id)
    rows = {table.pk: table for table in here.filter(pk__in=wanted).select_related("section").locked()}
    if any(pk not in rows or rows[pk].archived_at is not None for pk in table_ids):
        raise NotYours(gettext("There is no such table."), code="table_not_found")
    found = {party.pk: party for party in Party.objects.visible_to(work.actor).filter(pk__in=party_ids).locked()}
    if found.keys() != party_ids:
        raise NotYours(gettext("There is no such party."), code="party_not_found")
    if party_ids and _held(work, party_ids) != seen:
        raise LostRace(gettext("These guests have just moved. Try again."))
    stays = {pk: Stay(party, _head_first(party, [rows[each] for each in seen[pk]])) for pk, party in found.items()}
    return Room(stays, rows, _holders(work, table_ids), work.now)


def lock_stay(party_id: int, work: UnitOfWork) -> Stay:
    """Lock a party after every table that it holds, so that no order is placed meanwhile.

    Locks: table, party. Raises NotYours, LostRace if the party has moved meanwhile.
    """
    return lock_room(work, parties=[party_id]).stays[party_id]


def party_at(table_id: int, work: UnitOfWork) -> int | None:
    """Return the id of the party at a table, or None. Without a lock: check it again under the locks."""
    return _holders(work, [table_id]).get(table_id)


def _held(work: UnitOfWork, party_ids: Collection[int]) -> dict[int, list[int]]:
    """Return {party id: ids of its tables}."""
    held: dict[int, list[int]] = {pk: [] for pk in party_ids}
    if held:
        rows = Occupancy.objects.of_restaurant(work.restaurant_id).open().filter(party__in=party_ids)
        for party_id, table_id in rows.values_list("party_id", "table_id"):
            held[party_id].append(table_id)
    return held


def _holders(work: UnitOfWork, table_ids: Collection[int]) -> dict[int, int]:
    """Return {table id: party id} of the tables that are taken."""
    if not table_ids:
        return {}
    rows = Occupancy.objects.of_restaurant(work.restaurant_id).open().filter(table__in=table_ids)
    return dict(rows.values_list("table_id", "party_id"))


def _head_first(party: Party, tables: Sequence[Table]) -> tuple[Table, ...]:
    return tuple(sorted(tables, key=lambda table: table.pk != party.table_id))


def seat_guests(
    table: Table,
    work: UnitOfWork,
    *,
    size: int | None,
    server_id: int | None,
    key: str | None = None,
    fingerprint: str = "",
    **named: Any,
) -> Party:
    """Seat a new party at a locked free table. `key` is the idempotency key of the request.

    `named` are its `name`, `notes` and `guest`.
    """
    require_transaction()
    party = Party(
        restaurant_id=work.restaurant_id,
        table=table,
        size=size,
        server_id=server_id,
        status=PartyStatus.SEATED,
        seated_at=work.now,
        credential=work.actor.credential if key else "",
        key=key,
        fingerprint=fingerprint,
        **named,
    )
    insert_rows([party])
    occupy([(party, table)], work)
    work.record(PartySeated(party=party, table=table))
    return party


def serve_guests(work: UnitOfWork, takers: Mapping[int, Actor]) -> None:
    """Make the waiters who take the first order of these parties their servers. `takers` is {party id: actor}.

    Costs nothing unless a waiter is among them. The tables' locks protect the parties.
    """
    require_transaction()
    servers = {pk: server for pk, actor in takers.items() if (server := server_among(actor)) is not None}
    for party in (
        Party.objects.of_restaurant(work.restaurant_id).filter(pk__in=servers).select_related("table")
        if servers
        else ()
    ):
        party.server_id = servers[party.pk]
        touch_party(party, "server")
        work.record(PartyChanged(party=party, table=party.table), actor=takers[party.pk])


def bring_calls(party: Party, left: Collection[Table], table: Table, work: UnitOfWork) -> None:
    """Move the open calls of a party from the tables that it left. Of two for the same reason one stays and is closed.

    The caller holds the locks of all these tables.
    """
    require_transaction()
    calls = ServiceCall.objects.of_restaurant(work.restaurant_id).open()
    known = set(calls.filter(table=table).values_list("reason", flat=True))
    for call in calls.filter(party=party, table__in=left).select_related("table"):
        if call.reason in known:
            call.closed_at, call.closed_by_name = work.now, work.actor.label[:120]
            call.save(update_fields=["closed_at", "closed_by_name"])
            work.record(CallClosed(call=call))
            continue
        known.add(call.reason)
        call.table = table
        call.save(update_fields=["table"])
        work.record(CallMoved(call=call))


def take_calls(table_ids: Collection[int], party: Party, work: UnitOfWork) -> None:
    """Give the open calls at these locked tables to the party that now sits there."""
    require_transaction()
    calls = ServiceCall.objects.of_restaurant(work.restaurant_id).open()
    for call in calls.filter(table__in=table_ids).select_related("table"):
        call.party = party
        call.save(update_fields=["party"])
        work.record(CallMoved(call=call))


def touch_party(party: Party, *fields: str) -> None:
    """Save these fields and raise the version."""
    require_transaction()
    party.version += 1
    party.save(update_fields=[*fields, "version"])


def require_in_service(table: Table) -> None:
    """Refuse a table that is out of service. Raises InvalidInput."""
    if table.out_of_service:
        raise InvalidInput(gettext("%(table)s is out of service.") % {"table": table.name}, code="table_out_of_service")


def require_size(size: int | None) -> None:
    """Refuse a number of guests that was surely typed wrong. None is an unknown number. Raises InvalidInput."""
    if size is not None and not 1 <= size <= MOST_GUESTS:
        message = gettext("The number of guests must be between 1 and %(most_guests)s.") % {"most_guests": MOST_GUESTS}
        raise InvalidInput(message, fields={"size": [message]})


def require_seats(size: int | None, tables: Collection[Table], *, insist: bool, actor: Actor) -> None:
    """Refuse more guests than seats, unless a host insists. Raises InvalidInput, NotPermitted."""
    seats = sum(table.seats for table in tables)
    if size is None or size <= seats:
        return
    if insist:
        actor.require(Permission.OVERSEAT)
        return
    names = " and ".join(table.name for table in tables)
    message = gettext("%(size)s guests are too many for %(names)s with %(seats)s seats.") % {
        "size": size,
        "names": names,
        "seats": seats,
    }
    fields = {"size": [gettext("At most %(seats)s, unless a host insists.") % {"seats": seats}]}
    raise InvalidInput(message, code="party_too_large", fields=fields, seats=seats)


def table_taken(table: Table, party_id: int) -> LostRace:
    """Return the refusal of a table where other guests sit."""
    message = gettext("Guests sit at %(table)s already. Choose another table.") % {"table": table.name}
    return LostRace(message, code="table_taken", fields={"table": [gettext("Taken.")]}, table=table.pk, party=party_id)


def table_offered(table: Table, party: Party) -> LostRace:
    """Return the refusal of a table that is kept for a waiting party."""
    message = gettext("%(table)s is kept for %(name)s. Take the offer back, or choose another table.") % {
        "table": table.name,
        "name": party.name or gettext("waiting guests"),
    }
    return LostRace(message, code="table_offered", fields={"table": [gettext("Kept for others.")]}, table=table.pk)
