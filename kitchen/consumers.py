"""Sockets of the kitchen."""

from bistro.core.kernel.roles import Permission
from bistro.core.live.consumers import LiveConsumer
from bistro.core.live.frames import View
from bistro.core.live.threads import in_thread
from kitchen.expo.live import ExpoView
from kitchen.services import acknowledge_tickets
from kitchen.wall.live import KitchenView, may_watch_expo, station_for


class KitchenConsumer(LiveConsumer):
    """The socket of a wall, `/ws/kitchen/<station>/`. A screen's report of displayed tickets confirms their orders."""

    permission = Permission.WATCH_KITCHEN
    view: KitchenView

    def make_view(self) -> View | None:
        assert self.actor.restaurant_id is not None
        allowed, station_id = station_for(self.actor, self.scope["url_route"]["kwargs"]["station"])
        return KitchenView(self.actor.restaurant_id, self.actor, station_id) if allowed else None

    async def shown_at(self, seq: int) -> frozenset[int]:
        return await in_thread(self.view.shown_at, seq) if self.actor.may(Permission.COOK) else frozenset()

    async def displayed(self, shows: frozenset[int]) -> None:
        if self.actor.may(Permission.COOK):
            await in_thread(self._acknowledge, shows)

    def _acknowledge(self, shows: frozenset[int]) -> None:
        # A guest's pad must not show the name of a person, so the order says "a browser".
        screen = "a browser" if self.actor.is_staff else self.actor.label
        acknowledge_tickets(ticket_ids=shows, screen=screen, actor=self.actor)


class ExpoConsumer(LiveConsumer):
    """The socket of the pass, `/ws/kitchen/expo/`.

    It confirms nothing: a cook has seen an order only when a station's board shows it.
    """

    permission = Permission.WATCH_KITCHEN

    def make_view(self) -> View | None:
        assert self.actor.restaurant_id is not None
        return ExpoView(self.actor.restaurant_id, self.actor) if may_watch_expo(self.actor) else None
