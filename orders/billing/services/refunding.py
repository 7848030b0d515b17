"""The service that gives money back."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import uuid4

from django.db import IntegrityError
from django.utils.translation import gettext as _

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput
from bistro.core.kernel.money import ZERO, display, to_coin, units_of
from bistro.core.kernel.roles import Permission
from bistro.core.writing.unit_of_work import UnitOfWork
from orders.billing.access import holder_of, payment_for
from orders.billing.models import Payment, PaymentAttempt, Refund
from orders.billing.provider_calls import FIRST_ASK, back_of, refund_call
from orders.billing.services.locking import (
    Locked,
    lock_bill,
    require_approval,
    require_lines,
    require_money,
    require_reason,
)
from orders.billing.services.on_account import refund_to_account
from orders.billing.services.settling import finish_refund, settle_refund
from orders.billing.services.spending import refund_to_voucher
from orders.billing.statements import Statement
from orders.billing.transitions import PROVIDERS, Method, RefundState
from orders.services import Once
from orders.services.keys import made_before


@dataclass(frozen=True, slots=True)
class Wanted:
    """The part of a payment that shall go back. `tip` is the part of its tip, which is no sale and has no tax."""

    amount: Decimal
    tip: Decimal
    reason: str
    lines: Sequence[int]

    @property
    def money(self) -> Decimal:
        return self.amount + self.tip


def refund_payment(
    *,
    payment_id: int,
    reason: str,
    actor: Actor,
    amount: Decimal = ZERO,
    tip: Decimal = ZERO,
    lines: Sequence[int] = (),
    approver: Actor | None = None,
    once: Once | None = None,
) -> tuple[Refund, bool]:
    """Give money of a payment back by its method, and return the refund and whether an equal request made it before.

    What was paid too much goes back first; the rest makes the sale smaller. `tip` goes back as well, or alone, and is
    taken off its recipient; sale and tax stay. A provider is called outside of the unit of
    work; without an answer the refund is unknown, and the sweep asks. A refund above the restaurant's limit, or
    of an earlier business day, needs a manager. `lines` name the dishes that it is for.
    Locks: table, party, bill. Raises InvalidInput (`refund_above_paid`, `refund_above_tip`, `approval_required`,
    `not_captured`), LostRace (`voucher_void`), ReusedKey, NotPermitted, NotYours.
    """
    wanted = Wanted(amount, tip, reason, lines)
    try:
        refund, replayed = _refund(payment_id, wanted, actor, approver, once)
    except IntegrityError:  # a request with this key was first
        refund, replayed = _refund(payment_id, wanted, actor, approver, once)
    if replayed or not refund.provider_key:
        return refund, replayed
    attempt = PaymentAttempt.objects.select_related("payment__bill__party__table", "payment__restaurant")
    row = attempt.filter(payment=payment_id).latest("number")
    found = refund_call(back_of(refund, row), row.payment.method)
    return settle_refund(refund_id=refund.pk, found=found, actor=actor, ask_at=refund.ask_at), False


def _refund(
    payment_id: int, wanted: Wanted, actor: Actor, approver: Actor | None, once: Once | None
) -> tuple[Refund, bool]:
    actor.require(Permission.REFUND)
    reason = require_reason(wanted.reason)
    party_id = holder_of(payment_for(actor, payment_id).bill)
    with UnitOfWork(actor) as work:
        locked = lock_bill(party_id, work)
        if (known := made_before(Refund.objects.select_related("payment"), once, work)) is not None:
            return known, True
        payment = next(each for each in locked.statement.payments if each.pk == payment_id)
        _require_amounts(payment, wanted, locked)
        require_lines(wanted.lines, locked.statement)
        refund = _insert(payment, replace(wanted, reason=reason), locked, work, once)
        day = refund.business_date
        refund.approved_by = refund_approval(
            payment=payment, amount=wanted.money, day=day, locked=locked, actor=actor, approver=approver
        )
        refund.save(update_fields=["approved_by"])
        refund_to_voucher(payment, refund, work)
        refund_to_account(payment, refund, work)
        finish_refund(refund, payment, locked, work)
    return refund, False


def _require_amounts(payment: Payment, wanted: Wanted, locked: Locked) -> None:
    require_money(wanted.tip, payment.currency, "tip", zero=True)
    require_money(wanted.amount, payment.currency, "amount", zero=bool(wanted.tip))
    if not payment.has_arrived:
        raise InvalidInput(_("This payment is not complete, so nothing can go back."), code="not_captured")
    left, tip_left = locked.statement.left_of(payment), locked.statement.tip_left_of(payment)
    if wanted.amount > left:
        message = _("At most %(left)s of this payment can go back.") % {"left": _shown(left, locked)}
        raise InvalidInput(message, code="refund_above_paid", fields={"amount": [message]})
    if wanted.tip > tip_left:
        message = _("At most %(left)s of this tip can go back.") % {"left": _shown(tip_left, locked)}
        raise InvalidInput(message, code="refund_above_tip", fields={"tip": [message]})


def _shown(amount: Decimal, locked: Locked) -> str:
    return display(amount, locked.restaurant.currency, locked.restaurant.locale)


def refund_approval(
    *, payment: Payment, amount: Decimal, day: date, locked: Locked, actor: Actor, approver: Actor | None
) -> str:
    """Return the name of the person who approved that an amount goes back on a business day, "" for nobody.

    A refund of an earlier day always needs a manager. Raises InvalidInput (`approval_required`).
    """
    boss = approver or actor
    if payment.business_date != day and not boss.may(Permission.APPROVE_BILL):
        message = _("A manager must approve a refund of an earlier day.")
        raise InvalidInput(message, code="approval_required", fields={"approval": [message]})
    return require_approval(amount=amount, restaurant=locked.restaurant, actor=actor, approver=approver)


def _insert(payment: Payment, wanted: Wanted, locked: Locked, work: UnitOfWork, once: Once | None) -> Refund:
    of_sale = wanted.amount - min(wanted.amount, locked.statement.excess)
    by_provider = payment.method in PROVIDERS
    return Refund.objects.create(
        restaurant_id=work.restaurant_id,
        payment=payment,
        status=RefundState.PENDING if by_provider else RefundState.REFUNDED,
        provider_key=uuid4().hex if by_provider else "",
        ask_at=work.now + FIRST_ASK if by_provider else None,
        amount=wanted.amount,
        tip=wanted.tip,
        rounding=_rounding(payment, wanted, locked),
        of_sale=of_sale,
        taxes=_taxes(of_sale, locked.statement),
        lines=list(wanted.lines),
        reason=wanted.reason,
        business_date=locked.restaurant.business_date(work.now),
        made_at=work.now,
        made_by=work.actor.label[:120],
        credential=work.actor.credential,
        key=once.key if once else None,
        fingerprint=once.fingerprint if once else "",
    )


def _rounding(payment: Payment, wanted: Wanted, locked: Locked) -> Decimal:
    """Return what the smallest coin adds to cash that goes back, or takes off it."""
    if payment.method != Method.CASH:
        return ZERO
    return to_coin(wanted.money, locked.restaurant.cash_rounding) - wanted.money


def _taxes(of_sale: Decimal, statement: Statement) -> list[dict[str, str]]:
    """Return the tax in a part of the sale, so that the refunds of a whole bill give back exactly its tax."""
    if not of_sale:
        return []
    rounding, currency = statement.restaurant.rounding, statement.restaurant.currency
    whole = units_of(statement.total, rounding)
    before = units_of(statement.total - statement.sale, rounding)
    now = before + units_of(of_sale, rounding)
    found = []
    for tax in statement.owed.taxes:
        units = units_of(tax.amount, rounding)
        part = rounding.units(units * now, whole) - rounding.units(units * before, whole)
        if part:
            found.append(tax._replace(amount=rounding.amount(part)).json(currency))
    return found
