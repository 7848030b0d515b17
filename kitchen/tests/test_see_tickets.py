"""A screen's report of displayed tickets: they are acknowledged and their orders confirmed."""

import pytest

from bistro.core.kernel.errors import NotPermitted
from bistro.core.models import Event
from bistro.core.tests.http import nothing_changes
from kitchen.models import Ticket
from kitchen.services import acknowledge_tickets
from orders.models import Order

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]


def see(house, orders, role="screen", screen="Wall"):
    tickets = Ticket.objects.filter(order_id__in=[order["id"] for order in orders])
    return acknowledge_tickets(ticket_ids=[t.pk for t in tickets], screen=screen, actor=house.actor(role))


def test_seen_means_confirmed(house):
    orders = [house.place(), house.place()]
    assert see(house, orders) == 2
    for ticket in Ticket.objects.all():
        assert (ticket.seen_at is not None, ticket.seen_on) == (True, "Wall")
    assert set(Order.objects.values_list("status", flat=True)) == {"confirmed"}
    assert Event.objects.filter(action="confirmed").count() == 2


def test_the_order_says_which_screen_and_a_persons_word_says_none(house):
    shown, told = house.place(), house.place()
    house.done(house.api("waiter").post(f"/api/v1/orders/{told['id']}/confirm"))
    see(house, [shown, told], screen="W" * 100)
    found = [house.api("waiter").get(f"/api/v1/orders/{order['id']}").json()["seen_on"] for order in (shown, told)]
    assert found == ["W" * 80, None]


def test_a_repeat_writes_nothing_at_all(house):
    orders = [house.place()]
    see(house, orders)
    with nothing_changes():
        assert see(house, orders, screen="Another wall") == 0


def test_only_news_are_written(house):
    first = house.place()
    see(house, [first])
    second = house.place()
    assert see(house, [first, second]) == 1
    assert Event.objects.filter(action="confirmed").count() == 2


@pytest.mark.parametrize("status", ["preparing", "ready", "delivered", "cancelled"])
def test_an_order_that_is_further_on_stays_there(house, status):
    order = house.reach(status)
    assert see(house, [order]) == 1
    assert house.status(order) == status


def test_withdrawn_meanwhile(house):
    order = house.place()
    tickets = list(Ticket.objects.values_list("pk", flat=True))
    house.done(house.api().delete(f"/api/v1/orders/{order['id']}"))
    acknowledge_tickets(ticket_ids=tickets, screen="Wall", actor=house.actor("screen"))
    assert Order.objects.get().status == "cancelled"


def test_another_restaurants_tickets_are_not_seen(house, other_house):
    order = other_house.place()
    with nothing_changes():
        assert see(house, [order]) == 0


def test_only_who_cooks_reports(house):
    order = house.place()
    for role in ("waiter", "host", "cashier", "pad", "integration"):
        actor = house.actor(role)
        with nothing_changes(), pytest.raises(NotPermitted):
            acknowledge_tickets(ticket_ids=[1], screen="Wall", actor=actor)
    assert house.status(order) == "placed"


def test_nothing_to_report(house):
    with nothing_changes():
        assert acknowledge_tickets(ticket_ids=[], screen="Wall", actor=house.actor("screen")) == 0
        assert acknowledge_tickets(ticket_ids=[999_999], screen="Wall", actor=house.actor("screen")) == 0


def test_a_repeat_costs_one_query(house, django_assert_num_queries):
    orders = [house.place() for _ in range(5)]
    see(house, orders)
    actor = house.actor("screen")
    ids = list(Ticket.objects.values_list("pk", flat=True))
    with django_assert_num_queries(1):
        acknowledge_tickets(ticket_ids=ids, screen="Wall", actor=actor)
