"""A question whose statement is written once finds what the queryset that wrote it would find."""

import pytest
from django.db import connection, transaction
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext

from bistro.core.models import Device
from bistro.core.reading import Reading
from menu.compiled import menu_versions
from orders.models import Order
from orders.services import questions
from tables.models import Table
from tables.steps import seated_parties

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(house):
    """Every question of the product, with values that find something: (question, values)."""
    house.place(key="one")
    house.place(key="two")
    order, restaurant, spare = Order.objects.first(), house.restaurant.pk, house.add_table()
    tables = {house.table.pk, spare.pk}
    devices = set(Device.objects.values_list("pk", flat=True))
    return {
        "devices": (questions.devices_at_work, (restaurant, devices)),
        "pads": (questions.standing_pads, (restaurant, devices)),
        "tables": (questions.tables_by_key, (restaurant, tables)),
        "names": (questions.tables_by_name, (restaurant, {house.table.pk}, {spare.name_key})),
        "keys": (questions.orders_with_keys, (restaurant, {order.credential}, {"one", "two", "three"})),
        "parties": (seated_parties, (restaurant, tables)),
        "menu": (menu_versions, (restaurant,)),
    }


def plain(rows):
    """Rows that can be compared in any order: instances by all their columns."""
    return sorted(str(vars(row) | {"_state": None} if hasattr(row, "_state") else tuple(row)) for row in rows)


@pytest.mark.parametrize("name", ["devices", "pads", "tables", "names", "keys", "parties", "menu"])
def test_the_same_rows_as_the_queryset(asked, name):
    question, values = asked[name]
    with transaction.atomic():
        found, again, expected = question(*values), question(*values), list(question.build(*values))
    assert expected, "nothing is found: nothing was compared"
    assert plain(found) == plain(again) == plain(expected)
    assert [type(row) for row in found] == [type(row) for row in expected]


@pytest.mark.parametrize("name", ["devices", "pads", "tables", "names", "keys", "parties", "menu"])
def test_another_restaurants_rows_are_not_found(asked, name):
    question, (restaurant, *values) = asked[name]
    with transaction.atomic():
        assert question(restaurant + 1, *values) == []


def test_one_statement_whatever_the_number_of_keys(house):
    with CaptureQueriesContext(connection) as seen:
        for keys in (set(), {house.table.pk}, {house.table.pk, -1, -2}):
            seated_parties(house.restaurant.pk, keys)
    assert len(seen) == 3
    assert seated_parties(house.restaurant.pk, set()) == []


def test_text_is_a_value_and_never_part_of_the_statement(house):
    house.place(key="' OR 1=1 --")
    credential = Order.objects.get().credential
    find = questions.orders_with_keys
    assert find(house.restaurant.pk, {credential}, {"' OR 1=1 --"})
    assert find(house.restaurant.pk, {credential}, {"' OR 1=1", '"]', "%s", "{}", "\\"}) == []


def test_an_instance_can_be_saved(house):
    by_name = Reading(lambda restaurant, name: Table.objects.of_restaurant(restaurant).filter(name=name))
    (table,) = by_name(house.restaurant.pk, house.table.name)
    assert table == house.table
    table.seats = 9
    table.save()
    assert Table.objects.get(pk=table.pk).seats == 9


@pytest.mark.django_db(transaction=True)
def test_rows_are_locked_inside_a_transaction_alone(house):
    with pytest.raises(TransactionManagementError):
        questions.tables_by_key(house.restaurant.pk, {house.table.pk})
    with transaction.atomic(), CaptureQueriesContext(connection) as seen:
        questions.tables_by_key(house.restaurant.pk, {house.table.pk})
    if connection.vendor == "postgresql":
        assert "FOR NO KEY UPDATE" in seen[0]["sql"]
