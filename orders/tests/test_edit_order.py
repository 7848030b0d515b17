"""Edits of an order that the kitchen has not started: PUT (docs/contracts/lunchify.md)."""

import pytest

from bistro.core.models import Event
from bistro.core.tests.http import nothing_changes, refused

pytestmark = pytest.mark.django_db
PATH = "/api/v1/orders"


@pytest.fixture
def two(house):
    """Place an order of two lines: two of the house's dish and a soup."""
    house.soup = house.add_item(name="Soup", price="6.00")
    house.order = house.place(lines=[{"item": house.item.pk, "quantity": 2}, {"item": house.soup.pk, "quantity": 1}])
    house.address = f"{PATH}/{house.order['id']}"
    return house


def test_a_line_that_carries_its_id_stays_itself(two):
    first, second = two.order["lines"]
    response = two.api().put(
        two.address,
        {
            "lines": [
                {"id": second["id"], "item": two.soup.pk, "quantity": 3},
                {"item": two.item.pk, "quantity": 1, "note": "rare"},
            ]
        },
    )
    assert response.status_code == 200
    assert response["ETag"] == '"2"'
    body = response.json()
    assert body["lines"][0]["id"] == second["id"]
    assert first["id"] not in [line["id"] for line in body["lines"]]
    assert [(line["name"], line["quantity"], line["note"]) for line in body["lines"]] == [
        ("Soup", 1, ""),
        ("Soup", 2, ""),
        (two.item.name, 1, "rare"),
    ]
    assert (body["total"], body["tax"], body["version"], body["status"]) == ("28.00", "2.55", 2, "placed")
    assert body == two.api().get(two.address).json()


def test_a_line_may_become_another_dish(two):
    first, second = two.order["lines"]
    lines = [
        {"id": first["id"], "item": two.soup.pk, "quantity": 1},
        {"id": second["id"], "item": two.item.pk, "quantity": 1},
    ]
    body = two.done(two.api().put(two.address, {"lines": lines}))
    assert [(line["id"], line["name"]) for line in body["lines"]] == [
        (first["id"], "Soup"),
        (second["id"], two.item.name),
    ]


def test_the_kitchen_sees_what_changed(two):
    first, second = two.order["lines"]
    lines = [
        {"id": first["id"], "item": two.item.pk, "quantity": 2},
        {"id": second["id"], "item": two.soup.pk, "quantity": 2},
        {"item": two.soup.pk, "quantity": 1},
    ]
    two.done(two.api().put(two.address, {"lines": lines}))
    (ticket,) = two.tickets(two.order)
    assert [(line["name"], line["quantity"], line["changed"]) for line in ticket["lines"]] == [
        (two.item.name, 2, False),
        ("Soup", 1, False),
        ("Soup", 1, True),
        ("Soup", 1, True),
    ]
    assert Event.objects.filter(type="order_updated", action="edited").count() == 1


def test_the_note_stays_unless_said(two):
    two.done(two.api().put(two.address, {"lines": [{"item": two.soup.pk, "quantity": 1}], "note": "quick"}))
    body = two.done(two.api().put(two.address, {"lines": [{"item": two.soup.pk, "quantity": 1}]}))
    assert body["note"] == "quick"
    body = two.done(two.api().put(two.address, {"lines": [{"item": two.soup.pk, "quantity": 1}], "note": ""}))
    assert body["note"] == ""


def test_also_when_the_kitchen_has_received_it(two):
    two.done(two.api("waiter").post(f"{two.address}/confirm"))
    body = two.done(two.api().put(two.address, {"lines": [{"item": two.soup.pk, "quantity": 1}]}))
    assert (body["status"], body["total"]) == ("confirmed", "6.00")


@pytest.mark.parametrize("tag", ['"1"', "*", ' "1" ', '"2", "1"', 'W/"1","1"', '"stale" , "1"', ',"1",,'])
def test_if_match_accepts_a_list_with_the_etag_of_the_order(two, tag):
    response = two.api().put(two.address, {"lines": [{"item": two.soup.pk, "quantity": 1}]}, if_match=tag)
    assert (response.status_code, response["ETag"]) == (200, '"2"')


@pytest.mark.parametrize(
    "tag", ['"2"', '"0"', '"stale"', '""', 'W/"1"', '"01"', '"-1"', '"99999999999"', '"2", W/"1"', '"x,1"', '"\xe9"']
)
def test_if_match_refuses_every_other_etag(two, tag):
    with nothing_changes():
        response = two.api().put(two.address, {"lines": [{"item": two.soup.pk, "quantity": 1}]}, if_match=tag)
    assert refused(response, 412, "precondition_failed")["current_version"] == 1


