"""Concurrent orders of the last portions: exactly these are sold.

The orders run through group commit, as in one process, and in separate transactions, as in several processes. The
controls remove the protection. Then the same race sells too many.
"""

import pytest
from django.db import connection

from bistro.core.kernel.errors import SoldOut
from bistro.core.tests.racing import race
from menu import steps as menu_steps
from menu.models import Item
from menu.services import set_portions
from orders.models import Order, OrderLine
from orders.order_commands import LineRequest
from orders.services import PlacedOrder, batch, place_order, place_orders

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
PADS, PORTIONS = 30, 7


@pytest.fixture
def requests(house):
    """Return requests of thirty tables for one portion each, of which seven are left."""
    from bistro.core.auth.access import actor_of_device
    from tables.tests.factories import PadFactory

    set_portions(item_id=house.item.pk, portions_left=PORTIONS, actor=house.actor("manager"))
    actors = [actor_of_device(PadFactory(table=house.add_table()).device) for _ in range(PADS)]
    line = LineRequest(item=house.item.pk, quantity=1)
    return [house.request(actor, table_id=None, lines=(line,), key="tap", fingerprint="f") for actor in actors]


def alone(request):
    """Place an order in its own transaction, as another process does."""
    (outcome,) = place_orders([request])
    return outcome


def sold(house) -> int:
    return sum(OrderLine.objects.filter(item=house.item).values_list("quantity", flat=True))


@pytest.mark.parametrize("how", [place_order, alone])
def test_exactly_the_last_portions_are_sold(house, requests, how):
    outcomes = race([lambda request=request: how(request) for request in requests])
    placed = [outcome for outcome in outcomes if isinstance(outcome, PlacedOrder)]
    refused = [outcome for outcome in outcomes if isinstance(outcome, SoldOut)]
    assert (len(placed), len(refused)) == (PORTIONS, PADS - PORTIONS), outcomes
    assert {error.extra["portions_left"] for error in refused} == {0}
    assert sold(house) == PORTIONS
    assert Item.objects.get(pk=house.item.pk).portions_left == 0
    assert sorted(Order.objects.values_list("number", flat=True)) == list(range(1, PORTIONS + 1))


def test_over_http_too(house, requests):
    from bistro.core.tests.factories import token_of
    from bistro.core.tests.http import Api

    body = {"lines": [{"item": house.item.pk, "quantity": 1}]}
    pads = house.restaurant.pads.exclude(pk=house.pad.pk).select_related("device")
    apis = [Api(f"Device {token_of(pad.device)}") for pad in pads]
    answers = race([lambda api=api: api.post("/api/v1/orders", body, key="tap").status_code for api in apis])
    assert sorted(answers) == [201] * PORTIONS + [409] * (PADS - PORTIONS)
    assert sold(house) == PORTIONS


def test_wishes_of_several_portions_never_oversell(house, requests):
    """Orders of two from seven portions: three succeed and one portion remains."""
    from dataclasses import replace

    twos = [replace(request, lines=(LineRequest(item=house.item.pk, quantity=2),)) for request in requests]
    outcomes = race([lambda request=request: alone(request) for request in twos])
    assert sum(isinstance(outcome, PlacedOrder) for outcome in outcomes) == 3
    assert Item.objects.get(pk=house.item.pk).portions_left == 1


def stale_portions(item_ids):
    """Return the portions as a reader without a lock may see them, before other orders."""
    return dict.fromkeys(item_ids, PORTIONS)


def unconditional_take(work, taken):
    """Write the portions from the earlier read, without a condition."""
    for item_id, count in taken.items():
        Item.objects.filter(pk=item_id).update(portions_left=PORTIONS - count)


def test_the_conditional_update_holds_even_without_the_lock(house, requests, monkeypatch):
    """Every order reads seven portions; only the conditional UPDATE refuses."""
    monkeypatch.setattr(batch, "counted_portions", stale_portions)
    outcomes = race([lambda request=request: alone(request) for request in requests])
    assert sum(isinstance(outcome, PlacedOrder) for outcome in outcomes) == PORTIONS
    assert sold(house) == PORTIONS
    assert Item.objects.get(pk=house.item.pk).portions_left == 0


def test_control_without_lock_and_condition_it_oversells(house, requests, monkeypatch):
    monkeypatch.setattr(batch, "counted_portions", stale_portions)
    monkeypatch.setattr(batch, "take_portions", unconditional_take)
    race([lambda request=request: alone(request) for request in requests])
    assert sold(house) > PORTIONS


@pytest.mark.postgres
def test_control_with_the_lock_alone_taken_away_reads_are_stale(house, requests, monkeypatch):
    """A read without a lock and a write of its result: on PostgreSQL two orders read the same count."""
    import threading

    barrier = threading.Barrier(2)

    def unlocked(item_ids):
        found = dict(Item.objects.filter(pk__in=item_ids).values_list("pk", "portions_left"))
        barrier.wait(timeout=10)
        unlocked.seen = found
        return found

    def write_back(work, taken):
        for item_id, count in taken.items():
            Item.objects.filter(pk=item_id).update(portions_left=unlocked.seen[item_id] - count)

    monkeypatch.setattr(batch, "counted_portions", unlocked)
    monkeypatch.setattr(batch, "take_portions", write_back)
    race([lambda request=request: alone(request) for request in requests[:2]])
    assert sold(house) == 2
    assert Item.objects.get(pk=house.item.pk).portions_left == PORTIONS - 1  # one of the two sales was lost
    assert connection.vendor == "postgresql"


def test_selling_and_giving_back_at_once_add_up(house, requests):
    """Each placed order is withdrawn while others are placed, and the number of portions stays right."""
    from orders.services import withdraw_order

    def there_and_back(request):
        outcome = alone(request)
        if isinstance(outcome, PlacedOrder):
            withdraw_order(order_id=outcome.id, actor=request.actor)
        return outcome

    outcomes = race([lambda request=request: there_and_back(request) for request in requests])
    assert [error for error in outcomes if not isinstance(error, PlacedOrder | SoldOut)] == []
    assert Item.objects.get(pk=house.item.pk).portions_left == PORTIONS


def test_opposite_orders_of_lines_do_not_wait_on_each_other(house):
    """Orders of soup and bread and of bread and soup do not deadlock, because locks have one order."""
    from bistro.core.auth.access import actor_of_device
    from tables.tests.factories import PadFactory

    soup, bread = (house.add_item(portions_left=100) for _ in range(2))
    wanted = [(soup.pk, bread.pk), (bread.pk, soup.pk)] * 10
    requests = []
    for items in wanted:
        actor = actor_of_device(PadFactory(table=house.add_table()).device)
        lines = tuple(LineRequest(item=pk, quantity=1) for pk in items)
        requests.append(house.request(actor, table_id=None, lines=lines))
    outcomes = race([lambda request=request: alone(request) for request in requests])
    assert all(isinstance(outcome, PlacedOrder) for outcome in outcomes), outcomes
    assert set(Item.objects.filter(pk__in=[soup.pk, bread.pk]).values_list("portions_left", flat=True)) == {80}


def test_the_steps_refuse_to_run_outside_a_unit_of_work(house):
    for step in (
        lambda: menu_steps.counted_portions({house.item.pk}),
        lambda: menu_steps.take_portions(None, {house.item.pk: 1}),
        lambda: menu_steps.give_back_portions(None, {house.item.pk: 1}),
    ):
        with pytest.raises(RuntimeError):
            step()
