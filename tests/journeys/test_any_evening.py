"""Any sequence of what hosts and guests do: no table is held twice, nobody is lost, and free times are really free."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
import time_machine
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from bistro.core.kernel.errors import DomainError
from bistro.core.models import OpeningHours
from orders.services import clear_table, join_parties, join_table, move_party, seat_party
from tables.bookings import services, steps
from tables.bookings.availability import day_slots
from tables.bookings.models import Booking, BookingRules, Combination, CombinationTable, TableHold
from tables.bookings.placing import Wish
from tables.bookings.selectors import floor_now, read_days, read_house
from tables.bookings.transitions import EXPECTED
from tables.models import Occupancy, Party, Table
from tests.journeys.house import open_house

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
BEGIN = datetime(2027, 3, 6, 17, 0, tzinfo=UTC)
SEATS = (4, 2, 2)  # of the tables, of which the last two are a combination for four
LAST = 30  # slots of fifteen minutes in which guests arrive

pick, size, slot = st.integers(0, 9), st.integers(1, 5), st.integers(0, LAST)
acts = st.one_of(
    st.tuples(st.sampled_from(["book", "hold"]), pick, size, slot),
    st.tuples(st.sampled_from(["postpone", "enlarge", "seat", "cancel", "miss", "undo"]), pick, size, slot),
    st.tuples(st.sampled_from(["walk_in", "move", "join", "merge", "clear"]), pick, size, slot),
    st.tuples(st.just("wait"), pick, size, slot),
)


class Room:
    """A room with three tables and everything that can be done there. Refusals are no failure."""

    def __init__(self):
        self.house = open_house()
        self.pk, self.host = self.house.restaurant.pk, self.house.actor("host")
        more = [self.house.add_table() for _table in SEATS[1:]]
        self.tables = [self.house.table, *more]
        for table, seats in zip(self.tables, SEATS, strict=True):
            Table.objects.filter(pk=table.pk).update(seats=seats)
        both = Combination.objects.create(restaurant=self.house.restaurant, name="Both", seats=4)
        for table in more:
            CombinationTable.objects.create(restaurant=self.house.restaurant, combination=both, table=table)
        for weekday in range(7):
            OpeningHours.objects.create(
                restaurant=self.house.restaurant, weekday=weekday, opens="17:00", closes="01:00"
            )
        BookingRules.objects.create(restaurant=self.house.restaurant, no_show_minutes=40, online_lead_minutes=0)
        self.now, self.done = BEGIN, 0

    def play(self, todo):
        for name, *chosen in todo:
            with time_machine.travel(self.now, tick=False):
                try:
                    getattr(self, name)(*chosen)
                    self.done += 1
                except DomainError:
                    pass
                self.check()

    # What hosts and guests do: pick, size, slot.
    def book(self, _pick, size, slot):
        guest = services.Guest(name="Moreau")
        services.take_booking(guest=guest, wish=Wish(starts_at=at(slot), size=size), actor=self.host)

    def hold(self, pick, size, slot):
        wish = Wish(starts_at=at(slot), size=size, online=True)
        services.keep_time(restaurant_id=self.pk, wish=wish, key=f"page {pick % 3}")

    def postpone(self, pick, _size, slot):
        services.change_booking(booking_id=self.booking(pick), changes={"starts_at": at(slot)}, actor=self.host)

    def enlarge(self, pick, size, _slot):
        services.change_booking(booking_id=self.booking(pick), changes={"size": size}, actor=self.host)

    def seat(self, pick, _size, slot):
        tables = [self.table(slot)] if slot % 2 else []
        services.seat_booking(booking_id=self.booking(pick), tables=tables, actor=self.host)

    def cancel(self, pick, _size, _slot):
        services.cancel_booking(booking_id=self.booking(pick), actor=self.host)

    def miss(self, pick, _size, _slot):
        services.mark_no_show(booking_id=self.booking(pick), actor=self.host)

    def undo(self, pick, _size, _slot):
        services.undo_no_show(booking_id=self.booking(pick), actor=self.host)

    def walk_in(self, pick, size, _slot):
        seat_party(table_id=self.table(pick), size=size, actor=self.host)

    def move(self, pick, _size, slot):
        move_party(party_id=self.party(pick), table_id=self.table(slot), actor=self.host)

    def join(self, pick, _size, slot):
        join_table(party_id=self.party(pick), table_id=self.table(slot), actor=self.host)

    def merge(self, pick, _size, slot):
        join_parties(party_id=self.party(pick), other_id=self.party(slot), actor=self.host)

    def clear(self, pick, _size, _slot):
        clear_table(table_id=self.table(pick), actor=self.host)

    def wait(self, pick, size, _slot):
        """Let time pass; guests stay longer than expected."""
        self.now += timedelta(minutes=12 * (pick + 1) + size)
        with time_machine.travel(self.now, tick=False):
            for sweep in (services.mark_late, services.mark_missing, services.follow_overstays):
                sweep(now=self.now)
            services.drop_lapsed_holds(now=self.now)

    def booking(self, pick):
        return _of(Booking.objects.filter(restaurant=self.pk), pick)

    def party(self, pick):
        return _of(Party.objects.filter(restaurant=self.pk, status="seated"), pick)

    def table(self, pick):
        return self.tables[pick % len(self.tables)].pk

    def check(self):
        held = self.held()
        for table, spans in held.items():
            assert all(end <= begin for (_begin, end), (begin, _end) in pairwise(sorted(spans))), f"{table} twice"
        self.check_people()
        self.check_free_times(held)

    def held(self):
        rows = TableHold.objects.filter(restaurant=self.pk, live=True).values_list("table", "starts_at", "ends_at")
        return {table.pk: [(begin, end) for pk, begin, end in rows if pk == table.pk] for table in self.tables}

    def check_people(self):
        """Check that who sits has tables of their own, who is expected keeps some, and nobody else does."""
        open_stays = list(Occupancy.objects.filter(restaurant=self.pk, until=None).values_list("table", "party"))
        assert len({table for table, _party in open_stays}) == len(open_stays), "two parties at a table"
        seated = set(Party.objects.filter(restaurant=self.pk, status="seated").values_list("pk", flat=True))
        assert {party for _table, party in open_stays} == seated, "somebody is nowhere"
        for booking in Booking.objects.filter(restaurant=self.pk).select_related("party"):
            live = set(booking.holds.filter(live=True).values_list("starts_at", "ends_at"))
            if booking.status in EXPECTED:
                assert live == {(booking.starts_at, booking.ends_at)}, f"{booking} has no table"
            elif booking.status == "seated":
                assert booking.party_id in seated, f"{booking} is nowhere"
            else:
                assert not live, f"{booking} is {booking.status} and keeps a table"

    def check_free_times(self, held):
        """Compare the times that are offered with a search in the rows themselves."""
        house = read_house(self.house.restaurant)
        day = house.clock.day_of(BEGIN)
        lapsed = TableHold.objects.filter(restaurant=self.pk, live=True, online__until__lte=self.now)
        for table, begin, end in lapsed.values_list("table", "starts_at", "ends_at"):
            held[table].remove((begin, end))
        for table, since, until, _party in floor_now(self.pk, house.turns, self.now):
            held[table].append((since, until))
        room = read_days(house, self.pk, day, day, now=self.now)
        places = [({table.pk}, seats) for table, seats in zip(self.tables, SEATS, strict=True)]
        places.append(({table.pk for table in self.tables[1:]}, 4))
        for guests in (2, 4):
            for each in day_slots(room, day, guests):
                busy = {pk for pk, spans in held.items() if any(b < each.ends and e > each.starts for b, e in spans)}
                free = any(seats >= guests and not tables & busy for tables, seats in places)
                assert (each.place is not None) == free, f"{guests} at {each.starts}"


def at(slot):
    return BEGIN + timedelta(minutes=15 * slot)


def _of(rows, pick):
    found = list(rows.order_by("pk").values_list("pk", flat=True))
    return found[pick % len(found)] if found else 0


def evenings(examples):
    return settings(max_examples=examples, phases=[Phase.explicit, Phase.generate])


todo = st.lists(acts, min_size=5, max_size=25)


def test_tables_people_and_free_times_are_right_whatever_happens(db):
    done = []

    @evenings(30)
    @given(todo)
    def play(wanted):
        room = Room()
        room.play(wanted)
        done.append(room.done)

    play()
    assert sum(done) > 60, "nearly everything was refused: nothing was tried"


def test_control_where_an_ended_booking_keeps_its_tables_it_is_found_out(db, monkeypatch):
    monkeypatch.setattr(steps, "give_back", lambda booking, work: None)
    with pytest.raises(AssertionError, match="keeps a table"):
        evenings(200)(given(todo)(lambda wanted: Room().play(wanted)))()
