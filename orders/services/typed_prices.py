"""Rights for typed prices: open items, and other prices than the menu's."""

from decimal import Decimal

from django.utils.translation import gettext

from bistro.core.kernel.errors import InvalidInput
from bistro.core.kernel.refusals import Refusals
from bistro.core.kernel.roles import Permission
from bistro.core.models import Restaurant
from orders.order_commands import OrderRequest
from orders.pricing import PricedLine, PricedOrder


def check_prices(request: OrderRequest, priced: PricedOrder, restaurant: Restaurant) -> None:
    """Require an approval for each typed price above the restaurant's limit, and note who gave it.

    The limit holds for a line: its difference to the menu's price, or the whole amount of an open item. A manager
    approves their own prices. Raises InvalidInput (`approval_required`) with all such lines.
    """
    boss = request.approver or request.actor
    refusals = Refusals()
    for place, line in enumerate(priced.lines):
        if line.request.price is None or restaurant.price_limit is None or change_of(line) <= restaurant.price_limit:
            continue
        with refusals:
            if not boss.may(Permission.APPROVE_PRICE):
                message = gettext("A manager must approve the price of %(name)s.") % {"name": line.name}
                fields = {f"lines.{place}.price": [message]}
                raise InvalidInput(message, code="approval_required", fields=fields)
        line.approved_by = boss.label[:120]
    refusals.raise_any()


def change_of(line: PricedLine) -> Decimal:
    """Return by how much the typed price changes the amount of a line."""
    change: Decimal = abs(line.unit_price - (line.list_price or Decimal(0))) * line.request.quantity
    return change
