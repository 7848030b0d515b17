"""The alarm of orders that the kitchen has not seen in time. No person does this: a sweep does, every second."""

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

AT_ONCE = 500  # of one restaurant in one unit; the rest a second later


def raise_unseen_alarms(*, now: datetime) -> int:
    """Alarm each order that is still only placed twenty seconds after it was, in all restaurants. Returns how many.

    One query when nothing is due; then one unit of work for each restaurant, in which a conditional UPDATE decides:
    of several processes one alarms, and an order that was confirmed, cancelled or withdrawn meanwhile is left alone.
    It ends by itself: whoever confirms the order ends it. A restaurant whose rows cannot be had now does not
    keep the others waiting; its error is raised at the end. Locks: order.
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
        still = Order.objects.of_restaurant(work.restaurant_id).overdue(now).not_alarmed()
        alarm = {"unseen_at": now, "version": F("version") + 1}
        raised = [pk for pk in sorted(order_ids) if still.filter(pk=pk).update(**alarm)]
        for order in Order.objects.filter(pk__in=raised).with_lines().order_by("pk"):
            work.record(OrderUnseen.of(order))
    return len(raised)
