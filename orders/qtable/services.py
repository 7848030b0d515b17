"""Services of QTable's calls. Each function is one unit of work."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from django.db import IntegrityError

from bistro.core.auth.access import restaurant_of
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import DomainError, LostRace
from bistro.core.kernel.once import Once
from bistro.core.kernel.roles import Permission
from bistro.core.writing.steps import archive, lock_restaurant
from bistro.core.writing.unit_of_work import UnitOfWork
from orders.qtable import steps
from orders.qtable.access import booking_id_of, party_id_of, table_id_of
from orders.services.seating import Versions, seated_before
from tables.bookings.availability import Room as BookedRoom
from tables.bookings.hold_steps import lock_book
from tables.bookings.placing import nearest_times
from tables.bookings.selectors import read_house
from tables.events import BatchApplied, TableRemoved
from tables.models import Occupancy, Party, Table
from tables.setup_steps import add_table, refuse_if_in_use
from tables.stay_steps import lock_room
from tables.transitions import PartyStatus
from tables.waitlist.quoting import quote_now

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Update:
    """A change of a batch. `body` has the keys of the guest, table or reservation."""

    entity: Literal["guest", "table", "reservation"]
    uid: UUID
    body: Body


def add_guest(*, body: Body, actor: Actor, once: Once | None = None) -> tuple[Party, bool]:
    """Put a party on the waiting list or seat it. Return it and whether an equal request did so before.

    Locks: table. Raises LostRace, InvalidInput, ReusedKey, NotPermitted.
    """
    actor.require(Permission.SEAT_TABLE)
    waits = body.get("status", PartyStatus.WAITING) != PartyStatus.SEATED
    quote = quote_now(body["partySize"], body.get("quotedMinutes"), restaurant_of(actor)) if waits else None

    def add() -> tuple[Party, bool]:
        with UnitOfWork(actor) as work:
            if (known := seated_before(once, work)) is not None:
                return known, True
            return steps.add_guest(body, work, quote, once), False

    try:
        return add()
    except (IntegrityError, LostRace):  # an equal request was first
        if once is None:
            raise
        return add()


def change_guest(*, uid: UUID, body: Body, actor: Actor, versions: Versions = None) -> Party:
    """Change any part of a party. Locks: table, party, order, draft.

    Raises Stale, LostRace, IllegalTransition, InvalidInput, NotPermitted, NotYours.
    """
    with UnitOfWork(actor) as work:
        return steps.change_guest(party_id_of(uid, work), body, work, versions)


def remove_guest(*, uid: UUID, actor: Actor) -> None:
    """Take a party off the list, or clear its table. Locks: table, party, draft. Raises InvalidInput, NotYours."""
    with UnitOfWork(actor) as work:
        steps.remove_guest(party_id_of(uid, work), work)


def new_table(*, body: Body, actor: Actor) -> Table:
    """Add a table. Its section is added if there is none of this name. Locks: restaurant. Raises InvalidInput."""
    actor.require(Permission.MANAGE)
    with UnitOfWork(actor) as work:
        lock_restaurant(work)
        section = steps.section_named(body["section"], work)
        position = Table.objects.of_restaurant(work.restaurant_id).next_position()
        fields = {field: body[key] for key, field in steps.FIELDS.items() if key in body}
        table = add_table(section, {**fields, "position": position}, work)
        return steps.change_table(table.pk, {"status": body["status"]}, work) if "status" in body else table


def change_table(*, uid: UUID, body: Body, actor: Actor) -> Table:
    """Change any part of a table. Locks: restaurant (for its facts), table, party, draft.

    Raises LostRace, InvalidInput, NotPermitted, NotYours.
    """
    with UnitOfWork(actor) as work:
        if body.keys() - {"status"}:
            lock_restaurant(work)
        return steps.change_table(table_id_of(uid, work), body, work)


def remove_table(*, uid: UUID, actor: Actor) -> None:
    """Take a table out of use. Locks: restaurant, table. Raises InvalidInput (`table_in_use`), NotYours."""
    actor.require(Permission.MANAGE)
    with UnitOfWork(actor) as work:
        lock_restaurant(work)
        table_id = table_id_of(uid, work)
        table = lock_room(work, tables=[table_id]).tables[table_id]
        refuse_if_in_use(table)
        archive(table, work)
        work.record(TableRemoved(table=table))


def apply_batch(*, updates: Sequence[Update], actor: Actor) -> int:
    """Apply all updates or none, and return the number of the last event. The feed sends them as one message.

    Locks: the book (for reservations), restaurant (for facts of tables), table, party, order, draft. Every table and
    party is locked before the first change, so that two batches cannot wait for each other.
    Raises what the single changes raise, with `index`, the place of the update that failed.
    """
    booked = any(update.entity == "reservation" for update in updates)
    if booked:
        actor.require(Permission.TAKE_BOOKING)
    house = read_house(restaurant_of(actor)) if booked else None
    with nearest_times(), UnitOfWork(actor) as work:
        if booked:
            lock_book(work)
        if any(update.entity == "table" and update.body.keys() - {"status"} for update in updates):
            lock_restaurant(work)
        found = [_at(place, _id_of, update, work) for place, update in enumerate(updates)]
        _lock_all(updates, found, work)
        for place, (update, pk) in enumerate(zip(updates, found, strict=True)):
            _at(place, _apply, update, pk, house, work)
        work.record(BatchApplied(updated=len(updates)))
    assert work.head is not None
    return work.head


def _at(place: int, act: Any, *given: Any) -> Any:
    """Call a step, and name the place of its update in a refusal."""
    try:
        return act(*given)
    except DomainError as refusal:
        refusal.extra["index"] = place
        raise


def _id_of(update: Update, work: UnitOfWork) -> int:
    find = {"guest": party_id_of, "table": table_id_of, "reservation": booking_id_of}[update.entity]
    return find(update.uid, work)


def _apply(update: Update, pk: int, house: BookedRoom | None, work: UnitOfWork) -> None:
    if update.entity == "guest":
        steps.change_guest(pk, update.body, work)
    elif update.entity == "table":
        steps.change_table(pk, update.body, work)
    else:
        assert house is not None
        steps.change_reservation(pk, update.body, house, work)


def _lock_all(updates: Sequence[Update], found: Sequence[int], work: UnitOfWork) -> None:
    """Lock every table and party of a batch: those that it names, and those that sit at its tables."""
    pairs = list(zip(updates, found, strict=True))
    tables = {pk for update, pk in pairs if update.entity == "table"}
    for place, update in enumerate(updates):
        tables |= {_at(place, table_id_of, uid, work) for uid in steps.tables_of(update.body)}
    tables |= steps.tables_to_seat_at({pk: update.body for update, pk in pairs if update.entity == "reservation"}, work)
    parties = {pk for update, pk in pairs if update.entity == "guest"}
    sitting = Occupancy.objects.of_restaurant(work.restaurant_id).open().filter(table__in=tables)
    lock_room(work, parties=parties.union(sitting.values_list("party_id", flat=True)), tables=tables)
