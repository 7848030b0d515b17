"""The waiting list: quotes, offers that keep a table, seating, leaving, and the erasure of what guests said."""

from datetime import timedelta

import pytest
import time_machine
from django.apps import apps
from django.utils import timezone

from bistro.core.kernel.errors import DomainError, IllegalTransition, InvalidInput, LostRace
from bistro.core.models import Event
from bistro.core.ops.log_verification import verify_log
from bistro.core.services.sealing import seal_events
from bistro.core.tests.http import nothing_changes
from orders.models import Order
from orders.services import cancel_order, clear_table, move_party
from orders.services import seat_party as seat_walk_in
from tables.bookings.models import TableHold
from tables.bookings.page import row_of
from tables.bookings.selectors import tables_held
from tables.bookings.services import cancel_booking
from tables.bookings.tests.evenings import book
from tables.guests.models import Guest
from tables.guests.services import add_guest, erase_guest, export_guest, merge_guests
from tables.models import Occupancy, Party, TableOffer
from tables.waitlist import services
from tables.waitlist.models import WaitlistEntry

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]
MARK = "Quetzalcoatl"


@pytest.fixture
def list_of(house):
    return List(house)


class List:
    """The waiting list of a house, by its host."""

    def __init__(self, house):
        self.house, self.host = house, house.actor("host")

    def add(self, name="Okafor", size=2, **more):
        return services.add_party(size=size, name=name, actor=self.host, **more)

    def offer(self, entry, table=None, **more):
        table = table or self.house.table
        return services.offer(party_id=entry.party_id, table_id=table.pk, actor=self.host, **more)

    def seat(self, entry, table=None, **more):
        table = table or self.house.table
        return services.seat_party(party_id=entry.party_id, table_id=table.pk, actor=self.host, **more)

    def waiting(self):
        return list(WaitlistEntry.objects.open().values_list("party__name", flat=True))


def refused(code, act):
    with nothing_changes(), pytest.raises(DomainError) as caught:
        act()
    assert caught.value.code == code


def test_a_party_waits_with_a_quote_and_is_seated(list_of):
    entry = list_of.add(phone="030 12345", notes="high chair")
    assert (entry.quoted_low, entry.quoted_high) == (0, 0), "a table is free"
    assert entry.party.guest.phone == "03012345"
    party = list_of.seat(entry)
    assert (party.status, party.table, list_of.waiting()) == ("seated", list_of.house.table, [])
    assert Occupancy.objects.open().get().party == party
    last = Event.objects.order_by("seq").last()
    assert (last.type, last.action) == ("guest_updated", "status_changed")
    assert "Okafor" in last.private
    assert "Okafor" not in last.data
    second = list_of.house.add_table()
    refused("invalid_order_status", lambda: list_of.seat(entry, second))


def test_a_phone_number_waits_once(list_of):
    entry = list_of.add(phone="+49 30 12345")
    refused("already_waiting", lambda: list_of.add(name="Twin", phone="0049 30 12345"))
    services.leave(party_id=entry.party_id, actor=list_of.host)
    assert list_of.add(phone="+49 30 12345").party.guest == entry.party.guest


def test_guests_who_leave_are_off_the_list(list_of):
    entry = list_of.add()
    for _ in range(2):
        services.leave(party_id=entry.party_id, actor=list_of.host)
    assert list_of.waiting() == []
    assert Party.objects.get().status == "left"
    seated = list_of.add(name="Rossi")
    list_of.seat(seated)
    with nothing_changes(), pytest.raises(IllegalTransition):
        services.leave(party_id=seated.party_id, actor=list_of.host)


def test_a_large_party_needs_a_host_who_insists(list_of):
    entry = list_of.add(size=9)
    refused("party_too_large", lambda: list_of.seat(entry))
    assert list_of.seat(entry, insist=True).size == 9
    with nothing_changes(), pytest.raises(InvalidInput):
        list_of.add(size=0)


def test_an_offer_keeps_the_table_for_that_party(list_of):
    house, entry, other = list_of.house, list_of.add(), list_of.add(name="Blanc")
    made = list_of.offer(entry)
    assert made.until - timezone.now() > timedelta(minutes=9)
    refused("table_offered", lambda: list_of.seat(other))
    refused("table_offered", lambda: list_of.offer(other))
    refused("table_offered", lambda: seat_walk_in(table_id=house.table.pk, size=2, actor=list_of.host))
    elsewhere = seat_walk_in(table_id=house.add_table().pk, size=2, actor=list_of.host)
    refused("table_offered", lambda: move_party(party_id=elsewhere.pk, table_id=house.table.pk, actor=list_of.host))
    assert list_of.seat(entry).table == house.table
    assert not TableOffer.objects.exists()


