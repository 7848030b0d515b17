"""The reading vocabulary of the kitchen."""

from datetime import datetime
from typing import Self

from django.db.models import BigIntegerField, Exists, F, OuterRef, Prefetch, Q
from django.db.models.functions import Coalesce

from bistro.core.database.querysets import TenantQuerySet
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.roles import Permission, Role
from kitchen.transitions import OPEN_TICKETS, TicketStatus
from orders.querysets import ALARMED_FOR, UNSEEN_AFTER

# The row of tickets: by order, because orders are numbered as they are committed, and a clock may be put back. A course
# that was fired later comes after the newest order of that moment.
IN_ORDER = (Coalesce("place", "order_id"), F("place").asc(nulls_first=True), F("pk").asc())


class TicketQuerySet(TenantQuerySet):
    """Tickets: one order's lines at one station."""

    def visible_to(self, actor: Actor | None) -> Self:
        """Narrow to tickets of the restaurant whose orders the actor may read."""
        rows = super().visible_to(actor)
        return rows if actor is not None and actor.may(Permission.READ_ORDERS) else rows.none()

    def within_reach_of(self, actor: Actor | None) -> Self:
        """Narrow to the tickets an actor may read and act on.

        A wall screen reaches those of its stations; people and screens without stations reach all. Boards do not use
        this: a board belongs to one station, and the page has checked who may watch it.
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
        """Narrow to what a cook sees: open tickets, and cancelled ones until they are acknowledged."""
        return self.filter(Q(status__literal_in=OPEN_TICKETS) | Q(alert_at__isnull=False, alert_at__gte=since))

    def awaited(self, now: datetime) -> Self:
        """Narrow to tickets at watched stations that need their own acknowledgement.

        Tickets that were seen, started or held are left out.
        """
        stations = self.model._meta.get_field("station").related_model.objects
        watched = Exists(stations.filter(pk=OuterRef("station"), watched=True))  # no join: the empty index goes first
        tonight = Q(awaited_since__gte=now - ALARMED_FOR)
        return self.filter(tonight, watched, seen_at=None, status__literal_exact=TicketStatus.QUEUED, held_at=None)

    def overdue(self, now: datetime) -> Self:
        """Narrow to awaited tickets that a screen should have shown by now."""
        return self.awaited(now).filter(awaited_since__lt=now - UNSEEN_AFTER)

    def not_alarmed(self) -> Self:
        """Narrow to tickets without an alarm."""
        return self.filter(unseen_at=None)

    def unseen(self, now: datetime) -> Self:
        """Narrow to tickets with an alarm."""
        return self.awaited(now).filter(unseen_at__isnull=False)

    def unread(self) -> Self:
        """Narrow to tickets with a change that no cook has acknowledged."""
        return self.filter(alert_at__isnull=False)

    def done_since(self, moment: datetime) -> Self:
        """Narrow to tickets bumped after this time."""
        return self.filter(status__literal_exact=TicketStatus.DONE, done_at__gte=moment)

    def of_station(self, station_id: int | None) -> Self:
        """Narrow to one station's tickets; None leaves all."""
        return self if station_id is None else self.filter(station_id=station_id)

    def with_places(self) -> Self:
        """Join the station, the order and its table."""
        return self.select_related("station", "order", "order__table")

    def with_lines(self) -> Self:
        """Read everything a board shows, in a constant number of queries.

        The lines are joined, not prefetched: Django spells a forward prefetch as a chain of ORs, which SQLite refuses
        at a thousand, and a thousand open tickets would break the wall.
        """
        ticket_lines = self.model._meta.get_field("lines").related_model
        lines = Prefetch("lines", ticket_lines.objects.select_related("line"))
        return self.with_places().prefetch_related(lines)

    def oldest_first(self) -> Self:
        """Sort by the place in the row of tickets."""
        return self.order_by(*IN_ORDER)

    def oldest_first_in_pages(self) -> Self:
        """Sort as `oldest_first`, by names, because a cursor continues from the value of the first one."""
        row = Coalesce("place", "order_id", output_field=BigIntegerField())
        named = self.annotate(row=row, fired_after=Coalesce("place", 0))
        return named.order_by("row", "fired_after", "pk")
