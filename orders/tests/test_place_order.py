"""Orders by ids (docs/contracts/lunchify.md)."""

from datetime import UTC, datetime

import pytest
import time_machine

from bistro.core.models import Event
from bistro.core.tests.http import nothing_changes, refused
from orders.models import Order
from tables.models import Party
from tables.tests.factories import DeviceFactory

pytestmark = pytest.mark.django_db
PATH = "/api/v1/orders"
NOW = datetime(2026, 5, 4, 12, 0, 0, 250000, tzinfo=UTC)


def test_the_whole_answer(house):
    body = {
        "lines": [{"item": house.item.pk, "quantity": 2, "note": "no salt", "seat": 3, "course": 2}],
        "note": "birthday",
    }
    with time_machine.travel(NOW, tick=False):
        response = house.api().post(PATH, body, key="k1")
    order = Order.objects.get()
    (line,) = order.lines.all()
    assert response.status_code == 201
    assert response["ETag"] == '"1"'
    assert response["Location"] == f"/api/v1/orders/{order.pk}"
    assert "Idempotent-Replayed" not in response
    at = "2026-05-04T12:00:00.250000+00:00"
    assert response.json() == {
        "id": order.pk,
        "uid": str(order.uid),
        "number": 1,
        "business_date": "2026-05-04",
        "status": "placed",
        "kind": "dine_in",
        "name": "",
        "pickup_at": None,
        "table": house.table.pk,
        "table_name": house.table.name,
        "party": Party.objects.get().pk,
        "placed_by": house.pad.device.name,
        "lines": [
            {
                "id": line.pk,
                "item": house.item.pk,
                "name": house.item.name,
                "quantity": 2,
                "unit_price": "10.00",
                "list_price": None,
                "price_reason": "",
                "approved_by": "",
                "modifiers": [],
                "allergies": [],
                "conflicts": [],
                "note": "no salt",
                "seat": 3,
                "course": 2,
                "status": "queued",
                "total": "20.00",
                "tax": "1.82",
            }
        ],
        "total": "20.00",
        "tax": "1.82",
        "taxes": [{"name": "Food", "percent": "10", "amount": "1.82"}],
        "note": "birthday",
        "placed_at": at,
        "unseen_at": None,
        "seen_on": None,
        "confirmed_at": None,
        "fired_at": None,
        "served_at": None,
        "preparing_at": None,
        "ready_at": None,
        "delivered_at": None,
        "cancelled_at": None,
        "cancel_reason": "",
        "created_at": at,
        "version": 1,
    }


def test_the_read_answers_the_same(house):
    placed = house.place()
    assert house.api().get(f"{PATH}/{placed['id']}").json() == placed


def test_what_stands_in_the_log(house):
    order = house.place()
    seated, placed = Event.objects.order_by("seq")
    assert (seated.seq, seated.type, seated.action) == (1, "guest_created", "seated")
    assert (placed.seq, placed.type, placed.action, placed.subject) == (
        2,
        "order_created",
        "placed",
        f"order:{order['id']}",
    )
    assert (placed.actor, placed.device_id, placed.table_id) == (
        f"device:{house.pad.device_id}",
        house.pad.device_id,
        house.table.pk,
    )
    assert placed.private is None


def test_notes_stand_apart_in_the_log(house):
    house.place(note="birthday", lines=[{"item": house.item.pk, "quantity": 1, "note": "no salt"}])
    placed = Event.objects.get(type="order_created")
    assert "birthday" not in placed.data
    assert "no salt" not in placed.data
    assert "birthday" in placed.private
    assert "no salt" in placed.private


def test_the_first_order_seats_a_party_the_second_joins_it(house):
    first, second = house.place(), house.place("waiter")
    assert first["party"] == second["party"]
    assert Party.objects.count() == 1
    assert Event.objects.filter(type="guest_created").count() == 1


def test_numbers_count_up_within_the_day(house):
    assert [house.place()["number"] for _ in range(3)] == [1, 2, 3]


@pytest.mark.parametrize("how", ["id", "name"])
def test_staff_and_integrations_name_the_table(house, how):
    table = {"id": house.table.pk, "name": house.table.name.upper()}[how]
    for role in ("waiter", "integration"):
        response = house.api(role).post(
            PATH, {"table": table, "lines": [{"item": house.item.pk, "quantity": 1}]}, key=role
        )
        assert response.status_code == 201
        assert response.json()["table"] == house.table.pk


def test_items_may_be_named(house):
    order = house.place(lines=[{"item": f"  {house.item.name.upper()} ", "quantity": 1}])
    assert order["lines"][0]["item"] == house.item.pk


def test_a_pad_may_name_its_own_table(house):
    assert house.place(table=house.table.pk)["table"] == house.table.pk
    assert house.place(table=house.table.name)["table"] == house.table.pk
    assert house.place(table=None)["table"] == house.table.pk


def test_who_placed_it_is_remembered(house):
    order = Order.objects.get(pk=house.place("waiter")["id"])
    waiter = house.staff("waiter")
    assert (order.placed_by_staff_id, order.placed_by_device_id) == (waiter.pk, None)
    assert (order.placed_by, order.credential) == (waiter.name, f"staff:{waiter.pk}")


def test_the_course_is_the_categorys_unless_said(house):
    house.category.course = 3
    house.category.save()
    order = house.place(
        lines=[{"item": house.item.pk, "quantity": 1}, {"item": house.item.pk, "quantity": 1, "course": 1}]
    )
    assert [line["course"] for line in order["lines"]] == [3, 1]


