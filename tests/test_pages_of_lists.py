"""Lists of the API page by page: no row twice, none left out, and no cost for old rows."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bistro.core.api import pagination
from bistro.core.tests.http import refused

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]
LISTS = ["/api/v1/orders", "/api/v1/tickets?status=open"]


@pytest.fixture
def orders(house):
    """Place seven orders with one ticket each."""
    return [house.place() for _ in range(7)]


def walk(api, path):
    """Read every page from here: return [[id, …], …] and the counts of the pages."""
    pages, counts = [], []
    while path:
        response = api.get(path)
        assert response.status_code == 200, response.content
        body = response.json()
        pages.append([row["id"] for row in body["results"]])
        counts.append(body["count"])
        path = body["next"]
    return pages, counts


def together(pages):
    return [pk for page in pages for pk in page]


def first(path, **query):
    return path + ("&" if "?" in path else "?") + "&".join(f"{name}={value}" for name, value in query.items())


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("how", [{"offset": 0}, {"cursor": ""}], ids=["offset", "cursor"])
def test_every_row_once_in_order(house, orders, path, how):
    whole = [row["id"] for row in house.api("manager").get(path).json()["results"]]
    assert len(whole) == 7
    pages, counts = walk(house.api("manager"), first(path, limit=3, **how))
    assert [len(page) for page in pages] == [3, 3, 1]
    assert together(pages) == whole
    assert set(counts) == ({None} if "cursor" in how else {7})


@pytest.mark.parametrize(("how", "twice"), [("&cursor=", 0), ("", 1)], ids=["cursor", "control: offset"])
def test_with_a_cursor_new_rows_move_nothing(house, orders, how, twice):
    """With an offset a new order would move one row to the next page, where it is read twice."""
    api = house.api("manager")
    page = api.get(f"/api/v1/orders?limit=3{how}").json()
    house.place()
    rest, _ = walk(api, page["next"])
    seen = [row["id"] for row in page["results"]] + together(rest)
    assert sorted(set(seen)) == sorted(order["id"] for order in orders)
    assert len(seen) == len(orders) + twice


def test_counting_stops_somewhere_but_pages_go_on(house, orders, monkeypatch):
    monkeypatch.setattr(pagination, "MOST_COUNTED", 4)
    with CaptureQueriesContext(connection) as asked:
        pages, counts = walk(house.api("manager"), "/api/v1/orders?limit=3")
    assert [len(page) for page in pages] == [3, 3, 1]
    assert counts == [4, 4, 4]
    counting = [query["sql"] for query in asked.captured_queries if "COUNT(" in query["sql"]]
    assert counting
    assert all("LIMIT 4" in sql for sql in counting)


def test_links_back(house, orders):
    api = house.api("manager")
    second = api.get(api.get("/api/v1/orders?limit=3").json()["next"]).json()
    assert [row["id"] for row in api.get(second["previous"]).json()["results"]] == [
        order["id"] for order in reversed(orders)
    ][:3]
    assert api.get("/api/v1/orders?limit=3&offset=100").json()["results"] == []


@pytest.mark.parametrize("path", ["/api/v1/orders", "/api/v1/tickets"])
@pytest.mark.parametrize("cursor", ["nonsense%00", "cD1hYmM=", "cD0lMDA=", "cj0xJnA9MjAyNi05OS05OQ==", "x"])
def test_a_cursor_of_nobodys_is_no_page(house, orders, path, cursor):
    response = house.api("manager").get(f"{path}?cursor={cursor}")
    assert list(refused(response, 422, "validation_error")["errors"]) == ["cursor"]
