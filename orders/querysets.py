"""The reading vocabulary of orders."""

from datetime import date, datetime
from typing import Self

from bistro.core.actors import Actor
from bistro.core.querysets import TenantQuerySet
from bistro.core.roles import Act
from orders.transitions import OPEN


class OrderQuerySet(TenantQuerySet):
    """What was asked for."""

    def visible_to(self, actor: Actor | None) -> Self:
        """A pad sees its own table's seated party, others who may read the restaurant's. Withdrawn orders are gone."""
        rows = super().visible_to(actor).filter(withdrawn_at=None)
        if actor is None or actor.may(Act.READ_ORDERS):
            return rows
        if actor.device_id is None:
            return rows.none()
        return rows.filter(table__pads__device_id=actor.device_id, party__status="seated")

    def of_party_at(self, table_id: int) -> Self:
        """What the guests who sit at a table now have ordered."""
        return self.filter(table_id=table_id, party__status="seated", withdrawn_at=None)

    def with_lines(self) -> Self:
        """Lines and table in two queries more, whatever the number of orders."""
        return self.select_related("table").prefetch_related("lines")

    def open(self) -> Self:
        """Neither delivered nor cancelled."""
        return self.filter(status__in=OPEN, withdrawn_at=None)

    def of_day(self, business_date: date) -> Self:
        return self.filter(business_date=business_date)

    def since(self, moment: datetime) -> Self:
        return self.filter(placed_at__gte=moment)
