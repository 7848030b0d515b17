"""The board of all stations: one ticket for each firing of an order, and acts that concern all of its stations."""

from datetime import timedelta

import pytest

from bistro.core.tests.http import nothing_changes
from kitchen.models import Route, Ticket
from kitchen.tests.factories import StationFactory
from kitchen.wall.board import read_board
from menu.compiled import forget

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]
HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/kitchen/"}


@pytest.fixture
def order(house):
    """Return an order of a dish at the house's station, one at the bar, and one that both make."""
    house.bar = StationFactory(restaurant=house.restaurant, name="Bar", position=9)
    beer, both = house.add_item(name="Beer"), house.add_item(name="Both")
    for station, item in ((house.bar, beer), (house.bar, both), (house.station, both)):
        Route.objects.create(restaurant=house.restaurant, station=station, item=item)
    forget()
    return house.place(lines=[{"item": item.pk, "quantity": 1} for item in (house.item, beer, both)])


@pytest.fixture
def post(house):
    cook = house.browser("kitchen")
    return lambda path, **body: cook.post(f"/kitchen/{path}?all=yes", body, headers=HTMX)


def whole(house):
    (ticket,) = read_board(house.actor("kitchen"), None).tickets
    return ticket


def statuses(house, order):
    return {ticket["station_name"]: ticket["status"] for ticket in house.tickets(order)}


def test_an_order_is_one_ticket_with_its_stations_named(house, order):
    ticket = whole(house)
    assert ticket.stations == [house.station.name, "Bar"]
    assert {line.name: [name for name, _ in line.stations] for line in ticket.lines} == {
        house.item.name: [house.station.name],
        "Both": [house.station.name, "Bar"],
        "Beer": ["Bar"],
    }
    assert read_board(house.actor("kitchen"), None).open_count == 1


def test_start_bump_and_undo_concern_all_stations(house, order, post):
    ticket = whole(house)
    for act, status in (("start", "started"), ("bump", "done"), ("undo", "started")):
        response = post(f"tickets/{ticket.id}/{act}/")
        assert response.status_code == 200, response.content
        assert set(statuses(house, order).values()) == {status}


def test_hold_and_release_concern_all_stations(house, order, post):
    ticket = whole(house)
    post(f"tickets/{ticket.id}/hold/")
    assert whole(house).held_since is not None
    post(f"tickets/{ticket.id}/release/")
    assert whole(house).held_since is None


def test_a_line_is_done_at_all_its_stations_and_undone(house, order, post):
    line = next(line for line in whole(house).lines if line.name == "Both")
    assert post(f"lines/{line.id}/bump/").status_code == 200
    assert next(line for line in whole(house).lines if line.name == "Both").status == "done"
    assert post(f"lines/{line.id}/undo/").status_code == 200
    shown = next(line for line in whole(house).lines if line.name == "Both")
    assert {status for _, status in shown.stations} == {"queued"}


def test_one_station_done_leaves_the_other_on_the_ticket(house, order, post):
    before = whole(house)
    at_the_bar = Ticket.objects.get(station=house.bar)
    house.done(house.api("kitchen").post(f"/api/v1/tickets/{at_the_bar.pk}/bump"))
    after = whole(house)
    assert after.stations == [house.station.name]
    assert after.version > before.version, "an older fragment never replaces a newer one"


def test_everything_done_is_refused_and_changes_nothing(house, order, post):
    ticket = whole(house)
    post(f"tickets/{ticket.id}/bump/")
    with nothing_changes():
        response = post(f"tickets/{ticket.id}/bump/")
    assert response.status_code == 409
    assert "already bumped" in response.content.decode()


def test_changes_are_read_up_to_the_version_that_the_board_showed(house, order, post):
    tickets = Ticket.objects.filter(order_id=order["id"])
    tickets.update(alert_at=tickets[0].fired_at)
    ticket = whole(house)
    with nothing_changes():
        assert post(f"tickets/{ticket.id}/read/", version=ticket.version - 1).status_code == 412
    assert post(f"tickets/{ticket.id}/read/", version=ticket.version).status_code == 200
    assert not whole(house).alert


# --- the order of tickets ------------------------------------------------------------------------------------------
@pytest.fixture
def put_back(house):
    """Return the ids of three orders. The clock was put back by five minutes before the third."""
    ids = [house.place()["id"] for _ in range(3)]
    last = Ticket.objects.get(order_id=ids[2])
    Ticket.objects.filter(pk=last.pk).update(fired_at=last.fired_at - timedelta(minutes=5))
    return ids


def test_a_clock_that_is_put_back_does_not_change_the_order_of_tickets(house, put_back):
    cook = house.actor("kitchen")
    for station in (None, house.station.pk):
        board = read_board(cook, station).tickets
        assert [ticket.order_id for ticket in board] == put_back
        assert [ticket.sort for ticket in board] == sorted(ticket.sort for ticket in board)
    found = house.api("kitchen").get("/api/v1/tickets?status=queued").json()["results"]
    assert [ticket["order"] for ticket in found] == put_back


def test_control_sorted_by_the_clock_the_newest_is_first(put_back):
    assert list(Ticket.objects.order_by("fired_at").values_list("order_id", flat=True)) != put_back


def test_a_course_fired_later_stands_after_the_orders_before_it(house):
    house.hold_courses()
    lines = [{"item": house.item.pk, "quantity": 1, "course": course} for course in (1, 2)]
    first = house.place(lines=lines)
    second = house.place("waiter", table=house.add_table().pk)
    house.done(house.api("waiter").post(f"/api/v1/orders/{first['id']}/fire", {"course": 2}))
    third = house.place("waiter", table=house.add_table().pk)
    row = [(ticket.order_id, ticket.fired) for ticket in read_board(house.actor("kitchen"), None).tickets]
    assert row == [(first["id"], False), (second["id"], False), (first["id"], True), (third["id"], False)]
