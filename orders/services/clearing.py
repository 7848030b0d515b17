"""The service that clears a table. It is part of orders, because tables cannot import orders."""

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput, NotYours
from bistro.core.kernel.roles import Permission
from bistro.core.writing.unit_of_work import UnitOfWork
from orders.models import Order
from tables.models import Party, Table
from tables.steps import complete_party


def clear_table(*, table_id: int, actor: Actor) -> None:
    """Complete the party of a table after it has left. A free table stays free.

    Locks: table, party. Raises InvalidInput while an order is open, NotPermitted, NotYours.
    """
    actor.require(Permission.CLEAR_TABLE)
    with UnitOfWork(actor) as work:
        table = Table.objects.visible_to(actor).not_archived().filter(pk=table_id).locked().first()
        if table is None:
            raise NotYours("There is no such table.", code="table_not_found")
        party = Party.objects.visible_to(actor).seated().filter(table=table).locked().first()
        if party is None:
            return
        open_ones = list(Order.objects.visible_to(actor).open().filter(party=party).values_list("number", flat=True))
        if open_ones:
            numbers = ", ".join(f"#{number}" for number in sorted(open_ones))
            raise InvalidInput(f"Deliver or cancel {numbers} first.", code="orders_open", orders=sorted(open_ones))
        complete_party(party, table, work)