def test_an_offered_table_is_not_booked_for_soon(list_of):
    house, now = list_of.house, timezone.now()
    offer = list_of.offer(list_of.add())
    soon = now + timedelta(minutes=30)
    refused("slot_full", lambda: book(house, soon))
    refused("table_taken", lambda: book(house, soon, tables=[house.table.pk]))
    refused("table_taken", lambda: book(house, soon, tables=[house.table.pk], insist=True))
    second = house.add_table()
    assert tables_held(book(house, soon).pk) == [second.pk], "the server chooses another table"
    assert tables_held(book(house, now + timedelta(hours=5), tables=[house.table.pk]).pk) == [house.table.pk]
    services.take_back(party_id=offer.party_id, actor=list_of.host)
    assert tables_held(book(house, soon, tables=[house.table.pk]).pk) == [house.table.pk]


def test_a_table_that_a_booking_needs_is_offered_only_by_a_host_who_insists(list_of):
    house = list_of.house
    booking = book(house, timezone.now() + timedelta(minutes=40))
    entry = list_of.add()
    refused("table_booked", lambda: list_of.offer(entry))
    waiter = house.actor("waiter")
    offered = {"party_id": entry.party_id, "table_id": house.table.pk, "insist": True}
    refused("permission_denied", lambda: services.offer(actor=waiter, **offered))
    assert list_of.offer(entry, insist=True).table == house.table
    restaurant = house.restaurant
    assert row_of(booking, restaurant, timezone.now()).is_blocked, "the list of bookings shows the conflict"
    services.take_back(party_id=entry.party_id, actor=list_of.host)
    assert not row_of(booking, restaurant, timezone.now()).is_blocked


def test_a_booking_much_later_and_one_that_is_over_stop_no_offer(list_of):
    late = book(list_of.house, timezone.now() + timedelta(hours=5))
    entry = list_of.add()
    assert list_of.offer(entry).table == list_of.house.table
    services.take_back(party_id=entry.party_id, actor=list_of.host)
    cancel_booking(booking_id=late.pk, actor=list_of.host)
    soon = book(list_of.house, timezone.now() + timedelta(minutes=30))
    cancel_booking(booking_id=soon.pk, actor=list_of.host)
    assert list_of.offer(entry).table == list_of.house.table


def test_a_lapsed_offer_is_not_passed_on_before_a_booking(list_of):
    first, second = list_of.add(), list_of.add(name="Blanc")
    made = list_of.offer(first)
    book(list_of.house, made.until + timedelta(minutes=150))
    hold = TableHold.objects.get()
    TableHold.objects.filter(pk=hold.pk).update(starts_at=made.until + timedelta(minutes=30))
    with time_machine.travel(made.until, tick=False):
        assert services.pass_offers_on(now=made.until) == 1
        assert not TableOffer.objects.exists()
        refused("table_booked", lambda: list_of.offer(second))


def test_an_offer_that_is_taken_back_frees_the_table(list_of):
    entry, other = list_of.add(), list_of.add(name="Blanc")
    list_of.offer(entry)
    services.take_back(party_id=entry.party_id, actor=list_of.host)
    assert list_of.seat(other).table == list_of.house.table
    assert WaitlistEntry.objects.get(pk=entry.pk).offers_missed == 0


def test_a_lapsed_offer_passes_to_the_next_party_that_fits(list_of):
    first, _large, third = list_of.add(), list_of.add(name="Large", size=8), list_of.add(name="Blanc")
    made = list_of.offer(first)
    with nothing_changes():
        assert services.pass_offers_on(now=made.until - timedelta(seconds=1)) == 0
    with time_machine.travel(made.until):
        assert services.pass_offers_on(now=made.until) == 1
        assert TableOffer.objects.get().party_id == third.party_id
        with nothing_changes():
            assert services.pass_offers_on(now=made.until) == 0
    assert WaitlistEntry.objects.get(pk=first.pk).offers_missed == 1
    assert list_of.waiting() == ["Okafor", "Large", "Blanc"]
    later = made.until + timedelta(minutes=11)
    with time_machine.travel(later):
        services.pass_offers_on(now=later)
    assert not TableOffer.objects.exists(), "nobody else fits who has missed none"


