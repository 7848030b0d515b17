"""The fulfilment report for managers: times by station, dish, cook and hour."""

import math
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import connections
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from bistro.core.models import Restaurant
from bistro.core.tests.http import refused
from kitchen import fulfilment, services
from kitchen.fulfilment import percentile
from kitchen.models import Route, Station, Ticket
from kitchen.tests.factories import StationFactory
from menu.models import Item
from orders.order_commands import LineRequest

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]
PATH, PAGE = "/api/v1/kitchen/metrics", "/admin/kitchen/ticket/figures/"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def noon():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


def finish(house, clock, seconds, *, item=None, cook=None):
    """Place an order and finish it after that time."""
    lines = (LineRequest(item=(item or house.item).pk, quantity=1),)
    ticket = Ticket.objects.get(order_id=house.order(house.actor("waiter"), lines=lines).id)
    clock.shift(seconds)
    return services.bump_ticket(ticket_id=ticket.pk, actor=cook or house.actor("kitchen"))


def report(house, **query):
    answer = house.api("manager").get(PATH, query)
    assert answer.status_code == 200, answer.content
    return answer.json()


# --- percentiles -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("values", "p50", "p90"),
    [
        ([7], 7, 7),
        ([1, 2], 1, 2),
        ([15, 20, 35, 40, 50], 35, 50),
        (range(1, 11), 5, 9),
        ([5, 5, 5, 9], 5, 9),
        ([], None, None),
    ],
)
def test_nearest_rank(values, p50, p90):
    counted = Counter(values)
    assert (percentile(counted, 50), percentile(counted, 90)) == (p50, p90)


@given(st.lists(st.integers(-5, 4000), min_size=1, max_size=60), st.integers(1, 100))
def test_nearest_rank_is_its_definition(values, percent):
    rank = math.ceil(percent * len(values) / 100)
    assert percentile(Counter(values), percent) == sorted(values)[rank - 1]


# --- the report ------------------------------------------------------------------------------------------------------
def test_an_empty_day(house, noon):
    assert report(house) == {
        "from": "2026-03-01",
        "to": "2026-03-01",
        "complete": True,
        "count": 0,
        "p50_seconds": None,
        "p90_seconds": None,
        "late_share": 0.0,
        "recalls": 0,
        "hours": [],
        "stations": [],
        "items": [],
        "cooks": [],
    }


def test_by_station_item_cook_and_hour(house, other_house, noon):
    grill = StationFactory(restaurant=house.restaurant, name="Grill", position=1)
    steak = house.add_item(name="Steak")
    Route.objects.create(restaurant=house.restaurant, station=grill, item=steak)
    ana, bo = house.actor("kitchen"), house.actor("manager")
    for seconds in (60, 120, 600):
        finish(house, noon, seconds, cook=ana)
    finish(house, noon, 240, item=steak, cook=bo)
    noon.move_to(NOON + timedelta(hours=1))
    back = finish(house, noon, 300, cook=ana)
    services.recall_ticket(ticket_id=back.pk, actor=ana)
    noon.shift(30)
    services.bump_ticket(ticket_id=back.pk, actor=bo)
    finish(other_house, noon, 999)
    found = report(house)
    early = {"hour": 12, "count": 4, "p50_seconds": 120, "p90_seconds": 600, "late_share": 0.25, "recalls": 0}
    later = {"hour": 13, "count": 1, "p50_seconds": 330, "p90_seconds": 330, "late_share": 0.0, "recalls": 1}
    assert found["hours"] == [early, later]
    total = {"count": 5, "p50_seconds": 240, "p90_seconds": 600, "late_share": 0.2, "recalls": 1}
    assert {name: found[name] for name in total} == total
    stations = {row["name"]: (row["count"], row["p50_seconds"], row["p90_seconds"]) for row in found["stations"]}
    assert stations == {house.station.name: (4, 120, 600), "Grill": (1, 240, 240)}
    items = {row["name"]: (row["id"], row["count"], row["recalls"]) for row in found["items"]}
    assert items == {house.item.name: (house.item.pk, 4, 1), "Steak": (steak.pk, 1, 0)}
    cooks = {row["name"]: (row["count"], row["p90_seconds"]) for row in found["cooks"]}
    assert cooks == {ana.label: (3, 600), bo.label: (2, 330)}
    assert [row["hour"] for row in found["stations"][0]["hours"]] == [12, 13]


def test_late_is_what_the_dish_the_station_or_the_house_says(house, noon):
    Restaurant.objects.filter(pk=house.restaurant.pk).update(late_seconds=900)

    def late(seconds):
        Ticket.objects.filter(order__restaurant=house.restaurant).update(done_at=None, status="cancelled")
        finish(house, noon, seconds)
        found = of_day(house, "2026-03-01")
        return found["late_share"], found["items"][0]["late_share"]

    assert late(899) == (0.0, 0.0)
    assert late(900) == (1.0, 1.0)
    Station.objects.filter(pk=house.station.pk).update(late_seconds=300)
    assert late(299) == (0.0, 0.0)
    assert late(300) == (1.0, 1.0)
    Item.objects.filter(pk=house.item.pk).update(late_minutes=8)
    assert late(479) == (0.0, 0.0)
    assert late(480) == (1.0, 1.0)


