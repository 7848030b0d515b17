"""Pushes to a wall about other stations' tickets: their counts, and no fragment that would be drawn again."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bistro.core.live import event_log
from kitchen import services
from kitchen.models import Route, Ticket
from kitchen.tests.factories import StationFactory
from kitchen.wall.board import board_stations
from kitchen.wall.live import KitchenView
from orders import services as order_services
from orders.order_commands import LineRequest

pytestmark = pytest.mark.django_db


@pytest.fixture
def bar(house):
    """Create a second station with a dish of its own."""
    station = StationFactory(restaurant=house.restaurant, name="Bar")
    station.item = house.add_item()
    Route.objects.create(restaurant=house.restaurant, station=station, item=station.item)
    return station


@pytest.fixture
def told(house):
    """Return a function: `told(act, station)` gives the HTML that this station's wall receives for an action."""

    def ask(act, station):
        before = event_log.position(house.restaurant.pk)
        act()
        now = event_log.position(house.restaurant.pk)
        events = list(event_log.events_after(house.restaurant.pk, before.seq))
        assert events
        board = KitchenView(house.restaurant.pk, house.actor("kitchen"), station and station.pk)
        with CaptureQueriesContext(connection) as asked:
            frames = list(board.changes(events, now))
        ask.queries = len(asked)
        return "".join(json.loads(frame.text)["html"] for frame in frames)

    return ask


def ticket_at(house, station=None):
    """Return the ticket of a new order, of the bar's dish if a station is given."""
    item = station.item if station else house.item
    order = house.order(lines=(LineRequest(item=item.pk, quantity=1),))
    return Ticket.objects.get(order_id=order.id)


def test_what_others_cook_moves_their_count_alone(house, bar, told):
    cook, ticket = house.actor("kitchen"), ticket_at(house, bar)
    acts = [
        lambda: services.start_ticket(ticket_id=ticket.pk, actor=cook),
        lambda: services.bump_ticket(ticket_id=ticket.pk, actor=cook),
        lambda: services.undo_bump(ticket_id=ticket.pk, actor=cook),
        lambda: services.bump_line(line_id=ticket.lines.get().pk, actor=cook),
        lambda: services.recall_ticket(ticket_id=ticket.pk, actor=cook),
        lambda: ticket_at(house, bar),
    ]
    for act in acts:
        html = told(act, house.station)
        assert told.queries <= 5, "whose tickets they were, the stations, their counts"
        assert 'id="stations"' in html
        assert f"{board_stations(cook)[1].open_count}<span" in html
        assert not [part for part in ('id="ticket-', 'id="recent"', 'id="all-day"', 'id="load"') if part in html]


def test_one_s_own_and_the_board_of_all_are_told_everything(house, bar, told):
    """Control."""
    cook = house.actor("kitchen")
    for station in (bar, None):
        ticket = ticket_at(house, bar)
        html = told(lambda pk=ticket.pk: services.bump_ticket(ticket_id=pk, actor=cook), station)
        assert told.queries > 5
        key = ticket.pk if station else f"{ticket.order_id}-0"
        for part in (f'id="ticket-{key}" hx-swap-oob="delete"', 'id="recent"', 'id="all-day"', 'id="load"'):
            assert part in html


def test_a_ticket_of_the_same_order_is_told_here_too(house, bar, told):
    lines = tuple(LineRequest(item=item.pk, quantity=1) for item in (house.item, bar.item))
    order = house.order(lines=lines)
    own, other = Ticket.objects.filter(order_id=order.id).order_by("station__position", "pk")
    html = told(lambda: services.bump_ticket(ticket_id=other.pk, actor=house.actor("kitchen")), house.station)
    assert f'id="ticket-{own.pk}" data-order' in html
    assert "ALSO AT" not in html


def test_what_is_pushed_away_leaves_and_is_told_there(house, bar, told):
    ticket = ticket_at(house)
    push = lambda: services.push_ticket(ticket_id=ticket.pk, station_id=bar.pk, actor=house.actor("kitchen"))  # noqa: E731
    html = told(push, house.station)
    assert f'id="ticket-{ticket.pk}" hx-swap-oob="delete"' in html
    assert 'id="all-day"' in html


def test_a_delivered_order_leaves_the_recall_list_where_it_was_cooked(house, bar, told):
    cook, waiter = house.actor("kitchen"), house.actor("waiter")
    for station, there in ((bar, True), (house.station, False)):
        ticket = ticket_at(house, bar)
        services.bump_ticket(ticket_id=ticket.pk, actor=cook)
        html = told(lambda pk=ticket.order_id: order_services.deliver_order(order_id=pk, actor=waiter), station)
        assert ('id="recent"' in html) == there
