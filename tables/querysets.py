"""QuerySets of the floor."""

from typing import Self

from bistro.core.database.querysets import TenantQuerySet
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.roles import Permission
from tables.transitions import PartyStatus


class PartyQuerySet(TenantQuerySet):
    """QuerySet of parties."""

    def visible_to(self, actor: Actor | None) -> Self:
        """Filter the parties that the actor may see. A pad sees the party at its table."""
        rows = super().visible_to(actor)
        if actor is None or actor.may(Permission.READ_ORDERS):
            return rows
        if actor.device_id is None:
            return rows.none()
        return rows.filter(table__pads__device_id=actor.device_id, status__literal_exact=PartyStatus.SEATED)

    def seated(self) -> Self:
        """Filter the parties that are here now: at most one for each table, and any number without a table."""
        return self.filter(status__literal_exact=PartyStatus.SEATED)