def of_day(house, day):
    restaurant = Restaurant.objects.get(pk=house.restaurant.pk)
    day = date.fromisoformat(day)
    return fulfilment.fulfilment_report(house.actor("manager"), restaurant, day, day)


def test_the_clock_that_a_recall_started_again_counts(house, noon):
    ticket = finish(house, noon, 500)
    Ticket.objects.filter(pk=ticket.pk).update(aged_from=ticket.done_at - timedelta(seconds=40))
    assert report(house)["p50_seconds"] == 40
    Ticket.objects.filter(pk=ticket.pk).update(aged_from=ticket.done_at + timedelta(seconds=40))
    found = report(house)  # done before its planned start
    assert (found["p50_seconds"], found["items"][0]["p50_seconds"]) == (0, 0)


def test_business_days_of_the_restaurant(house, noon):
    Restaurant.objects.filter(pk=house.restaurant.pk).update(timezone="Europe/Paris")
    noon.move_to(datetime(2026, 3, 2, 2, 30, tzinfo=UTC))  # 03:30 in Paris: still the first of March
    finish(house, noon, 60)
    noon.move_to(datetime(2026, 3, 2, 3, 30, tzinfo=UTC))  # 04:30: the second
    finish(house, noon, 120)
    found = {day: of_day(house, day) for day in ("2026-03-01", "2026-03-02", "2026-03-03")}
    assert [(row["count"], row["p50_seconds"]) for row in found.values()] == [(1, 60), (1, 120), (0, None)]
    assert found["2026-03-01"]["hours"][0]["hour"] == 3
    assert report(house)["from"] == "2026-03-02"
    assert report(house, **{"from": "2026-03-01", "to": "2026-03-02"})["count"] == 2
    assert report(house, to="2026-03-01")["count"] == 1


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"from": "yesterday"}, "from"),
        ({"to": "2026-02-30"}, "to"),
        ({"to": "20260301"}, "to"),
        ({"from": "0001-01-01", "to": "0001-01-02"}, "to"),
        ({"from": "2026-03-02", "to": "2026-03-01"}, "to"),
        ({"from": "2026-01-29", "to": "2026-03-01"}, "from"),
    ],
)
def test_days_that_make_no_sense(house, noon, query, field):
    assert list(refused(house.api("manager").get(PATH, query), 422, "validation_error")["errors"]) == [field]
    page = house.browser("manager").get(PAGE, query)
    assert page.status_code == 422
    assert "Ticket times, 1 Mar 2026" in page.content.decode()


def test_a_month_is_not_too_long(house, noon):
    assert report(house, **{"from": "2026-01-30", "to": "2026-03-01"})["count"] == 0


def test_more_than_it_reads_is_said(house, noon, monkeypatch):
    for seconds in (60, 120, 180):
        finish(house, noon, seconds)
    monkeypatch.setattr(fulfilment, "MOST", 2)
    found = report(house)
    assert (found["complete"], found["count"], found["p90_seconds"]) == (False, 2, 180)


@pytest.mark.parametrize("role", ["host", "waiter", "kitchen", "cashier", "screen", "pad", "integration"])
def test_only_managers(house, role):
    refused(house.api(role).get(PATH), 403, "permission_denied")


def test_the_number_of_queries_does_not_grow(house, noon):
    api, counts = house.api("manager"), []
    for rounds in (1, 8):
        for _ in range(rounds):
            finish(house, noon, 60, item=house.add_item())
            StationFactory(restaurant=house.restaurant)
        with CaptureQueriesContext(connections["default"]) as asked:
            assert api.get(PATH).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1] == 7  # staff, membership, restaurant; stations, lines, tickets, names


# --- the page --------------------------------------------------------------------------------------------------------
def test_managers_read_it_as_tables(house, other_house, noon):
    finish(house, noon, 200)
    finish(other_house, noon, 60)
    owner = house.browser("owner")
    page = owner.get(PAGE).content.decode()
    for words in ("By hour", "By station", "By dish", "By cook", house.item.name, "3 min 20 s", "12:00–12:59"):
        assert words in page
    assert other_house.item.name not in page
    assert PAGE in owner.get("/admin/kitchen/ticket/").content.decode()
    assert house.browser("waiter").get(PAGE).status_code in (302, 403)


def test_stations_and_dishes_have_a_pace_to_set(house):
    owner, station = house.browser("owner"), f"/admin/kitchen/station/{house.station.pk}/change/"
    fields = {"name": house.station.name, "position": 0, "cooks": 3, "at_once": 6, "target_seconds": 300,
              "soon_seconds": 200, "late_seconds": 400}  # fmt: skip
    assert owner.post(station, fields).status_code == 302
    row = Station.objects.get(pk=house.station.pk)
    pace = row.cooks, row.at_once, row.target_seconds, row.soon_seconds, row.late_seconds
    assert pace == (3, 6, 300, 200, 400)
    assert owner.post(station, {**fields, "cooks": "", "at_once": ""}).status_code == 302
    row.refresh_from_db()
    assert (row.cooks, row.at_once) == (3, 6)
    for wrong in ({"cooks": 0}, {"at_once": 0}, {"late_seconds": 200}):
        answer = owner.post(station, {**fields, **wrong})
        assert list(wrong) == list(answer.context["adminform"].form.errors)
    page = owner.get(f"/admin/menu/item/{house.item.pk}/change/").content.decode()
    assert 'name="soon_minutes"' in page
    assert 'name="late_minutes"' in page
