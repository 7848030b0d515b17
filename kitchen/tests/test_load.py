"""The load of each station, and the quoted time of a dish that is ordered now."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from bistro.core.models import Restaurant
from bistro.core.tests.http import Api, refused
from kitchen import services
from kitchen.load import quotes, station_loads, until_free
from kitchen.models import ModifierRoute, Route, Station, Ticket, TicketLine
from kitchen.tests.factories import StationFactory
from menu.compiled import forget, menu_now
from menu.services import pause
from menu.tests.factories import ModifierFactory, ModifierGroupFactory
from orders.order_commands import LineRequest

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]
PATH = "/api/v1/kitchen/load"


@pytest.fixture(autouse=True)
def evening():
    with time_machine.travel("2026-03-01T19:00:00Z", tick=False) as clock:
        yield clock


@pytest.fixture
def grill(house):
    """Create a second station, which cooks steak (15 min); the house's dish takes 10 min at the first one."""
    station = StationFactory(restaurant=house.restaurant, name="Grill", position=1)
    station.steak = house.add_item(name="Steak", prep_minutes=15)
    Route.objects.create(restaurant=house.restaurant, station=station, item=station.steak)
    return station


def order(house, item, quantity=1):
    placed = house.order(house.actor("waiter"), lines=(wish(item, quantity),))
    return Ticket.objects.get(order_id=placed.id)


def wish(item, quantity):
    return LineRequest(item=item.pk, quantity=quantity)


def backlogs(house):
    return {row.id: row.backlog_seconds for row in station_loads(house.restaurant, timezone.now())}


def quoted(house):
    return quotes(menu_now(house.restaurant.pk), timezone.now())


def test_an_idle_kitchen_quotes_the_preparation(house, grill):
    assert backlogs(house) == {house.station.pk: 0, grill.pk: 0}
    assert quoted(house) == {house.item.pk: 10, grill.steak.pk: 15}


def test_a_place_that_is_free_makes_nobody_wait(house, other_house, grill):
    """With four places for one cook and three dishes in work, the next dish begins at once."""
    order(house, grill.steak, 3)
    other_house.order()
    assert backlogs(house) == {house.station.pk: 0, grill.pk: 0}
    assert quoted(house) == {house.item.pk: 10, grill.steak.pk: 15}


def test_the_oldest_dish_takes_the_place_that_is_free_first(house, grill):
    """Seven steaks on four places: 0–15 ×4, 15–30 ×3, so the eighth begins at 15."""
    order(house, grill.steak, 3)
    order(house, grill.steak, 4)
    assert (backlogs(house)[grill.pk], quoted(house)[grill.steak.pk]) == (15 * 60, 30)
    order(house, grill.steak, 1)
    assert (backlogs(house)[grill.pk], quoted(house)[grill.steak.pk]) == (30 * 60, 45)
    Station.objects.filter(pk=grill.pk).update(cooks=2)  # eight places, all occupied until 15
    assert (backlogs(house)[grill.pk], quoted(house)[grill.steak.pk]) == (15 * 60, 30)
    Station.objects.filter(pk=grill.pk).update(cooks=3)
    assert quoted(house)[grill.steak.pk] == 15


def test_one_dish_at_a_time_is_one_after_the_other(house, grill):
    Station.objects.filter(pk=grill.pk).update(at_once=1)
    order(house, grill.steak, 2)
    assert (backlogs(house)[grill.pk], quoted(house)[grill.steak.pk]) == (30 * 60, 45)
    Station.objects.filter(pk=grill.pk).update(cooks=2)
    assert quoted(house)[grill.steak.pk] == 30, "two cooks, one steak each"


@pytest.mark.parametrize(
    ("dishes", "places", "seconds"),
    [
        ([], 1, 0),
        ([(60, 1)], 0, 60),  # a station without cooks has one
        ([(60, 3)], 4, 0),
        ([(900, 1), (300, 1)], 2, 300),  # the quick dish's place is free first
        ([(900, 1), (300, 3)], 2, 900),  # 300, 600, 900 at the second place
        ([(300, 5)], 2, 600),  # 300, 300, 600, 600, then 900: the other place is free at 600
    ],
)
def test_until_a_place_is_free(dishes, places, seconds):
    assert until_free(dishes, places) == seconds


