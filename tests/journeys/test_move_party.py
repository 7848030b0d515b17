"""Moving of a party, joining and parting of its tables: orders follow, and nothing else changes (ADR 0041)."""

import pytest

from bistro.core.models import Event
from bistro.core.tests.http import nothing_changes, refused
from kitchen.models import Ticket
from orders.models import Order
from tables.models import Occupancy, Party

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]
PARTIES = "/api/v1/parties"
LABEL = {"table", "table_name", "version"}


@pytest.fixture
def room(house):
    """Return the house with three more tables, and a party of two at its first."""
    house.more = [house.add_table(name=name) for name in ("Two", "Three", "Four")]
    house.party = house.done(house.api("host").post(PARTIES, {"table": house.table.pk, "size": 2}))
    return house


def act(house, what, table, role="host", party=None, **body):
    headers = {"if_match": body.pop("if_match")} if "if_match" in body else {}
    path = f"{PARTIES}/{party or house.party['id']}/{what}"
    return house.api(role).post(path, {"table": table.pk, **body}, **headers)


def held():
    return set(Occupancy.objects.open().values_list("party_id", "table_id"))


def unchanged(before, after):
    return {key: value for key, value in before.items() if key not in LABEL} == {
        key: value for key, value in after.items() if key not in LABEL
    }


def events(action):
    return Event.objects.filter(action=action)


# --- move ------------------------------------------------------------------------------------------------------------
def test_a_party_moves_with_its_orders(room):
    open_one, old = room.place("waiter"), room.reach("delivered")
    tickets = room.tickets(open_one)
    new, before = room.more[0], room.table.pk
    party = room.done(act(room, "move", new, "waiter"))
    assert (party["table"], party["tables"], party["table_name"]) == (new.pk, [new.pk], "Two")
    assert held() == {(party["id"], new.pk)}
    assert set(Order.objects.values_list("table_id", flat=True)) == {new.pk}
    now = room.done(room.api("waiter").get(f"/api/v1/orders/{open_one['id']}"))
    assert unchanged(open_one, now)
    assert (now["table_name"], now["version"]) == ("Two", open_one["version"] + 1)
    (ticket,) = room.tickets(open_one)
    assert unchanged(tickets[0], ticket)
    assert (ticket["table_name"], ticket["version"]) == ("Two", tickets[0]["version"] + 1)
    assert unchanged(old, room.done(room.api("waiter").get(f"/api/v1/orders/{old['id']}")))
    assert events("moved").filter(type="guest_updated").get().table_id == new.pk
    assert events("freed").get().table_id == before
    assert events("moved").filter(type="order_updated").count() == 2


def test_the_next_order_seats_other_guests_at_the_old_table(room):
    room.done(act(room, "move", room.more[0]))
    assert room.place()["party"] != room.party["id"]
    assert room.place("waiter", table=room.more[0].pk)["party"] == room.party["id"]


def test_a_move_to_the_same_table_changes_nothing(room):
    room.done(act(room, "move", room.more[0]))
    with nothing_changes():
        room.done(act(room, "move", room.more[0], if_match='"0"'))


def test_a_taken_table_refuses_a_move(room):
    other = room.place("waiter", table=room.more[0].pk)
    with nothing_changes():
        assert refused(act(room, "move", room.more[0]), 409, "table_taken")["party"] == other["party"]


def test_a_small_table_refuses_a_large_party(room):
    small = room.add_table(seats=1)
    with nothing_changes():
        refused(act(room, "move", small), 422, "party_too_large")
        refused(act(room, "move", small, "waiter", insist=True), 403, "permission_denied")
    room.done(act(room, "move", small, insist=True))


@pytest.mark.parametrize("what", ["move", "join"])
def test_a_table_out_of_service_is_refused(room, what):
    table = room.more[0]
    table.out_of_service = True
    table.save()
    with nothing_changes():
        refused(act(room, what, table), 422, "table_out_of_service")


@pytest.mark.parametrize("what", ["move", "join", "part"])
def test_an_old_version_and_a_party_that_left_are_refused(room, what):
    table = room.more[0]
    if what == "part":
        room.done(act(room, "join", table))
    else:
        room.done(room.api("host").patch(f"{PARTIES}/{room.party['id']}", {"size": 3}))
    with nothing_changes():
        refused(act(room, what, table, if_match='"0"'), 412, "precondition_failed")
    room.done(room.api("host").post(f"/api/v1/tables/{room.table.pk}/clear"))
    with nothing_changes():
        refused(act(room, what, table), 422, "party_left")


@pytest.mark.parametrize("what", ["move", "join", "part"])
def test_rows_of_others_do_not_exist(room, other_house, what):
    theirs = other_house.place()["party"]
    with nothing_changes():
        refused(act(room, what, room.more[0], party=theirs), 404, "party_not_found")
        refused(act(room, what, other_house.table), 404, "table_not_found")


def test_a_take_away_party_has_no_table_to_leave(room):
    order = room.done(
        room.api("waiter").post(
            "/api/v1/orders", {"kind": "take_away", "lines": [{"item": room.item.pk, "quantity": 1}]}, key="away"
        )
    )
    with nothing_changes():
        refused(act(room, "move", room.more[0], party=order["party"]), 422, "party_without_table")


