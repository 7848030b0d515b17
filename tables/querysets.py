"""QuerySets of the floor."""

from typing import Self

from bistro.core.database.querysets import TenantQuerySet
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.roles import Permission
from tables.transitions import PartyStatus


class PartyQuerySet(TenantQuerySet):
    """QuerySet of parties."""

    def visible_to(self, actor: Actor | None) -> Self:
        """Filter the parties that the actor may see. A pad sees the party that holds its table."""
        rows = super().visible_to(actor)
        if actor is None or actor.may(Permission.READ_ORDERS):
            return rows
        if actor.device_id is None:
            return rows.none()
        return rows.filter(occupancies__table__pads__device_id=actor.device_id, occupancies__until=None)

    def seated(self) -> Self:
        """Filter the parties that are here now: at most one for each table, and any number without a table."""
        return self.filter(status__literal_exact=PartyStatus.SEATED)

    def at_table(self, table_id: int) -> Self:
        """Filter the party that holds a table now."""
        return self.filter(occupancies__table_id=table_id, occupancies__until=None)


class OccupancyQuerySet(TenantQuerySet):
    """QuerySet of occupancies."""

    def open(self) -> Self:
        """Filter the tables that parties hold now."""
        return self.filter(until=None)
