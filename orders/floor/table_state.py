"""The read model of the live part of a table's own page."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from bistro.core.auth.access import restaurant_of
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.languages import language_for
from bistro.core.live import event_log
from bistro.core.live.event_log import Position
from orders.floor.plan import FloorTable, floor_tables
from tables.models import Table


@dataclass(frozen=True, slots=True)
class LiveState:
    """The live part of a table's own page: the state of the table, and the place in the event log that it shows."""

    table: FloorTable
    live_url: str
    poll_url: str
    seq: int
    epoch: str


def read_state(actor: Actor, table: Table, position: Position | None = None) -> LiveState:
    """Read the state of a table as of a position, which by default is read before the rows."""
    position = position or event_log.position(table.restaurant_id)
    restaurant = restaurant_of(actor)
    with override(language_for(actor, restaurant)):
        (shown,) = floor_tables(actor, [table], restaurant, timezone.now())
    return LiveState(
        table=shown,
        live_url=f"/ws/floor/tables/{table.pk}/",
        poll_url=reverse("floor:table-state", args=[table.pk]),
        seq=position.seq,
        epoch=position.epoch,
    )
