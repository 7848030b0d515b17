"""What programs see of orders, and of the menu while they look: `/ws/orders` (CONTRACT A). One view for the restaurant,
one for each pad's table."""

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
from orders.models import Order
from orders.representations import order_detail, pad_json, with_notes
from tables.models import Pad

INITIAL_LIMIT = 2000  # far above any evening; it bounds what orders that nobody ever closed can cost
_MESSAGES = {"order_created": "new_order", "order_updated": "order_updated"}
_MENU = "menu_updated"  # changed, off or on again, paused or no more: the table's pads order by it


class OrderFeed:
    """`initial`, then `new_order` and `order_updated`, in the old pads' envelope. Clients of our subprotocol also get
    `menu_updated` (`with_menu`), which the old ones do not know."""

    def __init__(self, restaurant_id: int, actor: Actor, table_id: int | None, *, with_menu: bool = False) -> None:
        self.restaurant_id, self.actor, self.table_id, self.with_menu = restaurant_id, actor, table_id, with_menu
        self.key = f"orders:{restaurant_id}:{table_id or 'all'}{':menu' if with_menu else ''}"

    def snapshot(self, position: Position) -> Iterable[Frame]:
        """The open orders, oldest first; of too many the newest: what was forgotten hides nothing just ordered."""
        rows = Order.objects.visible_to(self.actor).open()
        if self.table_id is not None:  # the audience's table: two pads may share it, and one may move away
            rows = Order.objects.of_restaurant(self.restaurant_id).open().of_party_at(self.table_id)
        newest = rows.with_lines().order_by("-placed_at", "-pk")[:INITIAL_LIMIT]
        orders = [pad_json(order_detail(order)) for order in reversed(newest)]
        body = {"type": "initial", "orders": orders, "seq": position.seq, "epoch": position.epoch}
        yield Frame(position.seq, dumps(body))

    def changes(self, events: list[Event], position: Position) -> Iterable[Frame]:
        """One message an event that this audience may see."""
        for event in events:
            if event.type == _MENU and self.with_menu and self._orders_by(event):
                yield _menu_frame(event, position)
            kind = _MESSAGES.get(event.type)
            if kind is None or not self._may_see(event):
                continue
            order = pad_json(with_notes(json.loads(event.data), _notes(event)))
            body = {"type": kind, "order": order, "action": event.action, "seq": event.seq, "epoch": position.epoch}
            yield Frame(event.seq, dumps(body))

    def _orders_by(self, event: Event) -> bool:
        """What is sold concerns every table alike."""
        audience = Audience.PROGRAMS if self.table_id is None else Audience.TABLE
        return audience in audiences_of(event.type, event.action)

    def _may_see(self, event: Event) -> bool:
        audiences = audiences_of(event.type, event.action)
        if self.table_id is None:
            return Audience.PROGRAMS in audiences
        return Audience.TABLE in audiences and event.table_id == self.table_id


def _menu_frame(event: Event, position: Position) -> Frame:
    """`data` as the log has it, without what is private: why the kitchen pauses something is no guest's business."""
    told = {"action": event.action, "data": json.loads(event.data)}
    return Frame(event.seq, dumps({"type": _MENU, **told, "seq": event.seq, "epoch": position.epoch}))


def _notes(event: Event) -> Mapping[str, Any] | None:
    return json.loads(event.private) if event.private else None


def order_feed_for(actor: Actor, with_menu: bool = False) -> OrderFeed | None:
    """The audience of an actor: the restaurant, a pad's own table, or nothing. `with_menu`: also what is sold."""
    if actor.restaurant_id is None:
        return None
    if actor.may(Permission.READ_ORDERS):
        return OrderFeed(actor.restaurant_id, actor, None, with_menu=with_menu)
    pad = Pad.objects.visible_to(actor).filter(device_id=actor.device_id).first()
    return OrderFeed(actor.restaurant_id, actor, pad.table_id, with_menu=with_menu) if pad else None
