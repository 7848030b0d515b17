"""A body with several faults: one answer reports them all, and nothing is written."""

import json

import pytest

from bistro.core.tests.http import nothing_changes, refused
from menu.tests.factories import ModifierFactory, ModifierGroupFactory
from orders.models import Order

BY_ID, BY_NAME = "/api/v1/orders", "/api/order"
KEY = {"Idempotency-Key": ["Required."]}
REQUIRED, UNKNOWN = ["This field is required."], ["Unknown field."]
DUST = ["“dust” is not in the catalogue of allergens."]
pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]


def missing(name):
    return [f"“{name}” is not on the menu."]


@pytest.fixture
def soup(house):
    """Add a dish with a required choice without a default and an optional group of at most one."""
    item = house.add_item(name="Soup", price="6.00")
    size = ModifierGroupFactory(item=item, name="Size", min=1, max=1)
    extras = ModifierGroupFactory(item=item, name="Extras", min=0, max=1)
    for group, names in ((size, ("Small", "Large")), (extras, ("Bread", "Cream"))):
        for name in names:
            ModifierFactory(group=group, name=name)
    return item


def test_a_missing_key_and_a_misspelt_dish(house):
    with nothing_changes():
        body = refused(house.api().post(BY_ID, {"lines": [{"item": "Brger", "quantity": 1}]}), 422, "validation_error")
    assert body["errors"] == {**KEY, "lines.0.item": missing("Brger")}
    assert body["detail"] == f"Send an Idempotency-Key, so that a retry cannot order twice. {missing('Brger')[0]}"


def test_a_missing_key_alone_keeps_its_code(house):
    wanted = {"lines": [{"item": house.item.pk, "quantity": 1}]}
    with nothing_changes():
        body = refused(house.api().post(BY_ID, wanted), 422, "idempotency_key_required")
    assert body["errors"] == KEY


def test_several_faults_of_form_and_of_the_menu(house, soup):
    lines = [
        {"item": "Brger", "quantity": 1},
        {"item": house.item.pk},
        {"item": "Sup", "quantity": 0, "colour": "red"},
        {"item": "Soup", "quantity": 1, "modifiers": ["Hot", "Bread", "Bread", "Warm"]},
        {"item": "Soup", "quantity": 1, "modifiers": ["Bread", "Cream"]},
        "Soup",
    ]
    with nothing_changes():
        body = refused(house.api().post(BY_ID, {"lines": lines, "total": "1.00"}), 422, "validation_error")
    assert body["errors"] == {
        "total": UNKNOWN,
        "lines.1.quantity": REQUIRED,
        "lines.2.colour": UNKNOWN,
        "lines.2.quantity": ["Ensure this value is greater than or equal to 1."],
        "lines.5": ["Invalid data. Expected a dictionary, but got str."],
        **KEY,
        "lines.0.item": missing("Brger"),
        "lines.2.item": missing("Sup"),
        "lines.3.modifiers": ["Soup has no choice “Hot”.", "“Bread” is listed twice.", "Soup has no choice “Warm”."],
        "lines.4.modifiers": ["Choose 1 of Size for Soup.", "Choose at most 1 of Extras for Soup."],
    }
    assert body["detail"].endswith(" And 4 more.")


@pytest.mark.parametrize("body", [None, [], "Burger", 7])
def test_a_body_that_is_no_object(house, body):
    with nothing_changes():
        told = refused(house.api().post_raw(BY_ID, json.dumps(body).encode()), 422, "validation_error")
    assert {*told["errors"]} == {"body", "Idempotency-Key"}


def test_faults_of_one_kind_keep_its_code(house):
    lines = [{"item": name, "quantity": 1} for name in ("Brger", "Sup", "Brger")]
    with nothing_changes():
        body = refused(house.api().post(BY_ID, {"lines": lines}, key="k"), 422, "unknown_item")
    assert body["errors"] == {f"lines.{place}.item": missing(line["item"]) for place, line in enumerate(lines)}
    assert body["detail"] == f"{missing('Brger')[0]} {missing('Sup')[0]}"


@pytest.mark.parametrize(
    ("modifiers", "code"),
    [([], "modifier_required"), (["Large", "Hot"], "unknown_modifier"), (["Hot"], "unknown_modifier")],
)
def test_the_only_fault_keeps_its_code(house, soup, modifiers, code):
    lines = [{"item": "Soup", "quantity": 1, "modifiers": modifiers}, {"item": house.item.pk, "quantity": 1}]
    with nothing_changes():
        body = refused(house.api().post(BY_ID, {"lines": lines}, key="k"), 422, code)
    assert list(body["errors"]) == ["lines.0.modifiers"]


def test_table_and_dish_of_a_waiter(house):
    lines = [{"item": "Brger", "quantity": 1}]
    for more, told in (
        ({}, REQUIRED),
        ({"table": "Nowhere"}, ["There is no table “Nowhere”."]),
        ({"kind": "eat_out", "table": "Nowhere"}, ["There is no table “Nowhere”."]),
    ):
        with nothing_changes():
            body = refused(house.api("waiter").post(BY_ID, {"lines": lines, **more}), 422, "validation_error")
        assert body["errors"]["lines.0.item"] == missing("Brger")
        assert body["errors"]["table"] == told
        assert ("kind" in body["errors"]) == ("kind" in more)


