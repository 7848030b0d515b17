"""Deposits of other tests."""

from django.utils import timezone

from orders.billing.models import Deposit
from tables.bookings.tests.evenings import book, evening


def failed_deposit(house):
    """Return a deposit that its provider refused to give back."""
    fields = {"amount": "10.00", "currency": house.restaurant.currency, "status": "failed", "method": "dummy"}
    booking = book(house, evening(days=9), name="Okafor")
    return Deposit.objects.create(restaurant=house.restaurant, booking=booking, wanted_at=timezone.now(), **fields)
