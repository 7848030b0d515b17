"""The booking page at the same time: a time is kept for one guest, and a page books once."""

import pytest

from bistro.core.kernel.errors import LostRace
from bistro.core.tests.racing import race
from tables.bookings import hold_steps
from tables.bookings.models import Booking, OnlineHold, TableHold
from tables.bookings.placing import Placed, Wish
from tables.bookings.services import Guest, book_online, keep_time
from tables.bookings.tests.evenings import evening, open_all_day
from tables.bookings.tests.test_race_bookings import no_constraint, taken_twice

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
WISH = {"starts_at": evening(), "size": 2, "online": True}


@pytest.fixture(autouse=True)
def _open(house):
    open_all_day(house)


def keeps(house):
    """Return twelve guests who want the only table at the same time."""
    here = house.restaurant.pk
    return [
        lambda key=f"{number:024}": keep_time(restaurant_id=here, wish=Wish(**WISH), key=key) for number in range(12)
    ]


def test_a_time_is_kept_for_one(house):
    outcomes = race(keeps(house))
    assert sum(isinstance(outcome, OnlineHold) for outcome in outcomes) == 1
    assert {type(outcome) for outcome in outcomes} == {OnlineHold, LostRace}
    assert (OnlineHold.objects.count(), TableHold.objects.count()) == (1, 1)


def test_control_without_the_guarantee(house, monkeypatch):
    """Without the lock, the look, the conditional insert and the constraint all twelve get the same table."""
    ends = evening(21)
    monkeypatch.setattr("tables.bookings.services.online.choose_tables", lambda *_a, **_k: Placed([house.table], ends))
    monkeypatch.setattr(hold_steps, "lock_name", lambda name: None)
    monkeypatch.setattr(hold_steps, "_INSERT", hold_steps._INSERT.replace("WHERE NOT EXISTS", "WHERE true OR EXISTS"))
    with no_constraint():
        outcomes = race(keeps(house))
        assert sum(isinstance(outcome, OnlineHold) for outcome in outcomes) == 12
        assert taken_twice()
        OnlineHold.objects.all().delete()


def test_a_page_that_is_sent_often_books_once(house):
    here, key = house.restaurant.pk, "k" * 24
    house.add_table()

    def send():
        guest = Guest(name="Ana", email="ana@example.com")
        return book_online(restaurant_id=here, guest=guest, wish=Wish(**WISH), key=key, remembered=True)

    outcomes = race([send] * 8)
    assert {type(outcome) for outcome in outcomes} == {Booking}
    assert (Booking.objects.count(), TableHold.objects.count()) == (1, 1)
