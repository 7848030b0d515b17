"""The business day: from `day_ends_at` by the restaurant's clock to the same time of the next date.

A day begins at the first instant at which the clock shows that time or a later one: the first occurrence of a repeated
hour, the end of a skipped one. So an order can never fall on an earlier day than an order before it.
"""

from bisect import bisect_left
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)


@lru_cache(maxsize=4096)
def day_begins(day: date, ends_at: time, zone: ZoneInfo) -> datetime:
    """Return the instant (UTC) at which a business day begins and the previous one ends."""
    wanted = datetime.combine(day, ends_at.replace(tzinfo=None, fold=0))
    first = wanted.replace(tzinfo=zone).astimezone(UTC)
    if _clock(first, zone) == wanted:
        return first
    # The clock skips this time. With fold=1 the same reading is an instant before the change, with fold=0 one after.
    before = int(wanted.replace(tzinfo=zone, fold=1).timestamp())
    seconds = range(before, int(first.timestamp()) + 1)
    place = bisect_left(seconds, wanted, key=lambda second: _clock(datetime.fromtimestamp(second, UTC), zone))
    return datetime.fromtimestamp(seconds[place], UTC)


def business_date(moment: datetime, ends_at: time, zone: ZoneInfo) -> date:
    """Return the business day of an instant. A later instant never has an earlier day."""
    clock = _clock(moment, zone)
    day = clock.date() - _DAY if clock.time() < ends_at else clock.date()
    # A clock that was put back shows an earlier time although the next day has begun.
    while day_begins(day + _DAY, ends_at, zone) <= moment:
        day += _DAY
    return day


def _clock(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)