def test_a_dish_is_quoted_with_the_stations_of_its_default_choices(house, grill):
    fry = StationFactory(restaurant=house.restaurant, name="Fry", position=2)
    group = ModifierGroupFactory(item=grill.steak, max=2)
    fries, salad = ModifierFactory(group=group, is_default=True), ModifierFactory(group=group)
    for choice in (fries, salad):
        at = fry if choice == fries else house.station
        ModifierRoute.objects.create(restaurant=house.restaurant, station=at, modifier=choice)
    chips = house.add_item(name="Chips", prep_minutes=8)
    Route.objects.create(restaurant=house.restaurant, station=fry, item=chips)
    forget()
    order(house, house.item, 4)  # load at the station of the salad, which is not a default choice
    assert quoted(house)[grill.steak.pk] == 15
    order(house, chips, 4)
    assert quoted(house)[grill.steak.pk] == 8 + 15


def test_what_is_to_begin_later_stands_before_nobody(house, grill, evening):
    """A salad of five minutes with a steak of fifteen begins ten minutes later, so that both finish together."""
    Restaurant.objects.filter(pk=house.restaurant.pk).update(land_together=True)
    Station.objects.filter(pk=house.station.pk).update(at_once=1)
    salad = house.add_item(name="Salad", prep_minutes=5)
    forget()
    house.order(house.actor("waiter"), lines=(wish(grill.steak, 1), wish(salad, 1)))
    assert quoted(house)[salad.pk] == 5
    evening.shift(10 * 60)
    assert quoted(house)[salad.pk] == 5 + 5


def test_of_several_stations_the_busiest_counts(house, grill):
    pass_ = StationFactory(restaurant=house.restaurant, name="Fry", position=2)
    order(house, house.item, 8)
    Route.objects.create(restaurant=house.restaurant, station=house.station, item=grill.steak)
    Route.objects.create(restaurant=house.restaurant, station=pass_, item=grill.steak)
    forget()
    assert quoted(house)[grill.steak.pk] == 20 + 15


def test_what_was_started_is_partly_done_and_never_below_nothing(house, evening):
    ticket = order(house, house.item, 4)
    evening.shift(60)
    services.start_ticket(ticket_id=ticket.pk, actor=house.actor("kitchen"))
    evening.shift(5 * 60)
    assert backlogs(house)[house.station.pk] == 5 * 60
    evening.shift(60 * 60)
    assert backlogs(house)[house.station.pk] == 0
    order(house, house.item, 4)
    assert backlogs(house)[house.station.pk] == 10 * 60  # an overdue dish does not reduce the others' time


def test_lines_that_are_done_are_no_work(house):
    both = house.order(house.actor("waiter"), lines=(wish(house.item, 4), wish(house.add_item(prep_minutes=4), 4)))
    first, _second = TicketLine.objects.filter(ticket__order_id=both.id)
    services.bump_line(line_id=first.pk, actor=house.actor("kitchen"))
    assert backlogs(house)[house.station.pk] == 4 * 60
    services.bump_ticket(ticket_id=first.ticket_id, actor=house.actor("kitchen"))
    assert backlogs(house)[house.station.pk] == 0


def test_held_tickets_are_no_work_yet(house):
    ticket = order(house, house.item, 4)
    Ticket.objects.filter(pk=ticket.pk).update(held_at=timezone.now())
    (load,) = station_loads(house.restaurant, timezone.now())
    assert (load.backlog_seconds, load.open_tickets) == (0, 1)


def test_a_recalled_ticket_is_work_again(house, evening):
    ticket, cook = order(house, house.item, 4), house.actor("kitchen")
    services.start_ticket(ticket_id=ticket.pk, actor=cook)
    evening.shift(20 * 60)
    services.bump_ticket(ticket_id=ticket.pk, actor=cook)
    services.recall_ticket(ticket_id=ticket.pk, actor=cook)
    evening.shift(60)
    assert backlogs(house)[house.station.pk] == 9 * 60


def test_without_a_station_nothing_is_quoted(house):
    Station.objects.filter(pk=house.station.pk).update(archived_at=timezone.now())
    forget()
    assert quoted(house) == {}
    assert house.browser("waiter").get(f"/floor/tables/{house.table.pk}/").status_code == 200


