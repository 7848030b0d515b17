"""The number of queries of a page or an answer does not depend on the load or on the length of the history."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]

API = [
    "/api/orders",
    "/api/v1/orders",
    "/api/v1/orders?status=open",
    "/api/v1/orders/recent",
    "/api/v1/tickets",
    "/api/v1/tickets?status=open",
    "/api/v1/tables",
    "/api/v1/floor-plan",
    "/api/v1/menu",
    "/api/v1/pauses",
    "/api/v1/kitchen/load",
    "/api/v1/kitchen/metrics",
    "/api/v1/events",
    "/api/v1/today",
    "/auth/me",
]
PAD = ["/api/v1/pad", "/api/v1/pad/orders", "/api/orders", "/api/v1/orders", "/api/v1/menu", "/api/v1/kitchen/load"]
PAGES = [
    "/floor/",
    "/floor/edit/",
    "/kitchen/",
    "/kitchen/pauses/",
    "/admin/kitchen/ticket/figures/",
    "/admin/menu/category/languages/",
    "/floor/tables/{table}/",
]
# Statements of the test's own transaction.
NOT_COUNTED = ("SAVEPOINT", "RELEASE SAVEPOINT")


def add_rows(house, count):
    """Add tables, dishes, open orders and a delivered one: the rows that the addresses above show."""
    for _ in range(count):
        house.add_item(portions_left=5)
        house.order(house.actor("waiter"), table_id=house.add_table().pk, note="quick")
        house.order(quantity=2)
    house.reach("delivered")


def asked(ask):
    """Return the number of queries of the second answer, because the first one fills caches."""
    assert ask().status_code == 200
    with CaptureQueriesContext(connection) as queries:
        response = ask()
    assert response.status_code == 200
    return len([each for each in queries if not each["sql"].startswith(NOT_COUNTED)])


def costs(house):
    owner, pad, browser = house.api("owner"), house.api("pad"), house.browser("owner")
    pages = [page.format(table=house.table.pk) for page in PAGES]
    found = {("owner", path): asked(lambda path=path: owner.get(path)) for path in API}
    found |= {("pad", path): asked(lambda path=path: pad.get(path)) for path in PAD}
    return found | {("browser", path): asked(lambda path=path: browser.get(path)) for path in pages}


def test_reading_costs_the_same_however_busy_it_is(house):
    add_rows(house, 1)
    quiet = costs(house)
    add_rows(house, 5)
    assert costs(house) == quiet
    pages = {key: count for key, count in quiet.items() if key[0] == "browser"}
    # Two of each are a manager's: the messages that were not sent, and stopped webhooks.
    assert max(quiet[key] for key in quiet.keys() - pages.keys()) <= 21, quiet
    # Ten of a page in the shell (the person, the restaurant, alarms, set-up), one for the rule of the service charge,
    # and one of a manager's for stopped webhooks.
    assert max(pages.values()) <= 36, quiet


def test_one_order_costs_the_same_whatever_stands_on_it(house):
    small = house.place(quantity=1)
    large = house.place(lines=[{"item": house.item.pk, "quantity": n, "note": str(n)} for n in range(1, 12)])
    api = house.api("waiter")
    counts = {asked(lambda pk=order["id"]: api.get(f"/api/v1/orders/{pk}")) for order in (small, large)}
    assert len(counts) == 1


def test_an_unchanged_menu_costs_next_to_nothing(house):
    pad = house.api("pad")
    etag = pad.get("/api/v1/menu")["ETag"]
    with CaptureQueriesContext(connection) as queries:
        assert pad.get("/api/v1/menu", If_None_Match=etag).status_code == 304
    assert len(queries) <= 5
