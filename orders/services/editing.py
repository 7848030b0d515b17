"""Services that edit or withdraw an order that the kitchen has not started."""

from collections.abc import Collection, Sequence

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import IllegalTransition, InvalidInput, NotPermitted, SoldOut, Stale
from bistro.core.kernel.roles import Permission, Role
from bistro.core.writing.unit_of_work import UnitOfWork
from menu.pauses import paused_item, paused_pads
from menu.selectors import Availability, availability
from menu.steps import counted_portions, give_back_portions, menu_in, take_portions
from orders.courses import hold_later_courses
from orders.events import OrderEdited, OrderWithdrawn, line_before_edit
from orders.models import Order, OrderLine
from orders.order_commands import LineRequest
from orders.pricing import PricedOrder, price_order
from orders.services.batch import line_rows
from orders.steps import lock_own_party, locked_order, move, remove_lines, return_portions, show_lines, touch
from orders.transitions import EDITABLE, ORDER_MOVES, UNTOUCHED, LineStatus, OrderStatus

_COPIED = (
    "item_id",
    "position",
    "name",
    "quantity",
    "unit_price",
    "total",
    "tax",
    "taxes",
    "modifiers",
    "allergens",
    "prep_minutes",
    "note",
    "seat",
    "course",
)

_UNNOTICED = ("position", "tax", "taxes")  # a new part of the rounded tax is no change for the kitchen


def replace_lines(
    *,
    order_id: int,
    lines: Sequence[LineRequest],
    note: str | None,
    actor: Actor,
    versions: Collection[int] | None = None,
) -> Order:
    """Replace the lines of an order while none is started, at the present prices.

    A line with the `id` of an existing line changes that line, so that the kitchen sees a change and not a new dish.
    `versions` are those of the order that the caller accepts (If-Match); None accepts every version.
    Locks: order, line, stock. Same transaction: tickets are rewritten.
    Raises Stale (If-Match), IllegalTransition if a line is started, InvalidInput, SoldOut, Paused, NotPermitted,
    NotYours.
    """
    actor.require(Permission.EDIT_ORDER)
    with UnitOfWork(actor) as work:
        order = locked_order(order_id, work)
        _require_owner(order, actor)
        _require_version(order, versions)
        _require_untouched(order)
        priced = price_order(menu_in(work).menu, lines, kind=order.kind, day=order.business_date)
        _swap_portions(order, priced, work)
        event = _rewrite(order, priced, work)
        for name, value in priced.copies().items():
            setattr(order, name, value)
        if note is not None:
            order.note = note
        touch(order, *priced.copies(), "note")
        work.record(event)
    return order


def withdraw_order(*, order_id: int, actor: Actor, versions: Collection[int] | None = None) -> None:
    """Withdraw an order while no line is started. Only its own credential or a manager may do this.

    Readers no longer see the order, but its idempotency key stays in use.
    Locks: party (without a table), order, stock. Raises Stale, IllegalTransition if a line is started, NotPermitted,
    NotYours.
    """
    with UnitOfWork(actor) as work:
        lock_own_party(order_id, work)
        order = locked_order(order_id, work)
        if order.credential != actor.credential and not actor.may(Permission.WITHDRAW_ANY):
            raise NotPermitted("Only the person or pad that placed an order, or a manager, can withdraw it.")
        _require_version(order, versions)
        _require_untouched(order)
        return_portions(order, order.lines.all(), work)
        order.withdrawn_at = work.now
        move(order, OrderStatus.CANCELLED, work, "withdrawn_at")
        work.record(OrderWithdrawn.of(order))


def _require_version(order: Order, versions: Collection[int] | None) -> None:
    """Refuse a write that is based on another version of the order."""
    if versions is not None and order.version not in versions:
        raise Stale("Someone changed this order. Load it again.", current_version=order.version)


def _require_owner(order: Order, actor: Actor) -> None:
    """Refuse a device that did not place the order. Staff with the permission may edit every order."""
    if not actor.is_staff and order.credential != actor.credential:
        raise NotPermitted("Only the pad that placed an order, or staff, can change it.")


def _require_untouched(order: Order) -> None:
    begun = any(line.status not in UNTOUCHED for line in order.lines.all())
    if order.status not in EDITABLE or begun:
        raise IllegalTransition(
            f"Order {order.number} is {order.status}: the kitchen has started.",
            current=order.status,
            allowed=ORDER_MOVES[order.status],
        )


