"""The moment when the lines of an order go to the kitchen: with the order, when a course is fired, by pick-up time.

An order with a pick-up time in the future waits as a whole, with a plan for course WHOLE_ORDER, until its longest dish
must be started.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.utils.translation import gettext

from bistro.core.kernel.errors import InvalidInput
from bistro.core.kernel.order_kinds import OrderKind
from bistro.core.kernel.roles import Permission
from bistro.core.models import Restaurant
from bistro.core.speed.bulk_insert import new_row
from bistro.core.writing.unit_of_work import UnitOfWork, require_transaction
from orders.courses import hold_all, hold_courses
from orders.events import CourseFired, OrderSent
from orders.models import Order, OrderLine, PlannedCourse
from orders.order_commands import OrderRequest, When
from orders.pricing import PricedOrder
from orders.steps import move_lines, touch
from orders.transitions import LineStatus, move_line

WHOLE_ORDER = 0  # in the place of a course


def require_rights(request: OrderRequest) -> None:
    """Require the rights to order, to decide when courses go, and to type prices. Raises NotPermitted."""
    request.actor.require(Permission.PLACE_ORDER)
    if request.courses:
        request.actor.require(Permission.FIRE_COURSE)
    if any(line.price is not None for line in request.lines):
        request.actor.require(Permission.SET_PRICE)


def check_courses(request: OrderRequest, priced: PricedOrder) -> None:
    """Refuse wishes for courses that the order does not have, or that are listed twice. Raises InvalidInput."""
    left = {line.request.course or line.item.course for line in priced.lines}
    for place, wish in enumerate(request.courses):
        if wish.course not in left:
            message = gettext("The order has no course %(course)s, or it is listed twice.") % {"course": wish.course}
            raise InvalidInput(message, code="unknown_course", fields={f"courses.{place}.course": [message]})
        left.remove(wish.course)
        if wish.minutes is not None and wish.when != When.HOLD:
            message = gettext("Only a course on hold fires after some minutes.")
            raise InvalidInput(message, fields={f"courses.{place}.minutes": [message]})


def set_courses(
    order: Order, lines: Sequence[OrderLine], request: OrderRequest, restaurant: Restaurant, now: datetime
) -> list[PlannedCourse]:
    """Put the new lines on hold that do not go to the kitchen now, without saving, and return the plans to insert."""
    at = None if request.courses or request.held else kitchen_time(order, lines)
    if at is not None and at > now:
        hold_all(lines)
        return [_plan(order, WHOLE_ORDER, at, "pick-up")]
    hold_courses(lines, request.held, house_holds=restaurant.hold_courses)
    wishes = {wish.course: wish for wish in request.courses}
    for line in lines:
        if line.course in wishes:
            move_line(line, LineStatus.HELD if wishes[line.course].when == When.HOLD else LineStatus.QUEUED)
    timed = [wish for wish in request.courses if wish.minutes is not None]
    return [
        _plan(order, wish.course, now + timedelta(minutes=wish.minutes or 0), request.actor.label) for wish in timed
    ]


def kitchen_time(order: Order, lines: Iterable[OrderLine]) -> datetime | None:
    """Return when the kitchen must start to be ready at the pick-up time. None for an order without one."""
    if order.kind == OrderKind.DINE_IN or order.pickup_at is None:
        return None
    return order.pickup_at - timedelta(minutes=max((line.prep_minutes for line in lines), default=0))


def _plan(order: Order, course: int, at: datetime, by: str) -> PlannedCourse:
    row: PlannedCourse = new_row(
        PlannedCourse,
        restaurant_id=order.restaurant_id,
        order=order,
        course=course,
        fire_at=at,
        planned_by=by[:120],
    )
    return row


def replan(order: Order, work: UnitOfWork) -> None:
    """Move the plan of an order that waits for its pick-up time after its lines or the time changed.

    An order that is due, or has no pick-up time any more, goes to the kitchen with the next sweep.
    """
    require_transaction()
    at = kitchen_time(order, order.lines.all()) or work.now
    PlannedCourse.objects.filter(order=order, course=WHOLE_ORDER).update(fire_at=max(at, work.now))


def send_held(order: Order, held: Sequence[OrderLine], work: UnitOfWork) -> None:
    """Send lines on hold to the kitchen: a whole order on the tickets of the order, else course by course."""
    require_transaction()
    whole = len(held) == len(order.lines.all())
    move_lines(held, LineStatus.QUEUED)
    order.fired_at = work.now
    touch(order, "fired_at")
    PlannedCourse.objects.filter(order=order).delete()
    if whole:
        work.record(OrderSent.of(order, fired=tuple(held)))
        return
    for course in sorted({line.course for line in held}):
        fired = tuple(line for line in held if line.course == course)
        work.record(CourseFired.of(order, course=course, fired=fired))
