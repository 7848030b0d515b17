"""Services that edit or withdraw an order that the kitchen has not started."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence

from django.utils.translation import gettext

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import DomainError, IllegalTransition, NotPermitted, SoldOut, Stale
from bistro.core.kernel.refusals import Refusals
from bistro.core.kernel.roles import Permission, Role
from bistro.core.writing.unit_of_work import UnitOfWork
from menu.pauses import paused_item, paused_pads
from menu.selectors import Availability, availability
from menu.steps import counted_portions, give_back_portions, menu_in, take_portions
from orders.courses import hold_all, hold_later_courses
from orders.events import OrderEdited, OrderWithdrawn, line_before_edit
from orders.models import Order, OrderLine
from orders.order_commands import LineRequest
from orders.pricing import LARGEST_TOTAL, order_too_large
from orders.services.amending import COPIED, AmendedLine, Today, amend_lines
from orders.services.sending import replan
from orders.steps import lock_own_party, locked_order, move, remove_lines, return_portions, show_lines, touch
from orders.tax import set_tax
from orders.transitions import EDITABLE, ORDER_MOVES, UNTOUCHED, LineStatus, OrderStatus
from tables.models import Party

_UNNOTICED = ("position", "tax", "taxes")  # a new part of the rounded tax is no change for the kitchen


def replace_lines(
    *,
    order_id: int,
    lines: Sequence[LineRequest],
    note: str | None,
    actor: Actor,
    versions: Collection[int] | None = None,
    problems: Iterable[DomainError] = (),
) -> Order:
    """Replace the lines of an order while none is started.

    A line with the `id` of an existing line changes that line, so that the kitchen sees a change and not a new dish.
    Such a line keeps what was sold; what is added is sold at today's price (`orders.services.amending`).
    `versions` are those of the order that the caller accepts (If-Match); None accepts every version.
    `problems` are those that the caller found: the edit is refused with these and all that is found here.
    Locks: order, line, stock. Same transaction: tickets are rewritten.
    Raises Stale (If-Match), IllegalTransition if a line is started, InvalidInput, SoldOut, Paused, NotPermitted,
    NotYours.
    """
    actor.require(Permission.EDIT_ORDER)
    with UnitOfWork(actor) as work:
        order = locked_order(order_id, work)
        require_owner(order=order, actor=actor)
        require_version(order, versions)
        _require_untouched(order)
        refusals = Refusals(problems)
        with refusals:
            amended, leaving = amend_lines(order, lines, _today(order, work))
        refusals.raise_any()
        _swap_portions(order, amended, work)
        event = _rewrite(order, amended, leaving, work)
        if note is not None:
            order.note = note
        touch(order, "total", "tax", "taxes", "note")
        work.record(event)
        replan(order, work)
    return order


def _today(order: Order, work: UnitOfWork) -> Today:
    menu = menu_in(work).menu
    declared = Party.objects.values_list("allergies", flat=True).get(pk=order.party_id)
    return Today(menu, menu.restaurant.business_date(work.now), declared)


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
            raise NotPermitted(gettext("Only the person or pad that placed an order, or a manager, can withdraw it."))
        require_version(order, versions)
        _require_untouched(order)
        return_portions(order, order.lines.all(), work)
        order.withdrawn_at = work.now
        move(order, OrderStatus.CANCELLED, work, "withdrawn_at")
        work.record(OrderWithdrawn.of(order))


def require_version(order: Order, versions: Collection[int] | None) -> None:
    """Refuse a write that is based on another version of the order."""
    if versions is not None and order.version not in versions:
        raise Stale(gettext("Someone changed this order. Load it again."), current_version=order.version)


def require_owner(*, order: Order, actor: Actor) -> None:
    """Refuse a device that did not place the order. Staff with the permission may edit every order."""
    if not actor.is_staff and order.credential != actor.credential:
        raise NotPermitted(gettext("Only the pad that placed an order, or staff, can change it."))


def _require_untouched(order: Order) -> None:
    begun = any(line.status not in UNTOUCHED for line in order.lines.all())
    if order.status not in EDITABLE or begun:
        raise IllegalTransition(
            gettext("Order %(order)s is %(status)s: the kitchen has started.")
            % {"order": order.number, "status": order.status},
            current=order.status,
            allowed=ORDER_MOVES[order.status],
        )


def _swap_portions(order: Order, amended: Sequence[AmendedLine], work: UnitOfWork) -> None:
    """Give back the portions of the old lines and take those of the new. Locks: stock. Raises SoldOut, Paused."""
    held = _portions(order.lines.all())
    _require_no_pause(amended, held, work)
    wanted = _portions(line.new for line in amended)
    stock = counted_portions(set(wanted) | set(held))
    counted = {item_id for item_id, left in stock.items() if left is not None}
    _require_enough(amended, held, availability(order.restaurant_id))
    back, more = held - wanted, wanted - held
    give_back_portions(work, {item: count for item, count in back.items() if item in counted})
    take_portions(work, {item: count for item, count in more.items() if item in counted})


def _portions(lines: Iterable[OrderLine]) -> Counter[int]:
    """Return {item id: portions}."""
    counts: Counter[int] = Counter()
    for line in lines:
        counts[line.item_id] += line.quantity
    return counts


def _hold(lines: Sequence[OrderLine], before: Sequence[tuple[int, str]], work: UnitOfWork) -> None:
    """Hold the later courses of the new lines, except courses that were fired before the edit.

    `before` has the (course, status) of each old line.
    """
    if all(status == LineStatus.HELD for _, status in before):
        hold_all(lines)  # the order waits as a whole
        return
    fired = {course for course, status in before if status == LineStatus.QUEUED}
    if menu_in(work).menu.restaurant.hold_courses or any(status == LineStatus.HELD for _, status in before):
        hold_later_courses(lines, fired)


def _require_enough(amended: Sequence[AmendedLine], held: Counter[int], now: dict[int, Availability]) -> None:
    for line, extra in _extra_portions(amended, held):
        state = now.get(line.new.item_id)
        if state is None:
            continue
        free = state.portions_left if state.available else 0  # an item that is off is not sold, counted or not
        if free is not None and extra > free:
            name = line.new.name
            message = (
                gettext("Only %(free)s more %(name)s left.") % {"free": free, "name": name}
                if free
                else gettext("%(name)s is sold out.") % {"name": name}
            )
            fields = {f"lines.{line.place}.item": [message]}
            raise SoldOut(message, fields=fields, item=line.new.item_id, portions_left=free)


def _require_no_pause(amended: Sequence[AmendedLine], held: Counter[int], work: UnitOfWork) -> None:
    """Refuse additional portions of paused items and, while pads are paused, all additional portions from a pad.

    Raises Paused.
    """
    now, at = menu_in(work), work.now
    tz, by_pad = now.menu.restaurant.tz, Role.PAD in work.actor.roles
    for line, _extra in _extra_portions(amended, held):
        if by_pad and (until := now.pauses.of_pads(at)):
            raise paused_pads(until, at, tz)
        item = now.menu.by_id[line.new.item_id]
        if until := now.pauses.of_item(item.id, item.category_id, at):
            raise paused_item(line.place, item.id, item.name, until, at, tz)


def _extra_portions(amended: Sequence[AmendedLine], held: Counter[int]) -> Iterator[tuple[AmendedLine, int]]:
    """Yield each line that asks for more portions of its dish than the order had, with their number.

    New lines come last, so that a refusal points at them.
    """
    wanted: Counter[int] = Counter()
    for line in sorted(amended, key=lambda line: line.old is None):
        wanted[line.new.item_id] += line.new.quantity
        extra = wanted[line.new.item_id] - held[line.new.item_id]
        if extra > 0:
            yield line, extra


def _rewrite(
    order: Order, amended: Sequence[AmendedLine], leaving: Sequence[OrderLine], work: UnitOfWork
) -> OrderEdited:
    """Update, add and remove lines, set the order's amounts, and return the event with the changes of each line."""
    was = {line.pk: line_before_edit(line) for line in order.lines.all()}
    before = [(line.course, line.status) for line in order.lines.all()]
    changed, other_dish = _changes(amended)
    kept = [line.old for line in amended if line.old is not None]
    added = [line.new for line in amended if line.old is None]
    rows = [line.take_over() for line in amended]
    set_tax(order, rows)
    if order.total > LARGEST_TOTAL:
        raise order_too_large()
    _hold(rows, before, work)
    remove_lines(order, leaving, work)
    OrderLine.objects.bulk_update(kept, [*(name.removesuffix("_id") for name in COPIED), "status"])
    OrderLine.objects.bulk_create(added)
    show_lines(order, rows)
    return OrderEdited.of(
        order,
        removed=tuple(line.pk for line in leaving),
        changed=changed,
        added=tuple(line.pk for line in added),
        other_dish=other_dish,
        more_of={line.new.pk: line.more_of.pk for line in amended if line.more_of is not None},
        was=was,
    )


def _changes(amended: Sequence[AmendedLine]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the ids of the lines that the edit changes, and of those that become another dish."""
    pairs = [(line.old, line.new) for line in amended if line.old is not None]
    names = [name for name in COPIED if name not in _UNNOTICED]
    changed = [old.pk for old, new in pairs if any(getattr(old, name) != getattr(new, name) for name in names)]
    return tuple(changed), tuple(old.pk for old, new in pairs if old.item_id != new.item_id)
