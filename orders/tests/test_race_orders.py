"""Concurrent orders with one key, at one table, on one day: one order, one party, each number once.

The orders run through group commit, as in one process, and in separate transactions, as in several processes.
"""

from dataclasses import replace

import pytest

from bistro.core.kernel.errors import DomainError, IllegalTransition, InvalidInput, ReusedKey
from bistro.core.models import Event
from bistro.core.tests.racing import race
from orders.models import Order
from orders.services import PlacedOrder, clear_table, confirm_order, place_order, place_orders, withdraw_order
from tables.models import Party

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
TAPS = 20


def alone(request):
    """Place an order in its own transaction, as another process does."""
    (outcome,) = place_orders([request])
    return outcome


BOTH = pytest.mark.parametrize("how", [place_order, alone])


@BOTH
def test_the_same_key_is_one_order(house, how):
    request = house.request(key="tap", fingerprint="f")
    outcomes = race([lambda: how(request)] * TAPS)
    assert all(isinstance(outcome, PlacedOrder) for outcome in outcomes), outcomes
    assert len({outcome.id for outcome in outcomes}) == 1
    assert sorted(outcome.replayed for outcome in outcomes) == [False] + [True] * (TAPS - 1)
    assert Order.objects.count() == 1
    assert Event.objects.filter(type="order_created").count() == 1


@BOTH
def test_control_without_the_key_there_are_many(house, how):
    request = house.request()
    race([lambda: how(request)] * TAPS)
    assert Order.objects.count() == TAPS


@BOTH
def test_the_same_key_with_two_bodies_is_one_order(house, how):
    """The first body is placed; the other body is refused because of the used key."""
    bodies = [house.request(key="tap", fingerprint=body) for body in ("a", "b")]

    def ask(request):
        try:
            return how(request)
        except DomainError as error:
            return error

    outcomes = race([lambda request=bodies[place % 2]: ask(request) for place in range(TAPS)])
    assert sum(isinstance(outcome, PlacedOrder) for outcome in outcomes) == TAPS // 2
    assert sum(isinstance(outcome, ReusedKey) for outcome in outcomes) == TAPS // 2
    assert Order.objects.count() == 1


def test_the_same_key_over_http(house):
    body = {"lines": [{"item": house.item.pk, "quantity": 1}]}
    from bistro.core.tests.http import Api

    apis = [Api(house.api().headers["Authorization"]) for _ in range(TAPS)]
    answers = race([lambda api=api: api.post("/api/v1/orders", body, key="tap") for api in apis])
    assert sorted(answer.status_code for answer in answers) == [200] * (TAPS - 1) + [201]
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert Order.objects.count() == 1


@BOTH
def test_one_table_is_one_party_and_no_number_comes_twice(house, how):
    request = house.request()
    outcomes = race([lambda: how(request)] * TAPS)
    assert {outcome.json["party"] for outcome in outcomes} == {Party.objects.get().pk}
    assert sorted(outcome.json["number"] for outcome in outcomes) == list(range(1, TAPS + 1))
    seqs = list(Event.objects.order_by("seq").values_list("seq", flat=True))
    assert seqs == list(range(1, len(seqs) + 1))


@BOTH
def test_two_restaurants_do_not_disturb_each_other(house, other_house, how):
    mine, theirs = house.request(), other_house.request()
    outcomes = race([lambda request=(mine, theirs)[place % 2]: how(request) for place in range(TAPS)])
    assert all(isinstance(outcome, PlacedOrder) for outcome in outcomes), outcomes
    for each in (house, other_house):
        numbers = Order.objects.filter(restaurant=each.restaurant).values_list("number", flat=True)
        assert sorted(numbers) == list(range(1, TAPS // 2 + 1))


def test_a_confirm_from_everywhere_is_one(house):
    order = house.order()
    waiter = house.actor("waiter")
    outcomes = race([lambda: confirm_order(order_id=order.id, actor=waiter)] * 10)
    assert {outcome.status for outcome in outcomes} == {"confirmed"}
    assert Event.objects.filter(action="confirmed").count() == 1
    assert Order.objects.get().version == 2


def test_of_confirm_and_withdraw_both_may_win_but_never_halfway(house):
    order = house.order()
    waiter = house.actor("waiter")
    outcomes = race(
        [
            lambda: confirm_order(order_id=order.id, actor=waiter),
            lambda: withdraw_order(order_id=order.id, actor=house.pad_actor),
        ]
    )
    row = Order.objects.get()
    assert (row.status, row.withdrawn_at is not None) == ("cancelled", True)
    assert outcomes[1] is None
    assert not isinstance(outcomes[0], Exception) or outcomes[0].code in ("order_not_found", "invalid_order_status")


def test_an_order_while_the_table_is_cleared_is_never_lost_with_the_party(house):
    """The order comes before the clear, which is refused, or after it and seats a new party."""
    waiter = house.actor("waiter")
    first = house.order()
    from orders.services import cancel_order

    cancel_order(order_id=first.id, reason="Left", actor=waiter)
    outcomes = race([lambda: alone(house.request()), lambda: clear_table(table_id=house.table.pk, actor=waiter)])
    assert isinstance(outcomes[0], PlacedOrder)
    order = Order.objects.get(pk=outcomes[0].id)
    assert order.party.status == "seated"
    assert outcomes[1] is None or (isinstance(outcomes[1], InvalidInput) and outcomes[1].code == "orders_open")


def test_two_edits_of_the_same_version_are_one(house):
    from orders.order_commands import LineRequest
    from orders.services import replace_lines

    order = house.order(house.actor("waiter"))
    waiter = house.actor("waiter")

    def edit(quantity):
        lines = [LineRequest(item=house.item.pk, quantity=quantity)]
        return replace_lines(order_id=order.id, lines=lines, note=None, actor=waiter, versions=[1])

    outcomes = race([lambda quantity=quantity: edit(quantity) for quantity in (2, 3, 4, 5)])
    won = [outcome for outcome in outcomes if not isinstance(outcome, Exception)]
    lost = [outcome.code for outcome in outcomes if isinstance(outcome, DomainError)]
    assert (len(won), lost) == (1, ["precondition_failed"] * 3)
    row = Order.objects.with_lines().get()
    assert (row.version, [line.quantity for line in row.lines.all()]) == (
        2,
        [line.quantity for line in won[0].lines.all()],
    )


def test_a_moved_on_order_is_never_moved_twice(house):
    from orders.services import cancel_order, deliver_order

    order = house.reach("ready")
    waiter = house.actor("waiter")
    outcomes = race([lambda: deliver_order(order_id=order["id"], actor=waiter)] * 5)
    assert sum(isinstance(outcome, IllegalTransition) for outcome in outcomes) == 4
    assert Event.objects.filter(action="delivered").count() == 1
    with pytest.raises(IllegalTransition):
        cancel_order(order_id=order["id"], reason="x", actor=waiter)


def test_requests_are_values(house):
    """Placing does not change the request, so that retries may share it."""
    request = house.request(key="tap", fingerprint="f")
    copy = replace(request)
    place_order(request)
    assert request == copy
