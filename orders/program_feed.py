"""The live feed of orders for programs and pads: `/ws/orders` (docs/sockets.md).

There is one view for the restaurant and one for each table with a pad.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.events import Audience, audiences_of
from bistro.core.kernel.jsontext import dumps
from bistro.core.kernel.roles import Permission
from bistro.core.live.event_log import Position
from bistro.core.live.frames import Frame
from bistro.core.models import Event
from orders.events import OrderMoved
from orders.models import Order
from orders.representations import order_detail, pad_json, with_notes
from tables.models import Pad
from tables.selectors import joined_tables

INITIAL_LIMIT = 2000  # limits the cost of orders that were never closed
_MESSAGES = {"order_created": "new_order", "order_updated": "order_updated"}
_MENU = "menu_updated"  # a change of the menu, of availability or of a pause
_CALLS = frozenset({"service_call_created", "service_call_updated"})


class OrderFeed:
    """The messages `initial`, `new_order` and `order_updated` in the format of Bistro92.

    With `with_menu`, for clients of our subprotocol, also `menu_updated` and the events of service calls, which
    Bistro92 clients do not know.
    """

    def __init__(self, restaurant_id: int, actor: Actor, table_id: int | None, *, with_menu: bool = False) -> None:
        self.restaurant_id, self.actor, self.table_id, self.with_menu = restaurant_id, actor, table_id, with_menu
        self.key = f"orders:{restaurant_id}:{table_id or 'all'}{':menu' if with_menu else ''}"

    def snapshot(self, position: Position) -> Iterable[Frame]:
        """Yield the open orders, oldest first. If there are too many, the newest, so that no new order is hidden."""
        rows = Order.objects.visible_to(self.actor).open()
        if self.table_id is not None:  # the table of the audience, because a pad may move to another table
            rows = Order.objects.of_restaurant(self.restaurant_id).open().of_party_at(self.table_id)
        newest = rows.with_lines().order_by("-pk")[:INITIAL_LIMIT]
        orders = [pad_json(order_detail(order)) for order in reversed(newest)]
        body = {"type": "initial", "orders": orders, "seq": position.seq, "epoch": position.epoch}
        yield Frame(position.seq, dumps(body))

    def changes(self, events: list[Event], position: Position) -> Iterable[Frame]:
        """Yield one message for each event that this audience may see."""
        for event in events:
            if self.with_menu and (
                self._gets_menu_event(event) or (event.type in _CALLS and self._may_see(event, position))
            ):
                yield _plain_frame(event, position)
            kind = _MESSAGES.get(event.type)
            if kind is None or not self._may_see(event, position):
                continue
            order = pad_json(with_notes(json.loads(event.data), _notes(event)))
            body = {"type": kind, "order": order, "action": event.action, "seq": event.seq, "epoch": position.epoch}
            yield Frame(event.seq, dumps(body))

    def _gets_menu_event(self, event: Event) -> bool:
        """Return whether this audience gets the event. Events of the menu are for every table."""
        audience = Audience.PROGRAMS if self.table_id is None else Audience.TABLE
        return event.type == _MENU and audience in audiences_of(event.type, event.action)

    def _may_see(self, event: Event, position: Position) -> bool:
        """Return whether this audience gets an order. A pad gets those of all tables of its party.

        An order that moves away is told once more to the pad of the table that it leaves.
        """
        audiences = audiences_of(event.type, event.action)
        if self.table_id is None:
            return Audience.PROGRAMS in audiences
        if Audience.TABLE not in audiences or event.table_id is None:
            return False
        if event.table_id == self.table_id:
            return True
        if event.action == OrderMoved.action and json.loads(event.data).get("moved_from") == self.table_id:
            return True
        return event.table_id in joined_tables(self.restaurant_id, position, self.table_id)


def _plain_frame(event: Event, position: Position) -> Frame:
    """Return the frame of a menu event or a call without its private data, e.g. the reason of a pause."""
    told = {"action": event.action, "data": json.loads(event.data)}
    return Frame(event.seq, dumps({"type": event.type, **told, "seq": event.seq, "epoch": position.epoch}))


def _notes(event: Event) -> Mapping[str, Any] | None:
    return json.loads(event.private) if event.private else None


def order_feed_for(actor: Actor, with_menu: bool = False) -> OrderFeed | None:
    """Return the feed for an actor: of the restaurant, of a pad's own table, or None.

    `with_menu` adds the messages about the menu.
    """
    if actor.restaurant_id is None:
        return None
    if actor.may(Permission.READ_ORDERS):
        return OrderFeed(actor.restaurant_id, actor, None, with_menu=with_menu)
    pad = Pad.objects.visible_to(actor).filter(device_id=actor.device_id).first()
    return OrderFeed(actor.restaurant_id, actor, pad.table_id, with_menu=with_menu) if pad else None
