"""The floor plan: every table with its live state, derived from rows in a constant number of queries.

The state of a table is never stored, so it cannot differ from its orders.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from bistro.core.auth.access import restaurant_of
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.languages import language_for
from bistro.core.live import event_log
from bistro.core.live.event_log import Position
from bistro.core.models import Restaurant
from bistro.core.web.shell import initials_of
from menu.selectors import PausedNow, paused_now
from orders.floor.alarms import Alarm, AlarmGroup, alarms, grouped
from orders.floor.calls import Call, open_calls
from orders.floor.needs import Need, Situation, changes_at, iso, need_of
from orders.floor.rooms import House, Room, house_of
from orders.floor.rounds import IN_KITCHEN, Sitting, sittings
from orders.floor.shapes import Chairs, Texts, chairs, outline, ring, texts
from orders.floor.states import LEGEND, STATES, TableState
from orders.transitions import OrderStatus
from tables.models import Floor as HouseFloor
from tables.models import Section, Table
from tables.transitions import CallReason

EDGE = 34  # of the room around the outermost tables
WAITING = ("waiting", "late")  # the states whose words say how long they last
DOT, MOST_DOTS = 13, 5  # distance between the dots of courses, and their greatest number


@dataclass(frozen=True, slots=True)
class FloorTable:
    """A table for the floor plan.

    `since` is the start of the present state, or None where it does not matter. `courses` says how far each course is
    ("done", "now", "next"). `need` is None while the table is fine, `changes_at` the time at which the clock alone
    changes that.
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
    state_word: str = field(compare=False)  # with minutes, which a drawing that is reused does not show
    since: datetime | None
    guests: int | None
    url: str
    party: int | None
    server_id: int | None
    server: str
    server_name: str
    courses: tuple[str, ...]
    calls: tuple[Call, ...]
    need: Need | None
    changes_at: datetime | None
    floor: str = ""  # code of the floor's tab, "" in a house with one floor
    shift: tuple[int, int] = (0, 0)  # of the drawing, because floors stand side by side

    @property
    def shown(self) -> TableState:
        """Return the words of the state."""
        return STATES[self.state]

    @property
    def chairs(self) -> Chairs:
        """Return the drawing of the chairs."""
        return chairs(self.shape, self.width, self.height, self.seats, min(self.guests or 0, self.seats))

    @property
    def texts(self) -> Texts:
        """Return the texts that fit into the shape."""
        return texts(self.shape, self.width, self.height, self.rotation, self.short_name, str(self.shown.short))

    @property
    def short_name(self) -> str:
        """Return the name without the word that all tables begin with."""
        return self.name.removeprefix("Table ")

    @property
    def guests_words(self) -> str:
        """Return the number of guests and seats in words."""
        if self.guests:
            return _("%(guests)s of %(seats)s") % {"guests": self.guests, "seats": self.seats}
        return _seats(self.seats)

    @property
    def spoken(self) -> str:
        """Return the table in words, for people who do not see its drawing."""
        guests = ngettext("%(count)s guest", "%(count)s guests", self.guests or 0) % {"count": self.guests}
        facts = [self.name, str(self.shown.word), guests if self.guests else "", _seats(self.seats)]
        if self.since and self.state in WAITING:
            facts[1] += " " + _("since %(time)s") % {"time": date_format(timezone.localtime(self.since), "H:i")}
        if "now" in self.courses:
            facts.append(
                _("course %(now)s of %(all)s") % {"now": self.courses.index("now") + 1, "all": len(self.courses)}
            )
        return ", ".join(part for part in (*facts, self.server_name) if part)

    @property
    def sort(self) -> str:
        """Return the place of the table in the list of those that need somebody."""
        return f"{self.need.sort if self.need else ''}-{self.id}"

    @property
    def since_iso(self) -> str:
        """Return the start of the state for scripts, in whole seconds."""
        return iso(self.since) if self.since else ""

    @property
    def outline(self) -> SafeString:
        """Return the SVG element that draws the shape of the table."""
        return outline(self.shape, self.width, self.height)

    @property
    def ring(self) -> SafeString:
        """Return the attributes of the ring around a table that needs somebody."""
        return ring(self.shape, self.width, self.height)

    @property
    def dots(self) -> list[tuple[int, str]]:
        """Return the courses as dots: (distance from the middle of the table, how far the course is)."""
        shown = self.courses[:MOST_DOTS]
        return [(round((place - (len(shown) - 1) / 2) * DOT), step) for place, step in enumerate(shown)]

    @property
    def middle(self) -> str:
        """Return the middle of the table on the plan."""
        across, down = self.shift
        return f"{across + self.x + self.width / 2:g} {down + self.y + self.height / 2:g}"


