"""Open items and typed prices: amounts, taxes, reasons, limits and approvals by PIN."""

import json

import pytest

from bistro.core.auth.access import staff_actor
from bistro.core.kernel.errors import DomainError
from bistro.core.models import Event, Membership, Restaurant
from bistro.core.services.pins import set_pin
from bistro.core.tests.http import nothing_changes, refused
from menu.compiled import forget as forget_menus
from orders.models import OrderLine
from orders.order_commands import LineRequest

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]
PATH = "/api/v1/orders"


def line(house, **more):
    return {"item": house.item.pk, "quantity": 2, "price": "8.00", "price_reason": "late", **more}


def place(house, *lines, role="waiter", key="k", **more):
    return house.api(role).post(PATH, {"table": house.table.pk, "lines": list(lines), **more}, key=key)


@pytest.fixture
def cake(house):
    """Return an open item."""
    return house.add_item(name="Open food", price="0.00", open_price=True)


def set_limit(house, limit):
    Restaurant.objects.filter(pk=house.restaurant.pk).update(price_limit=limit)
    forget_menus()


# --- amounts ---------------------------------------------------------------------------------------------------------
def test_another_price_counts_for_total_and_tax(house):
    body = house.done(place(house, line(house), {"item": house.item.pk, "quantity": 1}))
    first, second = body["lines"]
    assert (first["unit_price"], first["list_price"], first["total"]) == ("8.00", "10.00", "16.00")
    assert (first["price_reason"], first["approved_by"]) == ("late", "")
    assert (second["unit_price"], second["list_price"], second["price_reason"]) == ("10.00", None, "")
    assert (body["total"], body["tax"]) == ("26.00", "2.36")
    assert house.done(house.api("waiter").get(f"{PATH}/{body['id']}")) == body


def test_an_open_item_has_a_name_of_its_own_and_the_taxes_of_its_dish(house, cake):
    body = house.done(place(house, line(house, item=cake.pk, name="Birthday cake", price="11.00", quantity=1)))
    (sold,) = body["lines"]
    assert (sold["name"], sold["item"], sold["total"], sold["tax"]) == ("Birthday cake", cake.pk, "11.00", "1.00")
    assert sold["list_price"] is None
    (ticket,) = house.tickets(body)
    assert [each["name"] for each in ticket["lines"]] == ["Birthday cake"]
    body = house.done(place(house, line(house, item=cake.pk, quantity=1), key="2"))
    assert body["lines"][0]["name"] == "Open food"


def test_guests_do_not_see_open_items(house, cake):
    names = [item["name"] for each in house.api().get("/api/v1/menu").json()["categories"] for item in each["items"]]
    assert names == [house.item.name]


def test_the_reason_is_private_and_kept_in_the_log(house):
    house.done(place(house, line(house, price_reason="aunt of Zoraida")))
    event = Event.objects.get(action="placed")
    assert "Zoraida" not in event.data
    assert list(json.loads(event.private)["price_reasons"].values()) == ["aunt of Zoraida"]


def test_an_edit_keeps_the_typed_price(house):
    body = house.done(place(house, line(house)))
    (old,) = body["lines"]
    kept = {"id": old["id"], "item": house.item.pk, "quantity": 3}
    first, more = house.done(house.api("waiter").put(f"{PATH}/{body['id']}", {"lines": [kept]}))["lines"]
    assert (first["unit_price"], first["price_reason"], first["quantity"]) == ("8.00", "late", 2)
    assert (more["unit_price"], more["price_reason"], more["quantity"]) == ("10.00", "", 1)


def test_the_sheet_and_the_admin_show_the_reason(house):
    body = house.done(place(house, line(house)))
    assert b"late" in house.browser("waiter").get(f"/floor/tables/{house.table.pk}/").content
    assert b"late" in house.browser("manager").get(f"/admin/orders/order/{body['id']}/change/").content


# --- refusals --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"price_reason": ""}, "reason_required", "price_reason"),
        ({"price": "8.005"}, "validation_error", "price"),
        ({"price": "-1.00"}, "validation_error", "price"),
        ({"price": {"amount": 8}}, "validation_error", "price"),
        ({"price": "free"}, "validation_error", "price"),
        ({"name": "Cake"}, "validation_error", "name"),
        ({"unit_price": "1.00"}, "validation_error", "unit_price"),
    ],
)
def test_lines_that_are_refused(house, change, code, field):
    house.api("waiter")
    with nothing_changes():
        problem = refused(place(house, line(house, **change)), 422, code)
    assert f"lines.0.{field}" in problem["errors"]


def test_an_open_item_without_a_price(house, cake):
    house.api("waiter")
    with nothing_changes():
        problem = refused(place(house, {"item": cake.pk, "quantity": 1, "name": "Cake"}), 422, "price_required")
        assert "Cake" in problem["detail"]
        refused(place(house, {"item": cake.pk, "quantity": 1}, role="integration"), 422, "price_required")


@pytest.mark.parametrize("role", ["pad", "integration"])
def test_guests_and_programs_type_no_prices(house, role):
    house.api(role)
    with nothing_changes():
        refused(place(house, line(house), role=role), 403, "permission_denied")


# --- the limit -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("limit", "price", "quantity", "allowed"),
    [(4, "8.00", 2, True), (4, "7.99", 2, False), (4, "12.00", 2, True), (4, "12.01", 2, False), (0, "9.99", 1, False),
     (None, "0.00", 9, True)],
)  # fmt: skip
def test_the_limit_of_a_line(house, limit, price, quantity, allowed):
    set_limit(house, limit)
    answer = place(house, line(house, price=price, quantity=quantity))
    if allowed:
        house.done(answer)
    else:
        problem = refused(answer, 422, "approval_required")
        assert list(problem["errors"]) == ["lines.0.price"]
        assert not OrderLine.objects.exists()


def test_the_whole_amount_of_an_open_item_counts(house, cake):
    set_limit(house, 20)
    house.done(place(house, line(house, item=cake.pk, price="10.00")))
    refused(place(house, line(house, item=cake.pk, price="10.01"), key="2"), 422, "approval_required")


def test_a_manager_needs_nobody(house):
    set_limit(house, 0)
    body = house.done(place(house, line(house), role="manager"))
    assert body["lines"][0]["approved_by"] == house.staff("manager").name


def test_a_manager_approves_an_order_of_a_waiter(house):
    set_limit(house, 0)
    boss = house.actor("manager")
    request = LineRequest(item=house.item.pk, quantity=1, price=house.item.price / 2, price_reason="burnt")
    with pytest.raises(DomainError) as caught:
        house.order(house.actor("waiter"), lines=(request,), approver=house.actor("waiter"))
    assert caught.value.code == "approval_required"
    placed = house.order(house.actor("waiter"), lines=(request,), approver=boss)
    assert placed.json["lines"][0]["approved_by"] == boss.label


def test_the_pin_of_a_manager(house):
    set_limit(house, 0)
    house.staff("manager")
    member = Membership.objects.get(staff=house.staff("manager"))
    set_pin(new_pin="8642", password="correct horse", actor=staff_actor(house.staff("manager"), house.restaurant.pk))
    right = {"member": member.pk, "pin": "8642"}
    refused(place(house, line(house), approval={**right, "pin": "9753"}), 422, "wrong_pin")
    assert not OrderLine.objects.exists()
    body = house.done(place(house, line(house), approval=right))
    assert body["lines"][0]["approved_by"] == house.staff("manager").name
    again = place(house, line(house), approval=right)
    assert (again.status_code, again.json()["id"]) == (200, body["id"])
    assert not any("8642" in (event.data + (event.private or "")) for event in Event.objects.all())
