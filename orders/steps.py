"""Steps of units of work that change orders. The caller of every function holds the order's row lock."""

from collections.abc import Iterable
from datetime import timedelta

from django.utils.translation import gettext

from bistro.core.kernel.errors import IllegalTransition, NotYours
from bistro.core.kernel.transitions import change_status
from bistro.core.speed.compiled_queries import ActorQuery, CompiledQuery, set_prefetched
from bistro.core.writing.unit_of_work import UnitOfWork, require_transaction
from menu.steps import give_back_portions, menu_in
from orders.events import OrderCancelled, OrderConfirmed, OrderDelivered, OrderProgressed
from orders.models import Order, OrderLine, PlannedCourse
from orders.transitions import OPEN, ORDER_MOVES, PROGRESS, LineStatus, OrderStatus, move_line, update_lines
from tables.models import Party
from tables.steps import complete_party

# Every action of the kitchen and of the floor begins with these queries, so they are compiled.
_order_with_table = ActorQuery(
    lambda actor, order: Order.objects.visible_to(actor).filter(pk=order).select_related("table")
)
_lines_of_order = CompiledQuery(lambda order: OrderLine.objects.filter(order_id=order))


def locked_order(order_id: int, work: UnitOfWork) -> Order:
    """Lock an order and return it with its lines and table. Locks: order. Raises NotYours."""
    require_transaction()
    if not list(Order.objects.visible_to(work.actor).filter(pk=order_id).locked().values_list("pk")):
        raise NotYours(gettext("There is no such order."), code="order_not_found")
    (order,) = _order_with_table(work.actor, order_id)
    set_prefetched([order], "lines", _lines_of_order(order_id), "order")
    return order


def lock_own_party(order_id: int, work: UnitOfWork) -> None:
    """Lock the party of an order without a table, before the order, because the end of the order completes the party.

    Locks: party.
    """
    require_transaction()
    list(Party.objects.visible_to(work.actor).filter(table=None, orders=order_id).locked().values_list("pk"))


def move(order: Order, new: str, work: UnitOfWork, *also: str) -> None:
    """Change the status and its time, and save them with the fields named in `also`. Raises IllegalTransition."""
    require_transaction()
    touch(order, *_set_status(order, new, work), *also)
    _complete_own_party(order, work)


def _set_status(order: Order, new: str, work: UnitOfWork) -> list[str]:
    """Set the status and its time without saving, and return the changed fields. Raises IllegalTransition."""
    change_status(order, new, ORDER_MOVES, what=gettext("Order %(order)s") % {"order": order.number})
    stamp = f"{new}_at"
    # After a recall or a served course the order becomes ready again, and its guests wait from the latest time.
    if getattr(order, stamp, None) is None or new == OrderStatus.READY:
        setattr(order, stamp, work.now)
        return ["status", stamp]
    return ["status"]


def advance(order: Order, goal: str, work: UnitOfWork) -> bool:
    """Move the order forward to `goal` through all statuses between. Return False if it is there or beyond.

    Raises IllegalTransition from a cancelled order.
    """
    if order.status not in PROGRESS:
        raise IllegalTransition(
            gettext("Order %(order)s is %(status)s.") % {"order": order.number, "status": order.status},
            current=order.status,
            allowed=ORDER_MOVES[order.status],
        )
    here, there = PROGRESS.index(order.status), PROGRESS.index(goal)
    steps = [_set_status(order, status, work) for status in PROGRESS[here + 1 : there + 1]]
    if steps:
        touch(order, *dict.fromkeys(field for step in steps for field in step), moves=len(steps))
        _complete_own_party(order, work)
    return bool(steps)


def _complete_own_party(order: Order, work: UnitOfWork) -> None:
    """Complete the party of a closed order without a table. A party at a table leaves when the table is cleared."""
    if order.table_id is None and order.status not in OPEN:
        complete_party(order.party, [], work)


def touch(order: Order, *fields: str, moves: int = 1) -> None:
    """Save these fields and raise the version by `moves`."""
    require_transaction()
    order.version += moves
    order.save(update_fields=[*fields, "version"])


def move_lines(lines: Iterable[OrderLine], new: str) -> list[OrderLine]:
    """Change and save the status of lines, and return the lines that did not have it. Raises IllegalTransition."""
    require_transaction()
    changed = [line for line in lines if line.status != new]
    before = {line.status for line in changed}
    for line in changed:
        move_line(line, new)
    update_lines(OrderLine.objects.filter(pk__in=[line.pk for line in changed]), before, new)
    return changed


def receive(order: Order, work: UnitOfWork, *, screen: str) -> bool:
    """Confirm a placed order that a kitchen screen has displayed. Return False if it was past that."""
    if order.status != OrderStatus.PLACED:
        return False
    order.seen_on = screen[:80]
    order.save(update_fields=["seen_on"])
    move(order, OrderStatus.CONFIRMED, work)
    work.record(OrderConfirmed.of(order))
    return True


def cancel(order: Order, reason: str, work: UnitOfWork, approver: str = "") -> None:
    """Cancel an order. `approver` is the manager who approved it, or "". Raises IllegalTransition."""
    require_transaction()
    order.cancel_reason = reason[:200]
    move(order, OrderStatus.CANCELLED, work)
    order.save(update_fields=["cancel_reason"])
    work.record(OrderCancelled.of(order, approver=approver))


