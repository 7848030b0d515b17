"""Two waiters at one table: no line is lost and none is sent twice. The controls remove the protection."""

import pytest

from bistro.core.kernel.errors import LostRace
from bistro.core.tests.racing import race
from orders import draft_steps
from orders.models import Draft, Order, OrderLine
from orders.order_commands import LineRequest
from orders.services import PlacedOrder, change_draft, place_order, place_orders

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
WAITERS, LINES = 6, 5


def line(house, key):
    return {"key": key, "item": house.item.pk, "quantity": 1, "modifiers": []}


def tap_all(house):
    """Let every waiter add lines, each in a request of its own."""
    actors = [house.actor("waiter") for _ in range(WAITERS)]

    def taps(number, actor):
        for place in range(LINES):
            change_draft(table_id=house.table.pk, actor=actor, put=[line(house, f"w{number}-{place}")])

    outcomes = race([lambda pair=pair: taps(*pair) for pair in enumerate(actors)])
    assert outcomes == [None] * WAITERS, outcomes
    return {each["key"] for each in Draft.objects.get(table=house.table).lines}


def test_no_line_is_lost(house):
    assert len(tap_all(house)) == WAITERS * LINES


@pytest.mark.postgres
def test_control_without_the_lock_lines_are_lost(house, monkeypatch):
    change_draft(table_id=house.table.pk, actor=house.actor("waiter"), put=[])
    monkeypatch.setattr(draft_steps, "locked_draft", lambda table_id, *_: Draft.objects.get(table_id=table_id))
    monkeypatch.setattr(
        "orders.services.drafting.locked_draft", lambda table_id, *_: Draft.objects.get(table_id=table_id)
    )
    assert len(tap_all(house)) < WAITERS * LINES


def sends(house, keys, how):
    """Let every waiter send the same lines of the draft, each with a key of its own."""
    lines = tuple(LineRequest(item=house.item.pk, quantity=1) for _ in keys)
    requests = [
        house.request(house.actor("waiter"), lines=lines, key=f"k{n}", fingerprint="f", draft_lines=keys)
        for n in range(WAITERS)
    ]
    return race([lambda request=request: how(request) for request in requests])


def alone(request):
    """Place an order in its own transaction, as another process does."""
    (outcome,) = place_orders([request])
    return outcome


@pytest.mark.parametrize("how", [place_order, alone])
def test_every_line_is_sent_once(house, how):
    change_draft(table_id=house.table.pk, actor=house.actor("waiter"), put=[line(house, "a"), line(house, "b")])
    outcomes = sends(house, ("a", "b"), how)
    assert sum(isinstance(outcome, PlacedOrder) for outcome in outcomes) == 1, outcomes
    assert sum(isinstance(outcome, LostRace) for outcome in outcomes) == WAITERS - 1
    assert (Order.objects.count(), OrderLine.objects.count()) == (1, 2)
    assert Draft.objects.get().lines == []


def test_control_without_the_keys_every_waiter_sends(house):
    change_draft(table_id=house.table.pk, actor=house.actor("waiter"), put=[line(house, "a")])
    outcomes = sends(house, (), lambda request: place_order(_with_a_line(house, request)))
    assert sum(isinstance(outcome, PlacedOrder) for outcome in outcomes) == WAITERS
    assert Order.objects.count() == WAITERS


def _with_a_line(house, request):
    from dataclasses import replace

    return replace(request, lines=(LineRequest(item=house.item.pk, quantity=1),))
