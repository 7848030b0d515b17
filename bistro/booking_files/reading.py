"""Bookings read from the rows of a file, with the problems of the rows that cannot be read."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from django.utils.translation import gettext

from bistro.booking_files.columns import DATE, FIRST, LAST, NAME, REFERENCE, SIZE, STARTS, TIME, Columns
from bistro.core.kernel.numbers import whole_number
from bistro.core.kernel.texts import clean_text
from menu.files.sheet import Row, Sheet
from tables.bookings.placing import MOST_GUESTS

DAY_FIRST, MONTH_FIRST = "day-first", "month-first"
# Stems of cancelled and no-show, and whole statuses of bookings that are over or refused: “Left message” is neither.
_GONE = re.compile(
    r".*(?:\b(?:cancel|annul|storn)|no.?show).*|(?:refus|declin|complet|finish)\w*|done|seated|left", re.IGNORECASE
)
_DATE = re.compile(r"(\d{1,4})[-./](\d{1,2})[-./](\d{1,4})")
_CLOCK = re.compile(r"(\d{1,2})(?:[:.h](\d{2}))?(?::\d{2})?\s*([ap])?\.?m?\.?", re.IGNORECASE)


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """A problem of a cell, with the row as a spreadsheet numbers it."""

    row: int
    column: str
    message: str


@dataclass(frozen=True, slots=True)
class ReadBooking:
    """A booking of the file. `key` is the same when the file is imported again."""

    row: int
    key: str
    starts_at: datetime
    size: int
    name: str
    phone: str
    email: str
    notes: str
    occasion: str
    is_gone: bool  # cancelled, over or a no-show in the other system

    @property
    def fingerprint(self) -> str:
        """Return the digest of what a repeated import compares: time and size."""
        return hashlib.sha256(f"{self.starts_at.isoformat()}|{self.size}".encode()).hexdigest()


def read_bookings(
    sheet: Sheet, columns: Columns, zone: ZoneInfo, order: str
) -> tuple[list[ReadBooking], list[Problem]]:
    """Return the bookings and the problems. `order` says how dates such as 3/4/2026 are meant, "" is by the file."""
    rows = [row for row in sheet.rows if row.number > columns.header.number]
    reader = _Reader(columns, zone, order or _order_in(rows, columns))
    found = [booking for row in rows if (booking := reader.read(row)) is not None]
    return found, sorted(reader.problems)


def _order_in(rows: Sequence[Row], columns: Columns) -> str:
    """Return the order of day and month that a number above 12 gives away, "" if there is none."""
    for row in rows:
        found = _DATE.match(columns.text(row, DATE) or columns.text(row, STARTS))
        if found and len(found[1]) < 3 and max(int(found[1]), int(found[2])) > 12:
            return DAY_FIRST if int(found[1]) > 12 else MONTH_FIRST
    return ""


class _Reader:
    """The reader of rows."""

    def __init__(self, columns: Columns, zone: ZoneInfo, order: str) -> None:
        self.columns, self.zone, self.order = columns, zone, order
        self.problems: list[Problem] = []

    def read(self, row: Row) -> ReadBooking | None:
        """Return a booking, None if the row has a problem."""
        before = len(self.problems)
        text = lambda field, most: clean_text(self.columns.text(row, field))[:most]  # noqa: E731
        name = text(NAME, 120) or " ".join(filter(None, (text(FIRST, 60), text(LAST, 60))))
        size, starts = whole_number(text(SIZE, 6), least=1, most=MOST_GUESTS), self._starts(row)
        if not name:
            self._refuse(row, NAME, gettext("A booking needs a name."))
        if size is None:
            self._refuse(row, SIZE, gettext("Write the number of guests in digits."))
        if len(self.problems) > before or size is None or starts is None:
            return None
        email, phone = text("email", 254), text("phone", 40)
        own = text(REFERENCE, 80) or hashlib.sha256(f"{name}|{starts}|{email}|{phone}".encode()).hexdigest()[:32]
        return ReadBooking(
            row=row.number,
            key=f"import:{own}",
            starts_at=starts,
            size=size,
            name=name,
            phone=phone,
            email=email if "@" in email else "",
            notes=text("notes", 1000),
            occasion=text("occasion", 60),
            is_gone=bool(_GONE.fullmatch(text("status", 40))),
        )

    def _starts(self, row: Row) -> datetime | None:
        typed = self.columns.text(row, STARTS)
        if typed:
            day, _between, clock = typed.replace("T", " ").partition(" ")
        else:
            day, clock = self.columns.text(row, DATE).split(" ")[0], self.columns.text(row, TIME)
        return self._instant(row, self._day(row, day), _clock(clock.strip()))

    def _instant(self, row: Row, day: date | None, clock: time | None) -> datetime | None:
        if clock is None:
            self._refuse(row, TIME, gettext("This is not a time. Write it like 19:30 or 7:30 PM."))
        if day is None or clock is None:
            return None
        return datetime.combine(day, clock, self.zone).astimezone(UTC)

    def _day(self, row: Row, typed: str) -> date | None:
        found = _DATE.fullmatch(typed)
        if found is None:
            self._refuse(row, DATE, gettext("This is not a date. Write it like 2026-11-28."))
            return None
        first, second, third = (int(part) for part in found.groups())
        if len(found[1]) == 4:
            year, month, day = first, second, third
        elif "." in typed or self.order == DAY_FIRST:
            day, month, year = first, second, third
        elif self.order == MONTH_FIRST:
            month, day, year = first, second, third
        else:
            self._refuse(row, DATE, gettext("Day or month first? Say it with --dates day-first or month-first."))
            return None
        year += 2000 if year < 100 else 0
        try:
            if 1900 < year < 9000:
                return date(year, month, day)
        except ValueError:
            pass
        self._refuse(row, DATE, gettext("This is not a date. Write it like 2026-11-28."))
        return None

    def _refuse(self, row: Row, column: str, message: str) -> None:
        self.problems.append(Problem(row.number, column, message))


def _clock(typed: str) -> time | None:
    """Return a time of day such as 19:30, 19.30 or 7:30 PM, None for anything else."""
    found = _CLOCK.fullmatch(typed)
    if found is None:
        return None
    hour, minute, half = int(found[1]), int(found[2] or 0), (found[3] or "").lower()
    if half and not 1 <= hour <= 12:
        return None
    hour = hour % 12 + (12 if half == "p" else 0) if half else hour
    return time(hour, minute) if hour < 24 and minute < 60 else None
