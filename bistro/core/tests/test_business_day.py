"""The business day of an instant: it never goes back, in any time zone, whatever the clock does."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bistro.core.kernel.business_day import business_date, day_begins

pytestmark = pytest.mark.database_agnostic

ZONES = sorted(available_timezones())
FIRST, LAST = datetime(2020, 1, 1, tzinfo=UTC), datetime(2030, 12, 31, tzinfo=UTC)
DAY, QUARTER = timedelta(days=1), timedelta(minutes=15)


def clock(moment, zone):
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)


@cache
def changes(zone):
    """Return the instants at which the zone's offset changes, found day by day and then to the second."""
    found, at = [], FIRST
    while at < LAST:
        low, high = at, at + DAY
        if low.astimezone(zone).utcoffset() != high.astimezone(zone).utcoffset():
            while high - low > timedelta(seconds=1):
                middle = low + timedelta(seconds=(high - low) // timedelta(seconds=2))
                same = middle.astimezone(zone).utcoffset() == low.astimezone(zone).utcoffset()
                low, high = (middle, high) if same else (low, middle)
            found.append(high)
        at += DAY
    return found


@pytest.mark.parametrize(
    ("zone", "ends_at", "moment", "expected"),
    [
        ("UTC", time(4), "2026-05-04T23:59:59", date(2026, 5, 4)),
        ("UTC", time(4), "2026-05-05T00:00", date(2026, 5, 4)),
        ("UTC", time(4), "2026-05-05T03:59:59.999999", date(2026, 5, 4)),
        ("UTC", time(4), "2026-05-05T04:00", date(2026, 5, 5)),
        ("UTC", time(0), "2026-05-05T00:00", date(2026, 5, 5)),
        ("Europe/Paris", time(4), "2026-07-01T01:59", date(2026, 6, 30)),  # 03:59 in summer
        ("Europe/Paris", time(4), "2026-07-01T02:00", date(2026, 7, 1)),
        ("Europe/Paris", time(4), "2026-01-01T02:59", date(2025, 12, 31)),  # 03:59 in winter
        ("America/New_York", time(4), "2026-05-05T07:59", date(2026, 5, 4)),
        ("Asia/Kolkata", time(4), "2026-05-04T22:29", date(2026, 5, 4)),
        ("Asia/Kolkata", time(4), "2026-05-04T22:30", date(2026, 5, 5)),
        # The night of the spring change (02:00 → 03:00) and of the autumn change (03:00 → 02:00) in Paris.
        ("Europe/Paris", time(4), "2026-03-29T01:59", date(2026, 3, 28)),  # 03:59 already
        ("Europe/Paris", time(4), "2026-03-29T02:00", date(2026, 3, 29)),
        ("Europe/Paris", time(4), "2026-10-25T02:59", date(2026, 10, 24)),  # 03:59 in winter time
        ("Europe/Paris", time(4), "2026-10-25T03:00", date(2026, 10, 25)),
        # A day that ends within the hour that the clock repeats: at its first occurrence.
        ("Europe/Berlin", time(2, 30), "2026-10-25T00:25", date(2026, 10, 24)),  # 02:25
        ("Europe/Berlin", time(2, 30), "2026-10-25T00:35", date(2026, 10, 25)),  # 02:35
        ("Europe/Berlin", time(2, 30), "2026-10-25T01:05", date(2026, 10, 25)),  # 02:05 once more
        ("Europe/Berlin", time(2, 30), "2026-10-25T01:35", date(2026, 10, 25)),  # 02:35 once more
        ("America/New_York", time(1, 30), "2026-11-01T05:29", date(2026, 10, 31)),
        ("America/New_York", time(1, 30), "2026-11-01T05:30", date(2026, 11, 1)),
        ("America/New_York", time(1, 30), "2026-11-01T06:15", date(2026, 11, 1)),  # 01:15 once more
        ("Atlantic/Azores", time(0, 30), "2026-10-25T00:29", date(2026, 10, 24)),  # midnight repeats
        ("Atlantic/Azores", time(0, 30), "2026-10-25T00:30", date(2026, 10, 25)),
        ("Atlantic/Azores", time(0, 30), "2026-10-25T01:10", date(2026, 10, 25)),  # 00:10 once more
        ("Atlantic/Azores", time(0), "2026-10-25T00:59", date(2026, 10, 25)),
        # A day that ends within the hour that the clock skips: at the end of that hour.
        ("Europe/Berlin", time(2, 30), "2026-03-29T00:59:59", date(2026, 3, 28)),
        ("Europe/Berlin", time(2, 30), "2026-03-29T01:00", date(2026, 3, 29)),
        ("Africa/Cairo", time(0, 30), "2026-04-23T21:59:59", date(2026, 4, 23)),  # 23:59:59, then 01:00
        ("Africa/Cairo", time(0, 30), "2026-04-23T22:00", date(2026, 4, 24)),
        # Half an hour only.
        ("Australia/Lord_Howe", time(1, 45), "2026-04-04T14:44", date(2026, 4, 4)),
        ("Australia/Lord_Howe", time(1, 45), "2026-04-04T14:45", date(2026, 4, 5)),
        ("Australia/Lord_Howe", time(1, 45), "2026-04-04T15:10", date(2026, 4, 5)),  # 01:40 once more
        # Whole dates that a zone skipped or repeated when the date line moved.
        ("Pacific/Apia", time(4), "2011-12-30T09:59:59", date(2011, 12, 29)),  # 23:59:59 on the 29th
        ("Pacific/Apia", time(4), "2011-12-30T10:00", date(2011, 12, 30)),  # 00:00 on the 31st
        ("Pacific/Apia", time(4), "2011-12-30T14:00", date(2011, 12, 31)),
        ("Pacific/Apia", time(0), "2011-12-30T10:00", date(2011, 12, 31)),
        ("Pacific/Kwajalein", time(4), "1993-08-21T11:59:59", date(1993, 8, 20)),
        ("Pacific/Kwajalein", time(4), "1993-08-21T12:00", date(1993, 8, 21)),
        ("Pacific/Kwajalein", time(4), "1993-08-21T16:00", date(1993, 8, 22)),
        ("Pacific/Kwajalein", time(4), "1969-09-29T17:00", date(1969, 9, 30)),
        ("Pacific/Kwajalein", time(4), "1969-09-30T13:00", date(1969, 9, 30)),  # the 30th begins once more
        ("Pacific/Kwajalein", time(4), "1969-10-01T15:59", date(1969, 9, 30)),
        ("Pacific/Kwajalein", time(4), "1969-10-01T16:00", date(1969, 10, 1)),
    ],
)
def test_the_day_of_an_instant(zone, ends_at, moment, expected):
    assert business_date(datetime.fromisoformat(moment).replace(tzinfo=UTC), ends_at, ZoneInfo(zone)) == expected


@pytest.mark.parametrize("zone_name", ZONES)
def test_around_every_change_of_the_clock(zone_name):
    """The day rises, and begins when the clock first shows the time or a later one."""
    zone = ZoneInfo(zone_name)
    for change in changes(zone):
        before = clock(change - timedelta(seconds=1), zone) + timedelta(seconds=1)
        for wanted in {before, clock(change, zone), *(before + n * 2 * QUARTER for n in range(-3, 4))}:
            instants = [change + n * QUARTER for n in range(-12, 13)]
            days = [business_date(moment, wanted.time(), zone) for moment in instants]
            assert days == sorted(days), (change, wanted)
            begins = day_begins(wanted.date(), wanted.time(), zone)
            for moment, day in zip(instants, days, strict=True):
                assert (day >= wanted.date()) is (begins <= moment), (moment, wanted)
            assert clock(begins, zone) >= wanted
            assert all(clock(moment, zone) < wanted for moment in instants if moment < begins)


@given(
    st.sampled_from(ZONES).map(ZoneInfo),
    st.times(),
    st.lists(st.integers(int(FIRST.timestamp()), int(LAST.timestamp())), min_size=2, max_size=8),
    st.data(),
)
def test_it_never_goes_back(zone, ends_at, seconds, data):
    instants = [datetime.fromtimestamp(second, UTC) for second in seconds]
    if changes(zone):
        near = st.integers(-7200, 7200).map(lambda second: timedelta(seconds=second))
        change = data.draw(st.sampled_from(changes(zone)))
        instants += [change + data.draw(near) for _ in range(4)]
    instants.sort()
    days = [business_date(moment, ends_at, zone) for moment in instants]
    assert days == sorted(days)
    for moment, day in zip(instants, days, strict=True):
        assert day_begins(day, ends_at, zone) <= moment < day_begins(day + DAY, ends_at, zone)


@given(st.sampled_from(ZONES).map(ZoneInfo), st.times(), st.integers(int(FIRST.timestamp()), int(LAST.timestamp())))
def test_far_from_a_change_it_is_the_local_date_or_the_one_before(zone, ends_at, second):
    moment = datetime.fromtimestamp(second, UTC)
    if any(abs(change - moment) < 2 * DAY for change in changes(zone)):
        return
    shown = clock(moment, zone)
    assert shown.date() - business_date(moment, ends_at, zone) == (DAY if shown.time() < ends_at else timedelta())
