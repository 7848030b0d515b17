"""Drafts: devices at one table keep each other's lines, sent lines stay away, and nothing is sent automatically."""

import json

import pytest

from bistro.core.kernel.errors import InvalidInput, LostRace, NotPermitted, NotYours, SoldOut
from bistro.core.tests.http import nothing_changes
from menu.compiled import forget as forget_menus
from orders.models import Draft, Order
from orders.order_commands import LineRequest
from orders.services import change_draft, clear_table, place_order

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]


def line(house, key, quantity=1, **more):
    return {"key": key, "item": house.item.pk, "quantity": quantity, "modifiers": [], **more}


def keys(house):
    draft = Draft.objects.get(table=house.table)
    return [each["key"] for each in draft.lines]


def change(house, **changes):
    return change_draft(table_id=house.table.pk, actor=house.actor("waiter"), **changes)


def send(house, *wanted, key="k", actor=None):
    lines = tuple(LineRequest(item=house.item.pk, quantity=1) for _ in wanted)
    actor = actor or house.actor("waiter")
    return place_order(house.request(actor, lines=lines, key=key, fingerprint=key, draft_lines=wanted))


# --- changes ---------------------------------------------------------------------------------------------------------
def test_a_change_names_only_its_own_lines(house):
    change(house, put=[line(house, "a"), line(house, "b")])
    change(house, put=[line(house, "c")])
    saved = change(house, put=[line(house, "b", 3)], removed=["a"])
    assert [(each["key"], each["quantity"]) for each in saved.draft.lines] == [("b", 3), ("c", 1)]
    assert saved.draft.version == 3


def test_an_equal_change_is_no_new_version(house):
    change(house, put=[line(house, "a")])
    assert change(house, put=[line(house, "a")]).draft.version == 1


def test_a_line_keeps_the_name_of_who_chose_it(house):
    change(house, put=[line(house, "a")])
    mine = Draft.objects.get().lines[0]["by"]
    change_draft(table_id=house.table.pk, actor=house.actor("manager"), put=[line(house, "a", 2)])
    assert Draft.objects.get().lines[0]["by"] == mine


def test_a_removed_line_does_not_come_back_from_a_device_that_was_offline(house):
    change(house, put=[line(house, "a")])
    change(house, removed=["a"])
    saved = change(house, put=[line(house, "a", 5), line(house, "b")])
    assert saved.refused == ("a",)
    assert keys(house) == ["b"]


def test_the_draft_without_a_table_belongs_to_a_person(house):
    waiter, manager = house.actor("waiter"), house.actor("manager")
    change_draft(table_id=None, actor=waiter, put=[line(house, "a")], details={"name": "Ana"})
    change_draft(table_id=None, actor=manager, put=[line(house, "b")])
    assert {(draft.staff_id, draft.lines[0]["key"]) for draft in Draft.objects.all()} == {
        (waiter.id, "a"),
        (manager.id, "b"),
    }


@pytest.mark.parametrize(
    ("role", "table", "error"),
    [("cashier", "own", NotPermitted), ("waiter", "foreign", NotYours), ("integration", None, NotPermitted)],
)
def test_refusals_leave_no_draft(house, other_house, role, table, error):
    table_id = {"own": house.table.pk, "foreign": other_house.table.pk, None: None}[table]
    actor = house.actor(role)
    with nothing_changes(), pytest.raises(error):
        change_draft(table_id=table_id, actor=actor, put=[line(house, "a")])
    assert Draft.objects.count() == 0


def test_too_many_lines_are_refused_and_nothing_is_kept(house):
    change(house, put=[line(house, "a")])
    with pytest.raises(InvalidInput):
        change(house, put=[line(house, f"k{number}") for number in range(200)])
    assert keys(house) == ["a"]


# --- sending ---------------------------------------------------------------------------------------------------------
def test_an_order_takes_its_lines_out_of_the_draft(house):
    change(house, put=[line(house, "a"), line(house, "b")])
    send(house, "a")
    assert keys(house) == ["b"]
    assert change(house, put=[line(house, "a")]).refused == ("a",)


