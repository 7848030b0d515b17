"""The service that clears a table. It is part of orders, because tables cannot import orders."""

from collections.abc import Sequence

from django.utils.translation import gettext

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput, LostRace, NotYours
from bistro.core.kernel.roles import Permission
from bistro.core.writing.unit_of_work import UnitOfWork
from orders.courses import held_courses
from orders.draft_steps import drop_draft
from orders.models import Order
from orders.transitions import ORDER_MOVES, OrderStatus
from tables.models import Table
from tables.stay_steps import lock_stay, party_at
from tables.steps import complete_party

CANCELLABLE = frozenset(status for status, moves in ORDER_MOVES.items() if OrderStatus.CANCELLED in moves)
DELIVER_OR_CANCEL = "Deliver or cancel {} first."
DELIVER = "Deliver {} first."
REMOVE = "Remove the course on hold first: {}."


def clear_table(*, table_id: int, actor: Actor, party_id: int | None = None) -> None:
    """Complete the party of a table after it has left. A free table stays free.

    A party that holds several tables frees all of them, and their drafts are emptied. A person who names the party does
    not send guests away who sat down after the person looked.
    Locks: table, party, draft.
    Raises InvalidInput while an order is open, with what to do about it, LostRace if other guests sit there now,
    NotPermitted, NotYours.
    """
    actor.require(Permission.CLEAR_TABLE)
    with UnitOfWork(actor) as work:
        if not Table.objects.visible_to(actor).not_archived().filter(pk=table_id).exists():
            raise NotYours("There is no such table.", code="table_not_found")
        sitting = party_at(table_id, work)
        if sitting is None:
            return
        if party_id is not None and sitting != party_id:
            raise LostRace(gettext("Other guests sit here now. Nothing was cleared."), code="other_guests")
        stay = lock_stay(sitting, work)
        if not stay.holds(table_id):  # the guests moved, or somebody else cleared the table
            return
        blocking = list(Order.objects.visible_to(actor).open().filter(party=stay.party).with_lines().order_by("number"))
        if blocking:
            raise _blocked_by(blocking)
        complete_party(stay.party, stay.tables, work)
        for table in stay.tables:
            drop_draft(table.pk, work)


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
