"""Lookups with literal constants: the same rows as with parameters, and a plan without parameters."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bistro.core.database.lookups import LiteralIn
from orders.models import Order
from orders.transitions import OPEN, OrderStatus

pytestmark = pytest.mark.django_db


def test_the_same_rows(house):
    for status in ("placed", "confirmed", "ready", "delivered", "cancelled"):
        house.reach(status)
    everything = Order.objects.order_by("pk")
    assert list(everything.filter(status__literal_in=OPEN)) == list(everything.filter(status__in=OPEN))
    assert list(everything.filter(status__literal_exact=OrderStatus.READY)) == list(everything.filter(status="ready"))
    assert list(everything.filter(party__status__literal_exact="seated")) == list(
        everything.filter(party__status="seated")
    )
    assert list(everything.exclude(status__literal_in=OPEN)) == list(everything.exclude(status__in=OPEN))


def test_the_words_stand_in_the_statement(house):
    with CaptureQueriesContext(connection) as asked:
        list(Order.objects.open())
    assert "IN ('placed', 'confirmed', 'preparing', 'ready')" in asked.captured_queries[0]["sql"]
    statement, parameters = Order.objects.open().order_by().query.sql_with_params()
    assert "'placed'" in statement
    assert parameters == ()


@pytest.mark.parametrize("word", ["x' OR 1=1 --", "Placed", "", "a b", "ä"])
def test_only_words_are_taken(word):
    with pytest.raises(ValueError, match="not a constant of the code"):
        list(Order.objects.filter(status__literal_in=[word]))
    with pytest.raises(ValueError, match="not a constant of the code"):
        list(Order.objects.filter(status__literal_exact=word))


def test_it_is_known_by_its_name():
    assert Order._meta.get_field("status").get_lookup("literal_in") is LiteralIn
