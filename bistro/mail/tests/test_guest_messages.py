"""Messages to guests who booked or wait: each once, in their language, to e-mail or else phone, unless switched off."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from bistro.mail.guest_messages import messages_of_guest
from bistro.mail.models import Message
from tables.bookings import change_steps
from tables.bookings.models import Booking, BookingRules
from tables.bookings.placing import Wish
from tables.bookings.services import (
    Guest,
    cancel_booking,
    change_booking,
    remind_guests,
    sweeping,
    take_booking,
)
from tables.bookings.tests.evenings import evening
from tables.guests.models import Guest as Profile
from tables.guests.services import erase_guest
from tables.waitlist.services import add_party, offer

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]
ANA = "ana@example.com"


def take(house, starts=None, **guest):
    wish = Wish(starts_at=starts or evening(), size=2)
    known = Guest(**{"name": "Lindqvist", "email": ANA, "phone": "+49 30 123456", **guest})
    return take_booking(guest=known, wish=wish, actor=house.actor("host"))[0]


def kinds():
    return list(Message.objects.order_by("pk").values_list("kind", flat=True))


def test_a_booking_is_confirmed_by_email_with_link_and_calendar(house):
    booking = take(house, language="fr-CH")
    message = Message.objects.get()
    assert (message.kind, message.channel, message.to, message.language) == ("booked", "email", ANA, "fr")
    assert message.subject.startswith(f"Votre réservation chez {house.restaurant.name}")
    assert f"/booking/{booking.token}/\n" in message.body
    assert f"/booking/{booking.token}/calendar.ics" in message.body
    assert "Lindqvist" in message.body
    assert "19:00" in message.body
    assert message.useless_at == booking.starts_at


def test_without_an_address_a_short_text_goes_to_the_phone(house):
    take(house, email="")
    message = Message.objects.get()
    assert (message.channel, message.to, message.subject) == ("sms", "+4930123456", "")
    assert "\n" not in message.body


@pytest.mark.parametrize("guest", [{"email": "", "phone": ""}, {"email": "", "phone": "030 12345"}])
def test_a_guest_who_cannot_be_reached_is_booked_all_the_same(house, guest):
    take(house, **guest)
    assert not Message.objects.exists()


def test_changes_that_matter_and_the_cancelling_are_told_once(house):
    booking, host = take(house), house.actor("host")
    change_booking(booking_id=booking.pk, changes={"notes": "Pram"}, actor=host)
    assert kinds() == ["booked"]
    for _ in range(2):
        change_booking(booking_id=booking.pk, changes={"starts_at": evening(20)}, actor=host)
    assert kinds() == ["booked", "changed"]
    for _ in range(2):
        cancel_booking(booking_id=booking.pk, actor=host)
    assert kinds() == ["booked", "changed", "cancelled"]
    assert len(set(Message.objects.values_list("key", flat=True))) == 3


def test_a_reminder_comes_once_and_again_for_another_day(house):
    booking = take(house, evening(days=3))
    now = timezone.now()
    assert remind_guests(now=now) == 0
    near = booking.starts_at - timedelta(hours=24)
    assert [remind_guests(now=near) for _ in range(2)] == [1, 0]
    assert kinds() == ["booked", "reminder"]
    change_booking(booking_id=booking.pk, changes={"starts_at": evening(days=4)}, actor=house.actor("host"))
    assert remind_guests(now=near) == 0
    assert remind_guests(now=near + timedelta(days=1)) == 1
    assert kinds() == ["booked", "reminder", "changed", "reminder"]


@pytest.mark.parametrize(("hours", "told"), [(48, 1), (0, 0)])
def test_the_restaurant_sets_the_hours_of_the_reminder(house, hours, told):
    BookingRules.objects.create(restaurant=house.restaurant, reminder_hours=hours)
    booking = take(house, evening(days=4))
    remind_guests(now=booking.starts_at - timedelta(hours=47))
    assert kinds().count("reminder") == told


def test_a_booking_that_was_taken_a_moment_ago_needs_no_reminder(house):
    take(house, timezone.now() + timedelta(hours=3))
    assert remind_guests(now=timezone.now() + timedelta(minutes=1)) == 1, "claimed, so that it is not looked at again"
    assert kinds() == ["booked"]


def test_a_booking_that_moved_a_moment_ago_needs_no_reminder(house):
    booking, now = take(house, evening(days=4)), timezone.now()
    Booking.objects.update(created_at=now - timedelta(days=9))
    soon = {"starts_at": now + timedelta(hours=3)}
    change_booking(booking_id=booking.pk, changes=soon, actor=house.actor("host"))
    assert remind_guests(now=now + timedelta(minutes=1)) == 0
    assert kinds() == ["booked", "changed"]


def test_a_booking_that_moves_while_it_is_due_is_reminded_before_its_new_time(house, monkeypatch):
    booking, later = take(house, evening(days=3)), evening(days=5)
    near = booking.starts_at - timedelta(hours=24)
    moved = {"starts_at": later, "ends_at": later + timedelta(hours=2)}
    with monkeypatch.context() as meanwhile:  # until the sweep gets the lock
        meanwhile.setattr(sweeping, "lock_book", lambda work: Booking.objects.update(**moved))
        assert remind_guests(now=near) == 0
    assert kinds() == ["booked"]
    assert remind_guests(now=later - timedelta(hours=24)) == 1


def test_a_change_of_size_keeps_what_a_reminder_wrote(house, monkeypatch):
    booking, now, choose = take(house, evening(days=3)), timezone.now(), change_steps.steps.choose_tables

    def reminded_meanwhile(*args, **named):
        Booking.objects.update(reminded_at=now)
        return choose(*args, **named)

    monkeypatch.setattr(change_steps.steps, "choose_tables", reminded_meanwhile)
    change_booking(booking_id=booking.pk, changes={"size": 1}, actor=house.actor("host"))
    assert (Booking.objects.get().size, Booking.objects.get().reminded_at) == (1, now)


def test_a_ready_table_is_told_once_for_each_offer(house):
    entry = add_party(size=2, name="Okafor", phone="+49 30 123456", actor=house.actor("host"))
    offer(party_id=entry.party_id, table_id=house.table.pk, actor=house.actor("host"))
    message = Message.objects.get()
    assert (message.kind, message.channel) == ("ready", "sms")
    assert f"/waitlist/{entry.token}/" in message.body
    link = f"/waitlist/{entry.token}/"
    assert Client().get(link).status_code == 200


def test_each_kind_can_be_switched_off(house):
    off = dict.fromkeys(("tell_booked", "tell_changed", "tell_cancelled", "tell_ready"), False)
    BookingRules.objects.create(restaurant=house.restaurant, reminder_hours=0, **off)
    booking, host = take(house), house.actor("host")
    change_booking(booking_id=booking.pk, changes={"starts_at": evening(20)}, actor=host)
    cancel_booking(booking_id=booking.pk, actor=host)
    entry = add_party(size=2, phone="+49 30 123456", actor=host)
    offer(party_id=entry.party_id, table_id=house.table.pk, actor=host)
    assert not Message.objects.exists()


def test_the_messages_of_an_erased_guest_go_too(house):
    with time_machine.travel(timezone.now(), tick=False):
        booking = take(house)
        cancel_booking(booking_id=booking.pk, actor=house.actor("host"))
        known = {"email": ANA, "phone": "+4930123456", "created_at": timezone.now()}
        guest = Profile.objects.create(restaurant=house.restaurant, **known)
        other = take(house, email="ben@example.com", phone="")
        mine = take(house, evening(12), email="work@example.com")  # which the profile lacks
        cancel_booking(booking_id=mine.pk, actor=house.actor("host"))
    told = messages_of_guest(guest.pk, house.restaurant.pk)["messages"]
    assert {row["to"] for row in told} == {ANA, "work@example.com"}
    erase_guest(guest_id=guest.pk, actor=house.actor("manager"))
    assert list(Message.objects.values_list("to", flat=True)) == ["ben@example.com"]
    assert Booking.objects.get(pk=other.pk).email == "ben@example.com"
