"""Reads of orders that are not one QuerySet of orders."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, QuerySet

from bistro.core.kernel.actors import Actor
from orders.models import Order

# What the guest is told at each status (CONTRACT A).
TRACKING = ("Order Placed", "Kitchen Received", "Preparation", "Ready for Service", "Delivered")


def recent_lines(actor: Actor, *, minutes: int, now: datetime) -> QuerySet[Order, dict[str, Any]]:
    """Lines of the orders placed in the last `minutes`, newest first: one row a line. A report.

    Asked from the order's side: its index gives the newest first, so a page ends early however long the hour was.
    """
    orders = Order.objects.visible_to(actor).since(now - timedelta(minutes=minutes)).for_reports()
    rows = orders.filter(lines__isnull=False, lines__removed_at=None).order_by(
        "-placed_at", "-pk", "lines__position", "lines__pk"
    )
    return rows.values(
        order_id=F("pk"),
        quantity=F("lines__quantity"),
        table_name=F("table__name"),
        item_name=F("lines__name"),
        created_at=F("placed_at"),
    )
