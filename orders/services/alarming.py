"""The sweep that raises alarms for orders that the kitchen has not confirmed in time. It runs every second."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from django.db.models import F

from bistro.core.kernel.actors import Actor
from bistro.core.writing.sweeps import in_each
from bistro.core.writing.unit_of_work import UnitOfWork
from orders.events import OrderUnseen
from orders.metrics import UNSEEN_ORDERS
from orders.models import Order

AT_ONCE = 500  # orders of one restaurant in one unit of work; the next sweep alarms the rest


def raise_unseen_alarms(*, now: datetime) -> int:
    """Raise an alarm for each order of all restaurants that is overdue, and return their number.

    Costs one query if nothing is due, else one unit of work for each restaurant. The locked rows decide between
    several processes and leave out orders that were confirmed, cancelled or withdrawn in the meantime. Confirming an
    order ends its alarm. An error in one restaurant does not stop the others and is raised at the end. Locks: order.
    """
    due: dict[int, list[int]] = defaultdict(list)
    rows = Order.objects.overdue(now).order_by("placed_at").values_list("restaurant_id", "pk", "unseen_at")
    for restaurant_id, pk, unseen_at in (found := list(rows)):
        if unseen_at is None:
            due[restaurant_id].append(pk)
    UNSEEN_ORDERS.set(len(found))
    return in_each(due, lambda restaurant_id, order_ids: _raise_in(restaurant_id, order_ids[:AT_ONCE], now))


def _raise_in(restaurant_id: int, order_ids: Collection[int], now: datetime) -> int:
    with UnitOfWork(Actor.system(restaurant_id, "kitchen alarm")) as work:
        list(Order.objects.filter(pk__in=order_ids).locked().values_list("pk"))
        still = Order.objects.of_restaurant(work.restaurant_id).overdue(now).not_alarmed().filter(pk__in=order_ids)
        raised = Order.objects.filter(pk__in=list(still.values_list("pk", flat=True)))
        number = raised.update(unseen_at=now, version=F("version") + 1)
        for order in raised.with_lines().order_by("pk"):
            work.record(OrderUnseen.of(order))
    return number
