"""Joining of two seated parties and their separation: one bill, distinct seats, everything back (ADR 0045)."""

import pytest
from django.utils import timezone

from bistro.core.models import Event
from bistro.core.tests.http import nothing_changes, refused
from kitchen.models import Ticket
from orders.models import Draft, Order, OrderLine
from tables.models import Occupancy, Party, ServiceCall

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]
PARTIES = "/api/v1/parties"


@pytest.fixture
def room(house):
    """Return the house with a party of two at its first table, and one of three at Two and Three."""
    house.two, house.three, house.four = (house.add_table(name=name) for name in ("Two", "Three", "Four"))
    house.party = house.done(house.api("host").post(PARTIES, {"table": house.table.pk, "size": 2}))["id"]
    house.other = house.done(house.api("waiter").post(PARTIES, {"table": house.two.pk, "size": 3}))["id"]
    house.done(act(house, "join", house.three, party=house.other))
    return house


def act(house, what, table, role="waiter", party=None, if_match=None, **more):
    headers = {"if_match": if_match} if if_match else {}
    body = {"table": table.pk, **{"party" if name == "other" else name: value for name, value in more.items()}}
    return house.api(role).post(f"{PARTIES}/{party or house.party}/{what}", body, **headers)


def declare(house, party, seat, code):
    path = f"{PARTIES}/{party}/allergies"
    house.done(house.api("waiter").post(path, {"seat": seat, "allergies": [code]}))


def placed(house, table, seat=None):
    lines = [{"item": house.item.pk, "quantity": 1, **({"seat": seat} if seat else {})}]
    return house.place("waiter", table=table.pk, lines=lines)


def lines_of(*orders):
    """Return the seats and the allergies of the lines of these orders, which have one each."""
    lines = [OrderLine.objects.get(order=order["id"]) for order in orders]
    return [line.seat for line in lines], [sorted(line.allergies) for line in lines]


def held(party):
    return set(Occupancy.objects.open().filter(party=party).values_list("table_id", flat=True))


def test_two_parties_become_one_and_part_again(room):
    here, there, for_all = placed(room, room.table, seat=1), placed(room, room.two, seat=1), placed(room, room.three)
    declare(room, room.party, 1, "nuts")
    declare(room, room.other, 1, "milk")
    room.done(room.add_pad(room.two).post("/api/v1/pad/calls", {"reason": "bill"}))
    line = {"key": "a", "item": room.item.pk, "quantity": 1, "seat": 3}
    Draft.objects.create(restaurant=room.restaurant, table=room.two, lines=[line])
    before = dict(Ticket.objects.values_list("order_id", "version"))
    joined = room.done(act(room, "join", room.two, other=room.other))
    assert (joined["id"], joined["size"], joined["table"]) == (room.party, 5, room.table.pk)
    assert held(room.party) == set(joined["tables"]) == {room.table.pk, room.two.pk, room.three.pk}
    assert joined["seats"] == [{"seat": 1, "allergies": ["nuts"]}, {"seat": 3, "allergies": ["milk"]}]
    assert set(Order.objects.values_list("party", flat=True)) == {room.party}
    assert lines_of(here, there, for_all) == ([1, 3, None], [["nuts"], ["milk"], ["milk", "nuts"]])
    assert Order.objects.get(pk=there["id"]).table == room.two, "the guests stay where they sit"
    assert Draft.objects.get().lines[0]["seat"] == 5
    assert ServiceCall.objects.get().party_id == room.party
    assert {pk for pk, version in Ticket.objects.values_list("order_id", "version") if version > before[pk]} == {
        there["id"],
        for_all["id"],
    }
    guests = Party.objects.get(pk=room.other)
    assert (guests.status, guests.joined_to_id, guests.seat_shift) == ("completed", room.party, 2)
    assert Event.objects.get(action="joined").subject == f"party:{room.other}"
    with nothing_changes():
        room.done(act(room, "join", room.two, other=room.other))

    late = placed(room, room.two, seat=4)
    rest = room.done(act(room, "part", room.three, guests=True))
    assert (rest["tables"], rest["size"], rest["seats"]) == ([room.table.pk], 2, [{"seat": 1, "allergies": ["nuts"]}])
    again = Party.objects.at_table(room.two.pk).get()
    assert (held(again), again.size, again.table) == ({room.two.pk, room.three.pk}, 3, room.two)
    assert (again.allergies, again.server) == ({"1": ["milk"]}, room.staff("waiter"))
    assert set(Order.objects.filter(party=again)) == set(
        Order.objects.filter(pk__in=[there["id"], for_all["id"], late["id"]])
    )
    assert lines_of(here, there, for_all, late) == ([1, 1, None, 2], [["nuts"], ["milk"], ["milk"], []])
    assert Draft.objects.get().lines[0]["seat"] == 3
    assert ServiceCall.objects.get().party == again
    with nothing_changes():
        room.done(act(room, "part", room.three, guests=True))


