"""A deposit on a bill that is split or written off: what lies in it is due from nobody."""

from decimal import Decimal

import pytest
from django.utils import timezone

from bistro.core.models import Restaurant
from orders.billing.models import Deposit, Payment
from orders.billing.phone.choices import Choice
from orders.billing.services import start_deposit
from orders.billing.statements import read_statement
from orders.billing.tests.bills import Bill
from tables.bookings import services as bookings
from tables.bookings.models import Booking, DepositRule
from tables.bookings.tests.evenings import book
from tables.models import Party

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]


@pytest.fixture
def bill(house):
    """The bill of 40.00 (seat 1: 10.00, seat 2: 30.00) of guests who paid a deposit of 20.00."""
    fields = {"name": "All", "amount": Decimal("10.00"), "online_only": False, "from_size": 2}
    DepositRule.objects.create(restaurant=house.restaurant, **fields)
    booking = book(house, size=2)
    start_deposit(booking_id=booking.pk, restaurant_id=house.restaurant.pk)
    Booking.objects.update(starts_at=timezone.now())
    bookings.seat_booking(booking_id=booking.pk, actor=house.actor("host"))
    return Bill(house, seats=(1, 2, 2, 2))


def dues(body):
    return [share["due"] for share in body["shares"]]


@pytest.mark.parametrize(("by", "parts"), [("seat", ["5.00", "15.00"]), ("equal", ["10.00", "10.00"])])
@pytest.mark.parametrize("first", [0, 1])
def test_whoever_pays_first_nobody_pays_more(bill, by, parts, first):
    body = bill.post("/split", {"by": by, "ways": 2}).json()
    assert dues(body) == parts
    shares = [share["id"] for share in body["shares"]]
    assert bill.pay(share=shares[first])["amount"] == parts[first]
    assert bill.pay(share=shares[1 - first])["amount"] == parts[1 - first]
    after = bill.read()
    assert (after["due"], after["state"], dues(after)) == ("0.00", "settled", ["0.00", "0.00"])


def test_amounts_are_of_what_the_deposit_leaves(bill):
    body = bill.post("/split", {"by": "amount", "amounts": ["15.00"]}).json()
    assert dues(body) == ["15.00", "5.00"]
    assert bill.post("/split", {"by": "amount", "amounts": ["20.01"]}).status_code == 422


def test_equal_parts_on_a_phone_are_of_what_the_deposit_leaves(bill):
    statement = read_statement(Party.objects.get(pk=bill.party), bill.house.restaurant)
    parts = [Choice("part", ways).amount(statement) for ways in (2, 4)]
    assert parts == [Decimal("10.00"), Decimal("5.00")]


def test_a_write_off_leaves_the_deposit_to_the_house(bill):
    house, boss = bill.house, bill.house.api("manager")
    Restaurant.objects.update(bills_required=True)
    for ticket in house.tickets(bill.order):
        house.done(house.api("kitchen").post(f"/api/v1/tickets/{ticket['id']}/bump"))
    house.done(bill.api.post(f"/api/v1/orders/{bill.order['id']}/deliver"))
    house.done(boss.post(bill.path("/write-off"), {"reason": "left without paying"}))
    house.done(house.api("waiter").post(f"/api/v1/tables/{house.table.pk}/clear"))
    after = boss.get(bill.path()).json()
    assert (after["written_off"], after["paid"], after["due"], after["state"]) == (
        "20.00",
        "20.00",
        "0.00",
        "written_off",
    )
    assert [(row.method, row.amount) for row in Payment.objects.all()] == [("deposit", Decimal("20.00"))]
    assert Deposit.objects.get().status == "paid", "nothing goes back"
