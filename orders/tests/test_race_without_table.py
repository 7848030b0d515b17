"""Concurrent orders without a table, whose retries no table's lock orders, and their concurrent ends."""

import pytest

from bistro.core.kernel.errors import DomainError
from bistro.core.models import Event
from bistro.core.tests.racing import race
from orders.models import Order
from orders.services import PlacedOrder, cancel_order, place_order, place_orders, withdraw_order
from tables.models import Party

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
TAPS = 12


def alone(request):
    """Place an order in its own transaction, as another process does."""
    (outcome,) = place_orders([request])
    return outcome


BOTH = pytest.mark.parametrize("how", [place_order, alone])


def take_away(house, **more):
    return house.request(house.actor("waiter"), table_id=None, kind="take_away", **more)


@BOTH
def test_the_same_key_is_one_order_and_one_party(house, how):
    request = take_away(house, key="tap", fingerprint="f")
    outcomes = race([lambda: how(request)] * TAPS)
    assert all(isinstance(outcome, PlacedOrder) for outcome in outcomes), outcomes
    assert len({outcome.id for outcome in outcomes}) == 1
    assert (Order.objects.count(), Party.objects.count()) == (1, 1)
    assert Event.objects.filter(type__in=["order_created", "guest_created"]).count() == 2


@BOTH
def test_control_without_the_key_there_are_many(house, how):
    request = take_away(house)
    race([lambda: how(request)] * TAPS)
    assert (Order.objects.count(), Party.objects.count()) == (TAPS, TAPS)
    assert sorted(Order.objects.values_list("number", flat=True)) == list(range(1, TAPS + 1))


def test_of_two_ends_one_completes_the_party(house):
    order, owner = place_order(take_away(house)), house.actor("owner")

    def end(service, **more):
        try:
            return service(order_id=order.id, actor=owner, **more)
        except DomainError as refusal:
            return refusal

    race([lambda: end(cancel_order, reason="No show"), lambda: end(withdraw_order)] * 4)
    party = Party.objects.get()
    assert (Order.objects.get().status, party.status, party.version) == ("cancelled", "completed", 1)
    assert Event.objects.filter(action="completed").count() == 1
