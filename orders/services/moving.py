"""Confirm, cancel, deliver: what people do to an order after it was placed."""

from bistro.core.actors import Actor
from bistro.core.errors import InvalidInput
from bistro.core.roles import Act
from bistro.core.unit_of_work import UnitOfWork
from orders.events import OrderCancelled, OrderConfirmed, OrderDelivered
from orders.models import Order
from orders.steps import locked_order, move, return_portions
from orders.transitions import OrderStatus


def confirm_order(*, order_id: int, actor: Actor) -> Order:
    """The kitchen has received it: a person's word, where no screen reports. Confirmed already: unchanged.

    Locks: order. Raises NotPermitted, NotYours, IllegalTransition when it is past that or cancelled.
    """
    actor.require(Act.CONFIRM_ORDER)
    with UnitOfWork(actor) as work:
        order = locked_order(order_id, work)
        if order.status == OrderStatus.CONFIRMED:
            return order
        move(order, OrderStatus.CONFIRMED, work)
        work.record(OrderConfirmed.of(order))
    return order


def cancel_order(*, order_id: int, reason: str, actor: Actor) -> Order:
    """It will not be made, or not finished. Counted portions return only if nobody had begun.

    Locks: order, stock. Same transaction: its tickets leave the kitchen.
    Raises InvalidInput without a reason, NotPermitted, NotYours, IllegalTransition.
    """
    actor.require(Act.CANCEL_ORDER)
    if not reason.strip():
        raise InvalidInput("Say why it is cancelled.", fields={"reason": ["This field is required."]})
    with UnitOfWork(actor) as work:
        order = locked_order(order_id, work)
        begun = order.status not in (OrderStatus.PLACED, OrderStatus.CONFIRMED)
        order.cancel_reason = reason.strip()[:200]
        move(order, OrderStatus.CANCELLED, work)
        order.save(update_fields=["cancel_reason"])
        work.record(OrderCancelled.of(order))
        if not begun:
            return_portions(order, work)
    return order


def deliver_order(*, order_id: int, actor: Actor) -> Order:
    """It is on the table. Only a ready order can be delivered.

    Locks: order. Raises NotPermitted, NotYours, IllegalTransition.
    """
    actor.require(Act.DELIVER_ORDER)
    with UnitOfWork(actor) as work:
        order = locked_order(order_id, work)
        move(order, OrderStatus.DELIVERED, work)
        work.record(OrderDelivered.of(order))
    return order
