"""QuerySets of orders and their lines."""

from datetime import date, datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import Q

from bistro.core.database.querysets import TenantQuerySet
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.roles import Permission
from orders.transitions import OPEN, OrderStatus

# The sweep runs each second, so an unconfirmed order raises its alarm within twenty seconds (docs/promises.md).
UNSEEN_AFTER = timedelta(seconds=19)
ALARMED_FOR = timedelta(hours=24)


class OrderQuerySet(TenantQuerySet):
    """QuerySet of orders."""

    def visible_to(self, actor: Actor | None) -> Self:
        """Filter the orders that the actor may see, without withdrawn ones.

        A pad sees the orders of the party at its table; staff and programs with the permission see all.
        """
        rows = super().visible_to(actor).filter(withdrawn_at=None)
        if actor is None or actor.may(Permission.READ_ORDERS):
            return rows
        if actor.device_id is None:
            return rows.none()
        return rows.filter(table__pads__device_id=actor.device_id, party__status__literal_exact="seated")

    def of_party_at(self, table_id: int) -> Self:
        """Filter the orders of the party that sits at a table now."""
        return self.filter(table_id=table_id, party__status__literal_exact="seated", withdrawn_at=None)

    def with_lines(self) -> Self:
        """Join the table, and prefetch the lines with one more query."""
        return self.select_related("table").prefetch_related("lines")

    def open(self) -> Self:
        """Filter orders that are neither delivered, cancelled nor withdrawn."""
        return self.filter(status__literal_in=OPEN, withdrawn_at=None)

    def kept(self) -> Self:
        """Filter the orders that guests owe: neither cancelled nor withdrawn. `Order.is_kept` checks one row."""
        return self.filter(withdrawn_at=None).exclude(status=OrderStatus.CANCELLED)

    def overdue(self, now: datetime) -> Self:
        """Filter orders that the kitchen should have confirmed by now. Orders older than a day raise no alarm.

        The index `order_placed` holds only the few rows with this status.
        """
        tonight = Q(placed_at__lt=now - UNSEEN_AFTER, placed_at__gte=now - ALARMED_FOR)
        return self.filter(tonight, status__literal_exact=OrderStatus.PLACED, withdrawn_at=None)

    def not_alarmed(self) -> Self:
        """Filter orders without an alarm so far."""
        return self.filter(unseen_at=None)

    def unseen(self, now: datetime) -> Self:
        """Filter orders with an alarm: overdue, or alarmed by a process whose clock is ahead."""
        due = Q(placed_at__lt=now - UNSEEN_AFTER) | Q(unseen_at__isnull=False)
        tonight = Q(placed_at__gte=now - ALARMED_FOR)
        return self.filter(due, tonight, status__literal_exact=OrderStatus.PLACED, withdrawn_at=None)

    def of_day(self, business_date: date) -> Self:
        return self.filter(business_date=business_date)

    def since(self, moment: datetime) -> Self:
        return self.filter(placed_at__gte=moment)


class LinesOnOrder(models.Manager.from_queryset(TenantQuerySet)):  # type: ignore[misc]  # made at run time
    """Manager of the lines that are part of their order, without removed lines."""

    def get_queryset(self) -> TenantQuerySet:
        rows: TenantQuerySet = super().get_queryset()
        return rows.filter(removed_at=None)
