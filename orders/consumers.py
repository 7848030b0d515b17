"""Sockets of orders."""

from bistro.core.kernel.roles import Permission
from bistro.core.live.consumers import LiveConsumer
from bistro.core.live.frames import View
from orders.floor.live import FloorView
from orders.program_feed import order_feed_for


class OrdersConsumer(LiveConsumer):
    """The socket `/ws/orders` of programs, pads and integrations.

    Bistro92 clients get `initial` without sending `hello`, and only messages about orders.
    """

    speaks_first = True

    def make_view(self) -> View | None:
        return order_feed_for(self.actor, self.structured)


class FloorConsumer(LiveConsumer):
    """The socket `/ws/floor/` of the floor plan."""

    def make_view(self) -> View | None:
        if not self.actor.may(Permission.WATCH_FLOOR) or self.actor.restaurant_id is None:
            return None
        return FloorView(self.actor.restaurant_id, self.actor)