def test_lines_that_never_reached_the_server_are_sent_once_too(house):
    send(house, "a", "b")
    with pytest.raises(LostRace):
        send(house, "b", key="k2")
    assert Order.objects.count() == 1


def test_a_colleague_cannot_send_the_same_line_again(house):
    change(house, put=[line(house, "a"), line(house, "b")])
    send(house, "a", "b")
    with nothing_changes(), pytest.raises(LostRace) as caught:
        send(house, "a", "b", key="other")
    assert (caught.value.code, caught.value.extra["lines"]) == ("draft_line_gone", ["a", "b"])


def test_a_repeated_send_is_the_same_order(house):
    change(house, put=[line(house, "a")])
    waiter = house.actor("waiter")
    first, second = send(house, "a", actor=waiter), send(house, "a", actor=waiter)
    assert (first.id, second.replayed) == (second.id, True)
    assert Order.objects.count() == 1


def test_a_refused_order_leaves_the_draft(house):
    house.item.portions_left = 0
    house.item.save()
    forget_menus()
    change(house, put=[line(house, "a")])
    with nothing_changes(), pytest.raises(SoldOut):
        send(house, "a")
    assert keys(house) == ["a"]


def test_a_cleared_table_has_no_draft(house):
    house.reach("delivered")
    change(house, put=[line(house, "b")])
    clear_table(table_id=house.table.pk, actor=house.actor("waiter"))
    assert keys(house) == []
    assert change(house, put=[line(house, "b")]).refused == ("b",)


# --- over HTTP -------------------------------------------------------------------------------------------------------
def post(browser, path, body):
    return browser.post(path, json.dumps(body), content_type="application/json")


def draft_url(house):
    return f"/floor/tables/{house.table.pk}/order/draft/"


def test_the_answer_has_the_prices_and_what_stands_against_sending(house):
    answer = post(
        house.browser("waiter"),
        draft_url(house),
        {"put": [{"key": "a", "item": house.item.pk, "quantity": 2}, {"key": "b", "item": 999_999, "quantity": 1}]},
    ).json()
    assert answer["quote"]["total"] == "20.00"
    assert answer["quote"]["problems"] == {"b": "“999999” is not on the menu."}
    assert answer["quote"]["stations"] == [house.station.name]
    assert [each["key"] for each in answer["draft"]["lines"]] == ["a", "b"]


def test_a_course_that_waits_names_no_station_and_no_time(house):
    body = {"put": [{"key": "a", "item": house.item.pk, "quantity": 2}], "details": {"courses": {"1": "hold"}}}
    answer = post(house.browser("waiter"), draft_url(house), body).json()
    assert (answer["quote"]["stations"], answer["quote"]["minutes"]) == ([], None)
    assert answer["quote"]["total"] == "20.00"


def test_what_is_known_already_is_not_sent_again(house):
    waiter = house.browser("waiter")
    stamp = post(waiter, draft_url(house), {"put": []}).json()["stamp"]
    assert waiter.get(draft_url(house), {"have": stamp}).status_code == 204
    house.place()
    assert waiter.get(draft_url(house), {"have": stamp}).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {"put": [{"item": 1, "quantity": 1}]},
        {"put": [{"key": "no good", "item": 1, "quantity": 1}]},
        {"put": [{"key": "a", "item": "Burger", "quantity": 1}]},
        {"put": [{"key": "a", "item": 1, "quantity": 0}]},
        {"put": [{"key": "a", "item": 1, "quantity": 1, "unit_price": "1.00"}]},
        {"put": [{"key": "a", "item": 1, "quantity": 1, "price": "1e2"}]},
        {"details": {"courses": {"x": "hold"}}},
        {"details": {"courses": {"1": "later"}}},
        [],
        "x",
    ],
)
def test_malformed_changes_are_refused(house, body):
    with nothing_changes():
        answer = post(house.browser("waiter"), draft_url(house), body)
    assert (answer.status_code, answer.json()["code"]) == (422, "validation_error")
    assert Draft.objects.count() == 0
