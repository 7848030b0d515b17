"""The reading vocabulary of the kitchen."""

from datetime import datetime
from typing import Self

from django.db.models import Exists, OuterRef, Prefetch, Q

from bistro.core.database.querysets import TenantQuerySet
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.roles import Permission, Role
from kitchen.transitions import OPEN_TICKETS, TicketStatus
from orders.querysets import ALARMED_FOR, UNSEEN_AFTER


class TicketQuerySet(TenantQuerySet):
    """One order's lines at one station."""

    def visible_to(self, actor: Actor | None) -> Self:
        """Whoever may read the restaurant's orders may read its tickets."""
        rows = super().visible_to(actor)
        return rows if actor is not None and actor.may(Permission.READ_ORDERS) else rows.none()

    def within_reach_of(self, actor: Actor | None) -> Self:
        """What an actor may read and act on: a wall screen for its stations, one without stations and people for all.

        Boards do not ask this: they are one station's, whoever looks, and who may look was settled at the door.
        """
        rows = self.visible_to(actor)
        if actor is None or Role.SCREEN not in actor.roles:
            return rows
        stations = self.model._meta.get_field("station").related_model.objects
        own = stations.filter(screens__device_id=actor.device_id)
        return rows.filter(Q(station__in=own) | ~Exists(own))

    def open(self) -> Self:
        return self.filter(status__literal_in=OPEN_TICKETS)

    def on_board(self, since: datetime) -> Self:
        """What a cook has before them: open tickets, and those cancelled since then until they have read so."""
        return self.filter(Q(status__literal_in=OPEN_TICKETS) | Q(alert_at__isnull=False, alert_at__gte=since))

    def awaited(self, now: datetime) -> Self:
        """What is to be seen by itself tonight, where somebody watches, and nobody has seen, begun or held."""
        stations = self.model._meta.get_field("station").related_model.objects
        watched = Exists(stations.filter(pk=OuterRef("station"), watched=True))  # no join: the empty index goes first
        tonight = Q(awaited_since__gte=now - ALARMED_FOR)
        return self.filter(tonight, watched, seen_at=None, status__literal_exact=TicketStatus.QUEUED, held_at=None)

    def overdue(self, now: datetime) -> Self:
        """Of that, what a screen should have shown by now: the time that orders have."""
        return self.awaited(now).filter(awaited_since__lt=now - UNSEEN_AFTER)

    def not_alarmed(self) -> Self:
        """Those that no alarm was raised for yet."""
        return self.filter(unseen_at=None)

    def unseen(self, now: datetime) -> Self:
        """What stands as an alarm."""
        return self.awaited(now).filter(unseen_at__isnull=False)

    def unread(self) -> Self:
        """Changed, voided or cancelled after the kitchen had them, and nobody has read it."""
        return self.filter(alert_at__isnull=False)

    def done_since(self, moment: datetime) -> Self:
        """Bumped, and not longer ago than this."""
        return self.filter(status__literal_exact=TicketStatus.DONE, done_at__gte=moment)

    def of_station(self, station_id: int | None) -> Self:
        """One station's, or everybody's when None."""
        return self if station_id is None else self.filter(station_id=station_id)

    def with_places(self) -> Self:
        """Where it is cooked, and for whom."""
        return self.select_related("station", "order", "order__table")

    def with_lines(self) -> Self:
        """Everything a board shows, in a constant number of queries.

        The lines are joined, not prefetched: Django spells a forward prefetch as a chain of ORs, which SQLite refuses
        at a thousand, and a thousand open tickets would blind the wall.
        """
        ticket_lines = self.model._meta.get_field("lines").related_model
        lines = Prefetch("lines", ticket_lines.objects.select_related("line"))
        return self.with_places().prefetch_related(lines)

    def oldest_first(self) -> Self:
        return self.order_by("fired_at", "pk")
