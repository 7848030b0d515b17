"""Read models of the host's pages: the list of bookings and the timeline of tables, in few queries."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import ClassVar
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bistro.core.models import Restaurant
from tables.bookings.availability import Room
from tables.bookings.models import Booking
from tables.bookings.selectors import floor_now, read_house, tables_of
from tables.bookings.transitions import EXPECTED, BookingStatus
from tables.models import Table
from tables.transitions import PartyStatus

MARKS = {
    BookingStatus.REQUESTED: "soon",
    BookingStatus.BOOKED: "reserved",
    BookingStatus.CONFIRMED: "reserved",
    BookingStatus.LATE: "late_booking",
    BookingStatus.SEATED: "seated",
}
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Row:
    """A booking of the day with its tables, its mark and the word of its state."""

    booking: Booking
    tables: Sequence[Table]
    state: str
    word: str
    is_blocked: bool = False  # guests who are expected to stay too long sit at its table
    is_due: bool = False  # the booked time has come

    @property
    def is_expected(self) -> bool:
        return self.booking.status in EXPECTED

    @property
    def needs_somebody(self) -> bool:
        return self.is_blocked or self.booking.status == BookingStatus.LATE

    @property
    def is_missing(self) -> bool:
        return self.booking.status == BookingStatus.NO_SHOW

    @property
    def table_names(self) -> str:
        return ", ".join(table.name for table in self.tables)


@dataclass(frozen=True, slots=True)
class Handle:
    """The handle by which the timeline moves a booking: its bar at one of its tables.

    `starts` is an ISO time, and `tables` has the ids of all its tables, with commas.
    """

    pk: int
    name: str
    version: int
    starts: str
    table: int
    tables: str


@dataclass(frozen=True, slots=True)
class ListedBooking:
    """A booking as the list draws it. `act` is the act that is next, blank for none."""

    pk: int
    time: str
    name: str
    size: int
    occasion: str
    notes: str
    tables: str
    state: str
    word: str
    needs_somebody: bool
    act: str


@dataclass(frozen=True, slots=True)
class Block:
    """A stay in the timeline, in units of the drawing. `pk` is the id of its booking, None for walk-ins."""

    x: int
    width: int
    state: str
    text: str
    note: str
    pk: int | None = None
    handle: Handle | None = None  # None: it cannot be moved


@dataclass(frozen=True, slots=True)
class Line:
    """A table in the timeline with its stays. `heading` is the section that begins with this table, else blank."""

    HEADING: ClassVar[int] = 24  # height of the heading

    y: int
    pk: int
    name: str
    seats: int
    blocks: tuple[Block, ...]
    heading: str = ""

    @property
    def heading_y(self) -> int:
        """Return where the band of the heading begins."""
        return self.y - self.HEADING


@dataclass(frozen=True, slots=True)
class Arriving:
    """The booked guests who arrive in one slot. `most` is the restaurant's limit, None without one."""

    x: int
    guests: int
    most: int | None

    @property
    def is_too_many(self) -> bool:
        return self.most is not None and self.guests > self.most


