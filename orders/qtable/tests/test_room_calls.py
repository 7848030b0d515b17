"""Each call of the floor app QTable, except bookings, field by field, as its client makes them."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bistro.core.kernel.events import Audience, audiences_of, known_actions
from bistro.core.tests.http import nothing_changes, refused
from tables.bookings.tests.evenings import body, evening
from tables.models import Occupancy, Party, Table
from tables.waitlist import services as waitlist

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]
GUEST = [
    "id",
    "guestName",
    "phone",
    "partySize",
    "status",
    "tableId",
    "notes",
    "quotedMinutes",
    "arrivedAt",
    "seatedAt",
]
TABLE = ["id", "name", "capacity", "status", "shape", "x", "y", "rotation", "section"]
MESSAGE = ["type", "restaurant_id", "guest_id", "action", "timestamp", "seq", "epoch", "data"]


class Room:
    """The app of a host in one house."""

    def __init__(self, house, role="host"):
        self.house, self.api = house, house.api(role)
        self.root = f"/restaurants/{house.restaurant.uid}"
        self.table = str(house.table.uid)

    def get(self, path, query=None, status=200):
        answer = self.api.get(self.root + path, query)
        assert answer.status_code == status, answer.content
        return answer.json()

    def add(self, name="Okafor", size=2, **more):
        answer = self.api.post(f"{self.root}/guests", {"guestName": name, "partySize": size, **more})
        assert answer.status_code == 201, answer.content
        return answer.json()

    def put(self, guest, **body):
        answer = self.api.put(f"{self.root}/guests/{guest['id']}", body)
        assert answer.status_code == 200, answer.content
        return answer.json()

    def set_table(self, table=None, **body):
        return self.api.put(f"{self.root}/tables/{table or self.table}", body)

    def book(self, starts=None, **more):
        answer = self.api.post(f"{self.root}/reservations", body(starts or evening(), **more))
        assert answer.status_code == 201, answer.content
        return answer.json()

    def soon(self):
        return timezone.now() + timedelta(minutes=10)

    def batch(self, *updates):
        keys = ("entity", "id", "data")
        return self.api.post(
            f"{self.root}/batch-update", {"updates": [dict(zip(keys, update, strict=True)) for update in updates]}
        )


@pytest.fixture
def room(house):
    return Room(house)


def test_a_guest_from_the_list_to_the_door(room):
    made = room.add(phone="+49 30 123456", size=3, notes="High chair")
    assert list(made) == GUEST
    assert (made["guestName"], made["phone"], made["partySize"]) == ("Okafor", "+4930123456", 3)
    assert (made["status"], made["tableId"], made["seatedAt"]) == ("waiting", None, None)
    assert (made["notes"], made["quotedMinutes"]) == ("High chair", 0)
    assert datetime.fromisoformat(made["arrivedAt"]).tzinfo is not None
    assert UUID(made["id"]).version == 7
    changed = room.put(made, guestName="Okafor A.", partySize=4, notes="")
    assert (changed["guestName"], changed["partySize"], changed["notes"]) == ("Okafor A.", 4, "")
    seated = room.put(made, status="seated", tableId=room.table)
    assert (seated["status"], seated["tableId"]) == ("seated", room.table)
    assert seated["seatedAt"] is not None
    second = str(room.house.add_table().uid)
    assert room.put(made, tableId=second)["tableId"] == second
    assert room.put(made, status="completed")["status"] == "completed"
    assert not Occupancy.objects.open().exists()


def test_the_list_is_a_bare_array_with_filters(room):
    one, two = room.add(phone="030 12345"), room.add(name="Blanc")
    room.put(two, status="seated", tableId=room.table)
    assert [guest["id"] for guest in room.get("/guests")] == [one["id"], two["id"]]
    assert [guest["id"] for guest in room.get("/guests", {"status": "waiting"})] == [one["id"]]
    assert [guest["id"] for guest in room.get("/guests", {"tableId": room.table})] == [two["id"]]
    assert [guest["id"] for guest in room.get("/guests", {"search": "blan"})] == [two["id"]]
    assert [guest["id"] for guest in room.get("/guests", {"search": "12345"})] == [one["id"]]
    room.put(two, status="completed")
    assert [guest["id"] for guest in room.get("/guests", {"status": "completed"})] == [two["id"]]
    answer = room.api.get(f"{room.root}/guests", {"limit": 1})
    assert len(answer.json()) == 1
    assert 'rel="next"' in answer["Link"]
    refused(room.api.get(f"{room.root}/guests", {"status": "away"}), 422, "validation_error")
    refused(room.api.get(f"{room.root}/guests", {"tableId": "7"}), 422, "validation_error")


def test_many_guests_cost_as_many_queries_as_one(room):
    room.add()
    room.get("/guests")
    with CaptureQueriesContext(connection) as few:
        room.get("/guests")
    for number in range(4):
        room.add(name=str(number), phone=f"030 1234{number}")
    with CaptureQueriesContext(connection) as many:
        room.get("/guests")
    assert len(few) == len(many)


def test_a_guest_is_seated_at_once(room):
    made = room.add(status="seated", tableId=room.table)
    assert (made["status"], made["tableId"], made["quotedMinutes"]) == ("seated", room.table, None)
    body = {"guestName": "Late", "partySize": 2, "status": "seated", "tableId": room.table}
    with nothing_changes():
        refused(room.api.post(f"{room.root}/guests", body), 409, "table_taken")


@pytest.mark.parametrize("at_once", [False, True])
def test_a_repeated_request_adds_a_guest_once(room, at_once):
    more = {"status": "seated", "tableId": room.table} if at_once else {}
    body = {"guestName": "Okafor", "partySize": 2, "phone": "+49 30 1234", **more}
    first, again = (room.api.post(f"{room.root}/guests", body, key="a") for _ in range(2))
    assert (first.status_code, again.status_code, again["Idempotent-Replayed"]) == (201, 200, "true")
    assert (again.json(), Party.objects.count()) == (first.json(), 1)
    with nothing_changes():
        refused(room.api.post(f"{room.root}/guests", {**body, "partySize": 3}, key="a"), 422, "idempotency_key_reused")
    other = room.api.post(f"{room.root}/guests", {"guestName": "Blanc", "partySize": 2}, key="b")
    assert (other.status_code, Party.objects.count()) == (201, 2)


def test_more_guests_than_seats_need_a_host_who_insists(room):
    made, waiter = room.add(size=9), Room(room.house, "waiter")
    path, body = f"{room.root}/guests/{made['id']}", {"status": "seated", "tableId": room.table}
    with nothing_changes():
        assert refused(room.api.put(path, body), 422, "party_too_large")["seats"] == 4
        refused(waiter.api.put(path, {**body, "force": True}), 403, "permission_denied")
    assert room.put(made, force=True, **body)["status"] == "seated"


def test_what_a_guest_cannot_become_is_refused(room):
    made = room.add()
    path = f"{room.root}/guests/{made['id']}"
    with nothing_changes():
        refused(room.api.put(path, {"status": "seated"}), 422, "table_required")
        refused(room.api.put(path, {"tableId": room.table}), 422, "not_seated")
        refused(room.api.put(path, {"quotedMinutes": 99}), 422, "quote_is_kept")
        refused(room.api.put(path, {"status": "seated", "tableId": str(uuid4())}), 404, "table_not_found")
        refused(room.api.put(path, {"price": 1}), 422, "validation_error")
        refused(room.api.put(path, {"notes": "x"}, if_match='"99"'), 412, "precondition_failed")
        refused(room.api.put(f"{room.root}/guests/{uuid4()}", {}), 404, "guest_not_found")
    room.put(made, status="completed")
    with nothing_changes():
        refused(room.api.put(path, {"status": "waiting"}), 422, "invalid_order_status")


def test_a_guest_with_an_open_order_cannot_be_completed(room):
    room.house.order()
    (guest,) = room.get("/guests")
    with nothing_changes():
        refused(room.api.put(f"{room.root}/guests/{guest['id']}", {"status": "completed"}), 422, "orders_open")
        refused(room.api.delete(f"{room.root}/guests/{guest['id']}"), 422, "orders_open")


def test_a_deleted_guest_is_off_the_list(room):
    made = room.add()
    assert room.api.delete(f"{room.root}/guests/{made['id']}").status_code == 204
    assert room.get("/guests") == []
    refused(room.api.delete(f"{room.root}/guests/{made['id']}"), 404, "guest_not_found")
    seated = room.add(status="seated", tableId=room.table)
    assert room.api.delete(f"{room.root}/guests/{seated['id']}").status_code == 204
    assert room.get("/tables")[0]["status"] == "available"


def test_tables_and_their_status(room):
    (table,) = room.get("/tables")
    assert list(table) == TABLE
    row = Table.objects.get()
    assert (table["id"], table["name"], table["capacity"], table["section"]) == (
        str(row.uid), row.name, 4, row.section.name,
    )  # fmt: skip
    assert table["status"] == "available"
    for wanted, shown in (("occupied", "occupied"), ("available", "available"), ("out_of_service", "out_of_service")):
        assert room.set_table(status=wanted).json()["status"] == shown
    assert room.set_table(status="available").json()["status"] == "available"
    entry = waitlist.add_party(size=2, actor=room.house.actor("host"))
    waitlist.offer(party_id=entry.party_id, table_id=row.pk, actor=room.house.actor("host"))
    assert room.get("/tables")[0]["status"] == "reserved"
    with nothing_changes():
        refused(room.set_table(status="reserved"), 422, "reserved_by_booking")
        refused(room.set_table(status="occupied"), 409, "table_offered")


def test_an_occupied_table_seats_a_party_of_unknown_size(room):
    for _ in range(2):
        room.set_table(status="occupied")
    party = Party.objects.get()
    assert (party.size, party.status) == (None, "seated")
    with nothing_changes():
        refused(room.set_table(status="out_of_service"), 422, "table_in_use")


def test_managers_add_change_and_remove_tables(house, room):
    manager = Room(house, "manager")
    body = {"name": "T 99", "capacity": 6, "shape": "round", "x": 10, "y": 20, "rotation": 15, "section": "Terrace"}
    made = manager.api.post(f"{room.root}/tables", body)
    assert made.status_code == 201, made.content
    assert {key: made.json()[key] for key in body} == body
    changed = manager.set_table(made.json()["id"], capacity=8, section="Bar")
    assert (changed.json()["capacity"], changed.json()["section"]) == (8, "Bar")
    with nothing_changes():
        refused(manager.api.post(f"{room.root}/tables", body), 422, "validation_error")
        refused(manager.set_table(made.json()["id"], name=house.table.name), 422, "name_taken")
        refused(room.api.post(f"{room.root}/tables", {**body, "name": "T 98"}), 403, "permission_denied")
        refused(room.set_table(capacity=1), 403, "permission_denied")
        refused(manager.api.delete(f"{room.root}/tables/{room.table}"), 422, "table_in_use")  # a pad is placed there
    assert manager.api.delete(f"{room.root}/tables/{made.json()['id']}").status_code == 204
    assert [table["id"] for table in room.get("/tables")] == [room.table]


def test_a_batch_is_all_or_nothing_and_names_what_failed(room):
    one, second = room.add(), str(room.house.add_table().uid)
    seat = ("guest", one["id"], {"status": "seated", "tableId": room.table})
    with nothing_changes():
        problem = refused(room.batch(seat, ("table", second, {"status": "reserved"})), 422, "reserved_by_booking")
        assert problem["index"] == 1
        assert refused(room.batch(seat, ("table", str(uuid4()), {})), 404, "table_not_found")["index"] == 1
        assert refused(room.batch(seat, ("table", room.table, {"status": "available"}), seat), 422, "validation_error")
        refused(room.batch(), 422, "validation_error")
    answer = room.batch(seat, ("table", second, {"status": "occupied"}))
    assert answer.status_code == 200, answer.content
    assert list(answer.json()) == ["updated", "seq"]
    assert answer.json()["updated"] == 2
    assert [table["status"] for table in room.get("/tables")] == ["occupied", "occupied"]
    assert room.get("/sync", {"since": 1})["seq"] == answer.json()["seq"]


def test_guests_of_one_table_are_swapped_in_a_batch(room):
    gone, coming = room.add(status="seated", tableId=room.table), room.add(name="Blanc")
    answer = room.batch(
        ("guest", gone["id"], {"status": "completed"}),
        ("guest", coming["id"], {"status": "seated", "tableId": room.table}),
    )
    assert answer.status_code == 200, answer.content
    assert Occupancy.objects.open().get().party.name == "Blanc"


def test_programs_hear_every_type_of_the_contract():
    entities = {"guest": 3, "reservation": 3, "order": 2, "payment": 2, "service_call": 2}
    words = ("created", "updated", "deleted")
    wanted = {f"{name}_{word}" for name, count in entities.items() for word in (words if count == 3 else words[:2])}
    wanted |= {f"{name}_updated" for name in ("table", "ticket", "bill", "menu", "device")}
    wanted.add("atomic_transaction_complete")
    heard = {kind for kind, action in known_actions() if Audience.PROGRAMS in audiences_of(kind, action)}
    assert wanted - heard == set()


def test_sync_answers_events_or_a_snapshot(room, settings):
    made = room.add()
    whole = room.get("/sync", {"since": 0})
    assert list(whole) == ["seq", "epoch", "snapshot"]
    assert whole["snapshot"] == {"guests": [made], "tables": room.get("/tables"), "reservations": []}
    room.put(made, status="seated", tableId=room.table)
    caught_up = room.get("/sync", {"since": whole["seq"]})
    assert list(caught_up) == ["seq", "epoch", "events"]
    (message,) = caught_up["events"]
    assert list(message) == MESSAGE
    assert (message["type"], message["action"]) == ("guest_updated", "status_changed")
    assert (message["restaurant_id"], message["guest_id"]) == (str(room.house.restaurant.uid), made["id"])
    assert message["timestamp"].endswith("Z")
    assert (message["seq"], message["epoch"]) == (caught_up["seq"], whole["epoch"])
    data = {key: message["data"][key] for key in ("id", "guestName", "status", "tableId", "partySize")}
    assert data == {"id": made["id"], "guestName": "Okafor", "status": "seated", "tableId": room.table, "partySize": 2}
    settings.FEED_CATCH_UP_LIMIT = 1
    room.put(made, status="completed")
    assert "snapshot" in room.get("/sync", {"since": whole["seq"]}), "too old"
    assert "snapshot" in room.get("/sync", {"since": 10_000}), "ahead of the log"
    refused(room.api.get(f"{room.root}/sync", {"since": "x"}), 422, "validation_error")


def test_a_batch_is_one_message_with_all_its_changes(room):
    made = room.add()
    since, second = room.get("/sync", {"since": 0})["seq"], str(room.house.add_table().uid)
    room.batch(
        ("guest", made["id"], {"status": "seated", "tableId": room.table}), ("table", second, {"status": "occupied"})
    )
    (message,) = room.get("/sync", {"since": since})["events"]
    assert (message["type"], message["data"]["updated"]) == ("atomic_transaction_complete", 2)
    changes = message["data"]["changes"]
    assert [(change["type"], change["data"]["tableId"]) for change in changes] == [
        ("guest_updated", room.table), ("guest_created", second),
    ]  # fmt: skip


def test_the_dashboard_counts(room):
    room.add()
    room.house.order()
    counted = room.get("/dashboard-data")
    assert list(counted) == ["restaurantId", "at", "guests", "tables", "reservations", "orders", "sales"]
    assert counted["guests"] == {"waiting": 1, "seated": 1, "completedToday": 0}
    assert counted["tables"] == {"available": 0, "occupied": 1, "reserved": 0, "out_of_service": 0}
    assert counted["reservations"] == {"today": 0, "upcoming": 0}
    assert (counted["orders"], counted["sales"]) == ({"open": 1, "today": 1}, {"today": "10.00"})
    same = room.api.get(f"/api/v1/dashboard/{room.house.restaurant.pk}").json()
    assert {**same, "at": counted["at"]} == counted


def test_the_login_names_the_restaurant(room):
    restaurant = room.house.restaurant
    expected = {"id": restaurant.pk, "uid": str(restaurant.uid), "name": restaurant.name}
    assert room.api.get("/auth/me").json()["restaurant"] == expected


def test_each_call_exists_under_the_version_too(room):
    room.root = f"/api/v1/restaurants/{room.house.restaurant.pk}"
    assert room.get("/guests") == []
    assert len(room.get("/tables")) == 1


def test_another_restaurant_is_a_404(room, other_house):
    made = room.add()
    theirs = Room(other_house)
    with nothing_changes():
        for path in ("/guests", "/tables", "/dashboard-data", "/sync"):
            refused(theirs.api.get(room.root + path), 404, "restaurant_not_found")
        refused(theirs.api.put(f"{theirs.root}/guests/{made['id']}", {}), 404, "guest_not_found")
        refused(theirs.api.put(f"{theirs.root}/tables/{room.table}", {"status": "occupied"}), 404, "table_not_found")
        refused(theirs.batch(("guest", made["id"], {})), 404, "guest_not_found")


def test_a_cook_reads_no_guests(house):
    with nothing_changes():
        refused(house.api("kitchen").get(f"/restaurants/{house.restaurant.uid}/guests"), 403, "permission_denied")