def test_tomorrows_price_does_not_change_tonights_order(house):
    order = house.place()
    from menu.imported import ImportedCategory, ImportedItem
    from menu.services import import_menu

    dearer = ImportedItem(house.item.name, house.item.price + 5)
    import_menu(categories=[ImportedCategory(house.category.name, (dearer,))], actor=house.actor("manager"))
    assert house.api().get(f"{PATH}/{order['id']}").json()["total"] == "10.00"
    assert house.place()["total"] == "15.00"


def test_a_device_needs_a_key_staff_do_not(house):
    wanted = {"table": house.table.pk, "lines": [{"item": house.item.pk, "quantity": 1}]}
    for role in ("pad", "integration"):
        with nothing_changes():
            body = refused(house.api(role).post(PATH, wanted), 422, "idempotency_key_required")
        assert body["errors"] == {"Idempotency-Key": ["Required."]}
    assert house.api("waiter").post(PATH, wanted).status_code == 201


def test_staff_must_say_which_table(house):
    with nothing_changes():
        body = refused(
            house.api("waiter").post(PATH, {"lines": [{"item": house.item.pk, "quantity": 1}]}), 422, "validation_error"
        )
    assert list(body["errors"]) == ["table"]


def test_another_table_is_not_this_pads(house):
    other = house.add_table()
    for table in (other.pk, other.name):
        with nothing_changes():
            body = refused(
                house.api().post(PATH, {"table": table, "lines": [{"item": house.item.pk, "quantity": 1}]}, key="k"),
                422,
                "wrong_table",
            )
        assert list(body["errors"]) == ["table"]


def test_a_pad_without_a_table_cannot_order(house):
    from bistro.core.tests.factories import token_of
    from bistro.core.tests.http import Api

    loose = DeviceFactory(restaurant=house.restaurant, kind="pad")
    api = Api(f"Device {token_of(loose)}")
    with nothing_changes():
        refused(api.post(PATH, {"lines": [{"item": house.item.pk, "quantity": 1}]}, key="k"), 422, "pad_without_table")


def test_a_table_out_of_service_takes_no_orders(house):
    house.table.out_of_service = True
    house.table.save()
    for role in ("pad", "waiter"):
        body = {"table": house.table.pk, "lines": [{"item": house.item.pk, "quantity": 1}]}
        with nothing_changes():
            refused(house.api(role).post(PATH, body, key="k"), 422, "table_out_of_service")


@pytest.mark.parametrize("table", [999_999, 10**17])
def test_a_table_that_is_none(house, table):
    body = {"table": table, "lines": [{"item": house.item.pk, "quantity": 1}]}
    with nothing_changes():
        refused(house.api("waiter").post(PATH, body), 404, "table_not_found")


def test_another_restaurants_table_and_dish_are_unknown(house, other_house):
    lines = [{"item": house.item.pk, "quantity": 1}]
    with nothing_changes():
        refused(house.api("waiter").post(PATH, {"table": other_house.table.pk, "lines": lines}), 404, "table_not_found")
        refused(house.api("waiter").post(PATH, {"table": other_house.table.name, "lines": lines}), 422, "unknown_table")
        foreign = {"table": house.table.pk, "lines": [{"item": other_house.item.pk, "quantity": 1}]}
        refused(house.api("waiter").post(PATH, foreign), 422, "unknown_item")


def test_archived_dishes_and_tables_are_gone(house):
    house.item.archived_at = NOW
    house.item.save()
    table = house.add_table(archived_at=NOW)
    body = {"table": table.pk, "lines": [{"item": house.item.pk, "quantity": 1}]}
    with nothing_changes():
        refused(house.api().post(PATH, {"lines": body["lines"]}, key="k"), 422, "unknown_item")
        refused(house.api("waiter").post(PATH, body), 404, "table_not_found")


def test_a_kitchen_without_stations_says_so(house):
    house.station.delete()
    with nothing_changes():
        refused(house.api().post(PATH, {"lines": [{"item": house.item.pk, "quantity": 1}]}, key="k"), 422, "no_station")


def test_a_login_that_works_nowhere_cannot_order(house, other_house):
    """Staff with two memberships and no chosen restaurant have no restaurant."""
    from bistro.core.auth.authentication import claims_for
    from bistro.core.tests.factories import MembershipFactory
    from bistro.core.tests.http import Api

    MembershipFactory(restaurant=other_house.restaurant, staff=house.staff("manager"), role="owner")
    api = Api(f"Bearer {claims_for(house.staff('manager'), None).access_token}")
    with nothing_changes():
        body = {"table": house.table.pk, "lines": [{"item": house.item.pk, "quantity": 1}]}
        refused(api.post(PATH, body), 404, "table_not_found")
        old = {"table": house.table.name, "items": [{"name": house.item.name, "quantity": 1}]}
        refused(api.post("/api/order", old), 422, "unknown_table")


def test_too_many_orders_from_one_pad_are_throttled(house, settings):
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "pad-order": "2/min"}
    house.place()
    house.place()
    with nothing_changes():
        response = house.api().post(PATH, {"lines": [{"item": house.item.pk, "quantity": 1}]}, key="third")
        refused(response, 429, "throttled")
    assert int(response["Retry-After"]) >= 1
    house.place("waiter")  # the limit does not apply to staff
