"""QuerySets of the floor."""

from datetime import datetime
from typing import Any, Self

from django.db.models import OuterRef, Q, Subquery, Sum

from bistro.core.database.querysets import TenantQuerySet
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.roles import Permission
from tables.guests.contacts import digits_of
from tables.transitions import RINGS_FOR, PartyStatus


class PartyQuerySet(TenantQuerySet):
    """QuerySet of parties."""

    def visible_to(self, actor: Actor | None) -> Self:
        """Filter the parties that the actor may see. A pad sees the party that holds its table, a guest the own one."""
        rows = super().visible_to(actor)
        if actor is None or actor.may(Permission.READ_ORDERS):
            return rows
        if actor.is_guest:
            return rows.filter(pk=actor.id)
        if actor.device_id is None:
            return rows.none()
        return rows.filter(occupancies__table__pads__device_id=actor.device_id, occupancies__until=None)

    def seated(self) -> Self:
        """Filter the parties that are here now: at most one for each table, and any number without a table."""
        return self.filter(status__literal_exact=PartyStatus.SEATED)

    def at_table(self, table_id: int) -> Self:
        """Filter the party that holds a table now."""
        return self.filter(occupancies__table_id=table_id, occupancies__until=None)

    def named_like(self, typed: str) -> Self:
        """Filter the parties whose name, or whose guest's phone number, contains what was typed."""
        number = digits_of(typed).lstrip("+").removeprefix("0")
        found = Q(name__icontains=typed)
        if len(number) >= 3 and number.isdigit():
            found |= Q(guest__phone__contains=number)
        return self.filter(found)

    def with_seats(self) -> Self:
        """Add `seats_held`, the number of seats at all tables that a party holds now."""
        stays: Any = self.model._meta.get_field("occupancies").related_model
        held = stays.objects.open().filter(party=OuterRef("pk")).order_by().values("party")
        return self.annotate(seats_held=Subquery(held.annotate(seats=Sum("table__seats")).values("seats")))


class OccupancyQuerySet(TenantQuerySet):
    """QuerySet of occupancies."""

    def open(self) -> Self:
        """Filter the tables that parties hold now."""
        return self.filter(until=None)


class CallQuerySet(TenantQuerySet):
    """QuerySet of service calls."""

    def visible_to(self, actor: Actor | None) -> Self:
        """Filter the calls that the actor may see. A pad sees those of the party at its table, and open ones."""
        rows = super().visible_to(actor)
        if actor is None or actor.may(Permission.READ_ORDERS):
            return rows
        if actor.device_id is None:
            return rows.none()
        here = Q(closed_at=None) | Q(party__status__literal_exact=PartyStatus.SEATED)
        return rows.filter(here, table__pads__device_id=actor.device_id)

    def open(self) -> Self:
        """Filter calls that nobody has closed."""
        return self.filter(closed_at=None)

    def ringing(self) -> Self:
        """Filter open calls that nobody has taken."""
        return self.open().filter(taken_at=None)

    def escalated(self, now: datetime) -> Self:
        """Filter calls that ring although everybody was called, with their tables."""
        return self.ringing().filter(escalated_at__isnull=False, at__gt=now - RINGS_FOR).select_related("table")

    def alarming(self, now: datetime) -> Self:
        """Filter calls that ring and are an alarm, with their tables."""
        return self.escalated(now).filter(alarmed_at__isnull=False)

    def rung_before(self, moment: datetime) -> Self:
        """Filter calls whose last ring was at this time or before."""
        return self.filter(last_rung_at__lte=moment)
