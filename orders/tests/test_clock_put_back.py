"""Lists after the server's clock was put back during service: the newest order stays first."""

from datetime import timedelta

import pytest

from orders.models import Order

pytestmark = pytest.mark.django_db


@pytest.fixture
def placed(house):
    """Return the ids of three orders. The clock was put back by five minutes before the third."""
    ids = [house.place()["id"] for _ in range(3)]
    last = Order.objects.get(pk=ids[2])
    Order.objects.filter(pk=last.pk).update(placed_at=last.placed_at - timedelta(minutes=5))
    return ids


def test_lists_of_orders_are_in_the_order_of_commits(house, placed):
    newest_first = placed[::-1]
    for path in ("/api/v1/orders", "/api/v1/orders?cursor=", "/api/v1/orders?since=2020-01-01T00:00:00Z"):
        assert [order["id"] for order in house.api("manager").get(path).json()["results"]] == newest_first, path
    assert [order["id"] for order in house.api("manager").get("/api/orders").json()] == newest_first
    assert [order["id"] for order in house.api("pad").get("/api/orders").json()] == newest_first


def test_pages_by_cursor_meet_every_order_once(house, placed):
    api, path, met = house.api("manager"), "/api/v1/orders?cursor=&limit=1", []
    while path:
        page = api.get(path).json()
        met += [order["id"] for order in page["results"]]
        path = page["next"] and page["next"].removeprefix("http://testserver")
    assert met == placed[::-1]


def test_a_party_reads_its_orders_in_their_order(house, placed):
    assert [order["id"] for order in house.api("pad").get("/api/v1/pad/orders").json()["orders"]] == placed


def test_control_sorted_by_the_clock_the_newest_is_last(placed):
    assert list(Order.objects.order_by("-placed_at").values_list("pk", flat=True)) != placed[::-1]