@dataclass(frozen=True, slots=True)
class Timeline:
    """The drawing of a day: hours from left to right, tables from top to bottom."""

    hours: Sequence[tuple[int, datetime]]
    lines: Sequence[Line]
    width: int
    now: int | None
    first: datetime
    slot: int  # minutes
    arriving: Sequence[Arriving]

    LEFT, HOUR, TOP, LINE = 120, 150, 56, 52

    @property
    def height(self) -> int:
        return (self.lines[-1].y + self.LINE if self.lines else self.TOP) + 8


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the host."""

    day: date
    before: date
    after: date
    is_today: bool
    expected: Sequence[Row]
    seated: Sequence[Row]
    gone: Sequence[Row]
    guests_booked: int
    guests_seated: int
    rows: Sequence[Row] = field(default=())


def read_day(restaurant: Restaurant, day: date, now: datetime) -> tuple[Day, Room]:
    """Return the bookings of a business day, and the room that decides about new ones."""
    house = read_house(restaurant)
    begin, end = house.clock.span(day)
    bookings = list(Booking.objects.of_restaurant(restaurant.pk).starting(begin, end).order_by("starts_at", "pk"))
    tables = tables_of(bookings)
    held = {table: until for table, _since, until, _party in floor_now(restaurant.pk, house.turns, now)}
    rows = [_row(booking, tables[booking.pk], held, now) for booking in bookings]
    expected = [row for row in rows if row.is_expected]
    others = [row for row in rows if not row.is_expected]
    seated = [row for row in others if row.booking.status == BookingStatus.SEATED]
    gone = [row for row in others if row.booking.status != BookingStatus.SEATED]
    counted = [row.booking.size for row in rows if row.booking.status != BookingStatus.CANCELLED and not row.is_missing]
    shown = Day(
        day=day,
        before=day - timedelta(days=1),
        after=day + timedelta(days=1),
        is_today=begin <= now < end,
        expected=expected,
        seated=seated,
        gone=gone,
        guests_booked=sum(counted),
        guests_seated=sum(row.booking.size for row in seated),
        rows=rows,
    )
    return shown, house


def row_of(booking: Booking, restaurant: Restaurant, now: datetime) -> Row:
    """Return one booking as the list shows it."""
    held = {
        table: until for table, _since, until, _party in floor_now(restaurant.pk, read_house(restaurant).turns, now)
    }
    return _row(booking, tables_of([booking])[booking.pk], held, now)


def _row(booking: Booking, tables: Sequence[Table], held: dict[int, datetime], now: datetime) -> Row:
    expected = booking.status in EXPECTED
    blocked = expected and any(held.get(table.pk, booking.starts_at) > booking.starts_at for table in tables)
    blocked = blocked and booking.ends_at > now
    state = "late" if blocked else MARKS.get(BookingStatus(booking.status), "done")
    return Row(booking, tables, state, _word(booking, now, blocked=blocked), blocked, booking.starts_at <= now)


def _word(booking: Booking, now: datetime, *, blocked: bool) -> str:
    if blocked:
        return _("Table not free")
    minutes = int((booking.starts_at - now).total_seconds() // 60)
    if booking.status == BookingStatus.LATE:
        return _("%(minutes)s min late") % {"minutes": -minutes}
    if booking.delay_minutes and booking.status in EXPECTED:
        return _("Comes %(minutes)s min later") % {"minutes": booking.delay_minutes}
    if booking.status in (BookingStatus.BOOKED, BookingStatus.CONFIRMED) and 0 <= minutes < 60:
        return ngettext("Due in %(minutes)s min", "Due in %(minutes)s min", minutes) % {"minutes": minutes}
    return str(BookingStatus(booking.status).label)


def listed(rows: Sequence[Row], zone: ZoneInfo) -> list[ListedBooking]:
    """Return bookings as the list draws them, with times of the restaurant's clock."""
    return [
        ListedBooking(
            pk=row.booking.pk,
            time=f"{row.booking.starts_at.astimezone(zone):%H:%M}",
            name=row.booking.guest_name,
            size=row.booking.size,
            occasion=row.booking.occasion,
            notes=row.booking.notes,
            tables=row.table_names,
            state=row.state,
            word=row.word,
            needs_somebody=row.needs_somebody,
            act="seat" if row.is_expected else "undo" if row.is_missing else "",
        )
        for row in rows
    ]


