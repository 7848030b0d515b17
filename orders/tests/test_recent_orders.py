"""The recent-orders list: one row for each line, newest first (docs/contracts/bistro92.md)."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from bistro.core.tests.http import refused

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 5, 4, 12, 0, 0, 250000, tzinfo=UTC)
PATH = "/api/v1/orders/recent"


@pytest.fixture
def evening(house):
    """Place an order of two lines 70 minutes ago and one of one line 10 minutes ago."""
    soup = house.add_item(name="Soup")
    with time_machine.travel(NOON - timedelta(minutes=70), tick=False):
        house.old = house.place(lines=[{"item": soup.pk, "quantity": 1}, {"item": house.item.pk, "quantity": 2}])
    with time_machine.travel(NOON - timedelta(minutes=10), tick=False):
        house.new = house.place(quantity=3)
    with time_machine.travel(NOON, tick=False):
        yield house


def row(house, order, name, quantity, at):
    return {
        "order_id": order["id"],
        "table_name": house.table.name,
        "item_name": name,
        "quantity": quantity,
        "created_at": at,
    }


def test_the_last_hour_by_default(evening):
    body = evening.api("waiter").get(PATH).json()
    assert body == {
        "count": 1,
        "next": None,
        "previous": None,
        "results": [row(evening, evening.new, evening.item.name, 3, "2026-05-04T11:50:00+00:00")],
    }


def test_one_row_a_line_newest_first(evening):
    body = evening.api("waiter").get(PATH, {"minutes": 90}).json()
    assert body["results"] == [
        row(evening, evening.new, evening.item.name, 3, "2026-05-04T11:50:00+00:00"),
        row(evening, evening.old, "Soup", 1, "2026-05-04T10:50:00+00:00"),
        row(evening, evening.old, evening.item.name, 2, "2026-05-04T10:50:00+00:00"),
    ]


def test_it_comes_in_pages(evening):
    first = evening.api("waiter").get(PATH, {"minutes": 90, "limit": 2}).json()
    assert (first["count"], len(first["results"]), first["previous"]) == (3, 2, None)
    second = evening.api("waiter").get(first["next"]).json()
    assert (second["count"], len(second["results"]), second["next"]) == (3, 1, None)


def test_the_number_of_queries_does_not_grow(evening, django_assert_num_queries):
    api = evening.api("waiter")
    with django_assert_num_queries(4):  # staff, membership, count, rows
        api.get(PATH)
    with django_assert_num_queries(4):
        api.get(PATH, {"minutes": 90})


@pytest.mark.parametrize("minutes", ["0", "-5", "1441", "x", "1.5", "", "9" * 40, "00000006000000000000000000"])
def test_minutes_out_of_range_are_refused(house, minutes):
    body = refused(house.api("waiter").get(PATH, {"minutes": minutes}), 422, "validation_error")
    assert list(body["errors"]) == ["minutes"]


def test_a_pad_may_not(house):
    refused(house.api().get(PATH), 403, "permission_denied")


def test_another_restaurants_lines_never_appear(house, other_house):
    other_house.place()
    assert house.api("owner").get(PATH).json()["results"] == []


def test_withdrawn_orders_are_gone(house):
    order = house.place()
    house.done(house.api().delete(f"/api/v1/orders/{order['id']}"))
    assert house.api("owner").get(PATH).json()["count"] == 0
