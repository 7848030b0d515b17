"""What programs see of orders: `/ws/orders` (CONTRACT A). One view for the restaurant, one for each pad's table."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from bistro.core.actors import Actor
from bistro.core.events import Audience, audiences_of
from bistro.core.feed import Position
from bistro.core.jsontext import dumps
from bistro.core.live.frames import Frame
from bistro.core.models import Event
from bistro.core.roles import Act
from orders.models import Order
from orders.shapes import full_json, pad_json, with_notes
from tables.models import Pad

INITIAL_LIMIT = 2000  # far above any evening; it bounds what orders that nobody ever closed can cost
_MESSAGES = {"order_created": "new_order", "order_updated": "order_updated"}


class OrderFeed:
    """`initial`, then `new_order` and `order_updated`, in the old pads' envelope."""

    def __init__(self, restaurant_id: int, actor: Actor, table_id: int | None) -> None:
        self.restaurant_id, self.actor, self.table_id = restaurant_id, actor, table_id
        self.key = f"orders:{restaurant_id}:{table_id or 'all'}"

    def snapshot(self, position: Position) -> Iterable[Frame]:
        """The open orders, oldest first; of too many the newest: what was forgotten hides nothing just ordered."""
        rows = Order.objects.visible_to(self.actor).open()
        if self.table_id is not None:  # the audience's table: two pads may share it, and one may move away
            rows = Order.objects.of_restaurant(self.restaurant_id).open().of_party_at(self.table_id)
        newest = rows.with_lines().order_by("-placed_at", "-pk")[:INITIAL_LIMIT]
        orders = [pad_json(full_json(order)) for order in reversed(newest)]
        body = {"type": "initial", "orders": orders, "seq": position.seq, "epoch": position.epoch}
        yield Frame(position.seq, dumps(body))

    def changes(self, events: list[Event], position: Position) -> Iterable[Frame]:
        """One message an event that this audience may see."""
        for event in events:
            kind = _MESSAGES.get(event.type)
            if kind is None or not self._may_see(event):
                continue
            order = pad_json(with_notes(json.loads(event.data), _notes(event)))
            body = {"type": kind, "order": order, "action": event.action, "seq": event.seq, "epoch": position.epoch}
            yield Frame(event.seq, dumps(body))

    def _may_see(self, event: Event) -> bool:
        audiences = audiences_of(event.type, event.action)
        if self.table_id is None:
            return Audience.PROGRAMS in audiences
        return Audience.TABLE in audiences and event.table_id == self.table_id


def _notes(event: Event) -> Mapping[str, Any] | None:
    return json.loads(event.private) if event.private else None


def order_feed_for(actor: Actor) -> OrderFeed | None:
    """The audience of an actor: the restaurant, a pad's own table, or nothing."""
    if actor.restaurant_id is None:
        return None
    if actor.may(Act.READ_ORDERS):
        return OrderFeed(actor.restaurant_id, actor, None)
    pad = Pad.objects.visible_to(actor).filter(device_id=actor.device_id).first()
    return OrderFeed(actor.restaurant_id, actor, pad.table_id) if pad else None