def timeline(day: Day, house: Room, restaurant: Restaurant, now: datetime) -> Timeline:
    """Return the drawing of a day, from the first service or stay to the last."""
    begin, end = house.clock.span(day.day)
    floor = floor_now(restaurant.pk, house.turns, now) if day.is_today else []
    first, last = _hours(day, house, [(since, until) for _table, since, until, _party in floor], begin, end)

    def place(moment: datetime) -> int:
        return Timeline.LEFT + int((moment - first) / _HOUR * Timeline.HOUR)

    blocks: dict[int, list[Block]] = {}
    booked = {row.booking.party_id for row in day.seated}
    for row in [*day.expected, *day.seated]:
        for table in row.tables:
            blocks.setdefault(table.pk, []).append(_block(row, table, place))
    for table_id, since, until, party in floor:
        if party.pk not in booked:
            note = _("out about %(time)s") % {"time": f"{until.astimezone(house.clock.zone):%H:%M}"}
            waits = party.status == PartyStatus.WAITING
            guests = _("Kept for waiting guests") if waits else _("Walk-in")
            name, state = f"{guests} · {party.size}" if party.size else guests, "soon" if waits else "seated"
            stay = Block(place(since), max(place(until) - place(since), 40), state, name, "" if waits else note)
            blocks.setdefault(table_id, []).append(stay)
    hours = [first + number * _HOUR for number in range(int((last - first) / _HOUR) + 1)]
    return Timeline(
        hours=[(place(hour), hour) for hour in hours],
        lines=_lines(restaurant, blocks),
        width=place(last) + 20,
        now=place(now) if first <= now <= last else None,
        first=first,
        slot=int(house.clock.slot.total_seconds() // 60),
        arriving=_arriving([*day.expected, *day.seated], house, place),
    )


def _lines(restaurant: Restaurant, blocks: Mapping[int, Sequence[Block]]) -> list[Line]:
    """Return the tables of each section under its name. One query."""
    tables = Table.objects.of_restaurant(restaurant.pk).not_archived()
    rows = tables.order_by("section__position", "section_id", "position", "pk")
    lines: list[Line] = []
    y, before = Timeline.TOP, None
    for pk, name, seats, section in rows.values_list("pk", "name", "seats", "section__name"):
        heading = section if section != before else ""
        y += Line.HEADING if heading else 0
        lines.append(Line(y, pk, name, seats, tuple(blocks.get(pk, ())), heading))
        y, before = y + Timeline.LINE, section
    return lines


def _arriving(rows: Sequence[Row], house: Room, place: Callable[[datetime], int]) -> list[Arriving]:
    """Return the booked guests by the slot in which they arrive, of slots with any."""
    found: dict[datetime, int] = {}
    for row in rows:
        begin = house.clock.slot_of(row.booking.starts_at)[0]
        found[begin] = found.get(begin, 0) + row.booking.size
    return [Arriving(place(begin), guests, house.pacing.total) for begin, guests in sorted(found.items())]


def _block(row: Row, table: Table, place: Callable[[datetime], int]) -> Block:
    begin = place(row.booking.starts_at)
    note = " · ".join(filter(None, [row.word, row.booking.occasion, row.booking.notes]))[:80]
    text = f"{row.booking.guest_name} · {row.booking.size}"
    return Block(begin, place(row.booking.ends_at) - begin, row.state, text, note, row.booking.pk, _handle(row, table))


def _handle(row: Row, table: Table) -> Handle | None:
    """Return the handle of a bar. Guests who sit are moved on the floor."""
    if not row.is_expected:
        return None
    tables = ",".join(str(each.pk) for each in row.tables)
    booking = row.booking
    return Handle(booking.pk, booking.guest_name, booking.version, booking.starts_at.isoformat(), table.pk, tables)


def _hours(
    day: Day, house: Room, stays: Sequence[tuple[datetime, datetime]], begin: datetime, end: datetime
) -> tuple[datetime, datetime]:
    """Return the first and the last hour that the timeline shows: services, else bookings, else the evening."""
    spans = [(window.opens, window.last + _HOUR) for window in house.clock.windows(day.day) if house.clock.week]
    spans += [(row.booking.starts_at, row.booking.ends_at) for row in [*day.expected, *day.seated]]
    spans += stays
    if not house.clock.week:
        noon = begin + (end - begin) / 2
        spans.append((noon + _HOUR, noon + 7 * _HOUR))
    first = min((start for start, _end in spans), default=begin)
    last = max((stop for _start, stop in spans), default=end)
    first = max(first, begin).replace(minute=0, second=0, microsecond=0)
    return first, min(last, end + 6 * _HOUR).replace(minute=0, second=0, microsecond=0) + _HOUR
