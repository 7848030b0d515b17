"""The pass as pushed to its screens: the orders that events touch, and always the coming courses."""

from collections.abc import Iterable

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.events import Audience, audiences_of
from bistro.core.live.event_log import Position
from bistro.core.live.frames import Frame, page_frame, render_fragment
from bistro.core.models import Event
from kitchen.expo.board import ExpoData, read_expo
from kitchen.strips import changed_strips
from kitchen.wall.live import touched_orders


class ExpoView:
    """Orders across all stations, and printers in trouble, the same for every viewer."""

    def __init__(self, restaurant_id: int, actor: Actor) -> None:
        self.restaurant_id, self.actor = restaurant_id, actor
        self.key = f"expo:{restaurant_id}"

    def snapshot(self, position: Position) -> Iterable[Frame]:
        """Render the whole pass."""
        expo = read_expo(self.actor, position)
        html = render_fragment("kitchen/expo.html#pass", {"expo": expo}, expo.restaurant)
        yield page_frame("snapshot", html, position)

    def changes(self, events: list[Event], position: Position) -> Iterable[Frame]:
        """Render the orders that these events touched; finished orders leave."""
        seen = [event for event in events if Audience.KITCHEN in audiences_of(event.type, event.action)]
        html = changed_strips(self.restaurant_id, seen)
        orders, _tickets = touched_orders(seen, self.restaurant_id)
        if orders:
            html += render_expo(read_expo(self.actor, position, only=orders), orders)
        if html:
            yield page_frame("changes", html, position)


def render_expo(expo: ExpoData, order_ids: set[int], problem: str | None = None) -> str:
    """Render fragments of a pass that was read for these orders: open ones, and deletes for the rest."""
    gone = sorted(order_ids - {order.id for order in expo.orders})
    context = {"expo": expo, "orders": expo.orders, "gone": gone, "problem": problem}
    return render_fragment("kitchen/expo.html#changes", context, expo.restaurant)
