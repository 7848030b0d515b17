"""Courses that wait: sending them to the kitchen, or leaving them out."""

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput, LostRace
from bistro.core.kernel.money import ZERO
from bistro.core.kernel.roles import Permission
from bistro.core.writing.unit_of_work import UnitOfWork
from orders.events import CourseDropped, CourseFired, CourseLeftOut, OrderDelivered
from orders.models import Order, OrderLine, PlannedCourse
from orders.steps import advance, locked_order, move_lines, refuse_over, return_portions, touch
from orders.transitions import LineStatus, OrderStatus


def fire_course(*, order_id: int, course: int, actor: Actor) -> Order:
    """The kitchen begins with a held course now. Same transaction: its tickets open, aged from this instant.

    Locks: order, ticket. Raises InvalidInput for a course that the order does not have, LostRace when it was fired
    already, IllegalTransition when the order is over, NotPermitted, NotYours.
    """
    actor.require(Permission.FIRE_COURSE)
    with UnitOfWork(actor) as work:
        order = locked_order(order_id, work)
        held = held_lines(order, course)
        move_lines(held, LineStatus.QUEUED)
        order.fired_at = work.now
        touch(order, "fired_at")
        PlannedCourse.objects.filter(order=order, course=course).delete()
        work.record(CourseFired.of(order, course=course, fired=tuple(held)))
    return order


def drop_course(*, order_id: int, course: int, reason: str, actor: Actor) -> Order:
    """The guests do not want a held course any more: its lines leave the order and the bill, its portions return.

    Locks: order, stock. Raises InvalidInput without a reason or for a course that the order does not have, LostRace
    when it was fired already, IllegalTransition when the order is over, NotPermitted, NotYours.
    """
    actor.require(Permission.CANCEL_ORDER)
    if not reason.strip():
        raise InvalidInput("Give a reason for removing the course.", fields={"reason": ["This field is required."]})
    with UnitOfWork(actor) as work:
        order = locked_order(order_id, work)
        held, before = held_lines(order, course), order.total
        return_portions(order, held, work)
        _remove(order, held)
        PlannedCourse.objects.filter(order=order, course=course).delete()
        work.record(CourseDropped.of(order))
        said = reason.strip()[:200]
        work.record(CourseLeftOut(order=order, course=course, lines=tuple(held), total_before=before, reason=said))
        if order.status == OrderStatus.PREPARING and all(line.status == LineStatus.DONE for line in order.lines.all()):
            advance(order, OrderStatus.DELIVERED, work)  # what is left was served before
            work.record(OrderDelivered.of(order))
    return order


def held_lines(order: Order, course: int) -> list[OrderLine]:
    """The lines of a course that waits. Raises InvalidInput, LostRace, IllegalTransition."""
    refuse_over(order)
    lines = [line for line in order.lines.all() if line.course == course]
    if not lines:
        message = f"Order {order.number} has no course {course}."
        raise InvalidInput(message, code="unknown_course", fields={"course": [message]})
    held = [line for line in lines if line.status == LineStatus.HELD]
    if not held:
        raise LostRace(f"Course {course} of order {order.number} was already fired.", code="already_fired")
    return held


def _remove(order: Order, lines: list[OrderLine]) -> None:
    """Take lines off an order and its sums."""
    gone = {line.pk for line in lines}
    OrderLine.objects.filter(pk__in=gone).delete()
    left = tuple(line for line in order.lines.all() if line.pk not in gone)
    added_tax = order.total - sum((line.total for line in order.lines.all()), ZERO)
    order._prefetched_objects_cache["lines"] = left  # type: ignore[attr-defined]  # the rows as they are now
    order.tax = sum((line.tax for line in left), ZERO)
    order.total = sum((line.total for line in left), ZERO) + (order.tax if added_tax else ZERO)
    touch(order, "total", "tax")
