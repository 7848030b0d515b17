"""The waiting list at the same time: of two acts at one table, or with one party, exactly one wins.

The controls take a protection away and show that the same checks then fail.
"""

import threading
from contextlib import suppress
from datetime import timedelta

import pytest
from django.utils import timezone

from bistro.core.database.querysets import TenantQuerySet
from bistro.core.models import Event
from bistro.core.tests.racing import race
from tables.bookings import hold_steps
from tables.bookings.models import Booking
from tables.bookings.services import seat_booking, taking
from tables.bookings.tests.evenings import book
from tables.models import Occupancy, Party, TableOffer
from tables.stay_steps import Room
from tables.waitlist import services, steps
from tables.waitlist.models import WaitlistEntry
from tests.journeys.test_race_parties import codes, won
from tests.journeys.test_waiting_list import List

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
HOSTS = 6


@pytest.fixture
def list_of(house):
    return List(house)


def nobody_looks(monkeypatch):
    """Take the look at guests and offers under the table's lock away."""
    monkeypatch.setattr(Room, "free_table", lambda room, table, party=None: room.tables[table])


def no_locks(monkeypatch):
    monkeypatch.setattr(TenantQuerySet, "locked", lambda rows: rows.order_by("pk"))


def meet(monkeypatch, name):
    """Let two acts wait for each other at this step, after they have looked and before they write."""
    barrier, step = threading.Barrier(2), getattr(steps, name)

    def wait(*given, **named):
        with suppress(threading.BrokenBarrierError):  # the other waits for a lock, as intended
            barrier.wait(timeout=0.7)
        return step(*given, **named)

    monkeypatch.setattr(steps, name, wait)


def lapse(offer):
    TableOffer.objects.filter(pk=offer.pk).update(until=timezone.now() - timedelta(seconds=1))


def sweep():
    return services.pass_offers_on(now=timezone.now())


# --- two hosts offer one table ---------------------------------------------------------------------------------------
def offer_to_all(list_of):
    entries = [list_of.add(name=f"Party {number}") for number in range(HOSTS)]
    return race([lambda entry=entry: list_of.offer(entry) for entry in entries])


def test_a_table_is_offered_to_one_party(list_of):
    outcomes = offer_to_all(list_of)
    assert (len(won(outcomes)), set(codes(outcomes))) == (1, {"table_offered"})
    assert TableOffer.objects.get() == won(outcomes)[0]
    assert (len(list_of.waiting()), Event.objects.count()) == (HOSTS, HOSTS + 1)


def test_control_without_the_look_the_constraint_alone_keeps_the_table_for_one(list_of, monkeypatch):
    nobody_looks(monkeypatch)
    outcomes = offer_to_all(list_of)
    assert (len(won(outcomes)), set(codes(outcomes))) == (1, {"IntegrityError"})
    assert TableOffer.objects.count() == 1


# --- an offer lapses -------------------------------------------------------------------------------------------------
def test_an_offer_that_lapses_while_its_party_is_seated(list_of, monkeypatch):
    one, two = list_of.add(), list_of.add(name="Blanc")
    lapse(list_of.offer(one))
    meet(monkeypatch, "change_status")
    passed, seated = race([sweep, lambda: list_of.seat(one)])
    missed = WaitlistEntry.objects.get(pk=one.pk).offers_missed
    offered = list(TableOffer.objects.values_list("party", flat=True))
    if isinstance(seated, Party):
        assert (passed, missed, offered, list_of.waiting()) == (0, 0, [], ["Blanc"])
        assert Occupancy.objects.open().get().party == seated
    else:
        assert (passed, missed, offered, seated.code) == (1, 1, [two.party_id], "table_offered")
        assert list_of.waiting() == ["Okafor", "Blanc"]
        assert not Occupancy.objects.exists()


def test_an_offer_that_lapses_while_its_party_leaves_by_link(list_of):
    one, two = list_of.add(), list_of.add(name="Blanc")
    lapse(list_of.offer(one))
    passed, left = race([sweep, lambda: services.leave_by_link(token=one.token)])
    assert (left, list_of.waiting()) == (None, ["Blanc"])
    offered = list(TableOffer.objects.values_list("party", flat=True))
    assert (passed, offered) in [(1, [two.party_id]), (0, [])], "passed on, or freed by the party itself"


@pytest.mark.postgres
def test_a_lapsed_offer_takes_no_other_table_from_the_next_party(list_of, monkeypatch):
    """A host offers the next party another table after the sweep has chosen it and before it has the locks.

    The look under the locks prevents it also without the lock of the book.
    """
    monkeypatch.setattr(hold_steps, "lock_name", lambda name: None)
    one, two, other = list_of.add(), list_of.add(name="Blanc"), list_of.house.add_table()
    lapse(list_of.offer(one))
    choose, offers = services._next_for, [lambda: list_of.offer(two, other)]

    def chosen(*given):
        found = choose(*given)
        race([offers.pop()] if offers else [])
        return found

    monkeypatch.setattr(services, "_next_for", chosen)
    assert [sweep(), sweep(), sweep()] == [0, 1, 0]
    assert TableOffer.objects.get().table == other
    assert TableOffer.objects.get().party_id == two.party_id