@dataclass(frozen=True, slots=True)
class FloorSection:
    """A part of the room with its tables."""

    id: int
    name: str
    tables: tuple[FloorTable, ...]


@dataclass(frozen=True, slots=True)
class Floor:
    """The floor of a restaurant. `needs` has the tables that need somebody, the most urgent first."""

    restaurant: Restaurant
    sections: tuple[FloorSection, ...]
    rooms: tuple[Room, ...]
    tables: tuple[FloorTable, ...]
    needs: tuple[FloorTable, ...]
    alarms: tuple[Alarm, ...]
    pauses: Sequence[PausedNow]
    seq: int
    epoch: str
    live_url: str = "/ws/floor/"
    poll_url: str = field(default_factory=lambda: reverse("floor:floor"))

    @property
    def restaurant_name(self) -> str:
        return self.restaurant.name

    @property
    def fine(self) -> tuple[FloorTable, ...]:
        """Return the tables that need nobody."""
        return tuple(table for table in self.tables if table.need is None)

    @property
    def calls(self) -> tuple[Call, ...]:
        """Return the open service calls."""
        return tuple(call for table in self.tables for call in table.calls)

    @property
    def unanswered(self) -> list[Call]:
        """Return the calls that nobody has taken."""
        return [call for call in self.calls if call.taken_at is None]

    @property
    def alarm_groups(self) -> tuple[AlarmGroup, ...]:
        """Return the alarms by cause."""
        return grouped(self.alarms)

    @property
    def changes_at(self) -> datetime | None:
        """Return the time of the next change that the clock alone makes."""
        return min((table.changes_at for table in self.tables if table.changes_at), default=None)

    @property
    def legend(self) -> list[TableState]:
        """Return the states that the legend explains."""
        return [STATES[code] for code in LEGEND]

    @property
    def view_box(self) -> str:
        """Return the part of the plan that holds its tables and its drawn floors: "x y width height"."""
        boxes = [(t.x + t.shift[0], t.y + t.shift[1], t.width, t.height) for t in self.tables]
        boxes += [(room.x, room.y, room.width, room.height) for room in self.rooms]
        if not boxes:
            return "0 0 1000 700"
        left, top = min(box[0] for box in boxes) - EDGE, min(box[1] for box in boxes) - EDGE
        right = max(box[0] + box[2] for box in boxes) + EDGE
        bottom = max(box[1] + box[3] for box in boxes) + EDGE
        return f"{left} {top} {right - left} {bottom - top}"


def read_floor(actor: Actor, position: Position | None = None) -> Floor:
    """Read the floor of the actor's restaurant in a constant number of queries."""
    assert actor.restaurant_id is not None
    position = position or event_log.position(actor.restaurant_id)
    restaurant = restaurant_of(actor)
    with override(language_for(actor, restaurant)):
        return _read(actor, restaurant, position)


def _read(actor: Actor, restaurant: Restaurant, position: Position) -> Floor:
    now = timezone.now()
    rows = list(Table.objects.visible_to(actor).not_archived())
    house = house_of(list(HouseFloor.objects.visible_to(actor)), rows)
    tables = floor_tables(actor, rows, restaurant, now, house)
    sections = tuple(
        FloorSection(section.pk, section.name, tuple(t for t in tables if t.section_id == section.pk))
        for section in Section.objects.visible_to(actor)
    )
    return Floor(
        restaurant=restaurant,
        sections=sections,
        rooms=house.rooms,
        tables=tables,
        needs=tuple(sorted((table for table in tables if table.need), key=lambda table: table.sort)),
        alarms=alarms(actor, now, [call for table in tables for call in table.calls]),
        pauses=paused_now(actor, now),
        seq=position.seq,
        epoch=position.epoch,
    )


