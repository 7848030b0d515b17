"""Live updates of the floor plan and of a table's own page, rendered with the partials of these pages."""

from collections.abc import Iterable

from bistro.core.auth.access import restaurant_of
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.events import Audience, audiences_of
from bistro.core.live.event_log import Position
from bistro.core.live.frames import Frame, page_frame, render_fragment
from bistro.core.models import Event
from orders.floor.plan import read_floor, table_ids_of
from orders.floor.table_state import read_state
from tables.events import FloorPlanChanged
from tables.models import Table
from tables.selectors import joined_tables


def audience_key(part: object, actor: Actor) -> str:
    """Return the key of an audience: those with a language of their own share frames in that language."""
    return f"floor:{part}" + (f":{actor.language}" if actor.language else "")


class FloorView:
    """The live floor plan of a restaurant, the same for everybody who may see it in the same language."""

    def __init__(self, restaurant_id: int, actor: Actor) -> None:
        self.restaurant_id, self.actor = restaurant_id, actor
        self.key = audience_key(restaurant_id, actor)

    def snapshot(self, position: Position) -> Iterable[Frame]:
        """Yield the whole floor."""
        floor = read_floor(self.actor, position)
        html = render_fragment("floor/floor.html#floor", {"floor": floor}, floor.restaurant, self.actor.language)
        yield page_frame("snapshot", html, position)

    def changes(self, events: list[Event], position: Position) -> Iterable[Frame]:
        """Yield the tables that these events changed, with all tables of their parties, and the alarms.

        After a change of the plan yield the whole floor.
        """
        seen = [event for event in events if Audience.FLOOR in audiences_of(event.type, event.action)]
        if not seen:
            return
        if any(event.action == FloorPlanChanged.action for event in seen):
            yield from self.snapshot(position)
            return
        touched = table_ids_of(seen)  # empty if only an alarm began or ended
        floor = read_floor(self.actor, position)
        parties = {table.party for table in floor.tables if table.id in touched and table.party}
        changed = [table for table in floor.tables if table.id in touched or table.party in parties]
        html = render_fragment(
            "floor/changes.html", {"floor": floor, "tables": changed}, floor.restaurant, self.actor.language
        )
        yield page_frame("changes", html, position)


class TableView:
    """The live state of one table, the same for all who see it in one language. The page fetches the orders itself."""

    def __init__(self, table: Table, actor: Actor) -> None:
        self.restaurant_id, self.table_id, self.actor = table.restaurant_id, table.pk, actor
        self.key = audience_key(f"{table.restaurant_id}:{table.pk}", actor)

    def snapshot(self, position: Position) -> Iterable[Frame]:
        """Yield the state of the table."""
        yield from self._frames("snapshot", position)

    def changes(self, events: list[Event], position: Position) -> Iterable[Frame]:
        """Yield the state of the table if one of these events concerns the table."""
        seen = [event for event in events if Audience.FLOOR in audiences_of(event.type, event.action)]
        touched = table_ids_of(seen)
        if self.table_id in touched or touched & joined_tables(self.restaurant_id, position, self.table_id):
            yield from self._frames("changes", position)

    def _frames(self, kind: str, position: Position) -> Iterable[Frame]:
        table = Table.objects.visible_to(self.actor).not_archived().filter(pk=self.table_id).first()
        if table is None:
            return
        state = read_state(self.actor, table, position)
        html = render_fragment(
            "floor/sheet.html#state", {"state": state}, restaurant_of(self.actor), self.actor.language
        )
        yield page_frame(kind, html, position)
