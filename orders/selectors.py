"""Reads of orders that are not one QuerySet of orders."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, QuerySet

from bistro.core.actors import Actor
from orders.models import Order, OrderLine

# What the guest is told at each status (CONTRACT A).
TRACKING = ("Order Placed", "Kitchen Received", "Preparation", "Ready for Service", "Delivered")


def recent_lines(actor: Actor, *, minutes: int, now: datetime) -> QuerySet[OrderLine, dict[str, Any]]:
    """Lines of the orders placed in the last `minutes`, newest first: one row a line. A report."""
    orders = Order.objects.visible_to(actor).since(now - timedelta(minutes=minutes)).for_reports()
    rows = (
        OrderLine.objects.for_reports()
        .filter(order__in=orders)
        .order_by("-order__placed_at", "-order_id", "position", "pk")
    )
    return rows.values(
        "order_id",
        "quantity",
        table_name=F("order__table__name"),
        item_name=F("name"),
        created_at=F("order__placed_at"),
    )
