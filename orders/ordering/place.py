"""The place that an order screen orders for: a table, or the counter for orders without a table."""

from dataclasses import dataclass

from django.urls import reverse

from bistro.core.kernel.actors import Actor
from orders.access import table_for
from orders.models import Draft
from tables.models import Party, Table


@dataclass(frozen=True, slots=True)
class Place:
    """A table with the party that sits there, read with its seats, or the counter (`table` None)."""

    table: Table | None
    party: Party | None = None

    @property
    def table_id(self) -> int | None:
        return self.table.pk if self.table else None

    @property
    def name(self) -> str:
        return self.table.name if self.table else ""

    def url(self, page: str) -> str:
        """Return the address of a page of this place: `screen`, `draft` or `send`."""
        if self.table is None:
            return reverse(f"ordering:counter-{page}")
        return reverse(f"ordering:table-{page}", args=[self.table.pk])

    @property
    def screen_url(self) -> str:
        return self.url("screen")

    @property
    def act_url(self) -> str:
        """Return the address of acts on sent courses, which only a table has."""
        return reverse("ordering:table-act", args=[self.table.pk]) if self.table else ""

    @property
    def back_url(self) -> str:
        """Return the address that the waiter comes from."""
        if self.table is None:
            return reverse("ordering:counter")
        return reverse("floor:table", args=[self.table.pk])

    def draft(self, actor: Actor) -> Draft:
        """Return the stored draft of this place for the actor, or an empty one that is not saved."""
        rows = Draft.objects.visible_to(actor)
        mine = rows.filter(table=self.table) if self.table else rows.filter(table=None, staff_id=actor.id)
        return mine.first() or Draft(table=self.table)


def place_for(actor: Actor, table_id: int | None) -> Place:
    """Return the place of a table id, or the counter for None. Raises Http404 for an unknown table."""
    if table_id is None:
        return Place(None)
    table = table_for(actor, table_id)
    return Place(table, Party.objects.visible_to(actor).at_table(table.pk).with_seats().first())
