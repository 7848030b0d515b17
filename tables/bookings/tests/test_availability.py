"""Free tables compared with a brute-force search, and the cost of a month."""

import itertools
import time as clock_time
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bistro.core.kernel.opening_times import Service
from tables.bookings.availability import Arrival, Busy, Pacing, Place, Room, alternatives, day_slots
from tables.bookings.models import Combination, CombinationTable
from tables.bookings.selectors import read_days, read_house
from tables.bookings.tests.evenings import book, evening
from tables.bookings.times import Clock, Turns

pytestmark = pytest.mark.database_agnostic
DAY = date(2026, 11, 28)
MINUTES = 24 * 60


def at(minute):
    return datetime(2026, 11, 28, tzinfo=UTC) + timedelta(minutes=minute)


spans = st.tuples(st.integers(0, MINUTES - 1), st.integers(1, 240)).map(lambda each: (each[0], each[0] + each[1]))
tables = st.lists(st.integers(1, 8), min_size=1, max_size=5)


def clock(**more):
    return Clock(zone=ZoneInfo("UTC"), day_ends_at=time(0), **more)


@given(
    seats=tables,
    held=st.lists(st.tuples(st.integers(0, 4), spans), max_size=8),
    joined=st.lists(st.sets(st.integers(0, 4), min_size=2, max_size=3), max_size=2),
    size=st.integers(1, 12),
    guests=st.lists(st.tuples(st.integers(0, MINUTES - 1), st.integers(1, 6), st.booleans()), max_size=6),
    limit=st.one_of(st.none(), st.integers(1, 12)),
    kept=st.sampled_from([0, 30, 60]),
)
def test_a_slot_is_free_exactly_if_a_minute_by_minute_search_says_so(seats, held, joined, size, guests, limit, kept):
    places = [Place((table,), count) for table, count in enumerate(seats)]
    for number, members in enumerate(joined):
        if all(table < len(seats) for table in members):
            places.append(Place(tuple(sorted(members)), sum(seats[table] for table in members), number))
    room = Room(
        clock=clock(slot=timedelta(minutes=60)),
        places=places,
        busy={
            table: Busy([(at(begin), at(end)) for owner, (begin, end) in held if owner == table]) for table in range(5)
        },
        arrivals=[Arrival(at(minute), count, online) for minute, count, online in guests],
        turns=Turns([(20, 90)]),
        pacing=Pacing(total=limit, walk_in_percent=kept),
    )
    taken = {(table, minute) for table, (begin, end) in held for minute in range(begin, end)}
    for slot in day_slots(room, DAY, size):
        begin = int((slot.starts - at(0)).total_seconds()) // 60
        busy = {
            table for table in range(len(seats)) if any((table, minute) in taken for minute in range(begin, begin + 90))
        }
        fitting = [place for place in places if place.seats >= size and not busy & set(place.tables)]
        best = min(fitting, key=lambda place: place.order, default=None)
        arriving = sum(count for minute, count, _online in guests if begin <= minute < begin + 60)
        free_after = len(seats) - len(busy) - len(best.tables) if best else 0
        allowed = best is not None and (limit is None or arriving + size <= limit)
        assert (slot.place is not None) == (allowed and free_after * 100 >= len(seats) * kept), begin
        assert slot.place is None or slot.place.order == best.order


@given(
    zone=st.sampled_from(sorted(available_timezones())),
    day=st.dates(date(2024, 1, 1), date(2027, 12, 31)),
    opens=st.times().map(lambda each: each.replace(second=0, microsecond=0)),
    closes=st.times().map(lambda each: each.replace(second=0, microsecond=0)),
)
@example(zone="Europe/Berlin", day=date(2026, 3, 28), opens=time(18), closes=time(2, 30))
@example(zone="America/New_York", day=date(2026, 10, 31), opens=time(22), closes=time(3))
def test_a_service_past_midnight_in_every_zone(zone, day, opens, closes):
    """Slots follow each other, all lie in the service, and each is found in the service from which it comes."""
    here = Clock(ZoneInfo(zone), time(4), week=[Service(day.weekday(), opens, closes)])
    (window,) = here.windows(day)
    slots = list(here.slots(day))
    assert slots
    assert slots[0] == window.opens
    assert all(later - earlier == here.slot for earlier, later in itertools.pairwise(slots))
    assert all(here.window_of(slot) == window and here.slot_of(slot)[0] == slot for slot in slots)
    assert window.last - window.opens <= timedelta(hours=26)


def test_closed_days_and_split_services():
    week = [Service(5, time(12), time(14)), Service(5, time(18), time(22))]
    here = clock(week=week, exceptions={DAY + timedelta(days=7): []}, slot=timedelta(hours=1))
    assert [slot.hour for slot in here.slots(DAY)] == [12, 13, 18, 19, 20, 21]
    assert list(here.slots(DAY + timedelta(days=1))) == []
    assert list(here.slots(DAY + timedelta(days=7))) == []


def test_alternatives_lie_in_the_future_on_both_sides():
    room = Room(clock=clock(), places=[Place((1,), 4)], busy={1: Busy([(at(1140), at(1230))])})
    times = alternatives(room, at(1140), 2, now=at(1020))
    assert times == [at(1035), at(1050), at(1230), at(1245), at(1260)]


@pytest.mark.django_db
def test_a_month_of_a_large_house(house, django_assert_num_queries):
    """60 tables, 20 combinations and 60 bookings a day cost as many queries as one table. The time is a wide bound."""
    many = [house.table, *(house.add_table() for _ in range(59))]
    for number in range(20):
        both = Combination.objects.create(restaurant=house.restaurant, name=f"{number}", seats=8)
        for table in many[2 * number : 2 * number + 2]:
            CombinationTable.objects.create(restaurant=house.restaurant, combination=both, table=table)
    for hour in (13, 17, 19, 21):
        book(house, evening(hour))
    first = evening().date()
    with django_assert_num_queries(11):
        room = read_days(
            read_house(house.restaurant), house.restaurant.pk, first, first + timedelta(days=30), now=at(0)
        )
    begin = clock_time.perf_counter()
    free = sum(slot.place is not None for day in range(31) for slot in day_slots(room, first + timedelta(days=day), 2))
    assert free == 31 * 96
    assert clock_time.perf_counter() - begin < 2
