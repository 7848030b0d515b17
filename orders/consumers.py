"""Sockets of orders."""

from bistro.core.kernel.roles import Permission
from bistro.core.live.consumers import LiveConsumer
from bistro.core.live.frames import View
from orders.floor.live import FloorView, TableView
from orders.ordering.live import OrderingView
from orders.program_feed import order_feed_for
from tables.models import Table


class OrdersConsumer(LiveConsumer):
    """The socket `/ws/orders` of programs, pads and integrations.

    Bistro92 clients get `initial` without sending `hello`, and only messages about orders.
    """

    permission = None
    speaks_first = True

    def make_view(self) -> View | None:
        return order_feed_for(self.actor, self.structured)


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
