"""Read functions of orders for pages and the API."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, QuerySet, Value
from django.db.models.functions import Coalesce

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.roles import PERMISSIONS, Permission, Role
from bistro.core.models import Membership, Staff
from orders.models import Order

# The words that guests see, one for each status of PROGRESS in its order (docs/contracts/bistro.md).
TRACKING = ("Order Placed", "Kitchen Received", "Preparation", "Ready for Service", "Delivered")


def recent_lines(actor: Actor, *, minutes: int, now: datetime) -> QuerySet[Order, dict[str, Any]]:
    """Return the lines of the orders placed in the last `minutes`, newest first, one row for each line.

    The query starts from orders, because their index has the newest first and a page then reads few rows.
    """
    orders = Order.objects.visible_to(actor).since(now - timedelta(minutes=minutes)).for_reports()
    rows = orders.filter(lines__isnull=False, lines__removed_at=None).order_by("-pk", "lines__position", "lines__pk")
    return rows.values(
        order_id=F("pk"),
        quantity=F("lines__quantity"),
        table_name=Coalesce(F("table__name"), Value("")),
        item_name=F("lines__name"),
        created_at=F("placed_at"),
    )


def serving_colleagues(actor: Actor) -> list[Staff]:
    """Return the other members of staff who may serve guests, by name. The roles are those of `server_among`."""
    serving = {Permission.SEAT_TABLE, Permission.PLACE_ANYWHERE}
    roles = [role.value for role in Role if PERMISSIONS[role] >= serving]
    rows = Membership.objects.visible_to(actor).active().filter(role__in=roles).exclude(staff_id=actor.id)
    people = [member.staff for member in rows.select_related("staff")]
    return sorted(people, key=lambda staff: staff.get_full_name().casefold())
