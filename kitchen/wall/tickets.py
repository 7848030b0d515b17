"""Tickets and their lines as cooks read them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bistro.core.models import Restaurant
from kitchen.ages import limits_of_ticket
from kitchen.compiled_queries import open_places
from kitchen.models import Ticket, TicketLine
from kitchen.transitions import TicketStatus
from kitchen.wall.parts import Choice, Share, part_of, share_at
from menu.allergens import word_of
from menu.compiled import CompiledMenu
from orders.allergies import AllergyMark, allergy_marks, contents
from orders.pickup import pickup_facts
from orders.transitions import OPEN


@dataclass(frozen=True, slots=True)
class BoardLine:
    """A line as a cook reads it.

    `name` is what is made here, `of` the dish that it is a part of (or ""). `contains` are the allergens of the dish
    and its choices. `stations` has `(name, status)` of each station that makes it, on the board of all stations.
    """

    id: int
    line_id: int
    item_id: int
    quantity: int
    name: str
    of: str
    modifiers: list[Choice]
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
    stations: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class BoardTicket:
    """A ticket as a cook reads it. `pickup` has the facts of a take-away or counter order.

    `sort` gives its place, `aged_from` its age; `starts_at` is set while none of it may begin yet. `alert` marks
    changes that a cook has to read, `voided` the lines that are gone. `key` names its element on the board. On the
    board of all stations one ticket stands for several (`whole`): `ticket_ids` are theirs and `stations` their names.
    """

    key: str
    ticket_ids: tuple[int, ...]
    whole: bool
    stations: list[str]
    sort: str
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

    @property
    def query(self) -> str:
        """Return the query by which an act concerns all tickets that this one stands for."""
        return "?all=yes" if self.whole else ""


def board_tickets(
    rows: Iterable[Ticket], restaurant: Restaurant, menu: CompiledMenu, now: datetime
) -> list[BoardTicket]:
    """Return tickets read `with_lines()` as the board shows them. One more query finds the other stations."""
    tickets = list(rows)
    others = _other_stations([ticket.order_id for ticket in tickets])
    shares = {station_id: share_at(station_id, menu) for station_id in {ticket.station_id for ticket in tickets}}
    return [
        board_ticket(
            ticket,
            others.get((ticket.order_id, ticket.fired_course), []),
            shares[ticket.station_id],
            restaurant,
            menu,
            now,
        )
        for ticket in tickets
    ]


def _other_stations(order_ids: Collection[int]) -> dict[tuple[int, int], list[tuple[int, str]]]:
    """Return `{(order id, fired course): [(station id, name) of its open tickets]}`, for ALSO AT."""
    others: dict[tuple[int, int], list[tuple[int, str]]] = {}
    for *firing, station_id, name in open_places(order_ids) if order_ids else ():
        others.setdefault((firing[0], firing[1]), []).append((station_id, name))
    return others


def board_ticket(
    ticket: Ticket,
    stations: list[tuple[int, str]],
    share: Share,
    restaurant: Restaurant,
    menu: CompiledMenu,
    now: datetime,
) -> BoardTicket:
    """Return a ticket read `with_lines()`. `stations` are the open ones of its firing, for ALSO AT."""
    aged_from = ticket.aged_from or ticket.fired_at
    limits = limits_of_ticket(restaurant, ticket, menu)
    age = limits.age_of((now - aged_from).total_seconds())
    return BoardTicket(
        key=str(ticket.pk),
        ticket_ids=(ticket.pk,),
        whole=False,
        stations=[ticket.station.name],
        sort=sort_key(ticket),
        id=ticket.pk,
        station_id=ticket.station_id,
        station_name=ticket.station.name,
        course=ticket.fired_course or _only_course(ticket),
        fired=ticket.fired_course > 0,
        status=ticket.status,
        fired_at=ticket.fired_at,
        age=age,
        lines=[_board_line(row, share, menu) for row in ticket.lines.all()],
        version=ticket.version,
        also_at=[name for station_id, name in stations if station_id != ticket.station_id],
        aged_from=aged_from,
        soon_seconds=limits.soon,
        late_seconds=limits.late,
        starts_at=aged_from if ticket.status == TicketStatus.QUEUED and aged_from > now else None,
        held_since=ticket.held_at,
        alert=ticket.alert_at is not None,
        voided=[gone | {"allergies": [word_of(code) for code in gone["allergies"]]} for gone in ticket.voided or []],
        cancelled=ticket.status == TicketStatus.CANCELLED,
        **_of_order(ticket, restaurant),
        **_history(ticket),
    )


def _of_order(ticket: Ticket, restaurant: Restaurant) -> dict[str, Any]:
    """Return what a ticket says of its order."""
    order = ticket.order
    return {
        "order_id": order.pk,
        "number": order.number,
        "table": order.place,
        "pickup": pickup_facts(order, restaurant.tz),
        "placed_by": order.placed_by,
        "placed_at": order.placed_at,
        "note": order.note,
    }


def _history(ticket: Ticket) -> dict[str, Any]:
    """Return when a ticket was bumped and recalled, and whether it can be recalled now."""
    return {
        "done_at": ticket.done_at,
        "done_by": ticket.done_by,
        "done_on": ticket.done_on,
        "recalls": ticket.recalls,
        "recalled_at": ticket.recalled_at,
        "recallable": ticket.status == TicketStatus.DONE and ticket.order.status in OPEN,
    }


def sort_key(ticket: Ticket) -> str:
    """Return the place in the row of tickets as text of a fixed width: `kitchen.querysets.IN_ORDER` for a browser."""
    return f"{ticket.place or ticket.order_id:012d}-{ticket.place is not None:d}-{ticket.pk:012d}"


def _only_course(ticket: Ticket) -> int | None:
    courses = {row.line.course for row in ticket.lines.all()}
    return courses.pop() if len(courses) == 1 else None


def _board_line(row: TicketLine, share: Share, menu: CompiledMenu) -> BoardLine:
    line = row.line
    part = part_of(line, share, menu)
    return BoardLine(
        id=row.pk,
        line_id=line.pk,
        item_id=line.item_id,
        quantity=line.quantity,
        name=part.name,
        of=part.of,
        modifiers=part.choices,
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
