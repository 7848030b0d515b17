"""The board of the kitchen wall: open tickets of one station or all, oldest first, in a constant number of queries."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from bistro.core.auth.access import restaurant_of
from bistro.core.kernel.actors import Actor
from bistro.core.live import event_log
from bistro.core.live.event_log import Position
from bistro.core.models import Restaurant
from kitchen.ages import Limits, limits_of, limits_of_ticket
from kitchen.compiled_queries import last_done, on_board, open_counts, open_places, stations_in_use, with_lines
from kitchen.load import BoardLoad, board_load
from kitchen.models import Ticket, TicketLine
from kitchen.transitions import TicketStatus
from kitchen.wall.all_day import AllDay, Ingredients, to_make
from menu.compiled import CompiledMenu, current_menu
from orders.allergies import AllergyMark, allergy_marks, choice_names, contents
from orders.pickup import pickup_facts
from orders.transitions import OPEN, LineStatus

SHIFT = timedelta(hours=12)  # time after the bump in which a recall is offered


@dataclass(frozen=True, slots=True)
class BoardLine:
    """A line as a cook reads it. `contains` are the allergens of the dish and its choices."""

    id: int
    quantity: int
    name: str
    modifiers: list[str]
    allergies: list[AllergyMark]
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
    """A ticket as a cook reads it. `pickup` has the facts of a take-away or counter order.

    `fired_at` gives its place, `aged_from` its age; `starts_at` is set while none of it may begin yet. `alert` marks
    changes that a cook has to read, `voided` the lines that are gone.
    """

    id: int
    order_id: int
    number: int
    table: str
    pickup: list[str]
    station_id: int
    station_name: str
    course: int | None
    fired: bool
    placed_by: str
    status: str
    fired_at: datetime
    age: str
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
    """An entry of the station menu."""

    id: int
    name: str
    open_count: int
    url: str


@dataclass(frozen=True, slots=True)
class BoardData:
    """The data of a wall."""

    restaurant: Restaurant
    station: BoardStation | None
    stations: list[BoardStation]
    tickets: list[BoardTicket]
    recent: list[BoardTicket] | None
    all_day: list[AllDay]
    ingredients: Ingredients | None
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


def read_board(actor: Actor, station_id: int | None, position: Position | None = None) -> BoardData:
    """Return the wall of a station (None: all) in a number of queries that does not depend on the number of tickets."""
    return _read(actor, station_id, position, only=None, with_recent=True)


def read_changes(
    actor: Actor, station_id: int | None, position: Position | None, *, only: Collection[int], with_recent: bool
) -> BoardData:
    """Return the wall with only the given open tickets, for a push: a rush must not redraw the board for each order.

    `recent` is None when nothing was bumped or recalled.
    """
    return _read(actor, station_id, position, only=only, with_recent=with_recent)


def read_tickets(actor: Actor, menu: CompiledMenu, station_id: int | None, only: Collection[int]) -> list[BoardTicket]:
    """Return only the given tickets, as far as they are on the board: the quick answer to an action."""
    now = timezone.now()
    return board_tickets(on_board(actor, station_id, now - SHIFT, only), menu.restaurant, menu, now)


def _read(
    actor: Actor,
    station_id: int | None,
    position: Position | None,
    *,
    only: Collection[int] | None,
    with_recent: bool,
) -> BoardData:
    assert actor.restaurant_id is not None
    position = position or event_log.position(actor.restaurant_id)
    restaurant = restaurant_of(actor)
    stations = board_stations(actor)
    station = next((each for each in stations if each.id == station_id), None)
    menu, now = current_menu(restaurant.pk), timezone.now()
    if only is None:
        every = Ticket.objects.visible_to(actor).on_board(now - SHIFT).of_station(station_id)
        rows = list(every.with_lines().oldest_first())
    else:
        rows = on_board(actor, station_id, now - SHIFT, only)
    making = to_make(actor, station_id, menu)
    page = reverse("kitchen:station", args=[station_id]) if station_id else reverse("kitchen:board")
    return BoardData(
        restaurant=restaurant,
        station=station,
        stations=stations,
        tickets=board_tickets(rows, restaurant, menu, now),
        recent=_recent(actor, station_id, restaurant, menu, now) if with_recent else None,
        all_day=making.items,
        ingredients=making.ingredients,
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
    """Return the last bumped tickets that can still be recalled, newest first."""
    return board_tickets(with_lines(last_done(actor, station_id, now - SHIFT)), restaurant, menu, now)


def board_tickets(
    rows: Iterable[Ticket], restaurant: Restaurant, menu: CompiledMenu, now: datetime
) -> list[BoardTicket]:
    """Return tickets read `with_lines()` as the board shows them. One more query finds the other stations."""
    tickets = list(rows)
    others = _other_stations([ticket.order_id for ticket in tickets])
    return [
        _board_ticket(ticket, others.get((ticket.order_id, ticket.fired_course), []), restaurant, menu, now)
        for ticket in tickets
    ]


def board_stations(actor: Actor) -> list[BoardStation]:
    """Return the station menu in two queries, counted from open tickets only, so that history costs nothing."""
    counts = dict(open_counts(actor))
    return [
        BoardStation(pk, name, counts.get(pk, 0), reverse("kitchen:station", args=[pk]))
        for pk, name in stations_in_use(actor)
    ]


def _other_stations(order_ids: Collection[int]) -> dict[tuple[int, int], list[tuple[int, str]]]:
    """Return `{(order id, fired course): [(station id, name) of its open tickets]}`, for ALSO AT."""
    others: dict[tuple[int, int], list[tuple[int, str]]] = {}
    for *firing, station_id, name in open_places(order_ids) if order_ids else ():
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
        table=ticket.order.place,
        pickup=pickup_facts(ticket.order, restaurant.tz),
        station_id=ticket.station_id,
        station_name=ticket.station.name,
        course=ticket.fired_course or _only_course(ticket),
        fired=ticket.fired_course > 0,
        placed_by=ticket.order.placed_by,
        status=ticket.status,
        fired_at=ticket.fired_at,
        age=age,
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
    return BoardLine(
        id=row.pk,
        quantity=line.quantity,
        name=line.name,
        modifiers=choice_names(line),
        allergies=allergy_marks(line),
        contains=contents(line),
        note=line.note,
        seat=line.seat,
        status=row.status,
        changed=row.changed,
        added=row.added,
        unrouted=row.unrouted,
        start_at=row.start_at,
        plated=row.plated_at is not None,
    )
