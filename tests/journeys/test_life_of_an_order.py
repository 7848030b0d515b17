"""The life of an order from a pad to the kitchen and to the table."""

import pytest

from kitchen.models import Ticket
from kitchen.services import acknowledge_tickets, bump_ticket, recall_ticket, start_ticket
from orders.models import Order
from orders.services import deliver_order
from tests.journeys.house import open_house

pytestmark = pytest.mark.django_db


def test_placed_seen_started_bumped_delivered():
    house = open_house()
    placed = house.order(quantity=2)
    ticket = Ticket.objects.get(order_id=placed.id)
    cook, waiter = house.actor("kitchen"), house.actor("waiter")
    statuses = [Order.objects.get(pk=placed.id).status]

    acknowledge_tickets(ticket_ids=[ticket.pk], screen="Wall", actor=cook)
    statuses.append(Order.objects.get(pk=placed.id).status)
    start_ticket(ticket_id=ticket.pk, actor=cook)
    statuses.append(Order.objects.get(pk=placed.id).status)
    bump_ticket(ticket_id=ticket.pk, actor=cook)
    statuses.append(Order.objects.get(pk=placed.id).status)
    recall_ticket(ticket_id=ticket.pk, actor=cook)
    statuses.append(Order.objects.get(pk=placed.id).status)
    bump_ticket(ticket_id=ticket.pk, actor=cook)
    deliver_order(order_id=placed.id, actor=waiter)
    order = Order.objects.get(pk=placed.id)

    assert [*statuses, order.status] == ["placed", "confirmed", "preparing", "ready", "preparing", "delivered"]
    assert placed.json["total"] == "20.00"
    assert placed.json["tax"] == "1.82"
    assert [event.seq for event in house.restaurant.events.order_by("seq")] == list(
        range(1, house.restaurant.events.count() + 1)
    )
