"""The times at which guests can arrive, from opening hours, as plain values."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bistro.core.kernel.business_day import business_date, day_begins
from bistro.core.kernel.opening_times import Service
from tables.phases import daypart, group_of

DAY = timedelta(days=1)
UTC_ZONE = ZoneInfo("UTC")
Hours = tuple[time, time]
DEFAULT_TURNS = ((2, 90), (4, 105), (6, 120))  # (guests at most, minutes)
LONGEST_DEFAULT = 150
USUAL_SIZE = 2  # of a party whose size nobody has noted
OVERSTAY = timedelta(minutes=15)  # guests who stay longer than usual are expected to stay so long yet
DELAYS = (10, 15, 20, 30)  # minutes by which guests may say that they come later
ANNOUNCED_FROM = timedelta(hours=3)  # before the booked time


@dataclass(frozen=True, slots=True)
class Window:
    """A service of one day: guests can arrive from `opens` until just before `last`.

    It is not `stated` in a house without opening hours, where it is the whole day.
    """

    opens: datetime
    last: datetime
    stated: bool = True


@dataclass(frozen=True, slots=True)
class Clock:
    """The opening hours of a restaurant and its slots.

    Without any opening hours hosts can expect guests during the whole business day, and guests are offered no time.
    `exceptions` has the services of days that are different, none for a closed day.
    """

    zone: ZoneInfo
    day_ends_at: time
    slot: timedelta = timedelta(minutes=15)
    last_arrival: timedelta = timedelta()  # before closing
    week: Sequence[Service] = ()
    exceptions: Mapping[date, Sequence[Hours]] = field(default_factory=dict)

    @property
    def has_hours(self) -> bool:
        """Return whether the house has stated any hours."""
        return bool(self.week or any(self.exceptions.values()))

    def day_of(self, moment: datetime) -> date:
        """Return the business day of an instant."""
        return business_date(moment, self.day_ends_at, self.zone)

    def span(self, day: date) -> tuple[datetime, datetime]:
        """Return the instants at which a business day begins and ends."""
        return day_begins(day, self.day_ends_at, self.zone), day_begins(day + DAY, self.day_ends_at, self.zone)

    def windows(self, day: date) -> list[Window]:
        """Return the services that begin on a date."""
        if day in self.exceptions:
            hours: Sequence[Hours] = self.exceptions[day]
        elif not self.week:
            return [Window(*self.span(day), stated=False)]
        else:
            hours = [(service.opens, service.closes) for service in self.week if service.weekday == day.weekday()]
        return [self._window(day, opens, closes) for opens, closes in sorted(hours)]

    def window_of(self, moment: datetime) -> Window | None:
        """Return the service in which guests who arrive at an instant are welcome. It may have begun the day before."""
        day = moment.astimezone(self.zone).date()
        for each in (day, day - DAY, day + DAY):
            for window in self.windows(each):
                if window.opens <= moment < window.last:
                    return window
        return None

    def slots(self, day: date, *, stated: bool = False) -> Iterator[datetime]:
        """Yield the times of a day at which guests can arrive, in their order, or those of `stated` hours only."""
        for window in self.windows(day):
            if stated and not window.stated:
                continue
            moment = window.opens
            while moment < window.last:
                yield moment
                moment += self.slot

    def slot_of(self, moment: datetime) -> tuple[datetime, datetime]:
        """Return the slot in which guests who arrive at an instant are counted."""
        window = self.window_of(moment)
        begin = window.opens if window else self.span(self.day_of(moment))[0]
        start = begin + (moment - begin) // self.slot * self.slot
        return start, start + self.slot

    def _window(self, day: date, opens: time, closes: time) -> Window:
        begin = self._instant(day, opens)
        end = self._instant(day if closes > opens else day + DAY, closes)
        return Window(begin, max(end - self.last_arrival, begin + timedelta(minutes=1)))

    def _instant(self, day: date, clock: time) -> datetime:
        return datetime.combine(day, clock, self.zone).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Turns:
    """The usual stays of a house: typed ones as (guests at most, minutes), and learned ones where they count.

    `learned` is {(group of sizes, part of the day): minutes}, by the clock of `zone`.
    """

    typed: Sequence[tuple[int, int]] = ()
    learned: Mapping[tuple[int, str], int] = field(default_factory=dict)
    zone: ZoneInfo = UTC_ZONE


def turn_minutes(size: int, starts: datetime, turns: Turns) -> int:
    """Return the minutes that a party of this size that comes then usually stays: learned, typed or the default."""
    if turns.learned:
        known = turns.learned.get((group_of(size), daypart(starts, turns.zone)))
        if known is not None:
            return known
    return typed_minutes(size, turns.typed)


def typed_minutes(size: int, typed: Sequence[tuple[int, int]]) -> int:
    """Return the minutes that managers have typed for a size, as (guests at most, minutes), or the default."""
    for largest, minutes in typed or DEFAULT_TURNS:
        if size <= largest:
            return minutes
    return typed[-1][1] if typed else LONGEST_DEFAULT


def expected_end(since: datetime, size: int | None, turns: Turns, now: datetime) -> datetime:
    """Return the time at which guests who sit at a table since then are expected to leave."""
    usual = since + timedelta(minutes=turn_minutes(size or USUAL_SIZE, since, turns))
    return max(usual, now + OVERSTAY)


def may_announce(starts: datetime, minutes: int, now: datetime) -> bool:
    """Return whether guests can say now that they come so many minutes late: soon before, and before that time."""
    return starts - ANNOUNCED_FROM <= now < starts + timedelta(minutes=minutes)


def late_from(starts: datetime, ends: datetime, delay: int, grace: int) -> datetime:
    """Return when guests count as late: the grace minutes after the time that they said, at the latest at the end."""
    usual = starts + timedelta(minutes=grace)
    return max(usual, min(usual + timedelta(minutes=delay), ends))
