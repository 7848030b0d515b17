"""QuerySets of orders and their lines."""

from datetime import date, datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from bistro.core.database.querysets import TenantQuerySet
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.roles import Permission
from orders.transitions import OPEN, LineStatus, OrderStatus

# The sweep runs each second, so an unconfirmed order raises its alarm within twenty seconds (docs/promises.md).
UNSEEN_AFTER = timedelta(seconds=19)
ALARMED_FOR = timedelta(hours=24)


class OrderQuerySet(TenantQuerySet):
    """QuerySet of orders."""

    def visible_to(self, actor: Actor | None) -> Self:
        """Filter the orders that the actor may see, without withdrawn ones.

        A pad sees the orders of the party that holds its table; staff and programs with the permission see all.
        """
        rows = super().visible_to(actor).filter(withdrawn_at=None)
        if actor is None or actor.may(Permission.READ_ORDERS):
            return rows
        if actor.device_id is None:
            return rows.none()
        return rows.filter(party__occupancies__table__pads__device_id=actor.device_id, party__occupancies__until=None)

    def of_party_at(self, table_id: int) -> Self:
        """Filter the orders of the party that holds a table now."""
        return self.filter(party__occupancies__table_id=table_id, party__occupancies__until=None, withdrawn_at=None)

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
        """Filter orders that the kitchen should have confirmed by now, not older than a day and not on hold.

        The index `order_placed` holds only the few rows with this status.
        """
        long_ago = now - UNSEEN_AFTER
        return self.filter(_sent(long_ago, now), placed_at__lt=long_ago)._placed_and_sent()

    def _placed_and_sent(self) -> Self:
        """Filter placed orders of which the kitchen got something. An order wholly on hold is not sent."""
        lines = self.model._meta.get_field("lines").related_model  # the model that is defined after orders
        sent = lines.objects.filter(order=OuterRef("pk")).exclude(status=LineStatus.HELD)
        return self.filter(Exists(sent), status__literal_exact=OrderStatus.PLACED, withdrawn_at=None)

    def not_alarmed(self) -> Self:
        """Filter orders without an alarm so far."""
        return self.filter(unseen_at=None)

    def unseen(self, now: datetime) -> Self:
        """Filter orders with an alarm: overdue, or alarmed by a process whose clock is ahead."""
        alarmed = Q(unseen_at__isnull=False) & _sent(now, now)
        return self.filter(alarmed | _sent(now - UNSEEN_AFTER, now))._placed_and_sent()

    def of_day(self, business_date: date) -> Self:
        return self.filter(business_date=business_date)

    def since(self, moment: datetime) -> Self:
        return self.filter(placed_at__gte=moment)


def _sent(before: datetime, now: datetime) -> Q:
    """Return the condition that an order went to the kitchen in the last day and before a moment.

    An order that was on hold, e.g. until its pick-up time, went there when it was fired.
    """
    first = now - ALARMED_FOR
    return Q(fired_at=None, placed_at__lt=before, placed_at__gte=first) | Q(fired_at__lt=before, fired_at__gte=first)


class LinesOnOrder(models.Manager.from_queryset(TenantQuerySet)):  # type: ignore[misc]  # made at run time
    """Manager of the lines that are part of their order, without removed lines."""

    def get_queryset(self) -> TenantQuerySet:
        rows: TenantQuerySet = super().get_queryset()
        return rows.filter(removed_at=None)
