"""The service that clears a table. It is part of orders, because tables cannot import orders."""

from collections.abc import Sequence

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput, NotYours
from bistro.core.kernel.roles import Permission
from bistro.core.writing.unit_of_work import UnitOfWork
from orders.courses import held_courses
from orders.models import Order
from orders.transitions import ORDER_MOVES, OrderStatus
from tables.models import Party, Table
from tables.steps import complete_party

CANCELLABLE = frozenset(status for status, moves in ORDER_MOVES.items() if OrderStatus.CANCELLED in moves)
DELIVER_OR_CANCEL = "Deliver or cancel {} first."
DELIVER = "Deliver {} first."
REMOVE = "Remove the course on hold first: {}."


def clear_table(*, table_id: int, actor: Actor) -> None:
    """Complete the party of a table after it has left. A free table stays free.

    Locks: table, party. Raises InvalidInput while an order is open, with what to do about it, NotPermitted, NotYours.
    """
    actor.require(Permission.CLEAR_TABLE)
    with UnitOfWork(actor) as work:
        table = Table.objects.visible_to(actor).not_archived().filter(pk=table_id).locked().first()
        if table is None:
            raise NotYours("There is no such table.", code="table_not_found")
        party = Party.objects.visible_to(actor).seated().filter(table=table).locked().first()
        if party is None:
            return
        blocking = list(Order.objects.visible_to(actor).open().filter(party=party).with_lines().order_by("number"))
        if blocking:
            raise _blocked_by(blocking)
        complete_party(party, table, work)


def _blocked_by(orders: Sequence[Order]) -> InvalidInput:
    """Return the refusal that says what to do with each open order. Courses on hold alone have a code of their own."""
    by_deed: dict[str, list[str]] = {}
    for order in orders:
        deed, what = _deed(order)
        by_deed.setdefault(deed, []).append(what)
    message = " ".join(deed.format(", ".join(whats)) for deed, whats in by_deed.items())
    code = "course_on_hold" if list(by_deed) == [REMOVE] else "orders_open"
    return InvalidInput(message, code=code, orders=[order.number for order in orders])


def _deed(order: Order) -> tuple[str, str]:
    """Return the sentence that says what must be done with an open order, and the name that belongs into it."""
    held = ", ".join(f"course {course} of #{order.number}" for course in held_courses(order.lines.all()))
    if order.status in CANCELLABLE and order.served_at is None:
        return DELIVER_OR_CANCEL, f"#{order.number}" + (f" (on hold: {held})" if held else "")
    return (REMOVE, held) if held else (DELIVER, f"#{order.number}")
