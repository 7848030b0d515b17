"""The floor plan: every table with its live state, derived from rows in a constant number of queries.

The state of a table is never stored, so it cannot differ from its orders.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone

from bistro.core.auth.access import restaurant_of
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.hooks import hook
from bistro.core.live import event_log
from bistro.core.live.event_log import Position
from bistro.core.models import Device, Restaurant
from menu.selectors import PausedNow, paused_now
from orders.floor.states import LEGEND, STATES, URGENCY, TableState
from orders.models import Order, OrderLine
from orders.transitions import LineStatus, OrderStatus
from tables.models import Party, Section, Table

ALARMS_SHOWN = 20  # of each kind
_IN_KITCHEN = (OrderStatus.CONFIRMED, OrderStatus.PREPARING)


@dataclass(frozen=True, slots=True)
class FloorTable:
    """A table for the floor plan.

    `since` is the start of the present state, or None where it does not matter. `urgency` sorts the list: smaller is
    more urgent.
    """

    id: int
    name: str
    seats: int
    section_id: int
    x: int
    y: int
    width: int
    height: int
    rotation: int
    shape: str
    state: str
    state_word: str
    since: datetime | None
    guests: int | None
    url: str
    urgency: tuple[int, float]

    @property
    def shown(self) -> TableState:
        """Return the letter and the words of the state."""
        return STATES[self.state]


@dataclass(frozen=True, slots=True)
class FloorSection:
    """A part of the room with its tables."""

    id: int
    name: str
    tables: tuple[FloorTable, ...]


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm that staff must handle now.

    `url` leads to the table, or is "" without one. `settle_url` is the target of "The kitchen knows", or "" if a
    person cannot end the alarm there.
    """

    id: str
    table_name: str
    text: str
    since: datetime | None
    url: str
    settle_url: str = ""


@dataclass(frozen=True, slots=True)
class Floor:
    """The floor plan of a restaurant. `list` has the tables in the order of their urgency."""

    restaurant: Restaurant
    sections: tuple[FloorSection, ...]
    tables: tuple[FloorTable, ...]
    list: tuple[FloorTable, ...]
    alarms: tuple[Alarm, ...]
    pauses: Sequence[PausedNow]
    seq: int
    epoch: str
    live_url: str = "/ws/floor/"
    poll_url: str = field(default_factory=lambda: reverse("floor:floor"))
    legend: tuple[tuple[str, str], ...] = LEGEND

    @property
    def restaurant_name(self) -> str:
        return self.restaurant.name


def read_floor(actor: Actor, position: Position | None = None) -> Floor:
    """Read the floor of the actor's restaurant in a constant number of queries."""
    assert actor.restaurant_id is not None
    position = position or event_log.position(actor.restaurant_id)
    restaurant = restaurant_of(actor)
    now = timezone.now()
    rows = list(Table.objects.visible_to(actor).not_archived())
    tables = floor_tables(actor, rows, restaurant, now)
    sections = tuple(
        FloorSection(section.pk, section.name, tuple(t for t in tables if t.section_id == section.pk))
        for section in Section.objects.visible_to(actor)
    )
    return Floor(
        restaurant=restaurant,
        sections=sections,
        tables=tables,
        list=tuple(sorted(tables, key=lambda table: table.urgency)),
        alarms=alarms(actor, now),
        pauses=paused_now(actor, now),
        seq=position.seq,
        epoch=position.epoch,
    )


def floor_tables(actor: Actor, rows: Sequence[Table], restaurant: Restaurant, now: datetime) -> tuple[FloorTable, ...]:
    """Return these tables with their states, in three queries."""
    ids = [table.pk for table in rows]
    parties = {p.table_id: p for p in Party.objects.visible_to(actor).seated().filter(table_id__in=ids)}
    orders: dict[int, list[Order]] = {}
    for order in Order.objects.visible_to(actor).open().filter(table_id__in=ids).order_by("pk"):
        orders.setdefault(order.table_id, []).append(order)
    waiting = _waiting_for_fire(actor, [order.pk for found in orders.values() for order in found])
    return tuple(_floor_table(t, parties.get(t.pk), orders.get(t.pk, []), waiting, restaurant, now) for t in rows)


def _waiting_for_fire(actor: Actor, order_ids: Sequence[int]) -> set[int]:
    """Return the orders with a held course and nothing in the kitchen, in one query."""
    lines = OrderLine.objects.visible_to(actor).filter(status=LineStatus.HELD, order_id__in=order_ids)
    cooking = OrderLine.objects.filter(order=OuterRef("order"), status__in=[LineStatus.QUEUED, LineStatus.STARTED])
    return set(lines.filter(~Exists(cooking)).order_by().values_list("order_id", flat=True))