# --- join and part ---------------------------------------------------------------------------------------------------
def test_joined_tables_are_one_party(room):
    two = room.more[0]
    party = room.done(act(room, "join", two))
    assert party["tables"] == [room.table.pk, two.pk]
    assert party["table"] == room.table.pk
    order = room.place("waiter", table=two.pk)
    assert (order["party"], order["table"]) == (room.party["id"], two.pk)
    assert Party.objects.count() == 1
    states = {t["id"]: (t["state"], t["party"]) for t in room.api("waiter").get("/api/v1/tables").json()["results"]}
    assert states[room.table.pk] == states[two.pk] == ("ordering", room.party["id"])
    assert states[room.more[1].pk] == ("free", None)
    others = room.place("waiter", table=room.more[1].pk)["party"]
    with nothing_changes():
        room.done(act(room, "join", two))
        refused(act(room, "join", two, party=others), 409, "table_taken")


def test_more_guests_fit_joined_tables(room):
    path = f"{PARTIES}/{room.party['id']}"
    room.done(act(room, "join", room.more[0]))
    room.done(room.api("waiter").patch(path, {"size": 8}))
    with nothing_changes():
        refused(room.api("waiter").patch(path, {"size": 9}), 422, "party_too_large")
        refused(act(room, "part", room.more[0]), 422, "party_too_large")
        refused(act(room, "move", room.more[1]), 422, "party_too_large")


def test_parting_a_table_with_open_orders_brings_them_to_the_others(room):
    two = room.more[0]
    room.done(act(room, "join", two))
    here, there = room.place("waiter"), room.place("waiter", table=two.pk)
    party = room.done(act(room, "part", two))
    assert party["tables"] == [room.table.pk]
    assert Order.objects.get(pk=there["id"]).table == room.table
    assert Order.objects.get(pk=here["id"]).version == here["version"]
    assert events("moved").count() == 1
    assert events("freed").get().table_id == two.pk
    with nothing_changes():
        room.done(act(room, "part", two))
        refused(act(room, "part", room.table), 422, "only_table")


def test_parting_the_head_makes_another_table_the_head(room):
    two = room.more[0]
    order = room.place("waiter")
    room.done(act(room, "join", two))
    party = room.done(act(room, "part", room.table))
    assert (party["table"], party["tables"]) == (two.pk, [two.pk])
    assert Order.objects.get(pk=order["id"]).table == two


def test_a_move_leaves_all_joined_tables(room):
    two, three = room.more[:2]
    room.done(act(room, "join", two))
    order = room.place("waiter", table=two.pk)
    assert room.done(act(room, "move", three))["tables"] == [three.pk]
    assert Order.objects.get(pk=order["id"]).table == three
    assert set(events("freed").values_list("table_id", flat=True)) == {room.table.pk, two.pk}


def test_clearing_one_of_joined_tables_frees_all(room):
    two = room.more[0]
    room.done(act(room, "join", two))
    order = room.place("waiter", table=two.pk)
    clear = f"/api/v1/tables/{two.pk}/clear"
    with nothing_changes():
        refused(room.api("waiter").post(clear), 422, "orders_open")
    room.done(room.api("waiter").post(f"/api/v1/orders/{order['id']}/cancel", {"reason": "Left"}))
    room.done(room.api("waiter").post(clear))
    assert held() == set()
    assert Party.objects.get().status == "completed"
    assert events("completed").get().table_id == room.table.pk
    assert events("freed").get().table_id == two.pk


# --- pads ------------------------------------------------------------------------------------------------------------
def test_pads_follow_the_party(room):
    mine, two = room.place(), room.more[0]
    other = room.add_pad(two)
    room.done(act(room, "join", two))
    assert [order["id"] for order in other.get("/api/v1/pad/orders").json()["orders"]] == [mine["id"]]
    assert other.get("/api/v1/pad").json()["party"] == room.party["id"]
    room.done(act(room, "part", room.table))
    assert room.api().get("/api/v1/pad/orders").json()["orders"] == []
    assert room.api().get("/api/v1/pad").json()["party"] is None
    refused(room.api().get(f"/api/v1/orders/{mine['id']}"), 404, "order_not_found")
    assert room.done(other.get(f"/api/v1/orders/{mine['id']}"))["table"] == two.pk


def test_tickets_stay_as_they_are(room):
    order = room.place("waiter")
    (ticket,) = room.tickets(order)
    room.done(room.api("kitchen").post(f"/api/v1/tickets/{ticket['id']}/bump"))
    room.done(act(room, "move", room.more[0]))
    assert Ticket.objects.get().status == "done"
    assert room.status(order) == "ready"


def test_calls_and_drafts_follow(room):
    from orders.models import Draft
    from tables.models import ServiceCall

    room.done(room.api().post("/api/v1/pad/calls", {"reason": "bill"}))
    line = {"key": "a", "item": room.item.pk, "quantity": 1}
    Draft.objects.create(restaurant=room.restaurant, table=room.table, lines=[line])
    room.done(act(room, "move", room.more[0], "waiter"))
    assert ServiceCall.objects.get().table == room.more[0]
    assert Draft.objects.get(table=room.more[0]).lines == [line]
    old = Draft.objects.get(table=room.table)
    assert (old.lines, old.gone) == ([], ["a"])
