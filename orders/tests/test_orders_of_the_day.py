"""The call `GET /api/orders`: a bare array of the business day, newest first (docs/contracts/bistro92.md)."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from bistro.core.tests.http import refused

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


def ids(response) -> list[int]:
    assert response.status_code == 200, response.content
    return [order["id"] for order in response.json()]


@pytest.fixture
def five(house):
    """Place five orders, one each minute, and return their ids."""
    placed = []
    for minute in range(5):
        with time_machine.travel(NOON + timedelta(minutes=minute), tick=False):
            placed.append(house.place()["id"])
    with time_machine.travel(NOON + timedelta(hours=1), tick=False):
        yield placed


def test_a_bare_array_newest_first(house, five):
    response = house.api().get("/api/orders")
    assert ids(response) == five[::-1]
    newest = response.json()[0]
    assert list(newest)[:4] == ["id", "table", "items", "created_at"]
    assert newest["table"] == house.table.name
    assert newest["items"] == [{"name": house.item.name, "quantity": 1}]
    assert newest["created_at"] == "2026-05-04T12:04:00+00:00"
    assert "Link" not in response


def test_an_empty_day_is_an_empty_array(house):
    assert house.api().get("/api/orders").json() == []


def test_limit_and_the_link_to_the_rest(house, five):
    response = house.api().get("/api/orders", {"limit": 2})
    assert ids(response) == five[:2:-1]
    address, relation = response["Link"].split("; ")
    assert relation == 'rel="next"'
    second = house.api().get(address.strip("<>"))
    assert ids(second) == [five[2], five[1]]
    last = house.api().get(second["Link"].split("; ")[0].strip("<>"))
    assert ids(last) == [five[0]]
    assert "Link" not in last


def test_the_limit_never_exceeds_500(house, five, monkeypatch):
    monkeypatch.setattr("orders.api.bistro92.LIMIT", 3)
    response = house.api().get("/api/orders", {"limit": 1000})
    assert ids(response) == five[:1:-1]
    assert "offset=3" in response["Link"]


def test_fields_narrow_it(house, five):
    found = house.api().get("/api/orders", {"fields": "id,table"}).json()
    assert found[0] == {"id": five[-1], "table": house.table.name}


def test_since_narrows_it(house, five):
    moment = (NOON + timedelta(minutes=3)).isoformat()
    assert ids(house.api().get("/api/orders", {"since": moment})) == five[:2:-1]
    assert ids(house.api().get(f"/api/orders?since={moment}")) == five[:2:-1]  # with an unescaped + in the address
    assert ids(house.api().get("/api/orders", {"since": "2026-05-04T12:03:00"})) == five[:2:-1]


def test_the_etag_saves_the_body(house, five):
    first = house.api().get("/api/orders")
    again = house.api().get("/api/orders", if_none_match=first["ETag"])
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    house.done(house.api("waiter").post(f"/api/v1/orders/{five[0]}/confirm"))
    changed = house.api().get("/api/orders", if_none_match=first["ETag"])
    assert changed.status_code == 200
    assert changed["ETag"] != first["ETag"]


def test_yesterdays_orders_are_gone(house, five):
    with time_machine.travel(NOON + timedelta(days=1), tick=False):
        today = house.place()["id"]
        assert ids(house.api("waiter").get("/api/orders")) == [today]
        assert ids(house.api("integration").get("/api/orders")) == [today]


def test_the_day_ends_at_four(house):
    with time_machine.travel(datetime(2026, 5, 5, 3, 59, tzinfo=UTC), tick=False):
        night = house.place()["id"]
        assert ids(house.api("integration").get("/api/orders")) == [night]
    with time_machine.travel(datetime(2026, 5, 5, 4, 0, tzinfo=UTC), tick=False):
        assert ids(house.api("integration").get("/api/orders")) == []


def test_a_party_that_sits_through_the_end_of_the_day_keeps_its_orders(house):
    neighbour = house.add_pad()
    with time_machine.travel(datetime(2026, 5, 5, 3, 58, tzinfo=UTC), tick=False):
        theirs = house.place(api=neighbour)["id"]
    with time_machine.travel(datetime(2026, 5, 5, 3, 59, tzinfo=UTC), tick=False):
        first, second = house.place()["id"], house.place()["id"]
    with time_machine.travel(datetime(2026, 5, 5, 4, 1, tzinfo=UTC), tick=False):
        assert ids(house.api().get("/api/orders")) == [second, first]
        third = house.place()["id"]  # the first number of the new day
        assert ids(house.api().get("/api/orders")) == [third, second, first]
        assert ids(house.api().get("/api/orders", {"limit": 1, "offset": 1})) == [second]
        assert ids(neighbour.get("/api/orders")) == [theirs]
        pad = house.api().get("/api/v1/pad/orders").json()["orders"]
        assert [order["id"] for order in pad] == [first, second, third]


def test_a_pad_sees_its_party_staff_and_integrations_the_restaurant(house):
    neighbour = house.add_pad()
    mine, theirs = house.place(), house.place(api=neighbour)
    assert ids(house.api().get("/api/orders")) == [mine["id"]]
    assert ids(neighbour.get("/api/orders")) == [theirs["id"]]
    for role in ("waiter", "integration", "screen", "cashier"):
        assert ids(house.api(role).get("/api/orders")) == [theirs["id"], mine["id"]]


def test_a_waiters_order_for_the_table_is_the_pads_too(house):
    order = house.place("waiter")
    assert ids(house.api().get("/api/orders")) == [order["id"]]


def test_the_party_before_is_nobodys_business(house):
    order = house.reach("delivered")
    house.done(house.api("waiter").post(f"/api/v1/tables/{house.table.pk}/clear"))
    assert ids(house.api().get("/api/orders")) == []
    refused(house.api().get(f"/api/v1/orders/{order['id']}"), 404, "order_not_found")
    assert ids(house.api("waiter").get("/api/orders")) == [order["id"]]


def test_another_restaurants_orders_never_appear(house, other_house):
    other_house.place()
    for role in ("pad", "owner", "integration"):
        assert ids(house.api(role).get("/api/orders")) == []


def test_withdrawn_orders_are_gone(house):
    order = house.place()
    house.done(house.api().delete(f"/api/v1/orders/{order['id']}"))
    assert ids(house.api("owner").get("/api/orders")) == []


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "many"}, {"limit": "-1"}, {"limit": "0"}, {"limit": "1.5"}, {"limit": "9" * 30}, {"offset": "x"},
        {"since": "yesterday"}, {"since": "2026-13-40T00:00:00Z"}, {"since": "0001-01-01T00:00:00+14:00"},
        {"since": "9999-12-31T23:59:59-14:00"},
    ],
)  # fmt: skip
def test_what_cannot_be_understood_is_refused(house, query):
    body = refused(house.api("waiter").get("/api/orders", query), 422, "validation_error")
    assert list(body["errors"]) == list(query)


def test_the_number_of_queries_does_not_grow(house, django_assert_num_queries):
    api = house.api("waiter")
    house.place()
    with django_assert_num_queries(5):  # staff, membership, restaurant, orders with tables, lines
        api.get("/api/orders")
    for _ in range(9):
        house.place()
    with django_assert_num_queries(5):
        assert len(api.get("/api/orders").json()) == 10


def test_cookies_do_not_work_here(house):
    refused(house.browser("manager").get("/api/orders"), 401, "not_authenticated")
