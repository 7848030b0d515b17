"""Services that fire or remove a held course."""

from django.utils.translation import gettext

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput, LostRace
from bistro.core.kernel.roles import Permission
from bistro.core.kernel.texts import clean_text
from bistro.core.writing.unit_of_work import UnitOfWork
from orders.events import BillReduced, CourseFired, CourseRemoved, OrderDelivered
from orders.models import Order, OrderLine, PlannedCourse
from orders.services.sending import send_held
from orders.steps import (
    advance,
    lock_own_party,
    locked_order,
    move_lines,
    refuse_over,
    remove_lines,
    return_portions,
    touch,
)
from orders.tax import set_tax
from orders.transitions import LineStatus, OrderStatus


def fire_course(*, order_id: int, course: int, actor: Actor) -> Order:
    """Fire a held course now. Same transaction: its tickets open, with their age counted from now.

    Locks: order, ticket. Raises InvalidInput for a course that the order does not have, LostRace if it was fired
    already, IllegalTransition if the order is closed, NotPermitted, NotYours.
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


def send_order(*, order_id: int, actor: Actor) -> Order:
    """Send everything of an order that is on hold or waits for its pick-up time to the kitchen now.

    Locks: order, ticket. Raises LostRace (`already_fired`) if nothing waits, IllegalTransition if the order is closed,
    NotPermitted, NotYours.
    """
    actor.require(Permission.FIRE_COURSE)
    with UnitOfWork(actor) as work:
        order = locked_order(order_id, work)
        refuse_over(order)
        held = [line for line in order.lines.all() if line.status == LineStatus.HELD]
        if not held:
            message = gettext("Everything of order %(number)s is in the kitchen.") % {"number": order.number}
            raise LostRace(message, code="already_fired")
        send_held(order, held, work)
    return order


def remove_course(*, order_id: int, course: int, reason: str, actor: Actor) -> Order:
    """Remove a held course: its lines leave the order and the bill, and its counted portions return.

    Locks: party (without a table), order, stock. Raises InvalidInput without a reason or for a course that the order
    does not have, LostRace if it was fired already, IllegalTransition if the order is closed, NotPermitted, NotYours.
    """
    actor.require(Permission.CANCEL_ORDER)
    if not clean_text(reason):
        raise InvalidInput(
            gettext("Give a reason for removing the course."), fields={"reason": [gettext("This field is required.")]}
        )
    with UnitOfWork(actor) as work:
        lock_own_party(order_id, work)
        order = locked_order(order_id, work)
        held, before = held_lines(order, course), order.total
        return_portions(order, held, work)
        remove_lines(order, held, work)
        OrderLine.objects.bulk_update(set_tax(order, list(order.lines.all())), ["tax", "taxes"])
        touch(order, "total", "tax", "taxes")
        PlannedCourse.objects.filter(order=order, course=course).delete()
        work.record(CourseRemoved.of(order))
        reason = clean_text(reason)[:200]
        work.record(BillReduced(order=order, course=course, lines=tuple(held), total_before=before, reason=reason))
        if order.status == OrderStatus.PREPARING and all(line.status == LineStatus.DONE for line in order.lines.all()):
            advance(order, OrderStatus.DELIVERED, work)  # because all remaining lines have been served
            work.record(OrderDelivered.of(order))
    return order


def held_lines(order: Order, course: int) -> list[OrderLine]:
    """Return the lines of a held course. Raises InvalidInput, LostRace, IllegalTransition."""
    refuse_over(order)
    lines = [line for line in order.lines.all() if line.course == course]
    if not lines:
        message = gettext("Order %(order)s has no course %(course)s.") % {"order": order.number, "course": course}
        raise InvalidInput(message, code="unknown_course", fields={"course": [message]})
    held = [line for line in lines if line.status == LineStatus.HELD]
    if not held:
        raise LostRace(
            gettext("Course %(course)s of order %(order)s was already fired.")
            % {"course": course, "order": order.number},
            code="already_fired",
        )
    return held
