"""Bookings in the batches of the floor app QTable: all or nothing, one message, and the place of a refusal."""

from uuid import uuid4

import pytest

from bistro.core.tests.http import nothing_changes, refused
from orders.qtable.tests.test_room_calls import Room
from tables.bookings.models import Booking
from tables.bookings.representations import instant
from tables.bookings.tests.evenings import evening
from tables.models import Occupancy

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]


@pytest.fixture
def room(house):
    return Room(house)


def test_a_batch_changes_bookings_beside_guests_and_tables(room):
    booked, second = room.book(), str(room.house.add_table().uid)
    guest, later = room.add(), instant(evening(20))
    moved = ("reservation", booked["id"], {"startsAt": later, "tableId": second, "notes": "Window"})
    seat = ("guest", guest["id"], {"status": "seated", "tableId": room.table})
    answer = room.batch(moved, seat)
    assert answer.status_code == 200, answer.content
    (row,) = room.get("/reservations")
    assert (row["startsAt"], row["tableId"], row["notes"]) == (later, second, "Window")
    (message,) = room.get("/sync", {"since": answer.json()["seq"] - 3})["events"]
    assert [change["type"] for change in message["data"]["changes"]] == ["reservation_updated", "guest_updated"]
    assert message["data"]["changes"][0]["reservation_id"] == booked["id"]
    version = Booking.objects.get().version
    again = room.batch(moved, seat)
    assert (again.status_code, room.get("/reservations")) == (200, [row]), "a repeated batch changes nothing"
    assert Booking.objects.get().version == version
    assert Occupancy.objects.open().count() == 1


def test_a_batch_seats_and_cancels_bookings(room):
    second = str(room.house.add_table().uid)
    one, two = room.book(room.soon()), room.book(room.soon(), guestName="Blanc")
    answer = room.batch(
        ("reservation", one["id"], {"status": "seated", "tableId": second}),
        ("reservation", two["id"], {"status": "cancelled"}),
    )
    assert answer.status_code == 200, answer.content
    assert str(Occupancy.objects.open().get().table.uid) == second
    assert sorted(Booking.objects.values_list("status", flat=True)) == ["cancelled", "seated"]


def test_a_refused_booking_refuses_the_whole_batch(room):
    booked, other = room.book(), room.book(starts=evening(21))
    guest = room.add()
    seat = ("guest", guest["id"], {"status": "seated", "tableId": room.table})
    cook = Room(room.house, "kitchen")
    with nothing_changes():
        taken = refused(
            room.batch(seat, ("reservation", other["id"], {"startsAt": booked["startsAt"]})), 409, "slot_full"
        )
        assert (taken["index"], len(taken["alternatives"]) > 0) == (1, True)
        gone = room.batch(seat, ("reservation", str(uuid4()), {"notes": "x"}))
        assert refused(gone, 404, "reservation_not_found")["index"] == 1
        nowhere = room.batch(seat, ("reservation", booked["id"], {"tableId": str(uuid4())}))
        assert refused(nowhere, 404, "table_not_found")["index"] == 1
        over = room.batch(seat, ("reservation", booked["id"], {"status": "finished"}))
        assert refused(over, 422, "invalid_order_status")["index"] == 1
        wrong = room.batch(seat, ("reservation", booked["id"], {"price": 1}))
        assert refused(wrong, 422, "validation_error")["index"] == 1
        twice = room.batch(("reservation", booked["id"], {}), seat, ("reservation", booked["id"], {}))
        assert refused(twice, 422, "validation_error")["index"] == 2
        many = [("reservation", str(uuid4()), {})] * 201
        refused(room.batch(*many), 422, "validation_error")
        refused(cook.batch(("reservation", booked["id"], {})), 403, "permission_denied")
