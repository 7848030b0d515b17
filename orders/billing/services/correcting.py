"""The services that take a wrong payment back: undo cash at once, or book it by the right method."""

from datetime import timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput, LostRace
from bistro.core.kernel.money import ZERO, to_coin
from bistro.core.kernel.roles import Permission
from bistro.core.kernel.transitions import change_statuses
from bistro.core.writing.unit_of_work import UnitOfWork
from orders.billing.access import holder_of, payment_for
from orders.billing.events import BillPaid, PaymentRefunded, PaymentTaken
from orders.billing.models import Payment, Refund
from orders.billing.services.locking import Locked, lock_bill, require_reason, touch_bill
from orders.billing.services.on_account import refund_to_account
from orders.billing.services.refunding import refund_approval
from orders.billing.services.settling import free_share
from orders.billing.services.spending import refund_to_voucher
from orders.billing.slips import slip_number
from orders.billing.transitions import PAYMENT_MOVES, Method, PaymentState, RefundKind

UNDO_TIME = timedelta(seconds=30)
CAN_BE_UNDONE = frozenset({Method.CASH, Method.VOUCHER, Method.ACCOUNT})  # no bank has to take them back


def undo_payment(*, payment_id: int, actor: Actor) -> Refund:
    """Undo a payment in cash, with a voucher or on an account that was a slip of the finger.

    The bill is due again, and the payment locks its share no longer. A second tap is the same undo. Locks: table,
    party, bill. Raises InvalidInput (`not_cash`), LostRace (`too_late` after 30 seconds, or when some of it went back),
    NotPermitted, NotYours.
    """
    actor.require(Permission.TAKE_PAYMENT)
    party_id = holder_of(payment_for(actor, payment_id).bill)
    with UnitOfWork(actor) as work:
        locked = lock_bill(party_id, work)
        if (undone := Refund.objects.filter(payment=payment_id, kind=RefundKind.UNDONE).first()) is not None:
            return undone
        payment = _whole(payment_id, locked)
        if payment.method not in CAN_BE_UNDONE:
            message = _("Only cash, vouchers and accounts can be undone. Give the money back with a refund.")
            raise InvalidInput(message, code="not_cash")
        if work.now - payment.taken_at > UNDO_TIME:
            message = _("It is too late to undo this payment. Give the money back with a refund.")
            raise LostRace(message, code="too_late")
        refund = _take_back(payment, RefundKind.UNDONE, _("Undone"), "", locked, work)
        free_share(payment)
        touch_bill(locked.bill)
        work.record(BillPaid(statement=locked.read_again()))
        return refund


def correct_method(
    *,
    payment_id: int,
    method: str,
    reason: str,
    actor: Actor,
    slip: str = "",
    approver: Actor | None = None,
) -> Payment:
    """Book a payment by another method, because it was booked by the wrong one, and return the new payment.

    The old payment stays, is taken back today, and its receipt is cancelled: figures of a closed day do not change.
    Locks: table, party, bill. Raises InvalidInput (`same_method`, `approval_required`), LostRace (`too_late` when some
    of it went back), NotPermitted, NotYours.
    """
    actor.require(Permission.REFUND)
    reason = require_reason(reason)
    party_id = holder_of(payment_for(actor, payment_id).bill)
    with UnitOfWork(actor) as work:
        locked = lock_bill(party_id, work)
        wrong = _whole(payment_id, locked)
        if {method, wrong.method} != {Method.CASH, Method.TERMINAL}:
            message = _("Choose cash or the card terminal, and not the method that it has.")
            raise InvalidInput(message, code="same_method", fields={"method": [message]})
        amount, day = wrong.amount + wrong.tip, locked.restaurant.business_date(work.now)
        approved = refund_approval(payment=wrong, amount=amount, day=day, locked=locked, actor=actor, approver=approver)
        _take_back(wrong, RefundKind.CORRECTED, reason, approved, locked, work)
        right = _again(wrong, method, slip, locked, work)
        work.record(PaymentTaken(payment=right, table=locked.party.table_id))
        touch_bill(locked.bill)
        work.record(BillPaid(statement=locked.read_again()))
        return right


def _whole(payment_id: int, locked: Locked) -> Payment:
    """Return a payment of which nothing went back yet. Raises LostRace."""
    statement = locked.statement
    payment = next(each for each in statement.payments if each.pk == payment_id)
    is_whole = statement.left_of(payment) == payment.amount and statement.tip_left_of(payment) == payment.tip
    if payment.status != PaymentState.CAPTURED or not is_whole:
        raise LostRace(_("Some of this payment went back already."), code="too_late")
    return payment


def _take_back(
    payment: Payment, kind: RefundKind, reason: str, approved_by: str, locked: Locked, work: UnitOfWork
) -> Refund:
    """Take the whole payment back, with its tip and its coins. None of it makes the sale smaller."""
    refund = Refund.objects.create(
        restaurant_id=work.restaurant_id,
        payment=payment,
        kind=kind,
        amount=payment.amount,
        tip=payment.tip,
        rounding=payment.rounding,
        of_sale=ZERO,
        reason=reason,
        business_date=locked.restaurant.business_date(work.now),
        made_at=work.now,
        made_by=work.actor.label[:120],
        approved_by=approved_by,
        credential=work.actor.credential,
    )
    rows = Payment.objects.filter(pk=payment.pk)
    change_statuses(rows, [PaymentState.CAPTURED], PaymentState.REFUNDED, PAYMENT_MOVES, what="Payment")
    payment.refresh_from_db()
    refund_to_voucher(payment, refund, work)
    refund_to_account(payment, refund, work)
    work.record(PaymentRefunded(payment=payment, refund=refund, table=locked.party.table_id))
    return refund


def _again(wrong: Payment, method: str, slip: str, locked: Locked, work: UnitOfWork) -> Payment:
    """Insert the payment by the right method, with the same amount, tip, recipient, share, and person who took it."""
    exact = wrong.amount + wrong.tip
    is_cash = method == Method.CASH
    to_pay: Decimal = to_coin(exact, locked.restaurant.cash_rounding) if is_cash else exact
    return Payment.objects.create(
        restaurant_id=work.restaurant_id,
        bill=wrong.bill,
        share_id=wrong.share_id,
        method=method,
        status=PaymentState.CAPTURED,
        currency=wrong.currency,
        amount=wrong.amount,
        tip=wrong.tip,
        tip_to=wrong.tip_to,
        tip_staff_id=wrong.tip_staff_id,
        rounding=to_pay - exact,
        tendered=to_pay if is_cash else None,
        slip=slip_number(slip),
        business_date=locked.restaurant.business_date(work.now),
        taken_at=work.now,
        taken_by=wrong.taken_by,
        taken_by_staff_id=wrong.taken_by_staff_id,
        credential=work.actor.credential,
    )
