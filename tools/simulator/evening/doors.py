"""The acts of hosts, in two ways: through the API, or through the services, which is several times faster.

Tables are named by their uids, bookings and waiting parties by what the way itself uses, parties at tables by their
uids too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import LostRace
from bistro.core.writing.unit_of_work import UnitOfWork
from tables.bookings import services as bookings
from tables.bookings.placing import Wish
from tables.representations import party_json
from tables.stay_steps import lock_room, seat_guests
from tables.waitlist import services as waitlist
from tools.simulator.evening.desk import Person, Refused
from tools.simulator.evening.houses import House
from tools.simulator.evening.plans import Visit

TAKEN = ("table_taken", "table_offered")


@dataclass(frozen=True, slots=True)
class Booked:
    """A booking that was taken: its reference, its time and its tables."""

    ref: Any
    starts_at: datetime
    tables: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Seated:
    """Guests at tables. `party` is the id of the party where the way knows it already."""

    uid: str
    tables: tuple[str, ...]
    party: int = 0


class Door(Protocol):
    """The acts of hosts. `book` and `seat_booked` return None where there is no room."""

    def book(self, visit: Visit, starts_at: datetime) -> Booked | None: ...
    def give_up(self, ref: Any) -> None: ...
    def seat(self, visit: Visit, table: str) -> Seated: ...
    def wait(self, visit: Visit) -> Any: ...
    def seat_waiting(self, ref: Any, table: str) -> Seated: ...
    def leave(self, ref: Any) -> None: ...
    def seat_booked(self, booked: Booked, table: str | None) -> Seated | None: ...


class ApiDoor:
    """The two hosts in turns, through the API."""

    def __init__(self, house: House) -> None:
        self.house, self.turn = house, 0

    def book(self, visit: Visit, starts_at: datetime) -> Booked | None:
        """Take a booking by phone, at the first of the alternatives if its time is full."""
        wish = {"guestName": visit.name, "partySize": visit.size, "startsAt": starts_at.isoformat()}
        path = f"{self.house.room}/reservations"
        try:
            row = self.host.post(path, wish)
        except Refused as refusal:
            times = refusal.body.get("alternatives")
            if not times:
                return None
            row = self.host.post(path, {**wish, "startsAt": times[0]})
        return Booked(row["id"], datetime.fromisoformat(row["startsAt"]), tuple(row["tableIds"]))

    def give_up(self, ref: Any) -> None:
        """Note a no-show."""
        self.host.put(f"{self.house.room}/reservations/{ref}", {"status": "no_show"})

    def seat(self, visit: Visit, table: str) -> Seated:
        """Seat a walk-in."""
        body = {"table": self.house.tables[table]["id"], "size": visit.size}
        return Seated(self.host.post("/api/v1/parties", body)["uid"], (table,))

    def wait(self, visit: Visit) -> Any:
        """Put a party on the list."""
        return self.host.post(f"{self.house.room}/guests", {"guestName": visit.name, "partySize": visit.size})["id"]

    def seat_waiting(self, ref: Any, table: str) -> Seated:
        """Seat a party of the list."""
        self.host.put(f"{self.house.room}/guests/{ref}", {"status": "seated", "tableId": table})
        return Seated(ref, (table,))

    def leave(self, ref: Any) -> None:
        """Take a party off the list."""
        self.host.delete(f"{self.house.room}/guests/{ref}")

    def seat_booked(self, booked: Booked, table: str | None) -> Seated | None:
        """Seat the guests of a booking, at its own tables or at another one."""
        body = {"status": "seated", **({"tableId": table} if table else {})}
        try:
            row = self.host.put(f"{self.house.room}/reservations/{booked.ref}", body)
        except Refused as refusal:
            if refusal.code not in TAKEN:
                raise
            return None
        there = self.host.get(f"{self.house.room}/guests", {"status": "seated", "tableId": row["tableIds"][0]})
        return Seated(there[0]["id"], tuple(row["tableIds"]))

    @property
    def host(self) -> Person:
        """Return the host whose turn it is."""
        self.turn += 1
        return self.house.hosts[self.turn % len(self.house.hosts)]


class ServiceDoor:
    """The hosts through the services."""

    def __init__(self, house: House) -> None:
        self.house, self.actor = house, Actor.system(house.pk, "evening")

    def book(self, visit: Visit, starts_at: datetime) -> Booked | None:
        """Take a booking, at the first of the alternatives if its time is full."""
        try:
            row = self._book(visit, starts_at)
        except LostRace as refusal:
            times = refusal.extra.get("alternatives")
            if not times:
                return None
            row = self._book(visit, datetime.fromisoformat(times[0]))
        return Booked(row.pk, row.starts_at, ())

    def _book(self, visit: Visit, starts_at: datetime) -> Any:
        wish = Wish(starts_at=starts_at, size=visit.size)
        return bookings.take_booking(guest=bookings.Guest(name=visit.name), wish=wish, actor=self.actor)[0]

    def give_up(self, ref: Any) -> None:
        """Note a no-show."""
        bookings.mark_no_show(booking_id=ref, actor=self.actor)

    def seat(self, visit: Visit, table: str) -> Seated:
        """Seat a walk-in."""
        pk = self.house.tables[table]["id"]
        with UnitOfWork(self.actor) as work:
            party = seat_guests(lock_room(work, tables=[pk]).free_table(pk), work, size=visit.size, server_id=None)
        return Seated(str(party.uid), (table,), party.pk)

    def wait(self, visit: Visit) -> Any:
        """Put a party on the list."""
        return waitlist.add_party(size=visit.size, name=visit.name, actor=self.actor).party

    def seat_waiting(self, ref: Any, table: str) -> Seated:
        """Seat a party of the list."""
        waitlist.seat_party(party_id=ref.pk, table_id=self.house.tables[table]["id"], actor=self.actor)
        return Seated(str(ref.uid), (table,), ref.pk)

    def leave(self, ref: Any) -> None:
        """Take a party off the list."""
        waitlist.leave(party_id=ref.pk, actor=self.actor)

    def seat_booked(self, booked: Booked, table: str | None) -> Seated | None:
        """Seat the guests of a booking, at its own tables or at another one."""
        chosen = [self.house.tables[table]["id"]] if table else []
        try:
            row = bookings.seat_booking(booking_id=booked.ref, tables=chosen, actor=self.actor)
        except LostRace:
            return None
        assert row.party is not None
        held = set(party_json(row.party)["tables"])
        tables = tuple(uid for uid, each in self.house.tables.items() if each["id"] in held)
        return Seated(str(row.party.uid), tables, row.party.pk)
