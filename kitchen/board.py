"""The board of the kitchen wall: open tickets of one station or all, oldest first, in a constant number of queries."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone

from bistro.core import feed
from bistro.core.actors import Actor
from bistro.core.feed import Position
from bistro.core.models import Restaurant
from kitchen.ages import AGE_LETTERS, Limits, limits_of, limits_of_ticket
from kitchen.load import BoardLoad, board_load
from kitchen.models import Station, Ticket, TicketLine
from kitchen.transitions import TicketStatus
from menu.compiled import CompiledMenu, current_menu
from orders.transitions import OPEN, LineStatus

RECENT = 8
SHIFT = timedelta(hours=12)  # a recall is offered this long


@dataclass(frozen=True, slots=True)
class BoardLine:
    """One line as a cook reads it. `conflict`: the dish itself contains what the guest must not get."""

    id: int
    quantity: int
    name: str
    modifiers: list[str]
    allergies: list[str]
    conflict: bool
    contains: list[str]
    note: str
    seat: int | None
    status: str
    changed: bool
    added: bool
    unrouted: bool
    start_at: datetime | None
    plated: bool


@dataclass(frozen=True, slots=True)
class BoardTicket:
    """One ticket as a cook reads it. It stands where `fired_at` says and is as old as `aged_from` says; `starts_at` is
    set while nothing of it is to be begun yet. `alert`: a cook has to read what changed, and `voided` of it is gone."""

    id: int
    order_id: int
    number: int
    table: str
    station_id: int
    station_name: str
    course: int | None
    fired: bool
    placed_by: str
    status: str
    fired_at: datetime
    age: str
    age_letter: str
    lines: list[BoardLine]
    note: str
    version: int
    also_at: list[str]
    done_at: datetime | None
    done_by: str
    done_on: str
    placed_at: datetime
    aged_from: datetime
    soon_seconds: int
    late_seconds: int
    starts_at: datetime | None
    held_since: datetime | None
    alert: bool
    voided: list[dict[str, Any]]
    cancelled: bool
    recalls: int
    recalled_at: datetime | None
    recallable: bool
    problem: str = ""


@dataclass(frozen=True, slots=True)
class BoardStation:
    """One entry of the station menu."""

    id: int
    name: str
    open_count: int
    url: str


@dataclass(frozen=True, slots=True)
class AllDay:
    """How many of one item are to be made now, and how many of them with which choice."""

    name: str
    quantity: int
    modifiers: list[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Board:
    """One wall."""

    restaurant: Restaurant
    station: BoardStation | None
    stations: list[BoardStation]
    tickets: list[BoardTicket]
    recent: list[BoardTicket] | None
    all_day: list[AllDay]
    load: BoardLoad | None
    open_count: int
    soon_seconds: int
    late_seconds: int
    live_url: str
    poll_url: str
    seq: int
    epoch: str

    @property
    def restaurant_name(self) -> str:
        return self.restaurant.name


def read_board(actor: Actor, station_id: int | None, position: Position | None = None) -> Board:
    """The wall of a station (None: all), in a constant number of queries whatever the number of tickets."""
    return _read(actor, station_id, position, only=None, with_recent=True)


def read_changes(
    actor: Actor, station_id: int | None, position: Position | None, *, only: Collection[int], with_recent: bool
) -> Board:
    """The same wall with just these of its open tickets, for a push: a rush must not redraw the whole board for each
    order. `recent` is left out (None) when nothing was bumped or recalled."""
    return _read(actor, station_id, position, only=only, with_recent=with_recent)


def read_tickets(
    actor: Actor, restaurant: Restaurant, station_id: int | None, only: Collection[int]
) -> list[BoardTicket]:
    """Just these tickets, as far as they stand on the board: the answer to an act, which nobody waits for long."""
    now = timezone.now()
    rows = Ticket.objects.visible_to(actor).on_board(now - SHIFT).of_station(station_id).filter(pk__in=only)
    return board_tickets(rows.with_lines(), restaurant, current_menu(restaurant.pk), now)


def _read(
    actor: Actor,
    station_id: int | None,
    position: Position | None,
    *,
    only: Collection[int] | None,
    with_recent: bool,
) -> Board:
    assert actor.restaurant_id is not None
    position = position or feed.position(actor.restaurant_id)
    restaurant = Restaurant.objects.get(pk=actor.restaurant_id)
    stations = _stations(actor)
    station = next((each for each in stations if each.id == station_id), None)
    menu, now = current_menu(restaurant.pk), timezone.now()
    rows = Ticket.objects.visible_to(actor).on_board(now - SHIFT).of_station(station_id).oldest_first()
    rows = rows if only is None else rows.filter(pk__in=only)
    page = reverse("kitchen:station", args=[station_id]) if station_id else reverse("kitchen:board")
    return Board(
        restaurant=restaurant,
        station=station,
        stations=stations,
        tickets=board_tickets(rows.with_lines(), restaurant, menu, now),
        recent=_recent(actor, station_id, restaurant, menu, now) if with_recent else None,
        all_day=all_day(actor, station_id),
        load=board_load(actor, restaurant, station_id, now) if with_recent else None,
        open_count=station.open_count if station else sum(each.open_count for each in stations),
        soon_seconds=restaurant.soon_seconds,
        late_seconds=restaurant.late_seconds,
        live_url=f"/ws/kitchen/{station_id or 'all'}/",
        poll_url=page,
        seq=position.seq,
        epoch=position.epoch,
    )


def _recent(
    actor: Actor, station_id: int | None, restaurant: Restaurant, menu: CompiledMenu, now: datetime
) -> list[BoardTicket]:
    """The last bumped tickets that can still be recalled, newest first."""
    done = Ticket.objects.visible_to(actor).of_station(station_id).done_since(now - SHIFT)
    rows = done.filter(order__status__among=OPEN).order_by("-done_at", "-pk")[:RECENT]
    return board_tickets(rows.with_lines(), restaurant, menu, now)


def board_tickets(
    rows: Iterable[Ticket], restaurant: Restaurant, menu: CompiledMenu, now: datetime
) -> list[BoardTicket]:
    """Tickets that were read `with_lines()`, as the board shows them. One query more for the other stations."""
    tickets = list(rows)
    others = _other_stations([ticket.order_id for ticket in tickets])
    return [
        _board_ticket(ticket, others.get((ticket.order_id, ticket.fired_course), []), restaurant, menu, now)
        for ticket in tickets
    ]


def all_day(actor: Actor, station_id: int | None) -> list[AllDay]:
    """How many of each item are still to be made, most first: one query over the open tickets that nobody holds."""
    tickets = Ticket.objects.visible_to(actor).open().of_station(station_id).filter(held_at=None)
    rows = TicketLine.objects.filter(ticket__in=tickets).exclude(status=LineStatus.DONE).order_by()
    items: Counter[str] = Counter()
    choices: dict[str, Counter[str]] = {}
    for name, quantity, modifiers in rows.values_list("line__name", "line__quantity", "line__modifiers"):
        items[name] += quantity
        for modifier in modifiers:
            choices.setdefault(name, Counter())[modifier["name"]] += quantity
    ordered = sorted(items.items(), key=lambda item: (-item[1], item[0]))
    return [AllDay(name, quantity, choices.get(name, Counter()).most_common()) for name, quantity in ordered]


def _stations(actor: Actor) -> list[BoardStation]:
    """The station menu: two queries. Counted from the open tickets alone, so that history costs nothing."""
    counted = Ticket.objects.visible_to(actor).open().order_by().values_list("station_id").annotate(Count("pk"))
    counts = dict(counted)
    return [
        BoardStation(row.pk, row.name, counts.get(row.pk, 0), reverse("kitchen:station", args=[row.pk]))
        for row in Station.objects.visible_to(actor).not_archived()
    ]


def _other_stations(order_ids: Collection[int]) -> dict[tuple[int, int], list[tuple[int, str]]]:
    """{(order, fired course): [(station, name) of its open tickets]}, for ALSO AT."""
    rows = Ticket.objects.filter(order_id__in=order_ids).open().order_by("station__position", "station_id")
    others: dict[tuple[int, int], list[tuple[int, str]]] = {}
    for *firing, station_id, name in rows.values_list("order_id", "fired_course", "station_id", "station__name"):
        others.setdefault((firing[0], firing[1]), []).append((station_id, name))
    return others


def _board_ticket(
    ticket: Ticket, stations: list[tuple[int, str]], restaurant: Restaurant, menu: CompiledMenu, now: datetime
) -> BoardTicket:
    aged_from = ticket.aged_from or ticket.fired_at
    limits = _limits(ticket, restaurant, menu)
    age = limits.age_of((now - aged_from).total_seconds())
    return BoardTicket(
        id=ticket.pk,
        order_id=ticket.order_id,
        number=ticket.order.number,
        table=ticket.order.table.name,
        station_id=ticket.station_id,
        station_name=ticket.station.name,
        course=ticket.fired_course or _only_course(ticket),
        fired=ticket.fired_course > 0,
        placed_by=ticket.order.placed_by,
        status=ticket.status,
        fired_at=ticket.fired_at,
        age=age,
        age_letter=AGE_LETTERS[age],
        lines=[_board_line(row) for row in ticket.lines.all()],
        note=ticket.order.note,
        version=ticket.version,
        also_at=[name for station_id, name in stations if station_id != ticket.station_id],
        done_at=ticket.done_at,
        done_by=ticket.done_by,
        done_on=ticket.done_on,
        placed_at=ticket.order.placed_at,
        aged_from=aged_from,
        soon_seconds=limits.soon,
        late_seconds=limits.late,
        starts_at=aged_from if ticket.status == TicketStatus.QUEUED and aged_from > now else None,
        held_since=ticket.held_at,
        alert=ticket.alert_at is not None,
        voided=ticket.voided or [],
        cancelled=ticket.status == TicketStatus.CANCELLED,
        recalls=ticket.recalls,
        recalled_at=ticket.recalled_at,
        recallable=ticket.status == TicketStatus.DONE and ticket.order.status in OPEN,
    )


def _only_course(ticket: Ticket) -> int | None:
    courses = {row.line.course for row in ticket.lines.all()}
    return courses.pop() if len(courses) == 1 else None


def _limits(ticket: Ticket, restaurant: Restaurant, menu: CompiledMenu) -> Limits:
    left = [row.line.item_id for row in ticket.lines.all() if row.status != LineStatus.DONE]
    return limits_of_ticket(limits_of(restaurant, ticket.station), left, menu)


def _board_line(row: TicketLine) -> BoardLine:
    line = row.line
    allergies = [modifier["allergen"] for modifier in line.modifiers if modifier.get("allergen")]
    return BoardLine(
        id=row.pk,
        quantity=line.quantity,
        name=line.name,
        modifiers=[modifier["name"] for modifier in line.modifiers if not modifier.get("allergen")],
        allergies=allergies,
        conflict=any(allergen in line.allergens for allergen in allergies),
        contains=list(line.allergens),
        note=line.note,
        seat=line.seat,
        status=row.status,
        changed=row.changed,
        added=row.added,
        unrouted=row.unrouted,
        start_at=row.start_at,
        plated=row.plated_at is not None,
    )
