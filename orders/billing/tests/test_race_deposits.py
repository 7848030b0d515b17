"""A deposit that is paid twice, or while its booking is cancelled, at the same moment."""

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from bistro.core.kernel.actors import Actor
from bistro.core.tests.racing import race
from orders.billing.models import Deposit, DummyCharge, Voucher
from orders.billing.services import deposits, start_deposit
from orders.billing.tests.online import sweep
from tables.bookings import services as bookings
from tables.bookings.models import Booking, DepositRule
from tables.bookings.tests.evenings import book

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def booked(house):
    fields = {"name": "All", "amount": Decimal("10.00"), "online_only": False}
    DepositRule.objects.create(restaurant=house.restaurant, **fields)
    booking = book(house)
    Booking.objects.update(deposit_refundable_until=timezone.now() + timedelta(hours=1))
    return booking


def pays(booked):
    return lambda: start_deposit(booking_id=booked.pk, restaurant_id=booked.restaurant_id)


def test_two_taps_are_one_charge(booked):
    race([pays(booked), pays(booked)])
    sweep()
    assert (DummyCharge.objects.count(), Voucher.objects.count()) == (1, 1)


def test_control_without_the_state_there_are_two(booked, monkeypatch):
    """Each of them decides by the deposit as it was when the first one looked."""
    first = Deposit.objects.select_related("booking__restaurant").get()
    monkeypatch.setattr(deposits, "locked_deposit", lambda booking, work: _as(first))
    at_the_bank, start_call = threading.Barrier(2, timeout=30), deposits.start_call

    def together(*args):
        at_the_bank.wait()  # nobody is done before the other one has looked
        return start_call(*args)

    monkeypatch.setattr(deposits, "start_call", together)
    race([pays(booked), pays(booked)])
    assert DummyCharge.objects.count() == 2


def _as(row):
    """Return the row as it was, to be changed by one caller alone."""
    copy = Deposit.objects.select_related("booking__restaurant").get(pk=row.pk)
    copy.status = "wanted"
    return copy


def test_cancelled_while_it_is_paid_goes_back(booked):
    guest = Actor.system(booked.restaurant_id, "guest")
    race([pays(booked), lambda: bookings.cancel_booking(booking_id=booked.pk, actor=guest)])
    sweep()
    row = Deposit.objects.get()
    assert row.status in ("returned", "lapsed")
    assert row.balance == 0
