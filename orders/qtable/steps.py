"""Steps of units of work that make the changes of QTable's calls, alone or in a batch."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext

from bistro.core.kernel.errors import IllegalTransition, InvalidInput
from bistro.core.kernel.names import name_key
from bistro.core.kernel.once import Once
from bistro.core.kernel.roles import Permission
from bistro.core.writing.unit_of_work import UnitOfWork, require_transaction
from orders.qtable.access import table_id_of
from orders.services.clearing import clear_stay
from orders.services.rearranging import move_stay
from orders.services.seating import Versions, check_size, require_version
from tables.bookings.availability import Room as BookedRoom
from tables.bookings.change_steps import Change, apply_change
from tables.bookings.representations import fields_of
from tables.bookings.selectors import tables_held
from tables.bookings.transitions import BookingStatus
from tables.events import PartyChanged, TableChanged
from tables.guests.steps import guest_by_contact
from tables.models import Party, Section, Table
from tables.sections.steps import server_for
from tables.setup_steps import add_section, refuse_if_in_use
from tables.stay_steps import Room, Stay, lock_room, require_seats, require_size, seat_guests, touch_party
from tables.transitions import PARTY_MOVES, PartyStatus
from tables.waitlist.quoting import Quote
from tables.waitlist.steps import add_waiting, let_go, name_party, resize, seat_waiting

Body = Mapping[str, Any]
AVAILABLE, OCCUPIED, RESERVED, OUT_OF_SERVICE = "available", "occupied", "reserved", "out_of_service"
# {key of the API: field of a table}
FIELDS = {"name": "name", "capacity": "seats", "shape": "shape", "x": "x", "y": "y", "rotation": "rotation"}


def add_guest(body: Body, work: UnitOfWork, quote: Quote | None, once: Once | None = None) -> Party:
    """Put a party on the waiting list with a quote, or seat it at once with status `seated` and `tableId`.

    Locks: table.
    """
    require_transaction()
    work.actor.require(Permission.SEAT_TABLE)
    key: dict[str, Any] = {} if once is None else {"key": once.key, "fingerprint": once.fingerprint}
    named = {"name": body["guestName"], "notes": body.get("notes", "")}
    if quote is not None:
        if body.get("tableId"):
            raise _needs_seated()
        return add_waiting(
            work,
            size=body["partySize"],
            phone=body.get("phone", ""),
            quote=quote,
            once=once,
            **named,
        ).party
    table_id = _wanted_table(body, work)
    room = lock_room(work, tables=[table_id])
    table = room.free_table(table_id)
    require_size(body["partySize"])
    require_seats(body["partySize"], [table], insist=body.get("force", False), actor=work.actor)
    guest = guest_by_contact(work, name=named["name"], phone=body.get("phone", ""))
    server = server_for(table, work)
    return seat_guests(table, work, size=body["partySize"], server_id=server, guest=guest, **key, **named)


def change_guest(party_id: int, body: Body, work: UnitOfWork, versions: Versions = None) -> Party:
    """Change any part of a party: its details, its table and its status. Locks: table, party, order, draft."""
    require_transaction()
    work.actor.require(Permission.SEAT_TABLE)
    table_id = table_id_of(body["tableId"], work) if body.get("tableId") else None
    room = lock_room(work, parties=[party_id], tables=[] if table_id is None else [table_id])
    stay = room.stays[party_id]
    party, insist = stay.party, body.get("force", False)
    require_version(party, versions)
    _keep_quote(party, body)
    name_party(party, work, name=body.get("guestName"), phone=body.get("phone"), notes=body.get("notes"))
    if body.get("partySize", party.size) != party.size:
        _resize(stay, body["partySize"], work, insist=insist)
    _move_on(room, stay, body.get("status"), table_id, work, insist=insist)
    return party


def _move_on(
    room: Room, stay: Stay, wanted: str | None, table_id: int | None, work: UnitOfWork, *, insist: bool
) -> None:
    """Bring a party to a status and a table. Raises IllegalTransition, InvalidInput, LostRace, NotPermitted."""
    party = stay.party
    status = "completed" if party.completed_at is not None else party.status
    wanted = wanted or status
    if status == wanted == PartyStatus.SEATED:
        if table_id is not None and [table.pk for table in stay.tables] != [table_id]:
            stay.require_seated()
            move_stay(room, stay, table_id, work, insist=insist)
    elif status == PartyStatus.WAITING and wanted == PartyStatus.SEATED:
        if table_id is None:
            raise _no_table_named()
        seat_waiting(party, room.free_table(table_id, party.pk), work, insist=insist)
    elif status == PartyStatus.WAITING and wanted == PartyStatus.COMPLETED:
        let_go(party, work)
    elif status == PartyStatus.SEATED and wanted == PartyStatus.COMPLETED:
        work.actor.require(Permission.CLEAR_TABLE)
        clear_stay(stay, work)
    elif status != wanted:
        message = gettext("A guest cannot go from %(old)s to %(new)s.") % {"old": status, "new": wanted}
        raise IllegalTransition(message, current=status, allowed=PARTY_MOVES[party.status] & set(GUEST_STATUSES))
    elif status == PartyStatus.WAITING and table_id is not None:
        raise _needs_seated()


GUEST_STATUSES = (PartyStatus.WAITING.value, PartyStatus.SEATED.value, PartyStatus.COMPLETED.value)


def remove_guest(party_id: int, work: UnitOfWork) -> None:
    """Take a waiting party off the list, or clear the table of a seated one. A party that is gone stays as it is."""
    require_transaction()
    work.actor.require(Permission.SEAT_TABLE)
    stay = lock_room(work, parties=[party_id]).stays[party_id]
    if stay.party.status == PartyStatus.WAITING:
        let_go(stay.party, work, removed=True)
    elif stay.party.status == PartyStatus.SEATED:
        work.actor.require(Permission.CLEAR_TABLE)
        clear_stay(stay, work)


def _resize(stay: Stay, size: int | None, work: UnitOfWork, *, insist: bool) -> None:
    party = stay.party
    if party.status == PartyStatus.WAITING:
        resize(party, size, work)
        return
    stay.require_seated()
    require_size(size)
    require_seats(size, stay.tables, insist=insist, actor=work.actor)
    check_size(party, size, work)
    party.size = size
    touch_party(party, "size")
    work.record(PartyChanged(party=party, table=stay.head))


def _keep_quote(party: Party, body: Body) -> None:
    """Refuse another quote than the one that was given: it is kept permanently. Raises InvalidInput."""
    entry = getattr(party, "entry", None)
    if "quotedMinutes" in body and body["quotedMinutes"] != (entry.quoted_high if entry else None):
        message = gettext("A quote is kept as it was given.")
        raise InvalidInput(message, code="quote_is_kept", fields={"quotedMinutes": [message]})


def _wanted_table(body: Body, work: UnitOfWork) -> int:
    if not body.get("tableId"):
        raise _no_table_named()
    return table_id_of(body["tableId"], work)


def _no_table_named() -> InvalidInput:
    message = gettext("Name the table where the guests sit.")
    return InvalidInput(message, code="table_required", fields={"tableId": [message]})


def _needs_seated() -> InvalidInput:
    message = gettext("Guests at a table are seated. Send the status “seated” with the table.")
    return InvalidInput(message, code="not_seated", fields={"tableId": [message]})


# --- reservations ---------------------------------------------------------------------------------------------
def tables_of(body: Body) -> list[UUID]:
    """Return the uids of the tables that a change of a guest or reservation names."""
    return list(body.get("tableIds") or ([body["tableId"]] if body.get("tableId") else []))


def change_reservation(booking_id: int, body: Body, house: BookedRoom, work: UnitOfWork) -> None:
    """Change any part of a booking, as its own call does. `house` was read before the lock of the book.

    Locks: table, for guests who are seated. Raises InvalidInput, LostRace, IllegalTransition, NotPermitted, NotYours.
    """
    require_transaction()
    work.actor.require(Permission.TAKE_BOOKING)
    fields: dict[str, Any] = fields_of(body)
    named = list(dict.fromkeys(table_id_of(uid, work) for uid in tables_of(body)))
    if named and named != tables_held(booking_id):
        fields["tables"] = named
    change = Change(fields, body.get("status"), insist=body.get("force", False))
    apply_change(booking_id, change, house, work)


def tables_to_seat_at(bodies: Mapping[int, Body], work: UnitOfWork) -> set[int]:
    """Return the tables that {booking: its change} locks when guests are seated at the tables of their booking."""
    require_transaction()
    seated = {pk: body for pk, body in bodies.items() if body.get("status") == BookingStatus.SEATED}
    here = Table.objects.of_restaurant(work.restaurant_id).not_archived()
    if any({"startsAt", "endsAt", "partySize"} & body.keys() for body in seated.values()):
        return set(here.values_list("pk", flat=True))  # the server may choose any table
    return set(here.filter(holds__booking__in=seated).values_list("pk", flat=True))


# --- tables ---------------------------------------------------------------------------------------------------
def change_table(table_id: int, body: Body, work: UnitOfWork) -> Table:
    """Change any part of a table: its facts, which managers may, and its status. Locks: table, party, draft."""
    require_transaction()
    if {*FIELDS, "section"} & body.keys():
        work.actor.require(Permission.MANAGE)
        _set_fields(lock_room(work, tables=[table_id]).tables[table_id], body, work)
    if "status" in body:
        _set_status(table_id, body["status"], work)
    return Table.objects.select_related("section").get(pk=table_id)


def section_named(name: str, work: UnitOfWork) -> Section:
    """Return the section with a name, and add it if there is none. The caller has locked the restaurant."""
    require_transaction()
    here = Section.objects.of_restaurant(work.restaurant_id)
    return here.filter(name=name).first() or add_section(name, work, position=here.next_position())


def _set_fields(table: Table, body: Body, work: UnitOfWork) -> None:
    here = Table.objects.of_restaurant(work.restaurant_id).not_archived().exclude(pk=table.pk)
    if "name" in body and here.filter(name_key=name_key(body["name"])).exists():
        message = gettext("There is already a table “%(name)s”.") % {"name": body["name"]}
        raise InvalidInput(message, code="name_taken", fields={"name": [gettext("Taken.")]})
    changed = {FIELDS[key]: body[key] for key in FIELDS if key in body}
    if "section" in body:
        changed["section"] = section_named(body["section"], work)
    if all(getattr(table, field) == value for field, value in changed.items()):
        return
    for field, value in changed.items():
        setattr(table, field, value)
    _saved(table, work)


def _saved(table: Table, work: UnitOfWork) -> None:
    table.version += 1
    table.save()
    work.record(TableChanged(table=table))


def _set_status(table_id: int, wanted: str, work: UnitOfWork) -> None:
    """Bring a table to a status. Raises InvalidInput (`reserved_by_booking`, `table_in_use`), LostRace."""
    work.actor.require(Permission.SEAT_TABLE)
    if wanted == RESERVED:
        message = gettext("A table is reserved by a booking or an offer, not by its status.")
        raise InvalidInput(message, code="reserved_by_booking", fields={"status": [message]})
    room = lock_room(work, tables=[table_id])
    table, party_id = room.tables[table_id], room.holders.get(table_id)
    if wanted == OUT_OF_SERVICE:
        if party_id is not None:
            refuse_if_in_use(table)
        _serve(table, work, out=True)
    elif wanted == AVAILABLE:
        if party_id is not None:
            work.actor.require(Permission.CLEAR_TABLE)
            clear_stay(lock_room(work, parties=[party_id]).stays[party_id], work)
        _serve(table, work, out=False)
    elif party_id is None:
        free = room.free_table(table_id)
        seat_guests(free, work, size=None, server_id=server_for(free, work))


def _serve(table: Table, work: UnitOfWork, *, out: bool) -> None:
    if table.out_of_service != out:
        table.out_of_service = out
        _saved(table, work)
