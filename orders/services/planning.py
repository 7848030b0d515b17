"""Services of planned courses, which fire automatically at a set time or after the course before was served."""

import logging
from datetime import datetime, timedelta

from django.utils.translation import gettext

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import DomainError, InvalidInput, Overloaded
from bistro.core.kernel.roles import Permission
from bistro.core.writing.sweeps import in_each
from bistro.core.writing.unit_of_work import UnitOfWork
from orders.events import CoursePlanned
from orders.models import Order, PlannedCourse
from orders.services.firing import fire_course, held_lines, send_order
from orders.services.sending import WHOLE_ORDER
from orders.steps import locked_order, touch

log = logging.getLogger(__name__)
AT_ONCE = 100
LONGEST = timedelta(hours=12)


def plan_course(*, order_id: int, course: int, minutes: int | None, actor: Actor) -> Order:
    """Plan a held course to fire after `minutes` (0 to 720), in place of an earlier plan. None removes the plan.

    Locks: order. Raises InvalidInput for a course that the order does not have or a time out of range, LostRace if it
    was fired already, IllegalTransition if the order is closed, NotPermitted, NotYours.
    """
    actor.require(Permission.FIRE_COURSE)
    if minutes is not None and not 0 <= minutes <= LONGEST.total_seconds() / 60:
        raise InvalidInput(gettext("Choose a time within twelve hours."), fields={"minutes": [gettext("0 to 720.")]})
    with UnitOfWork(actor) as work:
        order = locked_order(order_id, work)
        held_lines(order, course)
        plans = PlannedCourse.objects.filter(order=order, course=course)
        if minutes is None:
            plans.delete()
        else:
            PlannedCourse.objects.update_or_create(
                order=order,
                course=course,
                defaults={
                    "restaurant_id": work.restaurant_id,
                    "fire_at": work.now + timedelta(minutes=minutes),
                    "planned_by": actor.label[:120],
                },
            )
        touch(order)
        work.record(CoursePlanned.of(order))
    return order


def fire_due_courses(*, now: datetime) -> int:
    """Fire the planned courses of all restaurants that are due, and return their number. A sweep.

    Costs one query if none is due. Several processes may run it, because the order's lock admits one of them. A plan
    that can no longer be carried out is deleted. After a busy database the next sweep tries again.
    """
    plans = PlannedCourse.objects.filter(fire_at__lte=now).order_by("fire_at", "pk")
    return in_each({plan.pk: [plan] for plan in plans[:AT_ONCE]}, lambda _key, found: sum(map(_fire, found)))


def _fire(plan: PlannedCourse) -> bool:
    """Fire a due course, or delete a plan that can no longer be carried out. Raises Overloaded."""
    actor = Actor.system(plan.restaurant_id, "course plan")
    try:
        if plan.course == WHOLE_ORDER:
            send_order(order_id=plan.order_id, actor=actor)
        else:
            fire_course(order_id=plan.order_id, course=plan.course, actor=actor)
    except Overloaded:
        raise
    except DomainError as error:
        log.info("a planned course is not fired", extra={"order": plan.order_id, "reason": error.code})
        with UnitOfWork(actor):
            PlannedCourse.objects.filter(pk=plan.pk).delete()
        return False
    return True
