"""Services that confirm, cancel or deliver an order."""

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import IllegalTransition, InvalidInput
from bistro.core.kernel.roles import Permission
from bistro.core.kernel.texts import clean_text
from bistro.core.kernel.transitions import require_move
from bistro.core.writing.unit_of_work import UnitOfWork
from orders.events import CourseServed, OrderCancelled, OrderConfirmed, OrderDelivered
from orders.models import Order
from orders.steps import lock_own_party, locked_order, move, plan_next_course, return_portions
from orders.transitions import ORDER_MOVES, LineStatus, OrderStatus


def confirm_order(*, order_id: int, actor: Actor) -> Order:
    """Confirm for the kitchen that it has received an order. A confirmed order stays unchanged.

    Locks: order. Raises NotPermitted, NotYours, IllegalTransition if the order is past that or cancelled.
    """
    actor.require(Permission.CONFIRM_ORDER)
    with UnitOfWork(actor) as work:
        order = locked_order(order_id, work)
        if order.status == OrderStatus.CONFIRMED:
            return order
        move(order, OrderStatus.CONFIRMED, work)
        work.record(OrderConfirmed.of(order))
    return order


def cancel_order(*, order_id: int, reason: str, actor: Actor) -> Order:
    """Cancel an order.

    Counted portions return if the kitchen had not started; those of held courses always return. Guests owe served
    courses, so an order with a served course cannot be cancelled.
    Locks: party (without a table), order, stock. Same transaction: its tickets leave the kitchen.
    Raises InvalidInput without a reason, NotPermitted, NotYours, IllegalTransition.
    """
    actor.require(Permission.CANCEL_ORDER)
    if not clean_text(reason):
        raise InvalidInput("Give a reason for cancelling.", fields={"reason": ["This field is required."]})
    with UnitOfWork(actor) as work:
        lock_own_party(order_id, work)
        order = locked_order(order_id, work)
        if order.served_at is not None:
            raise IllegalTransition(
                f"A course of order {order.number} was served. Remove the courses on hold instead.",
                current=order.status,
                allowed=ORDER_MOVES[order.status] - {OrderStatus.CANCELLED},
            )
        begun = order.status not in (OrderStatus.PLACED, OrderStatus.CONFIRMED)
        order.cancel_reason = clean_text(reason)[:200]
        move(order, OrderStatus.CANCELLED, work)
        order.save(update_fields=["cancel_reason"])
        work.record(OrderCancelled.of(order))
        lines = [line for line in order.lines.all() if not begun or line.status == LineStatus.HELD]
        if lines:
            return_portions(order, lines, work)
    return order


def deliver_order(*, order_id: int, actor: Actor) -> Order:
    """Mark a ready order delivered, or back to preparing while a course is on hold or in the kitchen.

    Locks: party (without a table), order. Raises NotPermitted, NotYours, IllegalTransition.
    """
    actor.require(Permission.DELIVER_ORDER)
    with UnitOfWork(actor) as work:
        lock_own_party(order_id, work)
        order = locked_order(order_id, work)
        require_move(ORDER_MOVES, order.status, OrderStatus.DELIVERED, what=f"Order {order.number}")
        if any(line.status != LineStatus.DONE for line in order.lines.all()):
            move(order, OrderStatus.PREPARING, work)
            order.served_at = work.now
            order.save(update_fields=["served_at"])
            plan_next_course(order, work)
            work.record(CourseServed.of(order))
        else:
            move(order, OrderStatus.DELIVERED, work)
            work.record(OrderDelivered.of(order))
    return order
