"""The search of the whole admin: dishes, tables, people and orders of the own restaurant, and pages."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bistro.core.tests.factories import MembershipFactory, StaffFactory
from menu.tests.factories import ItemFactory
from orders.models import Order
from tests.journeys.house import open_house

pytestmark = pytest.mark.django_db
SEARCH = reverse("admin:search")


@pytest.fixture
def house():
    return open_house()


def found(house, words, role="owner"):
    answer = house.browser(role).get(SEARCH, {"s": words})
    assert answer.status_code == 200
    return {(str(row["title"]), row["link"]) for row in answer.context["results"]}


def test_dishes_tables_people_orders_and_pages_are_found(house):
    house.order()
    order = Order.objects.get(restaurant=house.restaurant)
    person = MembershipFactory(restaurant=house.restaurant, staff=StaffFactory(name="Ana Novak"))
    item, table = house.item, house.table
    assert (item.name, reverse("admin:menu_item_change", args=[item.pk])) in found(house, item.name.upper())
    assert (table.name, reverse("admin:tables_table_change", args=[table.pk])) in found(house, table.name)
    assert reverse("admin:core_membership_change", args=[person.pk]) in {link for _title, link in found(house, "nova")}
    links = dict(found(house, f"#{order.number}"))
    assert [link for title, link in links.items() if title.startswith(f"#{order.number}, ")] == [
        reverse("admin:orders_order_change", args=[order.pk])
    ]
    assert ("Taxes", reverse("admin:menu_tax_changelist")) in found(house, "tax")


def test_nothing_of_another_restaurant_is_found(house):
    other = open_house(name="Elsewhere")
    ItemFactory(category=other.item.category, name="Secret Stew")
    assert found(house, "Secret Stew") == set()
    assert {title for title, _link in found(other, "Secret Stew")} == {"Secret Stew"}
    assert found(house, "Secret Stew") == set()


@pytest.mark.parametrize("words", ["", "   ", "\0", "%", "_", "'; --", "x" * 5000, "9" * 40, "#"])
def test_odd_words_are_answered(house, words):
    assert all("Dish" not in title or words in ("%", "_") for title, _link in found(house, words))


def test_words_are_escaped(house):
    page = house.browser("owner").get(SEARCH, {"s": "<b>"}).content.decode()
    assert "&lt;b&gt;" in page
    assert "<b>" not in page


def test_a_search_costs_the_same_for_any_number_of_rows(house):
    owner = house.browser("owner")

    def count():
        with CaptureQueriesContext(connection) as caught:
            owner.get(SEARCH, {"s": "a"})
        return len(caught)

    count()
    few = count()
    for number in range(20):
        ItemFactory(category=house.item.category, name=f"Aa {number}")
        MembershipFactory(restaurant=house.restaurant)
    assert count() == few


def test_others_may_not_search(house):
    assert house.browser("waiter").get(SEARCH, {"s": "a"}).status_code == 302