def test_of_three_parties_each_gets_its_own_seats_back(room):
    third = room.done(room.api("waiter").post(PARTIES, {"table": room.four.pk, "size": 2}))["id"]
    declare(room, room.other, 1, "nuts")
    declare(room, third, 1, "milk")
    there, gone = placed(room, room.two, seat=1), placed(room, room.two, seat=2)
    OrderLine.objects.filter(order=gone["id"]).update(removed_at=timezone.now())
    room.done(act(room, "join", room.two, other=room.other))
    room.done(act(room, "join", room.four, other=third))
    joined = Party.objects.get(pk=room.party)
    assert joined.allergies == {"3": ["nuts"], "6": ["milk"]}
    rest = room.done(act(room, "part", room.two, guests=True))
    assert (rest["size"], rest["seats"]) == (4, [{"seat": 6, "allergies": ["milk"]}])
    again = Party.objects.at_table(room.two.pk).get()
    assert again.allergies == {"1": ["nuts"]}
    rows = OrderLine.with_removed.filter(order__in=[there["id"], gone["id"]])
    assert list(rows.order_by("pk").values_list("seat", flat=True)) == [1, 2]
    rest = room.done(act(room, "part", room.four, guests=True))
    assert (rest["size"], rest["seats"]) == (2, [])
    assert Party.objects.at_table(room.four.pk).get().allergies == {"1": ["milk"]}


def test_guests_who_left_a_table_before_they_joined_stay_when_that_table_is_separated(room):
    third = room.done(room.api("waiter").post(PARTIES, {"table": room.four.pk, "size": 2}))["id"]
    five = room.add_table(name="Five")
    room.done(act(room, "move", five, party=third))
    room.done(act(room, "join", five, other=third))
    room.done(act(room, "join", room.four))
    rest = room.done(act(room, "part", room.four, guests=True))
    assert (set(rest["tables"]), rest["size"]) == ({room.table.pk, five.pk}, 4)


def test_guests_at_a_table_that_was_free_leave_with_what_they_ordered(room):
    room.done(act(room, "join", room.four))
    declare(room, room.party, 1, "nuts")
    here, there = placed(room, room.table, seat=1), placed(room, room.four, seat=1)
    rest = room.done(act(room, "part", room.four, guests=True))
    assert (rest["tables"], rest["size"]) == ([room.table.pk], 2)
    again = Order.objects.get(pk=there["id"]).party
    assert (held(again), again.size, again.allergies) == ({room.four.pk}, None, {})
    assert lines_of(here, there) == ([1, None], [["nuts"], ["nuts"]]), "a warning stays"
    assert Order.objects.get(pk=here["id"]).party_id == room.party


def test_parting_the_table_alone_keeps_the_guests_together(room):
    there = placed(room, room.two, seat=1)
    room.done(act(room, "join", room.two, other=room.other))
    rest = room.done(act(room, "part", room.two))
    assert (set(rest["tables"]), rest["size"]) == ({room.table.pk, room.three.pk}, 5)
    order = Order.objects.get(pk=there["id"])
    assert (order.party_id, order.table, lines_of(there)[0]) == (room.party, room.table, [3])


def test_refusals_change_nothing(room, other_house):
    wish = {"kind": "take_away", "lines": [{"item": room.item.pk, "quantity": 1}]}
    away = room.done(room.api("waiter").post("/api/v1/orders", wish, key="away"))["party"]
    theirs, third = other_house.place()["party"], placed(room, room.four)
    with nothing_changes():
        told = refused(act(room, "join", room.two), 409, "table_taken")
        assert told["party"] == room.other, "so that a client can ask whether the guests shall join"
        refused(act(room, "join", room.four, other=room.other), 409, "other_guests")
        refused(act(room, "join", room.two, other=room.other, if_match='"7"'), 412, "precondition_failed")
        refused(act(room, "join", room.two, other=theirs), 404, "party_not_found")
        refused(act(room, "join", room.two, other=away), 422, "party_without_table")
        refused(act(room, "join", room.two, role="cashier", other=room.other), 403, "permission_denied")
        refused(act(room, "part", room.table, guests=True), 422, "only_table")
        refused(act(room, "part", room.table, role="cashier", guests=True), 403, "permission_denied")
    OrderLine.objects.filter(order=placed(room, room.two, seat=1)["id"]).update(seat=32_767)
    with nothing_changes():
        refused(act(room, "join", room.two, other=room.other), 422, "seat_too_high")
    room.done(room.api("waiter").post(f"/api/v1/orders/{third['id']}/cancel", {"reason": "Left"}))
    room.done(room.api("waiter").post(f"/api/v1/tables/{room.four.pk}/clear"))
    with nothing_changes():
        refused(act(room, "join", room.four, other=third["party"]), 422, "party_left")


@pytest.mark.parametrize("htmx", [True, False])
def test_the_sheet_joins_and_separates_guests(room, htmx):
    browser, sheet = room.browser("waiter"), f"/floor/tables/{room.table.pk}/"
    headers = {"HX-Request": "true"} if htmx else {}
    page = browser.get(sheet).content.decode()
    assert f'<option value="{room.other}">Two + Three</option>' in page
    answer = browser.post(f"{sheet}join/", {"party": room.party, "guests": room.other}, headers=headers)
    assert answer.status_code == (200 if htmx else 302)
    assert held(room.party) == {room.table.pk, room.two.pk, room.three.pk}
    assert "with its guests" in browser.get(sheet).content.decode()
    screen = browser.get(f"/floor/tables/{room.two.pk}/order/").content.decode()
    assert screen.count('type="radio" name="seat"') == 1 + 5, "a seat for each guest of the party"
    wish = {"party": room.party, "table": room.two.pk, "guests": "1"}
    assert browser.post(f"{sheet}part/", wish, headers=headers).status_code == (200 if htmx else 302)
    assert held(room.party) == {room.table.pk}
    assert Party.objects.seated().count() == 2