def test_a_stale_edit_changes_nothing(two):
    two.done(two.api("waiter").post(f"{two.address}/confirm"))
    with nothing_changes():
        body = refused(
            two.api().put(two.address, {"lines": [{"item": two.soup.pk, "quantity": 1}]}, if_match='"1"'),
            412,
            "precondition_failed",
        )
    assert body["current_version"] == 2


@pytest.mark.parametrize(
    "tag", ["nonsense", "1", '"1', '1"', "", " ", ",", '"1" "2"', '*, "1"', "**", 'w/"1"', '"1 "', "'1'"]
)
def test_a_malformed_if_match(two, tag):
    with nothing_changes():
        body = refused(
            two.api().put(two.address, {"lines": [{"item": two.soup.pk, "quantity": 1}]}, if_match=tag),
            422,
            "validation_error",
        )
    assert list(body["errors"]) == ["If-Match"]


@pytest.mark.parametrize(
    ("status", "allowed"),
    [
        ("preparing", ["cancelled", "ready"]),
        ("ready", ["delivered", "preparing"]),
        ("delivered", []),
        ("cancelled", []),
    ],
)
def test_too_late(house, status, allowed):
    order = house.reach(status)
    body = {"lines": [{"item": house.item.pk, "quantity": 5}]}
    with nothing_changes():
        problem = refused(house.api("waiter").put(f"{PATH}/{order['id']}", body), 422, "invalid_order_status")
    assert (problem["current"], problem["allowed"]) == (status, allowed)


def test_too_late_as_soon_as_one_line_is_recalled(house):
    """A bumped and recalled order still counts as started."""
    order = house.reach("ready")
    (ticket,) = house.tickets(order)
    house.done(house.api("kitchen").post(f"/api/v1/tickets/{ticket['id']}/recall"))
    with nothing_changes():
        refused(
            house.api("waiter").put(f"{PATH}/{order['id']}", {"lines": [{"item": house.item.pk, "quantity": 5}]}),
            422,
            "invalid_order_status",
        )


def test_lines_of_other_orders_are_unknown(two):
    other = two.place()["lines"][0]["id"]
    mine = two.order["lines"][0]["id"]
    for wrong in ([other], [mine, mine], [999_999]):
        lines = [{"id": pk, "item": two.soup.pk, "quantity": 1} for pk in wrong]
        with nothing_changes():
            refused(two.api().put(two.address, {"lines": lines}), 422, "unknown_line")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "validation_error"),
        ({"lines": []}, "validation_error"),
        ({"lines": [{"item": "Soup", "quantity": 0}]}, "validation_error"),
        ({"lines": [{"item": "Soup", "quantity": 1}], "table": 1}, "validation_error"),
        ({"lines": [{"item": "Soup", "quantity": 1}], "status": "ready"}, "validation_error"),
        ({"lines": [{"item": "Soup", "quantity": 1, "id": "7"}]}, "validation_error"),
        ({"lines": [{"item": "Unicorn", "quantity": 1}]}, "unknown_item"),
        ({"lines": [{"item": "Soup", "quantity": 1, "modifiers": ["x"]}]}, "unknown_modifier"),
    ],
)
def test_bad_edits(two, body, code):
    with nothing_changes():
        refused(two.api().put(two.address, body), 422, code)


def test_a_pad_edits_what_it_placed_staff_edit_any(two):
    neighbour = two.add_pad(two.table)
    body = {"lines": [{"item": two.soup.pk, "quantity": 1}]}
    with nothing_changes():
        refused(neighbour.put(two.address, body), 403, "permission_denied")
        refused(two.api("integration").put(two.address, body), 403, "permission_denied")
        refused(two.api("kitchen").put(two.address, body), 403, "permission_denied")
        refused(two.api("cashier").put(two.address, body), 403, "permission_denied")
    two.done(two.api("waiter").put(two.address, body))


def test_missing_or_not_yours(house, other_house):
    foreign = other_house.place()
    body = {"lines": [{"item": house.item.pk, "quantity": 1}]}
    with nothing_changes():
        for pk in (foreign["id"], 999_999, 10**30):
            refused(house.api("owner").put(f"{PATH}/{pk}", body), 404, "order_not_found")
    placed_there = house.place(api=house.add_pad())
    with nothing_changes():
        refused(house.api().put(f"{PATH}/{placed_there['id']}", body), 404, "order_not_found")


def test_the_retry_of_an_edit_is_the_same_order(two):
    first = two.order["lines"][0]["id"]
    body = {"lines": [{"id": first, "item": two.item.pk, "quantity": 1}]}
    once = two.done(two.api().put(two.address, body))
    twice = two.done(two.api().put(two.address, body))
    assert (once["lines"], once["total"]) == (twice["lines"], twice["total"])
