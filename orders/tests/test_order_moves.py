"""Status changes of orders and lines: every pair of statuses, through the steps that change them."""

import itertools
from functools import partial

import pytest
from django.db import IntegrityError, transaction

from bistro.core.kernel.errors import IllegalTransition
from bistro.core.tests.http import nothing_changes
from bistro.core.writing.unit_of_work import UnitOfWork
from orders import steps
from orders.models import Order, OrderLine
from orders.order_commands import LineRequest
from orders.transitions import EDITABLE, LINE_MOVES, OPEN, ORDER_MOVES, PROGRESS, LineStatus, OrderStatus

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]


MOVES = {
    "placed": ["cancelled", "confirmed"],
    "confirmed": ["cancelled", "preparing"],
    "preparing": ["cancelled", "ready"],
    "ready": ["delivered", "preparing"],
    "delivered": [],
    "cancelled": [],
}
MOVES_OF_LINES = {
    "held": ["queued"],
    "queued": ["done", "held", "started"],
    "started": ["done", "queued"],
    "done": ["queued", "started"],
}


def order_in(house, status: str) -> Order:
    return Order.objects.with_lines().get(pk=house.reach(status)["id"])


def order_with_held_course(house) -> Order:
    house.hold_courses()
    lines = tuple(LineRequest(item=house.item.pk, quantity=1, course=course) for course in (1, 2))
    return Order.objects.get(pk=house.order(lines=lines).id)


@pytest.mark.parametrize(("old", "new"), list(itertools.product(OrderStatus.values, repeat=2)))
def test_every_pair_of_an_order(house, old, new):
    order, actor = order_in(house, old), house.actor("manager")

    def move():
        with UnitOfWork(actor) as work:
            steps.move(order, new, work)

    if new in MOVES[old]:
        version = order.version
        move()
        order.refresh_from_db()
        assert (order.status, order.version) == (new, version + 1)
        assert getattr(order, f"{new}_at") is not None
        return
    with nothing_changes(), pytest.raises(IllegalTransition) as caught:
        move()
    assert caught.value.extra == {"current": old, "allowed": MOVES[old]}
    assert caught.value.code == "invalid_order_status"


@pytest.mark.parametrize(("old", "goal"), list(itertools.product(OrderStatus.values, PROGRESS)))
def test_going_forward_passes_through_what_lies_between(house, old, goal):
    order, actor = order_in(house, old), house.actor("manager")

    def advance():
        with UnitOfWork(actor) as work:
            return steps.advance(order, goal, work)

    if old == OrderStatus.CANCELLED:
        with nothing_changes(), pytest.raises(IllegalTransition):
            advance()
        return
    here, there = PROGRESS.index(old), PROGRESS.index(goal)
    assert advance() == (there > here)
    order.refresh_from_db()
    assert order.status == PROGRESS[max(here, there)]
    for passed in PROGRESS[: max(here, there) + 1]:
        assert getattr(order, f"{passed}_at") is not None


@pytest.mark.parametrize(("old", "new"), list(itertools.product(LineStatus.values, repeat=2)))
def test_every_pair_of_a_line(house, old, new):
    status = {"held": "placed", "queued": "placed", "started": "preparing", "done": "ready"}[old]
    if old == LineStatus.HELD:
        line = order_with_held_course(house).lines.get(course=2)
    else:
        line = order_in(house, status).lines.get()
    actor = house.actor("manager")
    assert line.status == old

    def move():
        with UnitOfWork(actor):
            return steps.move_lines([line], new)

    if new == old:
        with nothing_changes():
            assert move() == []
    elif new in MOVES_OF_LINES[old]:
        assert move() == [line]
        assert OrderLine.objects.get(pk=line.pk).status == new
    else:
        with nothing_changes(), pytest.raises(IllegalTransition):
            move()


@pytest.mark.parametrize("step", [steps.begin, partial(steps.finish, begun=[], all_done=True), steps.bring_back])
@pytest.mark.parametrize("status", ["delivered", "cancelled"])
def test_what_is_over_is_cooked_no_more(house, step, status):
    order, actor = order_in(house, status), house.actor("manager")
    with nothing_changes(), pytest.raises(IllegalTransition) as caught, UnitOfWork(actor) as work:
        step(order, list(order.lines.all()), work=work)
    assert caught.value.extra["current"] == status


def test_the_words_fit_together():
    assert set(ORDER_MOVES) == set(OrderStatus.values)
    assert set(LINE_MOVES) == set(LineStatus.values)
    assert set(OPEN) == {status for status in PROGRESS if status != OrderStatus.DELIVERED}
    assert set(EDITABLE) < set(OPEN)
    for here, there in itertools.pairwise(PROGRESS):
        assert there in ORDER_MOVES[here]
    assert {old for old, news in ORDER_MOVES.items() if OrderStatus.CANCELLED in news} == {
        "placed", "confirmed", "preparing",
    }  # fmt: skip


def test_the_database_refuses_nonsense(house):
    order = order_in(house, "placed")
    for fields in ({"status": "eaten"}, {"total": "-0.01"}, {"tax": "-0.01"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Order.objects.filter(pk=order.pk).update(**fields)
    for fields in ({"status": "eaten"}, {"quantity": 0}, {"total": "-0.01"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            OrderLine.objects.filter(order=order).update(**fields)
