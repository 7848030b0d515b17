"""The calls of reservations, field by field (docs/contracts/qtable.md)."""

from datetime import time, timedelta

import pytest
from django.utils import timezone

from bistro.core.models import Event, OpeningHours
from bistro.core.tests.http import nothing_changes, refused
from tables.bookings.models import Booking, BookingRules, Combination, CombinationTable, TableHold
from tables.bookings.representations import instant
from tables.bookings.tests.evenings import body, book, evening, path, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def api(house):
    return house.api("host")


def take(api, house, starts=None, size=2, **more):
    response = api.post(path(house), body(starts, size, **more))
    assert response.status_code == 201, response.content
    return response.json()


def test_the_whole_row(api, house):
    starts = evening()
    row = take(api, house, starts, 3, phone="+49 30 1", email="m@example.com", notes="Window", occasion="birthday")
    assert row["id"]
    assert row["createdAt"]
    table = str(house.table.uid)
    assert {key: value for key, value in row.items() if key not in ("id", "createdAt", "link", "house_link")} == {
        "guestName": "Moreau",
        "phone": "+49 30 1",
        "email": "m@example.com",
        "partySize": 3,
        "startsAt": instant(starts),
        "endsAt": instant(starts + timedelta(minutes=105)),
        "status": "booked",
        "tableId": table,
        "tableIds": [table],
        "notes": "Window",
        "occasion": "birthday",
        "delayMinutes": 0,
        "deposit": None,
    }
    assert api.get(path(house)).json() == [row]
    assert api.get(f"/api/v1{path(house)}", {"date": starts.date().isoformat()}).json() == [row]
    assert api.get(f"/restaurants/{house.restaurant.pk}/reservations").json() == [row]
    assert api.get(path(house), {"status": "seated"}).json() == []


def test_personal_data_is_apart_in_the_log(api, house):
    take(api, house, phone="+49 30 1")
    event = Event.objects.get(type="reservation_created")
    assert "Moreau" not in event.data
    assert '"guestName":"Moreau"' in event.private


def test_a_taken_table_and_a_full_slot(api, house):
    taken = take(api, house, evening(19))
    with nothing_changes():
        problem = refused(api.post(path(house), body(evening(20), tableId=taken["tableId"])), 409, "table_taken")
        full = refused(api.post(path(house), body(evening(20))), 409, "slot_full")
    times = [evening(17), evening(17, 15), evening(17, 30), evening(20, 30), evening(20, 45), evening(21)]
    assert problem["alternatives"] == full["alternatives"] == [instant(moment) for moment in times]
    assert take(api, house, evening(20, 30))["startsAt"] == instant(evening(20, 30)), "bookings may touch"


def test_a_party_that_is_too_large(api, house):
    with nothing_changes():
        assert refused(api.post(path(house), body(size=5)), 422, "party_too_large")["seats"] == 4
        table = str(house.table.uid)
        refused(api.post(path(house), body(size=5, tableId=table)), 422, "party_too_large")
        refused(
            house.api("waiter").post(path(house), body(size=5, tableId=table, force=True)), 403, "permission_denied"
        )
    assert take(api, house, size=5, tableId=table, force=True)["partySize"] == 5


def test_what_cannot_be(api, house):
    with nothing_changes():
        refused(api.post(path(house), body(evening(days=-1))), 422, "time_passed")
        refused(api.post(path(house), body(endsAt=text(evening(18)))), 422, "validation_error")
        refused(api.post(path(house), body(guestName="  ")), 422, "validation_error")
        refused(api.post(path(house), body(price="1")), 422, "validation_error")
        refused(api.post(path(house), body(tableId="01a22274-98c5-7cfd-9d11-1e2ef716c806")), 404, "table_not_found")
        refused(house.api("kitchen").post(path(house), body()), 403, "permission_denied")
        refused(house.api("pad").get(path(house)), 403, "permission_denied")
    house.table.__class__.objects.filter(pk=house.table.pk).update(out_of_service=True)
    refused(api.post(path(house), body(tableId=str(house.table.uid))), 422, "table_out_of_service")


def test_the_server_takes_the_smallest_table_and_combinations_last(api, house):
    small, large = house.add_table(seats=2), house.add_table(seats=6)
    both = Combination.objects.create(restaurant=house.restaurant, name="Long table", seats=7)
    for table in (house.table, small):
        CombinationTable.objects.create(restaurant=house.restaurant, combination=both, table=table)
    assert take(api, house, size=2)["tableId"] == str(small.uid)
    assert take(api, house, size=2)["tableId"] == str(house.table.uid)
    assert take(api, house, size=2)["tableId"] == str(large.uid)
    refused(api.post(path(house), body()), 409, "slot_full")
    later = take(api, house, evening(22), size=7)
    assert later["tableIds"] == [str(house.table.uid), str(small.uid)]
    refused(api.post(path(house), body(evening(22), tableId=str(small.uid))), 409, "table_taken")