def test_an_offer_of_a_removed_table_ends_and_stops_no_other(list_of):
    one, two, other = list_of.add(), list_of.add(name="Blanc"), list_of.house.add_table()
    list_of.offer(one)
    lapse(list_of.offer(two, other))
    type(other).objects.filter(pk=list_of.house.table.pk).update(archived_at=timezone.now())
    assert (sweep(), TableOffer.objects.filter(table=list_of.house.table).count()) == (2, 0)
    assert WaitlistEntry.objects.get(pk=one.pk).offers_missed == 0


# --- the guests leave by their link while the host seats them --------------------------------------------------------
def leave_and_seat(list_of, monkeypatch):
    """Return the outcomes of both, the party and its number of tables."""
    entry = list_of.add()
    list_of.offer(entry)
    meet(monkeypatch, "touch_party")
    outcomes = race([lambda: services.leave_by_link(token=entry.token), lambda: list_of.seat(entry)])
    return outcomes, Party.objects.get(), Occupancy.objects.open().count()


def assert_left_or_seated(outcomes, party, tables):
    if isinstance(outcomes[1], Party):
        assert (codes(outcomes), party.status, tables) == (["seated"], "seated", 1)
    else:
        assert (codes(outcomes), party.status, tables) == (["invalid_order_status"], "left", 0)
    assert not TableOffer.objects.exists()
    assert not WaitlistEntry.objects.open().exists()


def test_guests_leave_or_are_seated(list_of, monkeypatch):
    assert_left_or_seated(*leave_and_seat(list_of, monkeypatch))


@pytest.mark.postgres
def test_control_without_locks_guests_who_left_are_seated(list_of, monkeypatch):
    no_locks(monkeypatch)
    with pytest.raises(AssertionError):
        assert_left_or_seated(*leave_and_seat(list_of, monkeypatch))


# --- a booking and an offer at one table -----------------------------------------------------------------------------
def offer_and_seat_booking(list_of):
    booking = book(list_of.house, timezone.now().replace(second=0, microsecond=0))
    entry = list_of.add()
    return race(
        [lambda: list_of.offer(entry, insist=True), lambda: seat_booking(booking_id=booking.pk, actor=list_of.host)]
    )


def test_of_an_offer_and_a_booking_one_gets_the_table(list_of):
    outcomes = offer_and_seat_booking(list_of)
    offered = isinstance(outcomes[0], TableOffer)
    assert (len(won(outcomes)), codes(outcomes)) == (1, ["table_offered" if offered else "table_taken"])
    assert (TableOffer.objects.count(), Occupancy.objects.open().count()) == (offered, not offered)
    assert Booking.objects.get().status == ("booked" if offered else "seated")


def test_control_without_the_look_the_table_is_given_to_both(list_of, monkeypatch):
    nobody_looks(monkeypatch)
    assert len(won(offer_and_seat_booking(list_of))) == 2
    assert TableOffer.objects.get().table == Occupancy.objects.open().get().table


# --- a table is booked for soon while it is offered ------------------------------------------------------------------
def offer_and_book(list_of, monkeypatch):
    """Return the outcomes of an offer of the only table, and of a booking of it in half an hour, taken meanwhile."""
    entry, soon = list_of.add(), timezone.now() + timedelta(minutes=30)
    choose = taking.choose_tables
    barrier = threading.Barrier(2)
    require = steps.require_not_needed

    def chosen(*given, **more):
        found = choose(*given, **more)
        wait_for(barrier)
        return found

    def looked(*given, **more):
        require(*given, **more)
        wait_for(barrier)

    monkeypatch.setattr(taking, "choose_tables", chosen)
    monkeypatch.setattr(steps, "require_not_needed", looked)
    return race([lambda: list_of.offer(entry), lambda: book(list_of.house, soon)])


def wait_for(barrier):
    with suppress(threading.BrokenBarrierError):
        barrier.wait(timeout=0.7)


def test_of_an_offer_and_a_booking_for_soon_one_gets_the_table(list_of, monkeypatch):
    outcomes = offer_and_book(list_of, monkeypatch)
    offered = isinstance(outcomes[0], TableOffer)
    assert (len(won(outcomes)), codes(outcomes)) == (1, ["slot_full" if offered else "table_booked"])
    assert (TableOffer.objects.count(), Booking.objects.count()) == (offered, not offered)


@pytest.mark.postgres
def test_control_without_the_lock_of_the_book_the_table_is_promised_twice(list_of, monkeypatch):
    """SQLite lets one of them write at a time, so that only PostgreSQL needs the lock."""
    monkeypatch.setattr(hold_steps, "lock_name", lambda name: None)
    assert len(won(offer_and_book(list_of, monkeypatch))) == 2
    assert (TableOffer.objects.count(), Booking.objects.count()) == (1, 1)


def test_control_without_the_look_an_offer_takes_a_booked_table(list_of, monkeypatch):
    monkeypatch.setattr(steps, "require_not_needed", lambda *given, **more: None)
    book(list_of.house, timezone.now() + timedelta(minutes=30))
    assert list_of.offer(list_of.add()).table == list_of.house.table