def test_an_unknown_table_id_is_404_only_if_the_form_is_right(house):
    line = {"item": house.item.pk, "quantity": 1}
    with nothing_changes():
        refused(house.api("waiter").post(BY_ID, {"table": 999_999, "lines": [line]}), 404, "table_not_found")
        wrong = house.api("waiter").post(BY_ID, {"table": 999_999, "lines": [{**line, "quantity": 0}]})
    told = refused(wrong, 422, "validation_error")["errors"]
    assert {*told} == {"table", "lines.0.quantity"}


def test_a_malformed_choice_hides_what_depends_on_it(house, soup):
    lines = [{"item": "Soup", "quantity": 1, "modifiers": [{"name": "Large"}]}]
    with nothing_changes():
        body = refused(house.api().post(BY_ID, {"lines": lines}, key="k"), 422, "validation_error")
    assert list(body["errors"]) == ["lines.0.modifiers.0"]


def test_by_names_the_faults_have_the_names_of_that_body(house):
    wanted = {"items": [{"name": "Brger", "quantity": 1, "note": 7}, {"quantity": 1}, {"name": "Sup"}]}
    with nothing_changes():
        body = refused(house.api().post(BY_NAME, wanted, key="ü"), 422, "validation_error")
    assert body["errors"] == {
        "table": REQUIRED,
        "items.0.note": ["Not a text."],
        "items.1.name": REQUIRED,
        "items.2.quantity": REQUIRED,
        "Idempotency-Key": ["At most 200 ASCII."],
        "items.0.name": missing("Brger"),
        "items.2.name": missing("Sup"),
    }


def test_a_refused_key_is_not_used(house):
    wrong = {"lines": [{"item": "Brger", "quantity": 0}]}
    refused(house.api().post(BY_ID, wrong, key="same"), 422, "validation_error")
    right = {"lines": [{"item": house.item.pk, "quantity": 1}]}
    assert house.api().post(BY_ID, right, key="same").status_code == 201
    refused(house.api().post(BY_ID, wrong, key="same"), 422, "validation_error")
    assert Order.objects.count() == 1


def test_an_edit(house, soup):
    order = house.place()
    lines = [{"item": "Brger", "quantity": 1}, {"item": "Soup"}, {"item": house.item.pk, "quantity": 1, "id": "x"}]
    with nothing_changes():
        response = house.api().put(f"{BY_ID}/{order['id']}", {"lines": lines, "status": "ready"}, if_match="1")
    told = refused(response, 422, "validation_error")["errors"]
    assert {*told} == {
        "status", "lines.1.quantity", "lines.2.id", "If-Match", "lines.0.item", "lines.1.modifiers",
    }  # fmt: skip


def test_unknown_and_missing_fields_of_any_body(house):
    order = house.reach("confirmed")
    with nothing_changes():
        response = house.api("waiter").post(f"{BY_ID}/{order['id']}/plan", {"corse": 2, "minutes": -1})
    assert {*refused(response, 422, "validation_error")["errors"]} == {"corse", "course", "minutes"}


def test_unknown_allergies_beside_a_dish_that_is_unknown_or_missing(house):
    lines = [
        {"item": "Brger", "quantity": 1, "allergies": ["dust"]},
        {"quantity": 1, "allergies": ["nuts", "dust"]},
        {"item": house.item.pk, "quantity": 0, "allergies": ["dust"]},
        {"item": house.item.pk, "quantity": 1, "allergies": "dust"},
    ]
    with nothing_changes():
        body = refused(house.api().post(BY_ID, {"lines": lines}, key="k"), 422, "validation_error")
    assert body["errors"] == {
        "lines.1.item": REQUIRED,
        "lines.2.quantity": ["Ensure this value is greater than or equal to 1."],
        "lines.3.allergies": ['Expected a list of items but got type "str".'],
        "lines.0.item": missing("Brger"),
        **{f"lines.{place}.allergies": DUST for place in (0, 1, 2)},
    }


def test_a_declaration_with_a_wrong_seat_and_an_unknown_allergen(house):
    house.order()
    address = f"/api/v1/parties/{Order.objects.get().party_id}/allergies"
    with nothing_changes():
        several = {"seat": 0, "allergies": ["nuts", "dust"], "x": 1}
        body = refused(house.api("waiter").post(address, several), 422, "validation_error")
        lone = refused(house.api("waiter").post(address, {"allergies": ["dust"]}), 422, "unknown_allergen")
        for wrong in ({"seat": 1}, {"seat": 1, "allergies": "nuts"}, {"allergies": [None]}, []):
            refused(house.api("waiter").post(address, wrong), 422, "validation_error")
    assert body["errors"] == {
        "x": UNKNOWN,
        "seat": ["Ensure this value is greater than or equal to 1."],
        "allergies": DUST,
    }
    assert lone["errors"] == {"allergies": DUST}


def test_a_line_of_another_order_is_named_beside_other_faults(house):
    order = house.order()
    lines = [{"id": 999_999, "item": house.item.pk, "quantity": 1}, {"item": "Brger", "quantity": 1}]
    with nothing_changes():
        body = refused(house.api().put(f"{BY_ID}/{order.id}", {"lines": lines}), 422, "validation_error")
    told = ["Line 999999 is not a line of this order, or is listed twice."]
    assert body["errors"] == {"lines.0.id": told, "lines.1.item": missing("Brger")}
