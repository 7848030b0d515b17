"""Services that make a bill smaller: comps, discounts, no service charge, and the write-off of what nobody will pay."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput, LostRace
from bistro.core.kernel.money import ZERO, text
from bistro.core.kernel.roles import Permission
from bistro.core.writing.unit_of_work import UnitOfWork
from orders.billing.access import adjustment_for, party_of
from orders.billing.events import BillAdjusted, BillWrittenOff
from orders.billing.models import Adjustment
from orders.billing.services.locking import (
    Locked,
    lock_bill,
    require_approval,
    require_lines,
    require_money,
    require_reason,
    touch_bill,
)
from orders.billing.statements import Statement
from orders.billing.transitions import AdjustmentKind
from orders.services.seating import Versions


def add_adjustment(
    *,
    party_id: int,
    kind: AdjustmentKind,
    reason: str,
    actor: Actor,
    line_id: int | None = None,
    amount: Decimal | None = None,
    percent: Decimal | None = None,
    approver: Actor | None = None,
    versions: Versions = None,
) -> Statement:
    """Take an amount or a percentage off a line, or off the whole bill. A comp without either takes all of it.

    The kind `service` takes it off the service charge of the bill instead, and leaves the dishes as they are. It may
    not be more than what is still due. Above the restaurant's limit a manager approves.
    Locks: table, party, bill. Raises InvalidInput (`nothing_to_adjust`, `approval_required`), LostRace
    (`already_paid`), Stale, NotPermitted, NotYours (`line_not_found`).
    """
    actor.require(Permission.ADJUST_BILL)
    reason = require_reason(reason)
    with UnitOfWork(actor) as work:
        locked = lock_bill(party_id, work, versions)
        require_lines([] if line_id is None else [line_id], locked.statement)
        size = _size(kind, line_id, amount, percent, locked)
        row = _insert(locked, work, line_id=line_id, kind=kind, reason=reason, **size)
        touch_bill(locked.bill)
        after = locked.read_again()
        taken_off = locked.statement.total - after.total
        _require_open(taken_off, locked.statement)
        row.approved_by = require_approval(
            amount=taken_off, restaurant=locked.restaurant, actor=actor, approver=approver
        )
        _settle(row, after, locked)
        after = locked.read_again()
        work.record(BillAdjusted(statement=after, row=row))
    return after


def remove_adjustment(*, adjustment_id: int, actor: Actor, versions: Versions = None) -> Statement:
    """Take a comp or discount back, or charge for service again. One that is removed already stays so.

    Locks: table, party, bill. Raises Stale, NotPermitted, NotYours.
    """
    actor.require(Permission.ADJUST_BILL)
    party_id = party_of(adjustment_for(actor, adjustment_id))
    with UnitOfWork(actor) as work:
        locked = lock_bill(party_id, work, versions)
        row = Adjustment.objects.of_restaurant(work.restaurant_id).get(pk=adjustment_id)
        if row.removed_at is None:
            row.removed_at, row.removed_by = work.now, actor.label[:120]
            row.save(update_fields=["removed_at", "removed_by"])
            touch_bill(locked.bill)
            work.record(BillAdjusted(statement=locked.read_again(), row=row))
    return locked.read_again()


def write_off(*, party_id: int, reason: str, actor: Actor, approver: Actor | None = None) -> Statement:
    """Give up what is open, for example because the guests left without paying. The table can be cleared then.

    A deposit pays its part when the table is cleared.

    Locks: table, party, bill. Raises InvalidInput (`approval_required`), LostRace (`nothing_due`, `amount_taken`),
    NotPermitted, NotYours.
    """
    actor.require(Permission.ADJUST_BILL)
    reason = require_reason(reason)
    with UnitOfWork(actor) as work:
        locked = lock_bill(party_id, work)
        open_now = locked.statement.open - locked.statement.deposit
        if open_now <= ZERO:
            raise LostRace(_("Nothing is due."), code="nothing_due")
        if locked.statement.reserved:
            raise LostRace(_("A payment is under way."), code="amount_taken")
        require_approval(amount=open_now, restaurant=locked.restaurant, actor=actor, approver=approver)
        bill = locked.bill
        bill.written_off += open_now
        bill.written_off_reason = reason
        bill.written_off_by = (approver or actor).label[:120]
        touch_bill(bill, "written_off", "written_off_reason", "written_off_by")
        after = locked.read_again()
        work.record(BillWrittenOff(statement=after, row=bill))
    return after


def _settle(row: Adjustment, after: Statement, locked: Locked) -> None:
    """Save what an adjustment took off as its size, so that it takes no more from dishes that are ordered later.

    Only a percentage of less than all, or of the service charge, follows the bill, without a manager up to the limit.
    """
    is_whole_bill = row.percent == 100 and row.line_id is None and row.kind != AdjustmentKind.SERVICE
    if row.amount is not None or is_whole_bill:
        row.amount, row.percent = after.taken[row.pk], None
    row.most = None if row.approved_by else locked.restaurant.price_limit
    row.save(update_fields=["amount", "percent", "approved_by", "most"])


def _insert(locked: Locked, work: UnitOfWork, **fields: Any) -> Adjustment:
    return Adjustment.objects.create(
        restaurant_id=work.restaurant_id,
        bill=locked.bill,
        made_at=work.now,
        made_by=work.actor.label[:120],
        **fields,
    )


def _size(
    kind: AdjustmentKind, line_id: int | None, amount: Decimal | None, percent: Decimal | None, locked: Locked
) -> dict[str, Decimal]:
    """Return the `amount` or the `percent`; all of a comp or service charge without either. Raises InvalidInput."""
    if kind == AdjustmentKind.SERVICE and line_id is not None:
        message = _("A service charge is for the whole bill.")
        raise InvalidInput(message, fields={"line": [message]})
    if amount is not None and percent is not None:
        message = _("Give an amount or a percentage, not both.")
        raise InvalidInput(message, fields={"percent": [message]})
    if amount is not None:
        require_money(amount, locked.restaurant.currency, "amount")
        return {"amount": amount}
    if percent is None and kind != AdjustmentKind.DISCOUNT:
        return {"percent": Decimal(100)}
    if percent is None or not 0 < percent <= 100 or percent != percent.quantize(Decimal("0.0001")):
        message = _("Give an amount, or a percentage up to 100.")
        raise InvalidInput(message, fields={"percent": [message]})
    return {"percent": percent}


def _require_open(taken_off: Decimal, before: Statement) -> None:
    """Refuse an adjustment that takes off nothing, or what was paid already: that is a refund."""
    if not taken_off:
        raise InvalidInput(_("There is nothing left to take off."), code="nothing_to_adjust")
    if taken_off > before.due:
        raise LostRace(
            _("This was paid already. Give the money back with a refund."),
            code="already_paid",
            due=text(before.due, before.restaurant.currency),
        )
