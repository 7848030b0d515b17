"""Bookings and the guests who sit in the room: seating, walk-ins, leaving, late guests and no-shows."""

from datetime import timedelta

import pytest
import time_machine
from django.db.models import F
from django.utils import timezone

from bistro.core.kernel.errors import DomainError, LostRace
from bistro.core.tests.http import nothing_changes, refused
from bistro.core.writing.unit_of_work import UnitOfWork
from tables.bookings import services
from tables.bookings.hold_steps import follow_stays
from tables.bookings.models import Booking, BookingRules, TableHold
from tables.bookings.services import sweeping
from tables.bookings.tests.evenings import book, evening, path, text
from tables.models import Occupancy, Party

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
LATER = F("starts_at") + HOUR


@pytest.fixture
def host(house):
    return house.actor("host")


def soon(minutes=0):
    return timezone.now().replace(second=0, microsecond=0) + timedelta(minutes=minutes)


def sit_down(house, table):
    """Seat two walk-ins at a table and return their party."""
    row = house.done(house.api("host").post("/api/v1/parties", {"table": table.pk, "size": 2}))
    return Party.objects.get(pk=row["id"])


def clear(house, table):
    house.done(house.api("host").post(f"/api/v1/tables/{table.pk}/clear"))


def follow(house):
    with UnitOfWork(house.actor("host")) as work:
        follow_stays(work)


def test_seat_and_finish(house, host):
    booking = book(house, soon())
    seated = house.api("host").put(path(house, booking), {"status": "seated"}).json()
    assert (seated["status"], seated["tableId"]) == ("seated", str(house.table.uid))
    booking.refresh_from_db()
    assert booking.party.size == 2
    assert Occupancy.objects.open().get().party == booking.party
    assert TableHold.objects.live().get().party == booking.party
    clear(house, house.table)
    booking.refresh_from_db()
    assert booking.status == "finished"
    assert not TableHold.objects.live().exists()
    assert house.api("host").get(path(house)).json()[0]["tableIds"] == [str(house.table.uid)]


def test_a_booking_of_two_tables_seats_one_party_at_both(house, host):
    other = house.add_table()
    booking = book(house, soon(), size=7, tables=[house.table.pk, other.pk])
    services.seat_booking(booking_id=booking.pk, actor=host)
    assert Party.objects.count() == 1
    assert set(Occupancy.objects.open().values_list("table", flat=True)) == {house.table.pk, other.pk}


def test_guests_at_the_table_are_in_the_way(house, host):
    booking = book(house, soon(10))
    sit_down(house, house.table)
    with nothing_changes():
        refused(house.api("host").put(path(house, booking), {"status": "seated"}), 409, "table_taken")
    other = house.add_table()
    answer = house.api("host").put(path(house, booking), {"status": "seated", "tableId": str(other.uid)})
    assert answer.json()["tableId"] == str(other.uid)


def test_walk_ins_are_never_refused_because_of_a_booking(house, host):
    """The table is booked now and in an hour: the guests sit down, and nobody else gets the table meanwhile."""
    booking = book(house, soon(60))
    party = sit_down(house, house.table)
    follow(house)
    hold = TableHold.objects.live().get(party=party)
    assert hold.ends_at == booking.starts_at
    with pytest.raises(LostRace):
        book(house, soon(15))
    other = house.add_table()
    book(house, soon(), tables=[other.pk])
    sit_down(house, other)
    follow(house)
    assert TableHold.objects.live().filter(table=other).count() == 1, "a conflict, and no second hold"


def test_holds_follow_guests_who_move_and_leave(house, host):
    other = house.add_table()
    party = sit_down(house, house.table)
    follow(house)
    house.done(house.api("host").post(f"/api/v1/parties/{party.pk}/move", {"table": other.pk}))
    follow(house)
    assert TableHold.objects.get().table == other
    clear(house, other)
    follow(house)
    assert not TableHold.objects.live().exists()


def test_guests_who_stay_longer_keep_their_table(house, host):
    party = sit_down(house, house.table)
    follow(house)
    late = timezone.now() + timedelta(hours=3)
    since = timezone.now() - timedelta(hours=3)
    Occupancy.objects.update(since=since)
    TableHold.objects.update(starts_at=since, ends_at=timezone.now() - timedelta(minutes=1))
    assert services.follow_overstays(now=timezone.now()) == 1
    hold = TableHold.objects.live().get(party=party)
    assert timezone.now() + timedelta(minutes=14) < hold.ends_at < late
    assert services.follow_overstays(now=timezone.now()) == 0


