"""The host's plan of a day: the tables of each floor, who sits there now, and the booking that comes next."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bistro.core.models import Restaurant
from tables.bookings.availability import Room
from tables.bookings.page import Day, Row
from tables.bookings.selectors import floor_now
from tables.fixture_drawing import DrawnFixture, drawn_fixtures
from tables.models import Floor, Party, Table
from tables.transitions import PartyStatus

LETTER, SHORTEST = 7, 8  # width of a letter in units of the floor; letters that a small table shows, too


@dataclass(frozen=True, slots=True)
class Entry:
    """The guests at a table. `booking` is the id of the booking that the table opens, None for none."""

    state: str = "free"
    time: str = ""
    guests: str = ""
    booking: int | None = None


@dataclass(frozen=True, slots=True)
class PlannedTable:
    """A table on the plan, in units of its floor. `middle` is "x y", `later` the number of further bookings."""

    table: Table
    entry: Entry
    later: int

    @property
    def middle(self) -> str:
        return f"{self.table.x + self.table.width / 2:g} {self.table.y + self.table.height / 2:g}"

    @property
    def left(self) -> str:
        return f"{-self.table.width / 2:g}"  # a text: SVG does not read a decimal comma

    @property
    def top(self) -> str:
        return f"{-self.table.height / 2:g}"

    @property
    def guests(self) -> str:
        """Return the guests as far as the table is wide. The text of a table that is turned stays level."""
        turned = self.table.rotation % 180
        wide = min(self.table.width, self.table.height) if turned else self.table.width
        return Truncator(self.entry.guests).chars(max(SHORTEST, wide // LETTER))

    @property
    def more(self) -> str:
        """Return how many bookings of the day follow, in words; "" for none."""
        return ngettext("%(count)s more", "%(count)s more", self.later) % {"count": self.later} if self.later else ""

    @property
    def spoken(self) -> str:
        """Return all of it for a screen reader."""
        words = (self.table.name, self.entry.time, self.entry.guests, self.more)
        return ", ".join(filter(None, words))


@dataclass(frozen=True, slots=True)
class PlannedFloor:
    """A floor with its walls and other fixtures, and its tables."""

    floor: Floor
    fixtures: tuple[DrawnFixture, ...]
    tables: list[PlannedTable]


def room_plan(day: Day, house: Room, restaurant: Restaurant, now: datetime) -> list[PlannedFloor]:
    """Return the floors that have tables. Guests who sit come before bookings. Three queries."""
    bookings: dict[int, list[Row]] = {}
    for row in sorted(day.expected, key=lambda row: row.booking.starts_at):
        for table in row.tables:
            bookings.setdefault(table.pk, []).append(row)
    sitting = floor_now(restaurant.pk, house.turns, now) if day.is_today else []
    seated = {table: _sitting(until, party, house.clock.zone) for table, _since, until, party in sitting}
    floors: dict[int, PlannedFloor] = {}
    rows = Table.objects.of_restaurant(restaurant.pk).not_archived().filter(floor__isnull=False)
    for table in rows.select_related("floor").order_by("floor__position", "floor_id", "position", "pk"):
        assert table.floor is not None
        coming = bookings.get(table.pk, [])
        entry = seated.get(table.pk) or (_booked(coming[0], house.clock.zone) if coming else Entry())
        later = len(coming) - (entry.booking is not None)
        floor = floors.setdefault(table.floor.pk, PlannedFloor(table.floor, drawn_fixtures(table.floor), []))
        floor.tables.append(PlannedTable(table, entry, later))
    return list(floors.values())


def _sitting(until: datetime, party: Party, zone: ZoneInfo) -> Entry:
    time = f"{until.astimezone(zone):%H:%M}"
    name = party.name or _("Walk-in")
    guests = f"{party.size} · {name}" if party.size else name
    state = "soon" if party.status == PartyStatus.WAITING else "seated"
    return Entry(state, _("until %(time)s") % {"time": time}, guests)


def _booked(row: Row, zone: ZoneInfo) -> Entry:
    booking = row.booking
    time = f"{booking.starts_at.astimezone(zone):%H:%M}"
    return Entry(row.state, time, f"{booking.size} · {booking.guest_name}", booking.pk)
