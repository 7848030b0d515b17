"""Lookups of orders and tables for an actor. A row of another restaurant is a 404, like a missing row."""

from django.http import Http404

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import NotYours
from orders.models import Order
from tables.models import Table


def order_for(actor: Actor | None, pk: int) -> Order:
    """Return an order with its lines. Raises NotYours if it is missing, withdrawn or not visible to the actor."""
    order = Order.objects.visible_to(actor).with_lines().filter(pk=pk).first() if pk < 2**63 else None
    if order is None:
        raise NotYours("There is no such order.", code="order_not_found")
    return order


def table_for(actor: Actor | None, pk: int) -> Table:
    """Return a table. Raises Http404 if it is missing, archived or not visible to the actor."""
    table = Table.objects.visible_to(actor).not_archived().filter(pk=pk).first()
    if table is None:
        raise Http404("There is no such table.")
    return table