def _swap_portions(order: Order, priced: PricedOrder, work: UnitOfWork) -> None:
    """Give back the portions of the old lines and take those of the new. Locks: stock. Raises SoldOut, Paused."""
    held: dict[int, int] = {}
    for line in order.lines.all():
        held[line.item_id] = held.get(line.item_id, 0) + line.quantity
    _require_no_pause(priced, held, work)
    wanted = priced.portions()
    stock = counted_portions(set(wanted) | set(held))
    counted = {item_id for item_id, left in stock.items() if left is not None}
    _require_enough(priced, held, availability(order.restaurant_id))
    back = {item: count - wanted[item] for item, count in held.items() if item in counted and count > wanted[item]}
    more = {item: count - held.get(item, 0) for item, count in wanted.items() if count > held.get(item, 0)}
    give_back_portions(work, back)
    take_portions(work, {item: count for item, count in more.items() if item in counted})


def _hold(lines: Sequence[OrderLine], before: Sequence[tuple[int, str]], work: UnitOfWork) -> None:
    """Hold the later courses of the new lines, except courses that were fired before the edit.

    `before` has the (course, status) of each old line.
    """
    fired = {course for course, status in before if status == LineStatus.QUEUED}
    if menu_in(work).menu.restaurant.hold_courses or any(status == LineStatus.HELD for _, status in before):
        hold_later_courses(lines, fired)


def _require_enough(priced: PricedOrder, held: dict[int, int], now: dict[int, Availability]) -> None:
    wanted: dict[int, int] = {}
    for place, line in enumerate(priced.lines):
        wanted[line.item.id] = wanted.get(line.item.id, 0) + line.request.quantity
        state = now.get(line.item.id)
        extra = wanted[line.item.id] - held.get(line.item.id, 0)
        if state is None or extra <= 0:
            continue
        free = state.portions_left if state.available else 0  # an item that is off is not sold, counted or not
        if free is not None and extra > free:
            message = f"Only {free} more {line.item.name} left." if free else f"{line.item.name} is sold out."
            raise SoldOut(message, fields={f"lines.{place}.item": [message]}, item=line.item.id, portions_left=free)


def _require_no_pause(priced: PricedOrder, held: dict[int, int], work: UnitOfWork) -> None:
    """Refuse additional portions of paused items and, while pads are paused, all additional portions from a pad.

    Raises Paused.
    """
    now, at = menu_in(work), work.now
    tz, by_pad = now.menu.restaurant.tz, Role.PAD in work.actor.roles
    wanted: dict[int, int] = {}
    for place, line in enumerate(priced.lines):
        item = line.item
        wanted[item.id] = wanted.get(item.id, 0) + line.request.quantity
        if wanted[item.id] <= held.get(item.id, 0):
            continue
        if by_pad and (until := now.pauses.of_pads(at)):
            raise paused_pads(until, at, tz)
        if until := now.pauses.of_item(item.id, item.category_id, at):
            raise paused_item(place, item.id, item.name, until, at, tz)


def _rewrite(order: Order, priced: PricedOrder, work: UnitOfWork) -> OrderEdited:
    """Update, add and remove lines by their ids, and return the event with the changes of each line."""
    old = {line.pk: line for line in order.lines.all()}
    lines_before = {pk: line_before_edit(line) for pk, line in old.items()}
    before = [(line.course, line.status) for line in old.values()]
    kept: list[OrderLine] = []
    changed: list[int] = []
    other_dish: list[int] = []
    added: list[OrderLine] = []
    for priced_line, row in zip(priced.lines, line_rows(order, priced), strict=True):
        line_id = priced_line.request.id
        if line_id is None:
            added.append(row)
            continue
        line = old.pop(line_id, None)
        if line is None:
            raise InvalidInput(f"Line {line_id} is not a line of this order, or is listed twice.", code="unknown_line")
        if any(getattr(line, name) != getattr(row, name) for name in _COPIED if name not in _UNNOTICED):
            changed.append(line.pk)
        if line.item_id != row.item_id:
            other_dish.append(line.pk)
        for name in _COPIED:
            setattr(line, name, getattr(row, name))
        kept.append(line)
    _hold([*kept, *added], before, work)
    remove_lines(order, old.values(), work)
    OrderLine.objects.bulk_update(kept, [*(name.removesuffix("_id") for name in _COPIED), "status"])
    added = OrderLine.objects.bulk_create(added)
    show_lines(order, sorted([*kept, *added], key=lambda line: (line.position, line.pk)))
    return OrderEdited.of(
        order,
        removed=tuple(old),
        changed=tuple(changed),
        added=tuple(line.pk for line in added),
        other_dish=tuple(other_dish),
        was=lines_before,
    )
