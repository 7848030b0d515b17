"""Lookups of orders and tables for an actor. A row of another restaurant is a 404, like a missing row."""

from django.http import Http404
from django.utils.translation import gettext

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import NotYours
from orders.models import Order, OrderLine
from tables.models import Party, Table


def order_for(actor: Actor | None, pk: int) -> Order:
    """Return an order with its lines. Raises NotYours if it is missing, withdrawn or not visible to the actor."""
    order = Order.objects.visible_to(actor).with_lines().filter(pk=pk).first() if pk < 2**63 else None
    if order is None:
        raise NotYours(gettext("There is no such order."), code="order_not_found")
    return order


def party_for(actor: Actor | None, pk: int) -> Party:
    """Return a party with its head table. Raises NotYours if it is missing or not visible to the actor."""
    rows = Party.objects.visible_to(actor).select_related("table")
    party = rows.filter(pk=pk).first() if pk < 2**63 else None
    if party is None:
        raise NotYours(gettext("There is no such party."), code="party_not_found")
    return party


def order_of_line(actor: Actor, pk: int) -> int:
    """Return the id of a line's order. Raises NotYours for a removed line and for a line of a withdrawn order."""
    rows = OrderLine.objects.visible_to(actor).filter(pk=pk, order__in=Order.objects.visible_to(actor))
    order_id = rows.values_list("order_id", flat=True).first()
    if order_id is None:
        raise NotYours(gettext("There is no such line."), code="line_not_found")
    return int(order_id)


def table_for(actor: Actor | None, pk: int) -> Table:
    """Return a table. Raises Http404 if it is missing, archived or not visible to the actor."""
    table = Table.objects.visible_to(actor).not_archived().filter(pk=pk).first()
    if table is None:
        raise Http404(gettext("There is no such table."))
    return table
