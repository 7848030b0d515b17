"""Vouchers in tests."""

from decimal import Decimal

from orders.billing.models import Voucher
from orders.billing.services import Sale, sell_voucher


def sold(house, value="50.00", *, actor=None, **sale):
    """Sell a voucher, paid in cash, as a manager."""
    seller = actor or house.actor("manager")
    voucher, _replayed = sell_voucher(sale=Sale(Decimal(value), **{"method": "cash", **sale}), actor=seller)
    return voucher


def agree():
    """Assert that the balance of each voucher is the sum of its moves."""
    for voucher in Voucher.objects.all():
        assert voucher.balance == sum(move.amount for move in voucher.moves.all())