def floor_tables(
    actor: Actor, rows: Sequence[Table], restaurant: Restaurant, now: datetime, house: House | None = None
) -> tuple[FloorTable, ...]:
    """Return these tables with their states, in five queries. `house` says where the plan draws them."""
    found, none = sittings(actor, rows), Sitting()
    calls: dict[int, list[Call]] = {}
    for call in open_calls(actor):
        calls.setdefault(call.table_id, []).append(call)
    return tuple(
        _floor_table(table, found.get(table.pk, none), tuple(calls.get(table.pk, ())), restaurant, now, house)
        for table in rows
    )


def _floor_table(
    table: Table,
    sitting: Sitting,
    calls: tuple[Call, ...],
    restaurant: Restaurant,
    now: datetime,
    house: House | None,
) -> FloorTable:
    state, since = _state(table, sitting, calls, restaurant, now)
    need = need_of(_situation(table, state, since, sitting, calls, now))
    server = sitting.party.server if sitting.party else ""
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
        state_word=_word(state, since, now),
        since=since,
        guests=sitting.party.size if sitting.party else None,
        url=reverse("floor:table", args=[table.pk]),
        party=sitting.party.pk if sitting.party else None,
        server_id=sitting.party.server_id if sitting.party else None,
        server=initials_of(server),
        server_name=server,
        courses=sitting.courses,
        calls=calls,
        need=need,
        changes_at=None if need else changes_at(state, since, restaurant.late_seconds),
        floor=house.code_of(table) if house else "",
        shift=house.shift_of(table) if house else (0, 0),
    )


def _situation(
    table: Table,
    state: str,
    since: datetime | None,
    sitting: Sitting,
    calls: tuple[Call, ...],
    now: datetime,
) -> Situation:
    """Return the situation of a table. A party that holds several tables needs somebody at its head table only."""
    if sitting.party is not None and sitting.party.table_id != table.pk:
        return Situation(table, "", None, Sitting(), calls, now)
    return Situation(table, state, since, sitting, calls, now)


def _word(state: str, since: datetime | None, now: datetime) -> str:
    """Return the state in words; a table that waits for food also says for how long."""
    waited = int((now - since).total_seconds() // 60) if since and state in WAITING else None
    return str(STATES[state].word) if waited is None else f"{STATES[state].word} {waited} min"


def _state(
    table: Table, sitting: Sitting, calls: Iterable[Call], restaurant: Restaurant, now: datetime
) -> tuple[str, datetime | None]:
    """Return the most urgent state of a table as (code, since)."""
    if table.out_of_service:
        return "out_of_service", None
    ringing = {call.reason == CallReason.BILL: call.since for call in calls if call.taken_at is None}
    if False in ringing:
        return "calls", ringing[False]
    state, since = _state_of_orders(sitting, restaurant, now)
    if True in ringing and state not in ("ready", "late"):
        return "bill", ringing[True]
    return state, since


def _state_of_orders(sitting: Sitting, restaurant: Restaurant, now: datetime) -> tuple[str, datetime | None]:
    ready = [each.order.ready_at for each in sitting.with_status(OrderStatus.READY) if each.order.ready_at]
    if ready:
        return "ready", min(ready)
    in_kitchen = sitting.with_status(*IN_KITCHEN)
    cooking = [each.cooking_since for each in in_kitchen if not each.waits_for_fire]
    if cooking:
        since = min(cooking)
        late = (now - since).total_seconds() >= restaurant.late_seconds
        return ("late" if late else "waiting"), since
    placed = [each.order.placed_at for each in sitting.with_status(OrderStatus.PLACED)]
    if placed:
        return "ordering", min(placed)
    held = [each.order.served_at or each.order.placed_at for each in in_kitchen]
    if held:
        return "held", min(held)
    if sitting.party is None:
        return "free", None
    if (paid := sitting.paid_at) is not None:
        return "paid", paid
    served = sitting.served_at
    return ("eating", served) if served else ("occupied", sitting.party.seated_at)


def _seats(count: int) -> str:
    return ngettext("%(count)s seat", "%(count)s seats", count) % {"count": count}


def table_json(table: FloorTable) -> dict[str, Any]:
    """Return a table for programs (docs/contracts/floor.md). `since` is ISO 8601 or None."""
    return {
        "id": table.id,
        "name": table.name,
        "section": table.section_id,
        "seats": table.seats,
        "guests": table.guests,
        "party": table.party,
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