def _floor_table(
    table: Table,
    party: Party | None,
    orders: Sequence[Order],
    waiting: Collection[int],
    restaurant: Restaurant,
    now: datetime,
) -> FloorTable:
    state, since = _state(table, party, orders, waiting, restaurant, now)
    waited = (now - since).total_seconds() if since else 0.0
    return FloorTable(
        id=table.pk,
        name=table.name,
        seats=table.seats,
        section_id=table.section_id,
        x=table.x,
        y=table.y,
        width=table.width,
        height=table.height,
        rotation=table.rotation,
        shape=table.shape,
        state=state,
        state_word=_word(state, waited),
        since=since,
        guests=party.size if party else None,
        url=reverse("floor:table", args=[table.pk]),
        urgency=(URGENCY[state], -waited),
    )


def _word(state: str, waited: float) -> str:
    """Return the state in words; a table that waits for food also says for how long."""
    minutes = f" {int(waited // 60)} min" if state in ("waiting", "late") else ""
    return f"{STATES[state].word}{minutes}"


def _state(
    table: Table,
    party: Party | None,
    orders: Sequence[Order],
    waiting: Collection[int],
    restaurant: Restaurant,
    now: datetime,
) -> tuple[str, datetime | None]:
    """Return the most urgent state of a table as (code, since).

    `waiting` has the ids of orders whose next course is on hold.
    """
    if table.out_of_service:
        return "out_of_service", None
    ready = [order.ready_at for order in orders if order.status == OrderStatus.READY and order.ready_at]
    if ready:
        return "ready", min(ready)
    in_kitchen = [order for order in orders if order.status in _IN_KITCHEN]
    cooking = [_cooking_since(order) for order in in_kitchen if order.pk not in waiting]
    if cooking:
        since = min(cooking)
        late = (now - since).total_seconds() >= restaurant.late_seconds
        return ("late" if late else "waiting"), since
    placed = [order.placed_at for order in orders if order.status == OrderStatus.PLACED]
    if placed:
        return "ordering", min(placed)
    held = [order.served_at or order.placed_at for order in in_kitchen]
    if held:
        return "held", min(held)
    if party is not None:
        return "occupied", party.seated_at
    return "free", None


def _cooking_since(order: Order) -> datetime:
    """Return the time from which the guests wait: the order's time, or after a served course the next firing."""
    if order.served_at is None:
        return order.placed_at
    return order.fired_at or order.served_at


def alarms(actor: Actor, now: datetime) -> tuple[Alarm, ...]:
    """Return the alarms: unseen orders, locked pads and the alarms of higher apps (`FLOOR_ALARMS`)."""
    more = (alarm for path in settings.FLOOR_ALARMS for alarm in hook(path)(actor))
    return (*_unseen_orders(actor, now), *_locked_pads(actor), *more)


def _unseen_orders(actor: Actor, now: datetime) -> Iterable[Alarm]:
    rows = Order.objects.visible_to(actor).unseen(now)
    return tuple(
        Alarm(
            id=f"unseen-{order.pk}",
            table_name=order.place,
            text=f"The kitchen has not seen order {order.number} yet",
            since=order.placed_at,
            url=table_url(order.table_id),
            settle_url="" if order.table_id else reverse("floor:confirm", args=[order.pk]),
        )
        for order in rows.select_related("table").order_by("-pk")[:ALARMS_SHOWN]
    )


def table_url(table_id: int | None) -> str:
    """Return the address of a table's page, or "" without a table."""
    return reverse("floor:table", args=[table_id]) if table_id else ""


def _locked_pads(actor: Actor) -> Iterable[Alarm]:
    rows = Device.objects.visible_to(actor).locked_out().select_related("pad__table").order_by("locked_at", "pk")
    return tuple(_locked_pad(device) for device in rows[:ALARMS_SHOWN])


def _locked_pad(device: Device) -> Alarm:
    """Return the alarm of a locked pad. It has no URL if the pad has no table yet."""
    table = device.pad.table if hasattr(device, "pad") else None
    where = f" at {table.name}" if table else ""
    return Alarm(
        id=f"locked-{device.pk}",
        table_name="",
        text=f"{device.name}{where} is locked: {device.get_lock_reason_display()}",
        since=device.locked_at,
        url=table_url(table.pk if table else None),
    )


def table_json(table: FloorTable) -> dict[str, Any]:
    """Return a table for programs (docs/contracts/bistro.md). `since` is ISO 8601 or None."""
    return {
        "id": table.id,
        "name": table.name,
        "section": table.section_id,
        "seats": table.seats,
        "guests": table.guests,
        "state": table.state,
        "state_word": table.state_word,
        "since": table.since.isoformat() if table.since else None,
        "shape": table.shape,
        "x": table.x,
        "y": table.y,
        "rotation": table.rotation,
    }


def table_ids_of(events: Iterable[Any]) -> set[int]:
    """Return the ids of the tables of these events."""
    return {event.table_id for event in events if event.table_id is not None}
