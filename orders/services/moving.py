"""Services that confirm, cancel or deliver an order."""

from collections.abc import Collection

from django.utils.translation import gettext as _

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import IllegalTransition, InvalidInput, LostRace
from bistro.core.kernel.roles import Permission
from bistro.core.kernel.texts import clean_text
from bistro.core.kernel.transitions import require_move
from bistro.core.writing.unit_of_work import UnitOfWork
from orders.events import CourseServed, OrderConfirmed, OrderDelivered
from orders.models import Order
from orders.steps import cancel, lock_own_party, locked_order, move, plan_next_course, return_portions
from orders.transitions import ORDER_MOVES, LineStatus, OrderStatus
from tables.phase_steps import note_dishes


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
        raise InvalidInput(_("Give a reason for cancelling."), fields={"reason": [_("This field is required.")]})
    with UnitOfWork(actor) as work:
        lock_own_party(order_id, work)
        order = locked_order(order_id, work)
        if order.served_at is not None:
            raise IllegalTransition(
                _("A course of order %(order)s was served. Remove the courses on hold instead.")
                % {"order": order.number},
                current=order.status,
                allowed=ORDER_MOVES[order.status] - {OrderStatus.CANCELLED},
            )
        begun = order.status not in (OrderStatus.PLACED, OrderStatus.CONFIRMED)
        cancel(order, clean_text(reason), work)
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
        _deliver(order, work)
    return order


def deliver_ready(*, table_id: int, actor: Actor, order_ids: Collection[int] | None = None) -> list[Order]:
    """Deliver all ready orders of the party at a table, or those of `order_ids` that are still ready.

    A person who names the orders does not deliver food that became ready after the person looked.
    Locks: order (all, by primary key). Raises LostRace if no such order is ready any more, NotPermitted.
    """
    actor.require(Permission.DELIVER_ORDER)
    with UnitOfWork(actor) as work:
        rows = Order.objects.visible_to(actor).of_party_at(table_id)
        if order_ids is not None:
            rows = rows.filter(pk__in=order_ids)
        locked = rows.locked().values_list("pk", "status")
        ready = [pk for pk, status in locked if status == OrderStatus.READY]
        if not ready:
            raise LostRace(_("Nothing is ready here any more. Somebody else took the food."), code="nothing_ready")
        orders = [locked_order(pk, work) for pk in ready]
        for order in orders:
            _deliver(order, work)
    return orders


def _deliver(order: Order, work: UnitOfWork) -> None:
    """Mark a locked order delivered, or back to preparing while a course is to come. Raises IllegalTransition."""
    require_move(ORDER_MOVES, order.status, OrderStatus.DELIVERED, what=_("Order %(order)s") % {"order": order.number})
    if any(line.status != LineStatus.DONE for line in order.lines.all()):
        move(order, OrderStatus.PREPARING, work)
        order.served_at = work.now
        order.save(update_fields=["served_at"])
        plan_next_course(order, work)
        work.record(CourseServed.of(order))
    else:
        move(order, OrderStatus.DELIVERED, work)
        work.record(OrderDelivered.of(order))
    if order.table_id is not None:
        note_dishes([order.party_id], work)
