"""Guests with a deposit who join others and part again: the deposit stays with the guests who paid it."""

from decimal import Decimal

import pytest
from django.utils import timezone

from bistro.core.models import Restaurant
from bistro.core.writing.unit_of_work import UnitOfWork
from orders.billing.models import Deposit, DummyRefund, Payment, Voucher
from orders.billing.services import Tender, start_deposit, take_payment
from orders.billing.statements import read_statement
from orders.billing.tests.online import sweep
from orders.billing.transitions import Method
from orders.models import Order
from tables.bookings import services as bookings
from tables.bookings.hold_steps import follow_stays
from tables.bookings.models import Booking, DepositRule, TableHold
from tables.bookings.steps import return_bookings
from tables.bookings.tests.evenings import book
from tables.events import PartySeated
from tables.models import Party

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]
PARTIES = "/api/v1/parties"


@pytest.fixture
def room(house):
    """Return the house with three tables and a rule: a booking needs a deposit of 20.00."""
    fields = {"name": "All", "amount": Decimal(20), "per_guest": False, "online_only": False}
    DepositRule.objects.create(restaurant=house.restaurant, **fields)
    house.two, house.three = house.add_table(name="Two"), house.add_table(name="Three")
    return house


def sit(house, table, dishes):
    """Seat two guests without a booking, who order dishes at 10.00."""
    house.done(house.api("host").post(PARTIES, {"table": table.pk, "size": 2}))
    order(house, table, dishes)


def sit_booked(house, table, name="Moreau"):
    """Seat two guests whose booking has a paid deposit, and return the booking."""
    booking = book(house, size=2, name=name, tables=[table.pk])
    start_deposit(booking_id=booking.pk, restaurant_id=house.restaurant.pk)
    Booking.objects.filter(pk=booking.pk).update(starts_at=timezone.now())
    bookings.seat_booking(booking_id=booking.pk, actor=house.actor("host"))
    return booking


def order(house, table, dishes):
    house.order(house.actor("waiter"), quantity=dishes, table_id=table.pk)


def party_at(table):
    return Party.objects.at_table(table.pk).get()


def join(house, table, other):
    """Let the guests of the other table join those of a table."""
    body = {"table": other.pk, "party": party_at(other).pk}
    house.done(house.api("waiter").post(f"{PARTIES}/{party_at(table).pk}/join", body))


def part(house, table):
    """Separate the guests at a table from the others."""
    body = {"table": table.pk, "guests": True}
    house.done(house.api("waiter").post(f"{PARTIES}/{party_at(table).pk}/part", body))


def follow(house):
    with UnitOfWork(house.actor("host")) as work:
        follow_stays(work)


def due(table):
    return read_statement(party_at(table), Restaurant.objects.get()).due


def pay(house, table):
    take_payment(party_id=party_at(table).pk, tender=Tender(Method.CASH), actor=house.actor("waiter"))


def leave(house, table):
    Order.objects.filter(party=party_at(table)).update(status="delivered")
    house.done(house.api("waiter").post(f"/api/v1/tables/{table.pk}/clear"))


def owner(booking):
    booking.refresh_from_db()
    return booking.party


@pytest.mark.parametrize("followed", [False, True])
def test_the_deposit_goes_with_the_guests_who_paid_it(room, followed):
    sit(room, room.table, 5)
    booking = sit_booked(room, room.two)
    order(room, room.two, 3)
    join(room, room.table, room.two)
    assert due(room.table) == Decimal(60)
    if followed:
        follow(room)
    part(room, room.two)
    assert (due(room.table), due(room.two)) == (Decimal(50), Decimal(10))
    pay(room, room.table)
    leave(room, room.table)
    sweep()
    booking.refresh_from_db()
    assert (booking.status, Deposit.objects.get().status) == ("seated", "paid"), "the others leave alone"
    pay(room, room.two)
    leave(room, room.two)
    booking.refresh_from_db()
    assert (booking.status, Voucher.objects.get().balance) == ("finished", 0)
    assert not DummyRefund.objects.exists()
    follow(room)
    assert not TableHold.objects.live().exists()


def test_a_deposit_that_was_spent_stays_on_the_bill_that_it_paid(room):
    sit(room, room.table, 5)
    booking = sit_booked(room, room.two)
    join(room, room.table, room.two)
    pay(room, room.table)
    part(room, room.two)
    order(room, room.two, 2)
    spent = Payment.objects.get(method="deposit")
    assert (spent.bill.party, spent.amount) == (party_at(room.table), Decimal(20))
    assert (due(room.table), due(room.two), owner(booking)) == (0, Decimal(20), party_at(room.two))


def test_of_three_parties_each_gets_its_own_deposit_back(room):
    """Two joins one, then three joins the two; they part as they came, one of them twice."""
    two, three = sit_booked(room, room.two), sit_booked(room, room.three, "Okafor")
    sit(room, room.table, 5)
    join(room, room.two, room.three)
    follow(room)
    join(room, room.table, room.two)
    follow(room)
    assert due(room.table) == Decimal(10)
    for _ in range(2):
        part(room, room.two)
        follow(room)
        assert (owner(two), owner(three)) == (party_at(room.two),) * 2
        assert due(room.table) == Decimal(50)
        join(room, room.table, room.two)
    part(room, room.two)
    part(room, room.three)
    assert (owner(two), owner(three)) == (party_at(room.two), party_at(room.three))


def test_a_booking_does_not_follow_those_whom_its_guests_once_joined(room):
    """The guests part; those whom they had joined then join others, and part from these."""
    sit(room, room.table, 5)
    booking = sit_booked(room, room.two)
    sit(room, room.three, 1)
    join(room, room.table, room.two)
    follow(room)
    part(room, room.two)
    join(room, room.three, room.table)
    part(room, room.table)
    assert owner(booking) == party_at(room.two)


def test_an_ordinary_seating_costs_nothing(room, django_assert_num_queries):
    sit(room, room.table, 1)
    party = party_at(room.table)
    with UnitOfWork(room.actor("host")) as work, django_assert_num_queries(0):
        return_bookings([PartySeated(party=party, table=room.table)], work)
