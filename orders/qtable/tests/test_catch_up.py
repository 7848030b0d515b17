"""A client of the room that was away for an hour: one call of `sync` brings what it lacks."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from orders.qtable.tests.test_room_calls import Room
from tables.bookings.services import mark_late
from tables.bookings.tests.evenings import open_all_day

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]
HERE = ("waiting", "seated")


class Client:
    """A client that keeps guests and bookings by applying messages, as docs/contracts/qtable.md describes."""

    def __init__(self, room):
        self.room, self.calls, self.seq = room, 0, 0
        self.guests, self.bookings = {}, {}
        self.sync()

    def sync(self):
        found, self.calls = self.room.get("/sync", {"since": self.seq}), self.calls + 1
        for guest in found.get("snapshot", {}).get("guests", ()):
            self.note("guest", guest)
        for booking in found.get("snapshot", {}).get("reservations", ()):
            self.note("reservation", booking)
        for message in found.get("events", ()):
            for each in message["data"].get("changes", [message]):
                self.note(each["type"].partition("_")[0], each["data"])
        self.seq = found["seq"]
        return found

    def note(self, kind, data):
        if kind == "guest":
            self.guests[data["id"]] = (data["status"], data["tableId"], data["partySize"])
        elif kind == "reservation":
            self.bookings[data["id"]] = (data["status"], data["partySize"], data["startsAt"], tuple(data["tableIds"]))

    def here(self):
        return {pk: guest for pk, guest in self.guests.items() if guest[0] in HERE}

    def same_as_the_house(self):
        guests = {row["id"]: (row["status"], row["tableId"], row["partySize"]) for row in self.room.get("/guests")}
        rows = self.room.get("/reservations")
        booked = {row["id"]: (row["status"], row["partySize"], row["startsAt"], tuple(row["tableIds"])) for row in rows}
        live = {pk: row for pk, row in self.bookings.items() if row[0] != "cancelled"}
        here = {pk: guest for pk, guest in guests.items() if guest[0] in HERE}
        return (self.here(), live) == (here, {pk: row for pk, row in booked.items() if row[0] != "cancelled"})


def sign_in(room):
    """Sign in once more, because tokens end after half an hour."""
    room.house._apis.clear()
    room.api = room.house.api("host")


def an_hour(room, clock):
    """Let an hour pass in which guests come, wait, sit, move, book, cancel, come late and leave."""
    tables = [str(room.house.add_table().uid) for _ in range(6)]
    for minute in range(60):
        clock.shift(timedelta(minutes=1))
        if minute % 20 == 0:
            sign_in(room)
        if minute % 6 == 0:
            guest = room.add(name=f"Guest {minute}")
            if minute % 12 == 0:
                room.put(guest, status="seated", tableId=tables[minute // 12])
        if minute % 15 == 3:
            booking = room.book(timezone.now() + timedelta(hours=2), partySize=2)
            if minute == 18:
                assert room.api.delete(f"{room.root}/reservations/{booking['id']}").status_code in (200, 204)
        if minute in (25, 50):
            seated = next(each for each in room.get("/guests", {"status": "seated"}))
            room.put(seated, status="completed")
        mark_late(now=timezone.now())


def test_a_client_that_was_away_for_an_hour_catches_up_in_one_call(house):
    with time_machine.travel("2026-03-07T17:00:00Z", tick=False) as clock:
        open_all_day(house)
        room = Room(house)
        room.add(name="Early")
        late = room.book(timezone.now() + timedelta(minutes=5))
        client, deaf = Client(room), Client(room)
        an_hour(room, clock)
        assert not client.same_as_the_house(), "control: it was away"
        found = client.sync()
        assert (client.calls, list(found)) == (2, ["seq", "epoch", "events"])
        assert len(found["events"]) >= 20
        assert client.same_as_the_house()
        assert client.bookings[late["id"]][0] == "late"
        assert not deaf.same_as_the_house()


def test_a_client_that_missed_too_much_gets_the_whole_room_in_one_call(house, settings):
    settings.FEED_CATCH_UP_LIMIT = 5
    with time_machine.travel("2026-03-07T17:00:00Z", tick=False) as clock:
        open_all_day(house)
        room = Room(house)
        client = Client(room)
        an_hour(room, clock)
        client.guests, client.bookings = {}, {}
        assert "snapshot" in client.sync()
        assert client.same_as_the_house()
