"""The alarm of tickets that need their own acknowledgement and were not shown in time."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from bistro.core.kernel.actors import Actor
from bistro.core.writing.sweeps import in_each
from bistro.core.writing.unit_of_work import UnitOfWork
from kitchen.events import TicketUnseen
from kitchen.metrics import UNSEEN_TICKETS
from kitchen.models import Ticket
from orders.models import Order

AT_ONCE = 500  # tickets of one restaurant in one unit of work; the rest follow a second later


def raise_unseen_ticket_alarms(*, now: datetime) -> int:
    """Raise the alarm of each ticket that no screen has shown for twenty seconds; returns the number of alarms.

    Concerns tickets of a course fired later, tickets that an edit or a push brought to a station, and tickets of an
    order that only other stations' screens have shown. Unseen orders have an alarm of their own
    (`orders.services.raise_unseen_alarms`).

    A sweep calls it. One query when nothing is due; then one unit of work for each restaurant, in which the locked
    rows let one process raise each alarm and leave out tickets that were seen, started, held or cancelled meanwhile.
    A restaurant whose rows cannot be read does not delay the others; its error is raised at the end. Locks: order,
    ticket.
    """
    due: dict[int, list[tuple[int, int]]] = defaultdict(list)
    rows = Ticket.objects.overdue(now).order_by("awaited_since")
    found = list(rows.values_list("restaurant_id", "order_id", "pk", "unseen_at"))
    for restaurant_id, order_id, pk, unseen_at in found:
        if unseen_at is None:
            due[restaurant_id].append((order_id, pk))
    UNSEEN_TICKETS.set(len(found))
    return in_each(due, lambda restaurant_id, tickets: _raise_in(restaurant_id, tickets[:AT_ONCE], now))


def _raise_in(restaurant_id: int, tickets: Collection[tuple[int, int]], now: datetime) -> int:
    with UnitOfWork(Actor.system(restaurant_id, "kitchen alarm")) as work:
        orders = Order.objects.filter(pk__in={order_id for order_id, _ in tickets})
        list(orders.locked().values_list("pk"))
        still = Ticket.objects.of_restaurant(work.restaurant_id).overdue(now).not_alarmed()
        due = still.filter(pk__in=[pk for _, pk in tickets]).locked()
        raised = Ticket.objects.filter(pk__in=list(due.values_list("pk", flat=True)))
        number = raised.update(unseen_at=now)
        for ticket in raised.with_lines().order_by("pk"):
            work.record(TicketUnseen(ticket=ticket))
    return number
