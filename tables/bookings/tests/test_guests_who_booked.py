"""Guests who booked: their bookings are erased and copied with the profile, and a no-show is counted."""

import pytest
import time_machine

from bistro.core.kernel.errors import InvalidInput, LostRace
from bistro.core.models import Event
from tables.bookings.guest_bookings import bookings_of_guest
from tables.bookings.models import Booking
from tables.bookings.services import cancel_booking, change_booking, mark_no_show, undo_no_show
from tables.bookings.tests.evenings import book, evening
from tables.guests.models import Guest
from tables.guests.services import add_guest, erase_guest

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]
MARK = "Moreaux"


@pytest.fixture
def guest(house):
    """The profile with the phone number of `book`, written in another way."""
    return add_guest(fields={"name": MARK, "phone": "0049 30 12-34"}, actor=house.actor("manager"))


def everything():
    rows = [model._base_manager.values_list() for model in (Booking, Guest)]
    return str([list(each) for each in rows]) + str(
        list(Event.objects.filter(subject__startswith="booking:").values_list())
    )


def test_bookings_of_an_erased_guest_lose_name_contact_and_notes(house, guest):
    booking = book(house, name=MARK)
    change_booking(booking_id=booking.pk, changes={"occasion": f"Wedding of {MARK}"}, actor=house.actor("host"))
    cancel_booking(booking_id=booking.pk, actor=house.actor("host"))
    assert MARK in everything(), "the search sees the rows"

    erase_guest(guest_id=guest.pk, actor=house.actor("manager"))

    left = everything()
    assert MARK not in left
    assert "1234" not in left.replace("-", "").replace(" ", "")


def test_a_guest_who_is_expected_is_not_erased(house, guest):
    book(house, name=MARK)

    with pytest.raises(InvalidInput) as refused:
        erase_guest(guest_id=guest.pk, actor=house.actor("manager"))

    assert refused.value.code == "guest_is_here"
    assert Guest.objects.get(pk=guest.pk).name == MARK


def test_the_copy_for_the_guest_has_the_bookings(house, guest):
    book(house, name=MARK)
    book(house, evening(hour=12), name="Somebody")  # the same number

    names = [row["name"] for row in bookings_of_guest(guest.pk, house.restaurant.pk)["bookings"]]

    assert names == [MARK, "Somebody"]


def test_a_no_show_is_counted_and_taken_back(house, guest):
    booking, host = book(house, evening(hour=23)), house.actor("host")
    with time_machine.travel(evening(hour=23, minute=20), tick=False):
        mark_no_show(booking_id=booking.pk, actor=host)
        assert Guest.objects.get(pk=guest.pk).no_shows == 1

        undo_no_show(booking_id=booking.pk, actor=host)

    assert Guest.objects.get(pk=guest.pk).no_shows == 0


def test_only_a_no_show_is_undone(house):
    booking = book(house)

    with pytest.raises(LostRace) as refused:
        undo_no_show(booking_id=booking.pk, actor=house.actor("host"))

    assert refused.value.code == "status_changed"
    assert Booking.objects.get().status == "booked"
