"""The list of tickets for programs and bump bars."""

from datetime import UTC, datetime

import pytest
import time_machine

from bistro.core.tests.http import refused
from kitchen.tests.factories import StationFactory
from menu.tests.factories import ModifierFactory, ModifierGroupFactory

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]
PATH = "/api/v1/tickets"


def ids(response) -> list[int]:
    assert response.status_code == 200, response.content
    return [ticket["id"] for ticket in response.json()["results"]]


def test_a_new_ticket(house):
    group = ModifierGroupFactory(item=house.item, max=2)
    bacon = ModifierFactory(group=group, name="Bacon")
    with time_machine.travel(datetime(2026, 5, 4, 12, 0, tzinfo=UTC), tick=False):
        line = {
            "item": house.item.pk,
            "quantity": 2,
            "modifiers": [bacon.pk],
            "allergies": ["nuts"],
            "seat": 3,
            "course": 2,
            "note": "!",
        }
        order = house.place(lines=[line], note="quick")
    body = house.api("screen").get(PATH).json()
    (ticket,) = body["results"]
    assert (body["count"], body["next"], body["previous"]) == (1, None, None)
    assert ticket == {
        "id": ticket["id"],
        "order": order["id"],
        "number": 1,
        "table": house.table.pk,
        "table_name": house.table.name,
        "kind": "dine_in",
        "pickup_at": None,
        "station": house.station.pk,
        "station_name": house.station.name,
        "status": "queued",
        "fired_at": "2026-05-04T12:00:00+00:00",
        "fired_course": None,
        "seen_at": None,
        "seen_on": "",
        "unseen_at": None,
        "started_at": None,
        "done_at": None,
        "done_by": "",
        "done_on": "",
        "aged_from": "2026-05-04T12:00:00+00:00",
        "held_at": None,
        "alert_at": None,
        "recalled_at": None,
        "recalls": 0,
        "voided": [],
        "lines": [
            {
                "id": ticket["lines"][0]["id"],
                "line": order["lines"][0]["id"],
                "name": house.item.name,
                "quantity": 2,
                "modifiers": ["Bacon"],
                "allergies": ["nuts"],
                "conflicts": [{"allergen": "nuts", "where": house.item.name, "level": "not_stated"}],
                "seat": 3,
                "course": 2,
                "status": "queued",
                "changed": False,
                "added": False,
                "unrouted": False,
                "start_at": None,
                "plated_at": None,
            }
        ],
        "version": 1,
    }


def test_oldest_first(house):
    placed = [house.place()["id"] for _ in range(3)]
    tickets = house.api("kitchen").get(PATH).json()["results"]
    assert [ticket["order"] for ticket in tickets] == placed


def test_by_status(house):
    made = {
        status: house.tickets(house.reach(order))[0]["id"]
        for order, status in (
            ("placed", "queued"),
            ("preparing", "started"),
            ("ready", "done"),
            ("cancelled", "cancelled"),
        )
    }
    api = house.api("kitchen")
    for status, pk in made.items():
        assert ids(api.get(PATH, {"status": status})) == [pk]
    assert ids(api.get(PATH, {"status": "open"})) == [made["queued"], made["started"]]
    assert ids(api.get(PATH)) == list(made.values())


def test_by_station(house, other_house):
    bar = StationFactory(restaurant=house.restaurant)
    house.place()
    other_house.place()
    api = house.api("kitchen")
    assert len(ids(api.get(PATH, {"station": house.station.pk}))) == 1
    assert ids(api.get(PATH, {"station": bar.pk})) == []
    assert ids(api.get(PATH, {"station": other_house.station.pk})) == []
    assert ids(api.get(PATH, {"station": 10**17})) == []


@pytest.mark.parametrize(
    "query",
    [{"status": "eaten"}, {"status": "queued,done"}, {"station": "grill"}, {"station": "0"}, {"station": "-1"},
     {"station": "1.5"}, {"station": "NaN"}, {"station": "9" * 40}, {"station": "1e3"}],
)  # fmt: skip
def test_filters_that_are_none(house, query):
    body = refused(house.api("kitchen").get(PATH, query), 422, "validation_error")
    assert list(body["errors"]) == list(query)


def test_it_comes_in_pages(house):
    for _ in range(3):
        house.place()
    first = house.api("kitchen").get(PATH, {"limit": 2}).json()
    second = house.api("kitchen").get(first["next"]).json()
    assert [len(page["results"]) for page in (first, second)] == [2, 1]
    assert first["count"] == second["count"] == 3


def test_withdrawn_orders_leave_no_open_ticket(house):
    order = house.place()
    house.done(house.api().delete(f"/api/v1/orders/{order['id']}"))
    assert ids(house.api("kitchen").get(PATH, {"status": "open"})) == []


def test_a_guest_does_not_see_the_kitchen(house):
    house.place()
    refused(house.api().get(PATH), 403, "permission_denied")


def test_the_number_of_queries_does_not_grow(house, django_assert_num_queries):
    api = house.api("integration")
    house.place()
    with django_assert_num_queries(5):  # device, count, tickets, their orders, lines
        api.get(PATH)
    for _ in range(9):
        house.place(lines=[{"item": house.item.pk, "quantity": 1}] * 3)
    with django_assert_num_queries(5):
        assert len(ids(api.get(PATH))) == 10
