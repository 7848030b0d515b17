"""Alarms for tickets at a station without a watched screen: one wall of several is dead, or a push went there."""

from datetime import timedelta

import pytest
from django.utils import timezone

from bistro.core.tests.http import nothing_changes
from kitchen.models import Station, Ticket
from kitchen.services import push_line, push_ticket, raise_unseen_ticket_alarms
from kitchen.tests.factories import StationFactory
from kitchen.tests.test_unseen_ticket import events, floor, see, sweep
from menu.compiled import forget as forget_menus
from orders.order_commands import LineRequest
from orders.services import confirm_order, raise_unseen_alarms

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]


@pytest.fixture
def bar(house):
    """Create a second station with a dish."""
    station, dish = StationFactory(restaurant=house.restaurant, name="Bar"), house.add_item(name="Beer")
    station.routes.create(restaurant=house.restaurant, item=dish)
    forget_menus()
    house.beer = dish
    return station


# --- one dead wall among several -------------------------------------------------------------------------------------
@pytest.fixture
def at_two(house, bar):
    """Return [the first station's ticket, the bar's] of an order for both stations."""
    house.order(lines=tuple(LineRequest(item=item.pk, quantity=1) for item in (house.item, house.beer)))
    return [Ticket.objects.get(station=station) for station in (house.station, bar)]


def test_what_only_the_other_stations_wall_has_shown_rings(house, at_two):
    ours, bars = at_two
    see(house, ours)
    bars.refresh_from_db()
    assert bars.awaited_since is not None
    with nothing_changes():
        assert sweep(bars, 19) == 0
    assert sweep(bars) == 1
    assert f"Bar has not seen its part of order {bars.order.number} yet" in floor(house)
    see(house, bars)
    assert events(house, "unseen", "seen") == ["unseen", "seen"]
    assert "has not seen" not in floor(house)


def test_a_wall_that_shows_both_leaves_nothing_to_wait_for(house, at_two):
    see(house, *at_two)
    assert not Ticket.objects.filter(awaited_since__isnull=False).exists()


def test_a_persons_word_is_for_the_whole_order(house, at_two):
    confirm_order(order_id=at_two[0].order_id, actor=house.actor("waiter"))
    see(house, at_two[0])
    with nothing_changes():
        assert raise_unseen_ticket_alarms(now=timezone.now() + timedelta(seconds=60)) == 0


def test_a_station_that_nobody_watches_never_rings(house, bar, at_two):
    Station.objects.filter(pk=bar.pk).update(watched=False)
    see(house, at_two[0])
    with nothing_changes():
        assert raise_unseen_ticket_alarms(now=timezone.now() + timedelta(seconds=60)) == 0


# --- pushes ----------------------------------------------------------------------------------------------------------
@pytest.fixture
def for_the_bar(house, bar):
    """Return a ticket that its own station has acknowledged."""
    house.order()
    see(house, Ticket.objects.get())
    return Ticket.objects.get()


def pushed(house, ticket, bar, *, line=False):
    """Push the ticket or its line to the bar and return the ticket there."""
    cook = house.actor("kitchen")
    if line:
        return push_line(line_id=ticket.lines.get().pk, station_id=bar.pk, actor=cook)
    return push_ticket(ticket_id=ticket.pk, station_id=bar.pk, actor=cook)


@pytest.mark.parametrize("line", [False, True])
def test_what_is_pushed_is_to_be_seen_there(house, bar, for_the_bar, line):
    there = pushed(house, for_the_bar, bar, line=line)
    assert (there.seen_at, there.seen_on) == (None, "")
    assert sweep(there) == 1
    assert f"Bar has not seen its part of order {there.order.number} yet" in floor(house)
    see(house, there)
    with nothing_changes():
        assert sweep(there, 60) == 0


def test_a_ticket_that_a_push_fills_again_is_to_be_seen_again(house, bar, for_the_bar):
    there = pushed(house, for_the_bar, bar, line=True)
    see(house, there)
    back = push_ticket(ticket_id=there.pk, station_id=house.station.pk, actor=house.actor("kitchen"))
    assert (back.pk, back.seen_at) == (for_the_bar.pk, None)
    assert sweep(back) == 1


def test_what_rings_and_is_pushed_rings_anew_for_the_other_station(house, bar, for_the_bar):
    there = pushed(house, for_the_bar, bar)
    sweep(there)
    back = push_ticket(ticket_id=there.pk, station_id=house.station.pk, actor=house.actor("kitchen"))
    assert "has not seen" not in floor(house)
    assert sweep(back) == 1
    assert f"{house.station.name} has not seen" in floor(house)


@pytest.mark.parametrize("line", [False, True])
def test_before_the_kitchen_has_the_order_its_own_alarm_speaks_for_a_push(house, bar, line):
    house.order()
    pushed(house, Ticket.objects.get(), bar, line=line)
    later = timezone.now() + timedelta(seconds=60)
    with nothing_changes():
        assert raise_unseen_ticket_alarms(now=later) == 0
    assert raise_unseen_alarms(now=later) == 1
