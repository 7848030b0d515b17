"""Vouchers and house accounts in tests."""

from decimal import Decimal

from orders.billing.models import HouseAccount, Voucher
from orders.billing.services import Sale, open_account, sell_voucher


def sold(house, value="50.00", *, actor=None, **sale):
    """Sell a voucher, paid in cash, as a manager."""
    seller = actor or house.actor("manager")
    voucher, _replayed = sell_voucher(sale=Sale(Decimal(value), **{"method": "cash", **sale}), actor=seller)
    return voucher


def account_of(house, name="Linden", limit="100.00"):
    """Open a house account."""
    return open_account(name=name, limit=Decimal(limit), actor=house.actor("manager"))


def agree():
    """Assert that the balance of each voucher and account is the sum of its moves."""
    for row in [*Voucher.objects.all(), *HouseAccount.objects.all()]:
        assert row.balance == sum(move.amount for move in row.moves.all())