def plan_next_course(order: Order, work: UnitOfWork) -> None:
    """Plan the next held course after a course was served, if the restaurant's settings ask for it.

    An existing plan of that course stays.
    """
    require_transaction()
    minutes = menu_in(work).menu.restaurant.fire_after_served_minutes
    waiting = [line.course for line in order.lines.all() if line.status == LineStatus.HELD]
    if minutes is None or not waiting:
        return
    PlannedCourse.objects.get_or_create(
        order=order,
        course=min(waiting),
        defaults={"restaurant_id": work.restaurant_id, "fire_at": work.now + timedelta(minutes=minutes)},
    )


def remove_lines(order: Order, lines: Iterable[OrderLine], work: UnitOfWork) -> None:
    """Take lines off an order: mark the rows and keep them, because a refund needs them."""
    require_transaction()
    gone = {line.pk: line for line in lines}
    if not gone:
        return
    for line in gone.values():
        line.removed_at, line.removed_by = work.now, work.actor.label[:120]
    OrderLine.objects.filter(pk__in=gone).update(removed_at=work.now, removed_by=work.actor.label[:120])
    show_lines(order, [line for line in order.lines.all() if line.pk not in gone])


def show_lines(order: Order, lines: Iterable[OrderLine]) -> None:
    """Set the lines that `order.lines.all()` returns, after they were saved."""
    order._prefetched_objects_cache["lines"] = tuple(lines)  # type: ignore[attr-defined]


def begin(order: Order, lines: Iterable[OrderLine], work: UnitOfWork) -> None:
    """Start lines, so that the order is being prepared. Raises IllegalTransition if the order is closed."""
    refuse_over(order)
    changed = move_lines(lines, LineStatus.STARTED)
    if advance(order, OrderStatus.PREPARING, work) or changed:
        _progressed(order, work)


def finish(
    order: Order, made: Iterable[OrderLine], begun: Iterable[OrderLine], work: UnitOfWork, *, all_done: bool
) -> None:
    """Finish the lines `made`, and start the lines `begun`, of which another station still makes its part.

    With `all_done` (no ticket of the course is open) the order becomes ready. Raises IllegalTransition if the order is
    closed.
    """
    refuse_over(order)
    move_lines(made, LineStatus.DONE)
    move_lines(begun, LineStatus.STARTED)
    advance(order, OrderStatus.READY if all_done else OrderStatus.PREPARING, work)
    _progressed(order, work)


def bring_back(order: Order, lines: Iterable[OrderLine], work: UnitOfWork) -> None:
    """Start the lines of a recalled ticket again. Raises IllegalTransition if the order is closed."""
    refuse_over(order)
    move_lines(lines, LineStatus.STARTED)
    if order.status == OrderStatus.READY:
        move(order, OrderStatus.PREPARING, work)
    _progressed(order, work)


def take_back(order: Order, begun: Iterable[OrderLine], queued: Iterable[OrderLine], work: UnitOfWork) -> None:
    """Undo a bump: the lines `begun` are started again, the lines `queued` wait again.

    The order is being prepared. Raises IllegalTransition if the order is closed.
    """
    move_lines(queued, LineStatus.QUEUED)
    bring_back(order, begun, work)


def settle(order: Order, work: UnitOfWork, *, cooking: bool, waiting: bool) -> None:
    """Bring the status of an open order up to date after lines left it.

    `cooking` says that tickets are open, `waiting` that finished food of a firing waits to be served. An order whose
    remaining lines have all been served is delivered.
    """
    require_transaction()
    if order.status not in (OrderStatus.PREPARING, OrderStatus.READY):
        return
    if waiting:
        advance(order, OrderStatus.READY, work)
    elif not cooking and all(line.status == LineStatus.DONE for line in order.lines.all()):
        advance(order, OrderStatus.DELIVERED, work)
        work.record(OrderDelivered.of(order))
    elif order.status == OrderStatus.READY:
        move(order, OrderStatus.PREPARING, work)


def return_portions(order: Order, lines: Iterable[OrderLine], work: UnitOfWork) -> None:
    """Give back the counted portions of lines that were never started. Locks: stock."""
    counts: dict[int, int] = {}
    for line in lines:
        counts[line.item_id] = counts.get(line.item_id, 0) + line.quantity
    rows = OrderLine.objects.filter(order=order, item__in=counts, item__portions_left__isnull=False)
    counted = rows.values_list("item_id", flat=True)
    give_back_portions(work, {item_id: counts[item_id] for item_id in set(counted)})


def refuse_over(order: Order) -> None:
    """Refuse a cancelled or delivered order. Raises IllegalTransition."""
    if order.status in (OrderStatus.DELIVERED, OrderStatus.CANCELLED):
        raise IllegalTransition(
            gettext("Order %(order)s is %(status)s.") % {"order": order.number, "status": order.status},
            current=order.status,
            allowed=ORDER_MOVES[order.status],
        )


def _progressed(order: Order, work: UnitOfWork) -> None:
    work.record(OrderProgressed.of(order))
