"""Gates of orders and tables. Not yours is 404."""

from django.http import Http404

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import NotYours
from orders.models import Order
from tables.models import Table


def order_for(actor: Actor | None, pk: int) -> Order:
    """The order with its lines. Raises NotYours whether it is missing, withdrawn or merely not yours."""
    order = Order.objects.visible_to(actor).with_lines().filter(pk=pk).first() if pk < 2**63 else None
    if order is None:
        raise NotYours("There is no such order.", code="order_not_found")
    return order


def table_for(actor: Actor | None, pk: int) -> Table:
    """The table, or 404."""
    table = Table.objects.visible_to(actor).not_archived().filter(pk=pk).first()
    if table is None:
        raise Http404("There is no such table.")
    return table
