"""The reading vocabulary of orders."""

from datetime import date, datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import Q

from bistro.core.database.querysets import TenantQuerySet
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.roles import Permission
from orders.transitions import OPEN, OrderStatus

# The kitchen should have confirmed by then: with the sweep's second, an alarm stands at twenty (DESIGN section 5).
UNSEEN_AFTER = timedelta(seconds=19)
ALARMED_FOR = timedelta(hours=24)


class OrderQuerySet(TenantQuerySet):
    """What was asked for."""

    def visible_to(self, actor: Actor | None) -> Self:
        """A pad sees its own table's seated party, others who may read the restaurant's. Withdrawn orders are gone."""
        rows = super().visible_to(actor).filter(withdrawn_at=None)
        if actor is None or actor.may(Permission.READ_ORDERS):
            return rows
        if actor.device_id is None:
            return rows.none()
        return rows.filter(table__pads__device_id=actor.device_id, party__status__literal_exact="seated")

    def of_party_at(self, table_id: int) -> Self:
        """What the guests who sit at a table now have ordered."""
        return self.filter(table_id=table_id, party__status__literal_exact="seated", withdrawn_at=None)

    def with_lines(self) -> Self:
        """Lines and table in two queries more, whatever the number of orders."""
        return self.select_related("table").prefetch_related("lines")

    def open(self) -> Self:
        """Neither delivered nor cancelled."""
        return self.filter(status__literal_in=OPEN, withdrawn_at=None)

    def kept(self) -> Self:
        """What guests owe: neither cancelled nor withdrawn. `Order.is_kept` says the same of one row."""
        return self.filter(withdrawn_at=None).exclude(status=OrderStatus.CANCELLED)

    def overdue(self, now: datetime) -> Self:
        """Placed tonight, and the kitchen should have seen it by now. Only the few rows that are placed are looked
        through; what was forgotten days ago rings no more."""
        tonight = Q(placed_at__lt=now - UNSEEN_AFTER, placed_at__gte=now - ALARMED_FOR)
        return self.filter(tonight, status__literal_exact=OrderStatus.PLACED, withdrawn_at=None)

    def not_alarmed(self) -> Self:
        """Those that no alarm was raised for yet."""
        return self.filter(unseen_at=None)

    def unseen(self, now: datetime) -> Self:
        """What stands as an alarm: overdue, or alarmed by a process whose clock is ahead of ours."""
        due = Q(placed_at__lt=now - UNSEEN_AFTER) | Q(unseen_at__isnull=False)
        tonight = Q(placed_at__gte=now - ALARMED_FOR)
        return self.filter(due, tonight, status__literal_exact=OrderStatus.PLACED, withdrawn_at=None)

    def of_day(self, business_date: date) -> Self:
        return self.filter(business_date=business_date)

    def since(self, moment: datetime) -> Self:
        return self.filter(placed_at__gte=moment)


class LinesOnOrder(models.Manager.from_queryset(TenantQuerySet)):  # type: ignore[misc]  # made at run time
    """The lines that are on their order: those that left it are kept in the table, but no reader finds them here."""

    def get_queryset(self) -> TenantQuerySet:
        rows: TenantQuerySet = super().get_queryset()
        return rows.filter(removed_at=None)
