"""QuerySets of the waiting list."""

from typing import Self

from bistro.core.database.querysets import TenantQuerySet
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.roles import Permission


class EntryQuerySet(TenantQuerySet):
    """QuerySet of entries of the waiting list."""

    def visible_to(self, actor: Actor | None) -> Self:
        """Filter the entries that the actor may see: those of people who seat guests."""
        rows = super().visible_to(actor)
        return rows if actor is not None and actor.may(Permission.SEAT_TABLE) else rows.none()

    def open(self) -> Self:
        """Filter the parties that wait now, in the order of their arrival."""
        return self.filter(closed_at=None).order_by("arrived_at", "pk")
