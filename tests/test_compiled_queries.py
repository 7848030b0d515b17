"""Compiled queries find the same rows as the querysets that they were compiled from."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bistro.core.models import Device
from bistro.core.speed.compiled_queries import CompiledQuery
from kitchen.compiled_queries import order_of_ticket, tickets_by_key, tickets_on_board, with_lines
from kitchen.models import Screen, Ticket
from kitchen.tests.factories import StationFactory
from menu.compiled import menu_versions
from orders.models import Order
from orders.services import compiled_queries
from tables.models import Table
from tables.steps import seated_parties

pytestmark = pytest.mark.django_db


QUESTIONS = ["devices", "pads", "tables", "names", "keys", "parties", "parties by name", "menu"]


@pytest.fixture
def asked(house):
    """Return (query, values) for every compiled query of the product, with values that find rows."""
    house.place(key="one")
    house.place(key="two")
    order, restaurant, spare = Order.objects.first(), house.restaurant.pk, house.add_table()
    tables = {house.table.pk, spare.pk}
    devices = set(Device.objects.values_list("pk", flat=True))
    return {
        "devices": (compiled_queries.valid_devices, (restaurant, devices)),
        "pads": (compiled_queries.tables_of_pads, (restaurant, devices)),
        "tables": (compiled_queries.tables_by_key, (restaurant, tables)),
        "names": (compiled_queries.tables_by_name, (restaurant, {house.table.pk}, {spare.name_key})),
        "keys": (compiled_queries.orders_with_keys, (restaurant, {order.credential}, {"one", "two", "three"})),
        "parties": (seated_parties, (restaurant, tables, set())),
        "parties by name": (seated_parties, (restaurant, set(), {house.table.name_key})),
        "menu": (menu_versions, (restaurant,)),
    }


def plain(rows):
    """Return rows in a form that can be compared in any order: instances by all their columns."""
    hidden = {"_state": None, "_prefetched_objects_cache": None}
    return sorted(str(vars(row) | hidden if hasattr(row, "_state") else tuple(row)) for row in rows)


@pytest.mark.parametrize("name", QUESTIONS)
def test_the_same_rows_as_the_queryset(asked, name):
    question, values = asked[name]
    with transaction.atomic():
        found, again, expected = question(*values), question(*values), list(question.build(*values))
    assert expected, "nothing is found: nothing was compared"
    assert plain(found) == plain(again) == plain(expected)
    assert [type(row) for row in found] == [type(row) for row in expected]


@pytest.mark.parametrize("name", QUESTIONS)
def test_another_restaurants_rows_are_not_found(asked, name):
    question, (restaurant, *values) = asked[name]
    with transaction.atomic():
        assert question(restaurant + 1, *values) == []


def test_one_statement_whatever_the_number_of_keys(house):
    with CaptureQueriesContext(connection) as seen:
        for keys in (set(), {house.table.pk}, {house.table.pk, -1, -2}):
            seated_parties(house.restaurant.pk, keys, set())
    assert len(seen) == 3
    assert seated_parties(house.restaurant.pk, set(), set()) == []


def test_text_is_a_value_and_never_part_of_the_statement(house):
    house.place(key="' OR 1=1 --")
    credential = Order.objects.get().credential
    find = compiled_queries.orders_with_keys
    assert find(house.restaurant.pk, {credential}, {"' OR 1=1 --"})
    assert find(house.restaurant.pk, {credential}, {"' OR 1=1", '"]', "%s", "{}", "\\"}) == []


def test_an_instance_can_be_saved(house):
    by_name = CompiledQuery(lambda restaurant, name: Table.objects.of_restaurant(restaurant).filter(name=name))
    (table,) = by_name(house.restaurant.pk, house.table.name)
    assert table == house.table
    table.seats = 9
    table.save()
    assert Table.objects.get(pk=table.pk).seats == 9


@pytest.mark.django_db(transaction=True)
def test_rows_are_locked_inside_a_transaction_alone(house):
    with pytest.raises(TransactionManagementError):
        compiled_queries.tables_by_key(house.restaurant.pk, {house.table.pk})
    with transaction.atomic(), CaptureQueriesContext(connection) as seen:
        compiled_queries.tables_by_key(house.restaurant.pk, {house.table.pk})
    if connection.vendor == "postgresql":
        assert "FOR NO KEY UPDATE" in seen[0]["sql"]


# --- actors and relations ---------------------------------------------------------------------------------------
def test_each_sees_what_the_queryset_lets_them_see(house, other_house):
    house.place()
    ticket = Ticket.objects.get()
    for each in (house, other_house):
        for role in ("waiter", "kitchen", "pad", "screen", "owner"):
            actor = each.actor(role)
            rows = Ticket.objects.within_reach_of(actor).filter(pk=ticket.pk)
            assert order_of_ticket(actor, ticket.pk) == list(rows.values_list("order_id")), role
    assert order_of_ticket(house.actor("kitchen"), ticket.pk) == [(ticket.order_id,)]
    assert order_of_ticket(other_house.actor("kitchen"), ticket.pk) == []
    assert order_of_ticket(house.actor("pad"), ticket.pk) == []


def test_a_screen_that_was_hung_elsewhere_sees_it_at_once(house):
    """The statement is kept, its values are not."""
    house.place()
    ticket, actor = Ticket.objects.get(), house.actor("screen")
    screen, _ = Screen.objects.get_or_create(device_id=actor.device_id, restaurant=house.restaurant)
    for station, found in ((None, 1), (StationFactory(restaurant=house.restaurant), 0), (ticket.station, 1)):
        screen.stations.set([station] if station else [])
        assert len(order_of_ticket(actor, ticket.pk)) == found


def test_none_belongs_to_the_statement(house):
    house.place()
    ticket, actor = Ticket.objects.get(), house.actor("kitchen")
    then = timezone.now() - timedelta(hours=1)
    for station, found in ((None, [ticket]), (ticket.station_id, [ticket]), (-1, []), (None, [ticket])):
        assert tickets_on_board(actor, station, then, [ticket.pk]) == found


def test_relations_come_with_their_rows(house):
    house.place(lines=[{"item": house.item.pk, "quantity": 1, "note": note} for note in "abc"])
    expected = Ticket.objects.with_lines().get()
    with CaptureQueriesContext(connection) as seen:
        (ticket,) = with_lines(tickets_by_key([expected.pk]))
        assert (ticket.order.table.name, ticket.station.name) == (house.table.name, house.station.name)
        assert [row.line.note for row in ticket.lines.all()] == ["a", "b", "c"]
        assert [row.ticket for row in ticket.lines.all()] == [ticket] * 3
    assert len(seen) == 2
    assert plain(ticket.lines.all()) == plain(expected.lines.all())
    assert plain([ticket.order]) == plain([expected.order])


def test_no_row_has_a_number_that_does_not_fit(house):
    house.place()
    assert order_of_ticket(house.actor("kitchen"), 10**30) == []