# --- over HTTP -------------------------------------------------------------------------------------------------------
def test_what_staff_are_told(house, other_house, grill, evening):
    Station.objects.filter(pk=grill.pk).update(target_seconds=420)
    cook = house.actor("kitchen")
    for item, minutes in ((grill.steak, 6), (house.item, 3)):
        ticket = order(house, item)
        evening.shift(minutes * 60)
        services.bump_ticket(ticket_id=ticket.pk, actor=cook)
    order(house, house.item, 8)
    pause(minutes=10, actor=cook)
    other_house.order(other_house.actor("waiter"))
    body = house.api("waiter").get(PATH).json()
    assert body == {
        "pads_paused_until": "2026-03-01T19:19:00+00:00",
        "average_seconds": 270,
        "target_seconds": 510,
        "stations": [
            {"id": house.station.pk, "name": house.station.name, "cooks": 1, "at_once": 4, "open_tickets": 1,
             "backlog_seconds": 1200, "average_seconds": 180, "target_seconds": 600},
            {"id": grill.pk, "name": "Grill", "cooks": 1, "at_once": 4, "open_tickets": 0,
             "backlog_seconds": 0, "average_seconds": 360, "target_seconds": 420},
        ],
        "items": [{"item": house.item.pk, "minutes": 30}, {"item": grill.steak.pk, "minutes": 15}],
    }  # fmt: skip
    evening.shift(timedelta(hours=2))
    later = house.api("screen").get(PATH).json()
    assert (later["average_seconds"], later["target_seconds"]) == (None, None)


def test_a_pad_is_told_how_long_and_no_more(house):
    order(house, house.item, 8)
    body = house.api().get(PATH).json()
    assert body["items"] == [{"item": house.item.pk, "minutes": 30}]
    assert (body["stations"], body["average_seconds"]) == ([], None)


def test_the_menus_etag_does_not_move_with_the_kitchen(house):
    menu, load = house.api().get("/api/v1/menu"), house.api().get(PATH)
    assert house.api().get(PATH, If_None_Match=load["ETag"]).status_code == 304
    order(house, house.item, 4)
    assert house.api().get("/api/v1/menu", If_None_Match=menu["ETag"]).status_code == 304
    assert house.api().get(PATH, If_None_Match=load["ETag"]).status_code == 200


def test_who_may_ask(house):
    for role in ("pad", "screen", "integration", "owner", "host", "waiter", "kitchen", "cashier"):
        assert house.api(role).get(PATH).status_code == 200
    refused(Api().get(PATH), 401, "not_authenticated")
    refused(house.api().post(PATH, {}), 405, "method_not_allowed")


@pytest.mark.parametrize(("role", "count"), [("pad", 3), ("waiter", 6)])
def test_the_number_of_queries_does_not_grow(house, grill, role, count, django_assert_num_queries):
    for rounds in (1, 10):
        for _ in range(rounds):
            order(house, house.item)
            services.bump_ticket(ticket_id=order(house, grill.steak).pk, actor=house.actor("kitchen"))
            StationFactory(restaurant=house.restaurant)
        house.api(role).get(PATH)
        # actor (1 or 2), menu, open tickets; for staff also stations and the last hour
        with django_assert_num_queries(count):
            assert house.api(role).get(PATH).status_code == 200


# --- the pages of waiters and cooks ----------------------------------------------------------------------------------
def test_the_waiters_draft_says_about_how_long(house):
    waiter, draft = house.browser("waiter"), f"/floor/tables/{house.table.pk}/order/draft/"
    lines = {"put": [{"key": "a", "item": house.item.pk, "quantity": 1}]}
    answer = waiter.post(draft, lines, content_type="application/json").json()
    assert (answer["quote"]["minutes"], answer["draft"]["lines"][0]["key"]) == (10, "a")
    order(house, house.item, 8)
    assert waiter.get(draft).json()["quote"]["minutes"] == 30


def test_the_board_says_the_average_of_the_last_hour(house, grill, evening):
    cook = house.browser("kitchen")
    assert "avg" not in cook.get("/kitchen/").content.decode()
    ticket = order(house, house.item)
    evening.shift(7 * 60)
    services.bump_ticket(ticket_id=ticket.pk, actor=house.actor("kitchen"))
    page = cook.get("/kitchen/").content.decode()
    assert "avg <strong>7 min</strong>" in page
    assert "target 10" in page
    assert "avg" not in cook.get(f"/kitchen/{grill.pk}/").content.decode()
