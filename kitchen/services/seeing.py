"""What a screen reports: it has displayed these tickets."""

from collections.abc import Collection

from bistro.core.actors import Actor
from bistro.core.roles import Act
from bistro.core.unit_of_work import UnitOfWork
from kitchen.models import Ticket
from orders.models import Order
from orders.steps import receive


def acknowledge_tickets(*, ticket_ids: Collection[int], screen: str, actor: Actor) -> int:
    """Note when and on which screen tickets were first displayed; their orders become confirmed.

    Returns how many were news. A repeat writes nothing at all. Locks: order, ticket.
    """
    actor.require(Act.COOK)
    unseen = Ticket.objects.visible_to(actor).filter(pk__in=list(ticket_ids), seen_at=None)
    order_ids = set(unseen.values_list("order_id", flat=True))
    if not order_ids:
        return 0
    with UnitOfWork(actor) as work:
        orders = Order.objects.visible_to(actor).filter(pk__in=order_ids)
        list(orders.locked().values_list("pk"))
        count: int = unseen.update(seen_at=work.now, seen_on=screen[:80])
        for order in orders.with_lines().order_by("pk"):
            receive(order, work, screen=screen)
    return count
