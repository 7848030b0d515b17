"""The service that clears a table. It is part of orders, because tables cannot import orders."""

from collections.abc import Sequence

from django.conf import settings
from django.utils.translation import gettext, gettext_lazy

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput, LostRace, NotYours
from bistro.core.kernel.hooks import hook
from bistro.core.kernel.roles import Permission
from bistro.core.writing.unit_of_work import UnitOfWork
from orders.courses import held_courses
from orders.draft_steps import drop_draft
from orders.models import Order
from orders.transitions import ORDER_MOVES, OrderStatus
from tables.models import Table
from tables.stay_steps import Stay, lock_stay, party_at
from tables.steps import complete_party

CANCELLABLE = frozenset(status for status, moves in ORDER_MOVES.items() if OrderStatus.CANCELLED in moves)
DELIVER_OR_CANCEL = gettext_lazy("Deliver or cancel {orders} first.")
DELIVER = gettext_lazy("Deliver {orders} first.")
REMOVE = gettext_lazy("Remove the course on hold first: {orders}.")


def clear_table(*, table_id: int, actor: Actor, party_id: int | None = None) -> None:
    """Complete the party of a table after it has left. A free table stays free.

    A party that holds several tables frees all of them, and their drafts are emptied. A person who names the party does
    not send guests away who sat down after the person looked.
    Locks: table, party, draft.
    Raises InvalidInput while an order is open, with what to do about it, or money is owed (`bill_open`), LostRace if
    other guests sit there now, NotPermitted, NotYours.
    """
    actor.require(Permission.CLEAR_TABLE)
    with UnitOfWork(actor) as work:
        if not Table.objects.visible_to(actor).not_archived().filter(pk=table_id).exists():
            raise NotYours(gettext("There is no such table."), code="table_not_found")
        sitting = party_at(table_id, work)
        if sitting is None:
            return
        if party_id is not None and sitting != party_id:
            raise LostRace(gettext("Other guests sit here now. Nothing was cleared."), code="other_guests")
        stay = lock_stay(sitting, work)
        if not stay.holds(table_id):  # the guests moved, or somebody else cleared the table
            return
        clear_stay(stay, work)


def clear_stay(stay: Stay, work: UnitOfWork) -> None:
    """Complete a locked party that has left, free its tables and empty their drafts. Locks: draft.

    Raises InvalidInput while an order is open or money is owed.
    """
    orders = Order.objects.of_restaurant(work.restaurant_id).open()
    blocking = list(orders.filter(party=stay.party).with_lines().order_by("number"))
    if blocking:
        raise _blocked_by(blocking)
    for check in settings.CLEAR_CHECKS:
        hook(check)(stay.party, work)
    complete_party(stay.party, stay.tables, work)
    for table in stay.tables:
        drop_draft(table.pk, work)


def _blocked_by(orders: Sequence[Order]) -> InvalidInput:
    """Return the refusal that says what to do with each open order. Courses on hold alone have a code of their own."""
    by_action: dict[str, list[str]] = {}
    for order in orders:
        action, what = _action(order)
        by_action.setdefault(action, []).append(what)
    message = " ".join(action.format(orders=", ".join(whats)) for action, whats in by_action.items())
    code = "course_on_hold" if list(by_action) == [str(REMOVE)] else "orders_open"
    return InvalidInput(message, code=code, orders=[order.number for order in orders])


def _action(order: Order) -> tuple[str, str]:
    """Return the sentence that says what must be done with an open order, and the name that belongs into it."""
    of_order = gettext("course %(course)s of #%(order)s")
    held = ", ".join(of_order % {"course": course, "order": order.number} for course in held_courses(order.lines.all()))
    if order.status in CANCELLABLE and order.served_at is None:
        waits = f" ({gettext('on hold')}: {held})" if held else ""
        return str(DELIVER_OR_CANCEL), f"#{order.number}{waits}"
    return (str(REMOVE), held) if held else (str(DELIVER), f"#{order.number}")
