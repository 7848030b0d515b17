"""The pass: orders of all stations, plated dishes, and the next courses to fire."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from bistro.core.models import Restaurant
from bistro.core.tests.http import nothing_changes, refused
from bistro.core.tests.round_trips import FEED_POSITION
from kitchen.ages import Dish, limits_of
from kitchen.expo.board import ComingLine, read_expo
from kitchen.models import Route
from kitchen.tests.factories import StationFactory
from kitchen.wall.board import read_board
from menu.compiled import forget
from menu.models import Item

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]
NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


@pytest.fixture
def fry(house):
    return StationFactory(restaurant=house.restaurant, name="Fry")


def expo(house):
    return read_expo(house.actor("kitchen"))


def plate(house, line, plated=True):
    return house.api("kitchen").post(f"/api/v1/ticket-lines/{line}/plate", {"plated": plated})


def bump_all(house, order):
    for ticket in house.tickets(order):
        if ticket["status"] in ("queued", "started"):
            house.done(house.api("kitchen").post(f"/api/v1/tickets/{ticket['id']}/bump"))


def test_a_dish_of_two_stations_stands_once_and_is_done_when_both_are(house, fry):
    for station in (house.station, fry):
        Route.objects.create(restaurant=house.restaurant, station=station, item=house.item)
    order = house.place()
    first, _second = house.tickets(order)
    house.done(house.api("kitchen").post(f"/api/v1/tickets/{first['id']}/bump"))
    (shown,) = expo(house).orders
    (line,) = shown.lines
    assert (line.stations, line.done) == ([(house.station.name, "done"), ("Fry", "queued")], False)
    with nothing_changes():
        refused(plate(house, line.id), 409, "not_done")
    bump_all(house, order)
    house.done(plate(house, line.id))
    (shown,) = expo(house).orders
    assert (shown.ready, shown.done_count, shown.plated_count) == (True, 1, 1)
    with nothing_changes():
        house.done(plate(house, line.id))
    house.done(plate(house, line.id, plated=False))
    assert expo(house).orders[0].plated_count == 0


def test_a_recall_takes_the_tick_away(house):
    order = house.place()
    bump_all(house, order)
    (ticket,) = house.tickets(order)
    house.done(plate(house, ticket["lines"][0]["id"]))
    house.done(house.api("kitchen").post(f"/api/v1/tickets/{ticket['id']}/recall"))
    assert house.tickets(order)[0]["lines"][0]["plated_at"] is None


def test_a_recall_at_one_of_two_stations_takes_all_of_the_tick_away(house, fry):
    """Otherwise the pass would show the dish as not plated while it is stored as plated."""
    for station in (house.station, fry):
        Route.objects.create(restaurant=house.restaurant, station=station, item=house.item)
    order = house.place()
    bump_all(house, order)
    first, second = house.tickets(order)
    house.done(plate(house, first["lines"][0]["id"]))
    house.done(house.api("kitchen").post(f"/api/v1/tickets/{second['id']}/recall"))
    assert [ticket["lines"][0]["plated_at"] for ticket in house.tickets(order)] == [None, None]
    bump_all(house, order)
    house.done(plate(house, expo(house).orders[0].lines[0].id))
    assert expo(house).orders[0].plated_count == 1


def test_what_is_ready_stands_first_and_leaves_when_it_is_delivered_from_the_pass(house):
    first, second = house.place(), house.place()
    bump_all(house, second)
    assert [order.id for order in expo(house).orders] == [second["id"], first["id"]]
    assert expo(house).ready_count == 1
    house.done(house.api("screen").post(f"/api/v1/orders/{second['id']}/deliver"))
    assert [order.id for order in expo(house).orders] == [first["id"]]


def test_what_fires_next_is_seen_before(house):
    house.hold_courses()
    lines = [{"item": house.item.pk, "quantity": course, "course": course} for course in (1, 2, 3)]
    with time_machine.travel(NOON, tick=False):
        order = house.place(lines=lines)
        (coming,) = expo(house).coming
        assert (coming.course, coming.lines, coming.fire_at) == (
            2,
            [ComingLine(2, house.item.name, [])],
            None,
        )
        plan = {"course": 2, "minutes": 15}
        house.done(house.api("kitchen").post(f"/api/v1/orders/{order['id']}/plan", plan))
        (coming,) = expo(house).coming
    assert coming.fire_at == NOON + timedelta(minutes=15)


def test_the_number_of_queries_does_not_grow(house, django_assert_num_queries):
    house.hold_courses()
    lines = [{"item": house.item.pk, "quantity": 1, "course": course} for course in (1, 2)]
    house.place(lines=lines)
    kitchen = house.actor("kitchen")
    read_expo(kitchen)  # the first call ever also writes the feed's epoch
    with django_assert_num_queries(7 + FEED_POSITION):
        read_expo(kitchen)
    for _ in range(12):
        house.place("waiter", table=house.add_table().pk, lines=lines)
    with django_assert_num_queries(7 + FEED_POSITION):
        assert len(read_expo(kitchen).orders) == 13


# --- age -------------------------------------------------------------------------------------------------------------
QUICK, STEAK = Dish(5), Dish(15)


def late(house, *dishes):
    limits = limits_of(house.restaurant, house.station, dishes)
    return limits.soon // 60, limits.late // 60


def test_a_ticket_is_late_when_its_quoted_time_is_over_and_never_before_the_restaurants(house):
    assert late(house) == (5, 10)
    assert late(house, QUICK) == (5, 10)
    assert late(house, QUICK, STEAK) == (10, 15), "as long before late as in the restaurant's settings"
    assert late(house, Dish(12, quantity=9)) == (31, 36), "four at once, three times"


def test_a_dish_before_its_station_before_what_is_derived(house):
    house.station.late_seconds, house.station.soon_seconds = 120, 240
    assert late(house) == late(house, STEAK) == (2, 2), "soon never follows late"
    slow = Dish(5, soon_minutes=15, late_minutes=20)
    assert late(house, slow) == (15, 20)
    assert late(house, slow, STEAK) == (2, 2), "the narrowest of several"
    house.station.late_seconds = house.station.soon_seconds = None
    assert late(house, slow, STEAK) == (10, 15)
    assert late(house, Dish(30, soon_minutes=3)) == (3, 30)


def test_a_dish_is_late_by_the_time_it_had_when_it_was_ordered(house):
    Item.objects.filter(pk=house.item.pk).update(prep_minutes=20)
    forget()
    house.place()
    Item.objects.filter(pk=house.item.pk).update(prep_minutes=1)
    forget()
    shown = lambda: read_board(house.actor("kitchen"), house.station.pk).tickets[0]  # noqa: E731
    assert shown().late_seconds == 1200
    assert expo(house).orders[0].late_seconds == 1200


# --- courses that land together --------------------------------------------------------------------------------------
@pytest.fixture
def landing(house):
    Restaurant.objects.filter(pk=house.restaurant.pk).update(land_together=True)
    Item.objects.filter(pk=house.item.pk).update(prep_minutes=20)
    house.salad = house.add_item(name="Salad", prep_minutes=5)
    cold = StationFactory(restaurant=house.restaurant, name="Cold")
    Route.objects.create(restaurant=house.restaurant, station=cold, item=house.salad)
    forget()
    return house


def on_their_boards(house, *tickets):
    return [read_board(house.actor("kitchen"), ticket["station"]).tickets[0] for ticket in tickets]


def test_quick_dishes_begin_so_much_later_that_all_finish_at_once(landing):
    with time_machine.travel(NOON, tick=False):
        order = landing.place(lines=[{"item": pk, "quantity": 1} for pk in (landing.item.pk, landing.salad.pk)])
        steak, salad = landing.tickets(order)
        assert (steak["lines"][0]["start_at"], steak["aged_from"]) == (None, "2026-05-04T12:00:00+00:00")
        assert salad["lines"][0]["start_at"] == salad["aged_from"] == "2026-05-04T12:15:00+00:00"
        shown = on_their_boards(landing, salad, steak)
    assert [ticket.starts_at for ticket in shown] == [NOON + timedelta(minutes=15), None]
    with time_machine.travel(NOON + timedelta(minutes=21), tick=False):
        shown = on_their_boards(landing, salad, steak)
    assert (shown[0].starts_at, shown[0].age) == (None, "soon")


def test_a_ticket_with_something_to_do_now_ages_from_now(landing):
    with time_machine.travel(NOON, tick=False):
        Route.objects.all().delete()
        forget()
        order = landing.place(lines=[{"item": pk, "quantity": 1} for pk in (landing.item.pk, landing.salad.pk)])
    (ticket,) = landing.tickets(order)
    assert [line["start_at"] for line in ticket["lines"]] == [None, "2026-05-04T12:15:00+00:00"]
    assert ticket["aged_from"] == ticket["fired_at"]


def test_alone_nothing_waits_for_anything(landing):
    (ticket,) = landing.tickets(landing.place(lines=[{"item": landing.salad.pk, "quantity": 2}]))
    assert (ticket["lines"][0]["start_at"], ticket["aged_from"]) == (None, ticket["fired_at"])