def test_opening_hours_and_pacing(api, house):
    house.add_table()
    OpeningHours.objects.create(
        restaurant=house.restaurant, weekday=evening().weekday(), opens=time(18), closes=time(23)
    )
    BookingRules.objects.create(restaurant=house.restaurant, pacing_total=4)
    closed = refused(api.post(path(house), body(evening(16))), 422, "closed")
    assert closed["alternatives"] == [instant(evening(18)), instant(evening(18, 15)), instant(evening(18, 30))]
    refused(api.post(path(house), body(evening(22, 45))), 422, "closed")
    take(api, house, evening(19), 3)
    slot = refused(api.post(path(house), body(evening(19, 10))), 409, "slot_full")
    assert slot["alternatives"][2:4] == [instant(evening(18, 45)), instant(evening(19, 15))]
    take(api, house, evening(19, 10), force=True)


def test_tables_kept_for_walk_ins(api, house):
    house.add_table()
    BookingRules.objects.create(restaurant=house.restaurant, walk_in_percent=50)
    first = take(api, house)
    refused(api.post(path(house), body()), 409, "slot_full")
    other = next(t for t in house.restaurant.tables.all() if str(t.uid) != first["tableId"])
    take(api, house, tableId=str(other.uid))


def test_a_repeated_request_books_once(api, house):
    first = api.post(path(house), body(), key="k")
    again = api.post(path(house), body(), key="k")
    assert (first.status_code, again.status_code, again["Idempotent-Replayed"]) == (201, 200, "true")
    assert first.json() == again.json()
    refused(api.post(path(house), body(size=3), key="k"), 422, "idempotency_key_reused")
    assert Booking.objects.count() == 1


def test_change_any_part(api, house):
    row = take(api, house)
    address = path(house, row["id"])
    changed = api.put(address, {"notes": "Pram"})
    assert changed.json() == {**row, "notes": "Pram"}
    moved = api.put(address, {"startsAt": text(evening(20))}).json()
    assert (moved["startsAt"], moved["endsAt"]) == (instant(evening(20)), instant(evening(21, 30)))
    whole = api.put(address, {**moved, "startsAt": text(evening(19))}).json()
    assert (whole["endsAt"], whole["tableIds"]) == (instant(evening(20, 30)), row["tableIds"])
    assert api.put(address, {"partySize": 4}).json()["endsAt"] == instant(evening(20, 45))
    with nothing_changes():
        same = api.put(address, {"partySize": 4})
        assert same.status_code == 200
        refused(api.put(address, {"notes": "x"}, if_match='"0"'), 412, "precondition_failed")
        refused(api.put(address, {"partySize": 5}), 422, "party_too_large")
    assert list(TableHold.objects.live().values_list("ends_at", flat=True)) == [evening(20, 45)]


def test_a_move_to_a_taken_time_keeps_the_booking(api, house):
    take(api, house, evening(22))
    row = take(api, house, evening(19))
    with nothing_changes():
        refused(api.put(path(house, row["id"]), {"startsAt": text(evening(21))}), 409, "slot_full")


def test_cancel(api, house):
    row = take(api, house)
    assert api.delete(path(house, row["id"])).status_code == 204
    assert api.delete(path(house, row["id"])).status_code == 204, "a cancelled booking stays so"
    assert api.get(path(house)).json() == []
    assert api.get(path(house), {"status": "cancelled"}).json() == [{**row, "status": "cancelled"}]
    take(api, house)
    with nothing_changes():
        refused(api.put(path(house, row["id"]), {"status": "confirmed"}), 422, "invalid_order_status")
        refused(api.put(path(house, row["id"]), {"partySize": 3}), 422, "booking_over")
    actions = Event.objects.filter(type__startswith="reservation").order_by("seq").values_list("type", flat=True)
    assert list(actions) == ["reservation_created", "reservation_deleted", "reservation_created"]


def test_other_houses_see_nothing(api, house, other_house):
    row = take(api, house)
    stranger = other_house.api("host")
    with nothing_changes():
        refused(stranger.get(path(house)), 404, "restaurant_not_found")
        refused(stranger.put(path(house, row["id"]), {"notes": "x"}), 404, "restaurant_not_found")
        refused(stranger.delete(path(other_house, row["id"])), 404, "reservation_not_found")
        refused(stranger.post(path(other_house), body(tableId=row["tableId"])), 404, "table_not_found")
    assert stranger.get(path(other_house)).json() == []


def test_pages_of_a_long_list(api, house):
    for hour in (12, 15, 18):
        book(house, evening(hour))
    first = api.get(path(house), {"limit": 2})
    assert len(first.json()) == 2
    following = first["Link"].partition("; ")[0].strip("<>")
    assert [row["startsAt"] for row in api.get(following).json()] == [instant(evening(18))]


def test_the_list_costs_as_much_with_many(api, house, django_assert_max_num_queries):
    for hour in (12, 15, 18, 21):
        book(house, evening(hour))
    with django_assert_max_num_queries(6):
        assert len(api.get(path(house)).json()) == 4
    assert timezone.now() < evening()