def test_late_guests_and_no_shows(house, host, other_house):
    booking, elsewhere = book(house, soon()), book(other_house, soon())
    assert services.mark_late(now=soon(14)) == 0
    assert services.mark_late(now=soon(15)) == 2
    assert services.mark_late(now=soon(16)) == 0
    services.mark_no_show(booking_id=booking.pk, actor=host)
    assert not TableHold.objects.live().filter(booking=booking).exists()
    services.undo_no_show(booking_id=booking.pk, actor=host)
    assert TableHold.objects.live().filter(booking=booking).exists()
    elsewhere.refresh_from_db()
    assert elsewhere.status == "late"


def test_the_clock_notes_no_shows_where_the_rules_say_so(house, other_house, host):
    starts = evening(19)
    house.add_table()
    house.add_table()
    booking, announced, seated, elsewhere = (book(each, starts) for each in (house, house, house, other_house))
    Booking.objects.filter(pk=announced.pk).update(delay_minutes=20)
    Booking.objects.filter(pk=seated.pk).update(status="seated")

    def missing_after(minutes):
        with time_machine.travel(starts + timedelta(minutes=minutes), tick=False):
            services.mark_late(now=timezone.now())
            services.mark_missing(now=timezone.now())
        return set(Booking.objects.filter(status="no_show").values_list("pk", flat=True))

    assert missing_after(600) == set(), "hosts note them"
    BookingRules.objects.create(restaurant=house.restaurant, no_show_minutes=30)
    BookingRules.objects.create(restaurant=other_house.restaurant)
    assert missing_after(29) == set()
    assert missing_after(30) == {booking.pk}
    assert not TableHold.objects.live().filter(booking=booking).exists()
    assert missing_after(50) == {booking.pk, announced.pk}, "20 minutes later, as they said"
    assert elsewhere.pk not in missing_after(60)
    with time_machine.travel(starts + timedelta(minutes=61), tick=False):
        services.undo_no_show(booking_id=booking.pk, actor=host)
    assert missing_after(62) == {announced.pk}, "a host knows better"


def test_guests_who_are_seated_while_the_clock_waits_for_the_book_are_no_no_show(house, host, monkeypatch):
    booking, real = book(house, evening(19)), sweeping.lock_book
    BookingRules.objects.create(restaurant=house.restaurant, no_show_minutes=30)
    monkeypatch.setattr(sweeping, "lock_book", lambda work: Booking.objects.update(status="seated") and real(work))
    with time_machine.travel(evening(19, 40), tick=False):
        assert services.mark_missing(now=timezone.now()) == 0
    booking.refresh_from_db()
    assert booking.status == "seated"


@pytest.mark.parametrize("news", [{"delay_minutes": 20}, {"starts_at": LATER, "ends_at": LATER + HOUR}])
def test_news_that_come_just_before_the_lock_count(house, monkeypatch, news):
    """Guests say that they come later, or a host moves them, while the sweep waits for the book."""
    booking, real = book(house, soon()), sweeping.lock_book
    monkeypatch.setattr(sweeping, "lock_book", lambda work: Booking.objects.update(**news) and real(work))
    assert services.mark_late(now=soon(16)) == 0
    booking.refresh_from_db()
    assert booking.status == "booked"


def test_a_no_show_whose_table_was_given_away(house, host):
    booking = book(house, soon())
    services.mark_no_show(booking_id=booking.pk, actor=host)
    book(house, soon())
    with nothing_changes(), pytest.raises(LostRace):
        services.undo_no_show(booking_id=booking.pk, actor=host)
    Booking.objects.filter(pk=booking.pk).update(starts_at=soon(-2 * 1440), ends_at=soon(-2 * 1440 + 90))
    with nothing_changes(), pytest.raises(DomainError) as refusal:
        services.undo_no_show(booking_id=booking.pk, actor=host)
    assert refusal.value.code == "too_late"


def test_late_guests_who_come_later_are_expected_again(house, host):
    booking = book(house, soon())
    services.mark_late(now=soon(20))
    answer = house.api("host").put(path(house, booking), {"startsAt": text(soon(30))}).json()
    assert (answer["status"], answer["startsAt"][:16]) == ("booked", text(soon(30))[:16])
