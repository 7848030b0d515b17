"""Services of a week as plain values. A service may end after midnight."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import time

DAY = 24 * 60
WEEK = 7 * DAY


@dataclass(frozen=True, order=True, slots=True)
class Service:
    """A service on a weekday (Monday is 0). It ends on the next day if it closes at or before the time it opens."""

    weekday: int
    opens: time
    closes: time

    @property
    def minutes(self) -> tuple[int, int]:
        """Return the begin and the end in minutes since Monday 0:00. The end may be in the next week."""
        begin, end = _minute(self.opens), _minute(self.closes)
        return self.weekday * DAY + begin, self.weekday * DAY + (end if end > begin else end + DAY)


def overlap(services: Iterable[Service]) -> tuple[Service, Service] | None:
    """Return the first two services that are open at the same time, the earlier one first, or None."""
    ordered = sorted(services)
    for place, earlier in enumerate(ordered):
        for later in ordered[place + 1 :]:
            if _meet(earlier.minutes, later.minutes):
                return earlier, later
    return None


def _meet(first: tuple[int, int], second: tuple[int, int]) -> bool:
    """Return whether two spans share a minute, also when one goes on into the next week."""
    return any(first[0] < second[1] + shift and second[0] + shift < first[1] for shift in (-WEEK, 0, WEEK))


def _minute(of: time) -> int:
    return of.hour * 60 + of.minute
