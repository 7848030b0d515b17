"""Gates of orders and tables. Not yours is 404."""

from django.http import Http404

from bistro.core.actors import Actor
from bistro.core.errors import InvalidInput, NotYours
from bistro.core.names import name_key
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


def table_named(actor: Actor, name: str) -> int:
    """The id of a table by its name, as the old pads send it. Raises InvalidInput."""
    rows = Table.objects.visible_to(actor).not_archived().filter(name_key=name_key(name))
    pk = rows.values_list("pk", flat=True).first()
    if pk is None:
        message = f"There is no table “{name}”."
        raise InvalidInput(message, code="unknown_table", fields={"table": [message]})
    return int(pk)
