"""The amount that guests owe for their orders."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from bistro.core.kernel.money import ZERO
from orders.models import Order


@dataclass(frozen=True, slots=True)
class Owed:
    """An amount to pay. `total` includes `tax`."""

    total: Decimal
    tax: Decimal


def owed(orders: Iterable[Order]) -> Owed:
    """Add up the orders that are kept: neither cancelled nor withdrawn."""
    kept = [order for order in orders if order.is_kept]
    return Owed(sum((order.total for order in kept), ZERO), sum((order.tax for order in kept), ZERO))
