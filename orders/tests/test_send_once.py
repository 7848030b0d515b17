"""Send: to the guests that the waiter saw, once for each key and table; what a screen must hear of its guests."""

import json

import pytest

from bistro.core.tests.http import nothing_changes
from orders.models import Draft, Order
from orders.services import clear_table, move_party, seat_party
from tables.models import Party

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiter(house):
    return house.browser("waiter")


def screen(house, table=None):
    return f"/floor/tables/{(table or house.table).pk}/order/"


def send(house, browser, table=None, key="send1", **more):
    body = {"key": key, "lines": [{"key": f"{key}-a", "item": house.item.pk, "quantity": 1}], **more}
    return browser.post(screen(house, table) + "send/", json.dumps(body), content_type="application/json")


def seat(house):
    return seat_party(table_id=house.table.pk, size=2, actor=house.actor("waiter"))


@pytest.mark.parametrize("whereabouts", ["moved", "left", "others"])
def test_a_send_for_guests_who_are_not_there_any_more(house, waiter, whereabouts):
    party = seat(house)
    if whereabouts == "moved":
        move_party(party_id=party.pk, table_id=house.add_table().pk, actor=house.actor("waiter"))
    else:
        clear_table(table_id=house.table.pk, actor=house.actor("waiter"))
    if whereabouts == "others":
        seat(house)
    with nothing_changes():
        answer = send(house, waiter, party=party.pk)
    assert (answer.status_code, answer.json()["code"]) == (409, "other_guests")
    words = "These guests now sit at" if whereabouts == "moved" else "These guests have left. Nothing was sent."
    assert answer.json()["problem"].startswith(words)
    told = waiter.get(screen(house) + "draft/", {"party": party.pk}).json()["departed"]
    assert told["url"] == (screen(house, Party.objects.get(pk=party.pk).table) if whereabouts == "moved" else "")


def test_a_plain_send_for_guests_who_have_left_keeps_the_dishes(house, waiter):
    party = seat(house)
    page = waiter.get(screen(house)).content.decode()
    assert f'name="party" value="{party.pk}"' in page
    clear_table(table_id=house.table.pk, actor=house.actor("waiter"))
    fields = {"do": "add", "key": "k1", f"quantity-{house.item.pk}": 1}
    waiter.post(screen(house), fields)
    with nothing_changes():
        answer = waiter.post(screen(house), {"do": "send", "key": "k2", "party": party.pk})
    assert (answer.status_code, "These guests have left." in answer.content.decode()) == (409, True)
    assert len(Draft.objects.get().lines) == 1
    assert waiter.post(screen(house), {"do": "send", "key": "k2"}).status_code == 302


def test_a_send_for_the_guests_who_are_there(house, waiter):
    party = seat(house)
    assert send(house, waiter, party=party.pk).status_code == 200
    assert Order.objects.get().party_id == party.pk


def test_a_send_from_a_free_table_goes_to_the_guests_seated_meanwhile(house, waiter):
    party = seat(house)
    assert send(house, waiter, party=None).status_code == 200
    assert Order.objects.get().party_id == party.pk


def test_a_repeated_send_counts_although_the_guests_have_moved(house, waiter):
    party = seat(house)
    first = send(house, waiter, party=party.pk).json()
    move_party(party_id=party.pk, table_id=house.add_table().pk, actor=house.actor("waiter"))
    assert send(house, waiter, party=party.pk).json()["order"]["id"] == first["order"]["id"]


def test_the_key_of_another_tables_send_is_refused(house, waiter):
    other = house.add_table()
    send(house, waiter)
    with nothing_changes():
        answer = send(house, waiter, table=other)
    assert answer.status_code == 422
    assert answer.json()["code"] == "idempotency_key_reused"


@pytest.mark.parametrize("key", ["", "a\x00b", "x" * 3000, "%00", "é"])
def test_forms_without_a_key_of_their_own_are_orders_of_their_own(house, waiter, key):
    for _ in range(2):
        sent = {"do": "send", "key": key, f"quantity-{house.item.pk}": 1}
        assert waiter.post(screen(house), sent).status_code == 302
    assert Order.objects.count() == 2


def test_a_screen_hears_of_allergies_that_a_colleague_declares(house, waiter):
    seat(house)
    stamp = waiter.get(screen(house) + "draft/").json()["stamp"]
    assert waiter.get(screen(house) + "draft/", {"have": stamp}).status_code == 204
    waiter.post(f"/floor/tables/{house.table.pk}/allergies/", {"seat": "1", "allergy": ["nuts"]})
    assert waiter.get(screen(house) + "draft/", {"have": stamp}).json()["allergies"] == {"1": ["nuts"]}


def test_a_repeated_round_keeps_the_allergies_of_its_lines(house, waiter):
    house.place(lines=[{"item": house.item.pk, "quantity": 1, "allergies": ["nuts"]}])
    waiter.post(screen(house), {"do": "repeat", "key": "again"})
    assert [line["allergies"] for line in Draft.objects.get().lines] == [["nuts"]]
    assert waiter.post(screen(house), {"do": "send", "key": "sends"}).status_code == 302
    assert [list(order.lines.get().allergies) for order in Order.objects.all()] == [["nuts"], ["nuts"]]


@pytest.mark.parametrize("at", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z"])
def test_a_draft_with_an_absurd_time_can_still_be_opened(house, waiter, at):
    body = {"details": {"kind": "take_away", "pickup_at": at}}
    waiter.post("/floor/order/draft/", json.dumps(body), content_type="application/json")
    assert waiter.get("/floor/order/").status_code == 200
    assert waiter.get("/floor/order/draft/").status_code == 200
