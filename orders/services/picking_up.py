"""The service that changes the pick-up of an order: another time or name."""

from collections.abc import Collection
from datetime import datetime

from django.utils.translation import gettext

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput
from bistro.core.kernel.order_kinds import OrderKind
from bistro.core.kernel.roles import Permission
from bistro.core.kernel.texts import clean_text
from bistro.core.writing.unit_of_work import UnitOfWork
from orders.events import PickupChanged
from orders.models import Order
from orders.services.destination import check_pickup
from orders.services.editing import require_owner, require_version
from orders.services.sending import replan
from orders.steps import locked_order, refuse_over, touch

SAME = "same"  # leave the time as it is; None takes it away


def change_pickup(
    *,
    order_id: int,
    actor: Actor,
    pickup_at: datetime | str | None = SAME,
    name: str | None = None,
    versions: Collection[int] | None = None,
) -> Order:
    """Change the pick-up time or the name of a take-away or counter order that is not handed over.

    An order that waits for its time waits for the new one; without a time, or if it is due, the next sweep sends it.
    Locks: order. Raises InvalidInput for a dine-in order or an absurd time, IllegalTransition, Stale,
    NotPermitted, NotYours.
    """
    actor.require(Permission.EDIT_ORDER)
    with UnitOfWork(actor) as work:
        order = locked_order(order_id, work)
        require_owner(order=order, actor=actor)
        require_version(order, versions)
        refuse_over(order)
        if order.kind == OrderKind.DINE_IN:
            message = gettext("Only take-away and counter orders have a name and a pick-up time.")
            raise InvalidInput(message, code="wrong_kind", fields={"pickup_at": [message]})
        if not isinstance(pickup_at, str):
            check_pickup(pickup_at, work.now)
            order.pickup_at = pickup_at
        if name is not None:
            order.name = clean_text(name)[:80]
        touch(order, "pickup_at", "name")
        work.record(PickupChanged.of(order))
        replan(order, work)
    return order
