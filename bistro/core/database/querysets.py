"""The reading vocabulary that every table of a restaurant shares."""

from typing import Any, Self

from django.conf import settings
from django.db import models

from bistro.core.kernel.actors import Actor


class TenantQuerySet(models.QuerySet[Any]):
    """Rows of one restaurant. Closed by default: no actor, or one without a restaurant, sees nothing."""

    def visible_to(self, actor: Actor | None) -> Self:
        """The restaurant filter, here and nowhere else."""
        if actor is None or actor.restaurant_id is None:
            return self.none()
        return self.filter(restaurant_id=actor.restaurant_id)

    def of_restaurant(self, restaurant_id: int) -> Self:
        """For services and steps, which have their restaurant from the unit of work."""
        return self.filter(restaurant_id=restaurant_id)

    def locked(self) -> Self:
        """Lock in pk order, so that two writers never wait on each other in a circle. Evaluate it: lazy is no lock.

        Not against readers of the key: PostgreSQL checks foreign keys at the commit, when the sequence is held already,
        and a stronger lock on the row they point at made writers wait for each other in a circle (measured: deadlocks
        with two processes at 50 orders/s). SQLite has no row locks; there the one writer holds the database instead.
        """
        return self.order_by("pk").select_for_update(of=("self",), no_key=True)

    def for_reports(self) -> Self:
        """From the replica, where there is one: what may be a moment old, and may take long."""
        return self.using(settings.REPORTS)

    def next_position(self) -> int:
        """The place after the last of these rows, for tables with a `position`."""
        last = self.aggregate(last=models.Max("position"))["last"]
        return 0 if last is None else int(last) + 1

    def not_archived(self) -> Self:
        """What is still in use."""
        return self.filter(archived_at=None)
