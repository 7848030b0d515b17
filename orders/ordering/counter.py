"""The read model of the counter: open orders without a table, by pick-up time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.money import display
from bistro.core.kernel.roles import Permission
from orders.models import Order
from orders.ordering.live import News, all_news
from orders.transitions import LineStatus, OrderStatus

WORDS = {
    OrderStatus.PLACED: gettext_lazy("Not on a kitchen screen yet"),
    OrderStatus.CONFIRMED: gettext_lazy("Kitchen has it"),
    OrderStatus.PREPARING: gettext_lazy("Cooking"),
    OrderStatus.READY: gettext_lazy("Ready for pick-up"),
}
MARKS = {
    OrderStatus.PLACED: "soon",
    OrderStatus.CONFIRMED: "waiting",
    OrderStatus.PREPARING: "cooking",
    OrderStatus.READY: "ready",
}


@dataclass(frozen=True, slots=True)
class CounterOrder:
    """An order without a table. `late` says that the guest was promised it earlier than now.

    `bill` is the party whose bill the person may open, or None.
    """

    id: int
    number: int
    kind: str
    name: str
    pickup_at: datetime | None
    placed_at: datetime
    words: str
    mark: str
    ready: bool
    late: bool
    lines: list[str]
    total: str
    bill: int | None
    can_hand_over: bool

    @property
    def what(self) -> str:
        return ", ".join(self.lines)


@dataclass(frozen=True, slots=True)
class Counter:
    """The counter's list: what can be handed over first, then by pick-up time."""

    orders: list[CounterOrder]
    news: News

    @property
    def ready(self) -> int:
        return sum(order.ready for order in self.orders)


def read_counter(actor: Actor, locale: str) -> Counter:
    """Read the open orders without a table in three queries."""
    assert actor.restaurant_id is not None
    news = all_news(actor.restaurant_id)
    rows = Order.objects.visible_to(actor).open().filter(table=None).with_lines().order_by("pk")
    now = timezone.now()
    found = [_order(order, actor, locale, now) for order in rows]
    return Counter(sorted(found, key=_first), news)


def _first(order: CounterOrder) -> tuple[bool, datetime]:
    return not order.ready, order.pickup_at or order.placed_at


def _order(order: Order, actor: Actor, locale: str, now: datetime) -> CounterOrder:
    ready = order.status == OrderStatus.READY
    lines = list(order.lines.all())
    waits = order.status == OrderStatus.PLACED and any(line.status == LineStatus.HELD for line in lines)
    return CounterOrder(
        id=order.pk,
        number=order.number,
        kind=order.kind_word,
        name=order.name,
        pickup_at=order.pickup_at,
        placed_at=order.placed_at,
        words=gettext("Waits for its time") if waits else str(WORDS[OrderStatus(order.status)]),
        mark="held" if waits else MARKS[OrderStatus(order.status)],
        ready=ready,
        late=not ready and order.pickup_at is not None and order.pickup_at < now,
        lines=_dishes((line.quantity, line.name) for line in lines),
        total=display(order.total, order.currency, locale),
        bill=order.party_id if actor.may(Permission.TAKE_PAYMENT) else None,
        can_hand_over=ready and actor.may(Permission.DELIVER_ORDER),
    )


def _dishes(lines: Iterable[tuple[int, str]]) -> list[str]:
    return [f"{quantity} {name}" for quantity, name in lines]
