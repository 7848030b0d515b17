"""Sockets of orders."""

from urllib.parse import parse_qs

from bistro.core.kernel.errors import NotYours
from bistro.core.kernel.roles import Permission
from bistro.core.live.consumers import LiveConsumer
from bistro.core.live.frames import View
from orders.floor.live import FloorView, TableView
from orders.ordering.live import OrderingView
from orders.program_feed import order_feed_for
from orders.qtable.access import own_restaurant
from orders.qtable.feed import RealtimeFeed
from tables.models import Table


class OrdersConsumer(LiveConsumer):
    """The socket `/ws/orders` of programs, pads and integrations.

    Bistro92 clients get `initial` without sending `hello`, and only messages about orders.
    """

    permission = None
    speaks_first = True

    def make_view(self) -> View | None:
        return order_feed_for(self.actor, self.structured)


class RealtimeConsumer(LiveConsumer):
    """The socket `/realtime?restaurant_id=…` of the floor app QTable: one message for each event."""

    permission = Permission.READ_EVENTS
    speaks_first = True

    def make_view(self) -> View | None:
        asked = parse_qs(self.scope.get("query_string", b"").decode("ascii", "replace"))
        try:
            named = asked.get("restaurant_id", [str(self.actor.restaurant_id)])[0]
            return RealtimeFeed(own_restaurant(self.actor, named), self.actor)
        except NotYours:
            return None


class FloorConsumer(LiveConsumer):
    """The socket `/ws/floor/` of the floor plan."""

    permission = Permission.WATCH_FLOOR

    def make_view(self) -> View | None:
        assert self.actor.restaurant_id is not None
        return FloorView(self.actor.restaurant_id, self.actor)


class TableConsumer(LiveConsumer):
    """The socket `/ws/floor/tables/<table>/` of a table's own page."""

    permission = Permission.WATCH_FLOOR

    def make_view(self) -> View | None:
        tables = Table.objects.visible_to(self.actor).not_archived()
        table = tables.filter(pk=int(self.scope["url_route"]["kwargs"]["table"])).first()
        return TableView(table, self.actor) if table is not None else None


class OrderingConsumer(LiveConsumer):
    """The socket `/ws/floor/order/` of order screens and of the counter."""

    permission = Permission.WATCH_FLOOR

    def make_view(self) -> View | None:
        assert self.actor.restaurant_id is not None
        return OrderingView(self.actor.restaurant_id, self.actor)
