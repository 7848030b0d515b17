"""QuerySets of bookings and holds."""

from datetime import datetime, timedelta
from typing import Self

from bistro.core.database.querysets import TenantQuerySet
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.roles import Permission
from tables.bookings.transitions import COUNTED, EXPECTED

LONGEST_STAY = timedelta(hours=24)  # of a hold, so that overlapping ones are found by an index on their start


class BookingQuerySet(TenantQuerySet):
    """QuerySet of bookings."""

    def visible_to(self, actor: Actor | None) -> Self:
        """Filter the bookings that the actor may see: they have names and phone numbers."""
        rows = super().visible_to(actor)
        return rows if actor is not None and actor.may(Permission.TAKE_BOOKING) else rows.none()

    def expected(self) -> Self:
        """Filter bookings of guests who are still to come."""
        return self.filter(status__in=sorted(EXPECTED))

    def counted(self) -> Self:
        """Filter bookings whose guests count for the pace of arrivals."""
        return self.filter(status__in=sorted(COUNTED))

    def starting(self, begin: datetime, end: datetime) -> Self:
        """Filter bookings that start in a span."""
        return self.filter(starts_at__gte=begin, starts_at__lt=end)


class HoldQuerySet(TenantQuerySet):
    """QuerySet of holds."""

    def live(self) -> Self:
        """Filter holds that keep others from a table."""
        return self.filter(live=True)

    def overlapping(self, begin: datetime, end: datetime) -> Self:
        """Filter holds that share a moment with a span."""
        return self.filter(starts_at__gt=begin - LONGEST_STAY, starts_at__lt=end, ends_at__gt=begin)


class TurnQuerySet(TenantQuerySet):
    """QuerySet of usual stays."""

    def typed(self) -> Self:
        """Filter the ones that managers have typed."""
        return self.filter(daypart="")

    def learned(self) -> Self:
        """Filter the ones that were learned from past stays."""
        return self.exclude(daypart="")
