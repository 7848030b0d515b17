"""The floor plan as pushed to its pages: the tables that events touched, rendered with the page's own partials."""

from collections.abc import Iterable

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.events import Audience, audiences_of
from bistro.core.live.event_log import Position
from bistro.core.live.frames import Frame, page_frame, render_there
from bistro.core.models import Event
from orders.floor.plan import read_floor, table_ids_of


class FloorView:
    """The floor of one restaurant. Everybody who may watch it sees the same."""

    def __init__(self, restaurant_id: int, actor: Actor) -> None:
        self.restaurant_id, self.actor = restaurant_id, actor
        self.key = f"floor:{restaurant_id}"

    def snapshot(self, position: Position) -> Iterable[Frame]:
        """The whole floor."""
        floor = read_floor(self.actor, position)
        html = render_there("floor/floor.html#floor", {"floor": floor, "oob": True}, floor.restaurant)
        yield page_frame("snapshot", html, position)

    def changes(self, events: list[Event], position: Position) -> Iterable[Frame]:
        """The tables that these events touched, the list (its order follows urgency), the alarms."""
        seen = [event for event in events if Audience.FLOOR in audiences_of(event.type, event.action)]
        if not seen:
            return
        touched = table_ids_of(seen)  # none when only an alarm came or went
        floor = read_floor(self.actor, position)
        changed = [table for table in floor.tables if table.id in touched]
        html = render_there("floor/changes.html", {"floor": floor, "tables": changed, "oob": True}, floor.restaurant)
        yield page_frame("changes", html, position)
