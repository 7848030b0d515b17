"""The tables that need somebody: which, why, in which order, and with which act."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from orders.floor.plan import read_floor
from orders.services import confirm_order, deliver_order

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]


def needs_of(house, role="waiter", minutes=0):
    """Return {table name: (reason, act, label)} as of some minutes from now, the most urgent first."""
    with time_machine.travel(timezone.now() + timedelta(minutes=minutes)):
        floor = read_floor(house.actor(role))
    return {t.name: (t.need.mark, t.need.act.name, t.need.act.label) for t in floor.needs}


def test_a_free_table_needs_nobody(house):
    assert needs_of(house) == {}
    floor = read_floor(house.actor("waiter"))
    assert [table.name for table in floor.fine] == [house.table.name]


def test_ready_food_is_taken(house):
    order = house.reach("ready")
    assert needs_of(house) == {house.table.name: ("ready", "deliver", "Taken")}
    (table,) = read_floor(house.actor("waiter")).needs
    assert (table.need.act.field, table.need.act.value) == ("orders", str(order["id"]))
    deliver_order(order_id=order["id"], actor=house.actor("waiter"))
    assert needs_of(house) == {}


def test_a_table_that_waits_too_long_and_one_that_does_not(house):
    house.reach("preparing")
    assert needs_of(house) == {}
    late = house.restaurant.late_seconds // 60
    assert needs_of(house, minutes=late + 1) == {house.table.name: ("late", "open", "Open")}


def test_the_floor_says_when_the_clock_alone_changes_it(house):
    house.reach("preparing")
    floor = read_floor(house.actor("waiter"))
    (table,) = floor.tables
    assert floor.changes_at == table.since + timedelta(seconds=house.restaurant.late_seconds)


def test_a_table_where_everything_was_served_long_ago_is_cleared(house):
    order = house.reach("delivered")
    assert order["status"] == "delivered"
    assert needs_of(house, minutes=59) == {}
    assert needs_of(house, minutes=61) == {house.table.name: ("clear", "clear", "Clear")}


def test_the_most_urgent_table_comes_first(house):
    calm, waiting = house.add_table(name="Bar"), house.add_table(name="Window")
    order = house.place("waiter", table=waiting.pk)
    confirm_order(order_id=order["id"], actor=house.actor("waiter"))
    house.reach("ready")
    late = house.restaurant.late_seconds // 60
    assert list(needs_of(house, minutes=late + 1)) == [house.table.name, waiting.name]
    with time_machine.travel(timezone.now() + timedelta(minutes=late + 1)):
        assert [table.name for table in read_floor(house.actor("waiter")).fine] == [calm.name]
