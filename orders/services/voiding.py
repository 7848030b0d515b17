"""The service that takes quantities of sent lines off an order."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput, LostRace, NotYours
from bistro.core.kernel.roles import Permission
from bistro.core.kernel.texts import clean_text
from bistro.core.writing.unit_of_work import UnitOfWork
from orders.courses import held_courses
from orders.events import BillReduced, LinesVoided, line_before_edit
from orders.models import Order, OrderLine, PlannedCourse
from orders.services.editing import require_version
from orders.services.sending import WHOLE_ORDER
from orders.steps import cancel, lock_own_party, locked_order, move, refuse_over, remove_lines, return_portions, touch
from orders.tax import components_of, compute, set_tax, total_of
from orders.transitions import UNTOUCHED, LineStatus, OrderStatus


class Stage(StrEnum):
    """The stage of a voided line in the kitchen. The furthest of several lines counts."""

    HELD = "held"
    QUEUED = "queued"
    STARTED = "started"
    DONE = "done"

    @property
    def words(self) -> str:
        """Return what the void means for the kitchen."""
        return {
            Stage.HELD: gettext("The kitchen never had it."),
            Stage.QUEUED: gettext("The kitchen had not started. The change is on its screens."),
            Stage.STARTED: gettext("The kitchen was cooking it and must read the change."),
            Stage.DONE: gettext("The kitchen had finished it."),
        }[self]


@dataclass(frozen=True, slots=True)
class Voided:
    """An order after a void, and how far the kitchen was."""

    order: Order
    stage: Stage


def void_lines(
    *,
    order_id: int,
    lines: Mapping[int, int | None],
    reason: str,
    actor: Actor,
    kitchen_told: bool = False,
    approver: Actor | None = None,
    versions: Collection[int] | None = None,
) -> Voided:
    """Take quantities of sent lines off an order: `lines` is {line id: quantity}, None for the whole line.

    What leaves is marked and kept. Portions return as far as no cook has begun. A line that is being cooked needs
    `kitchen_told`, or a manager as actor or approver; a finished line needs a manager. The void of everything cancels
    the order. `versions` are those of the order that the caller accepts (If-Match).
    Locks: party (without a table), order, ticket, stock. Same transaction: cooks must read the change on open tickets.
    Raises InvalidInput without a reason or for a quantity that the line does not have, LostRace (`line_started`,
    `line_done`), IllegalTransition if the order is delivered or cancelled, Stale, NotPermitted, NotYours.
    """
    actor.require(Permission.CANCEL_ORDER)
    reason = _reason(reason)
    with UnitOfWork(actor) as work:
        lock_own_party(order_id, work)
        order = locked_order(order_id, work)
        require_version(order, versions)
        refuse_over(order)
        chosen = _chosen(order, lines)
        boss = approver if approver is not None else actor
        _require_right([line for line, _count in chosen], kitchen_told or boss.may(Permission.VOID_COOKED), boss)
        approved_by = approver.label if approver else ""
        stage = max((Stage(line.status) for line, _count in chosen), key=list(Stage).index)
        if sum(count for _line, count in chosen) == sum(line.quantity for line in order.lines.all()):
            _void_all(order, reason, approved_by, work)
        else:
            _void(order, chosen, reason, approved_by, work)
    return Voided(order, stage)


def _reason(text: str) -> str:
    reason = clean_text(text)[:200]
    if not reason:
        message = gettext("Give a reason for the void.")
        raise InvalidInput(message, fields={"reason": [message]})
    return reason


def _chosen(order: Order, lines: Mapping[int, int | None]) -> list[tuple[OrderLine, int]]:
    """Return the lines with the quantities that leave. Raises NotYours, InvalidInput."""
    if not lines:
        raise InvalidInput(gettext("Choose a line."), fields={"lines": [gettext("Choose a line.")]})
    known = {line.pk: line for line in order.lines.all()}
    chosen = []
    for line_id, count in lines.items():
        line = known.get(line_id)
        if line is None:
            raise NotYours(gettext("There is no such line."), code="line_not_found")
        count = line.quantity if count is None else count
        if not 1 <= count <= line.quantity:
            message = gettext("From 1 to %(most)s.") % {"most": line.quantity}
            raise InvalidInput(message, fields={"quantity": [message]})
        chosen.append((line, count))
    return chosen


def _require_right(lines: Sequence[OrderLine], may_started: bool, boss: Actor) -> None:
    """Refuse to void what is being cooked or was cooked without the right. Raises LostRace."""
    for line in lines:
        if line.status == LineStatus.DONE and not boss.may(Permission.VOID_COOKED):
            message = gettext("%(name)s is cooked already. Ask a manager to void it.") % {"name": line.name}
            raise LostRace(message, code="line_done")
        if line.status == LineStatus.STARTED and not may_started:
            message = gettext("The kitchen is cooking %(name)s. Tell the kitchen first, or ask a manager.")
            raise LostRace(message % {"name": line.name}, code="line_started")


def _void_all(order: Order, reason: str, approver: str, work: UnitOfWork) -> None:
    """Cancel an order of which nothing remains."""
    return_portions(order, [line for line in order.lines.all() if line.status in UNTOUCHED], work)
    if order.status == OrderStatus.READY:
        move(order, OrderStatus.PREPARING, work)  # a ready order cannot be cancelled directly
    cancel(order, reason, work, approver)


def _void(order: Order, chosen: Sequence[tuple[OrderLine, int]], reason: str, approver: str, work: UnitOfWork) -> None:
    before = order.total
    whole = [line for line, count in chosen if count == line.quantity]
    parts = [_split_off(order, line, count, work) for line, count in chosen if count < line.quantity]
    gone = [*whole, *parts]
    return_portions(order, [line for line in gone if line.status in UNTOUCHED], work)
    voided = {line.pk: {**line_before_edit(line), "quantity": count} for line, count in chosen}
    OrderLine.objects.bulk_create(parts)
    for line, count in chosen:
        if count < line.quantity:
            line.quantity -= count
            line.total = line.unit_price * line.quantity
    remove_lines(order, whole, work)
    kept = list(order.lines.all())
    set_tax(order, kept)
    OrderLine.objects.bulk_update(kept, ["quantity", "total", "tax", "taxes"])
    touch(order, "total", "tax", "taxes")
    held = held_courses(kept)
    PlannedCourse.objects.filter(order=order).exclude(course__in=[*held, WHOLE_ORDER] if held else []).delete()
    removed = tuple(line.pk for line in whole)
    work.record(LinesVoided.of(order, removed=removed, voided=voided))
    work.record(
        BillReduced(order=order, course=None, lines=tuple(gone), total_before=before, reason=reason, approver=approver)
    )


def _split_off(order: Order, line: OrderLine, count: int, work: UnitOfWork) -> OrderLine:
    """Return a new removed row for a part of a line, not saved, with the tax of this part alone."""
    facts = {field.attname: getattr(line, field.attname) for field in OrderLine._meta.concrete_fields}
    part = OrderLine(**{**facts, "id": None})
    part.quantity, part.total = count, line.unit_price * count
    taxed = compute([(part.total, components_of(line.taxes))], order.tax_mode, order.rounding)
    part.taxes = [tax.json(order.currency) for tax in taxed.lines[0]]
    part.tax = total_of(taxed.lines[0])
    part.removed_at, part.removed_by = work.now, work.actor.label[:120]
    return part