def test_an_order_at_an_offered_table_ends_the_offer(list_of):
    entry = list_of.add()
    list_of.offer(entry)
    list_of.house.order()
    assert services.pass_offers_on(now=timezone.now()) == 1
    assert not TableOffer.objects.exists()
    assert WaitlistEntry.objects.get().offers_missed == 0


def test_the_link_of_the_guests_ends_with_the_list(list_of):
    entry = list_of.add()
    services.leave_by_link(token=entry.token)
    services.leave_by_link(token=entry.token)
    assert list_of.waiting() == []
    seated = list_of.add(name="Rossi")
    list_of.seat(seated)
    refused("seated", lambda: services.leave_by_link(token=seated.token))
    refused("link_not_found", lambda: services.leave_by_link(token="x"))


def test_a_visit_is_counted_when_the_table_is_cleared(list_of):
    entry = list_of.add(phone="030 12345")
    list_of.seat(entry)
    clear_table(table_id=list_of.house.table.pk, actor=list_of.host)
    guest = Guest.objects.get()
    assert (guest.visits, guest.last_visit_at is not None) == (1, True)


def test_the_parties_of_a_merged_guest_follow(list_of):
    manager, one = list_of.house.actor("manager"), list_of.add(phone="030 12345").party.guest
    two = list_of.add(name="Twin", phone="030 55555").party.guest
    refused("both_waiting", lambda: merge_guests(guest_id=one.pk, other_id=two.pk, actor=manager))
    services.leave(party_id=Party.objects.get(guest=two).pk, actor=list_of.host)
    merge_guests(guest_id=one.pk, other_id=two.pk, actor=manager)
    assert Party.objects.filter(guest=one).count() == 2
    assert len(export_guest(guest_id=one.pk, actor=manager)["parties"]) == 2
    refused("already_waiting", lambda: list_of.add(phone="030 55555"))


def everything():
    """Return all rows of all tables as one text."""
    models = [model for model in apps.get_models(include_auto_created=True) if model._meta.managed]
    return "\n".join(str(list(model._base_manager.values_list())) for model in models).casefold()


def test_nothing_is_left_of_an_erased_guest_and_the_log_verifies(list_of):
    house, manager = list_of.house, list_of.house.actor("manager")
    phone = "030 777666"
    fields = {"name": f"Ana {MARK}", "phone": phone, "email": f"{MARK}@example.com", "notes": MARK}
    guest = add_guest(fields=fields, actor=manager)
    entry = list_of.add(name=f"Ana {MARK}", phone=phone, notes=f"{MARK} dog")
    list_of.seat(entry)
    refused("guest_is_here", lambda: erase_guest(guest_id=guest.pk, actor=manager))
    house.order()
    seal_events(now=timezone.now() + timedelta(hours=1))
    assert MARK.casefold() in everything()
    cancel_order(order_id=Order.objects.get().pk, reason="left", actor=manager)
    clear_table(table_id=house.table.pk, actor=manager)
    erase_guest(guest_id=guest.pk, actor=manager)
    left = everything()
    for trace in (MARK.casefold(), "030777666"):
        assert trace not in left
    assert verify_log(house.restaurant.pk).breaks == []


def test_another_restaurant_has_its_own_list(list_of, other_house):
    entry = list_of.add(phone="030 12345")
    host = other_house.actor("host")
    refused("party_not_found", lambda: services.leave(party_id=entry.party_id, actor=host))
    with nothing_changes(), pytest.raises(DomainError):
        services.seat_party(party_id=entry.party_id, table_id=other_house.table.pk, actor=host)
    assert services.add_party(size=2, phone="030 12345", actor=host).guest != entry.guest


def test_a_cook_does_not_seat_guests(house):
    with nothing_changes(), pytest.raises(DomainError):
        services.add_party(size=2, actor=house.actor("kitchen"))


def test_two_hosts_cannot_seat_two_parties_at_one_table(list_of):
    one, two = list_of.add(), list_of.add(name="Blanc")
    list_of.seat(one)
    with nothing_changes(), pytest.raises(LostRace) as caught:
        list_of.seat(two)
    assert caught.value.code == "table_taken"
