"""Queryset methods that all tables of a restaurant share."""

from typing import Any, Self

from django.conf import settings
from django.db import models

from bistro.core.kernel.actors import Actor


class TenantQuerySet(models.QuerySet[Any]):
    """Rows of one restaurant. Without an actor, or for an actor without a restaurant, the set is empty."""

    def visible_to(self, actor: Actor | None) -> Self:
        """Return the rows of the actor's restaurant. The tenant filter exists only here."""
        if actor is None or actor.restaurant_id is None:
            return self.none()
        return self.filter(restaurant_id=actor.restaurant_id)

    def of_restaurant(self, restaurant_id: int) -> Self:
        """Return the rows of a restaurant, for services and steps, which take it from the unit of work."""
        return self.filter(restaurant_id=restaurant_id)

    def locked(self) -> Self:
        """Lock the rows in primary-key order, so that two writers cannot deadlock.

        Evaluate the result: a lazy queryset locks nothing.

        The lock does not block foreign-key checks: PostgreSQL makes them at commit, when the sequence is already
        locked, and a stronger lock caused deadlocks. SQLite has no row locks; its single writer locks the whole
        database.
        """
        return self.order_by("pk").select_for_update(of=("self",), no_key=True)

    def for_reports(self) -> Self:
        """Read from the replica, if one is configured: for slow queries whose rows may be a moment old."""
        return self.using(settings.REPORTS)

    def next_position(self) -> int:
        """Return the position after the last of these rows, for tables with a `position`."""
        last = self.aggregate(last=models.Max("position"))["last"]
        return 0 if last is None else int(last) + 1

    def not_archived(self) -> Self:
        """Return the rows that are in use."""
        return self.filter(archived_at=None)
