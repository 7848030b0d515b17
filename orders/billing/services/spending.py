"""Parts of the services that change the balance of a voucher. Each change locks the voucher and adds a row."""

from dataclasses import replace
from decimal import Decimal

from django.utils.translation import gettext as _

from bistro.core.kernel.errors import DomainError, InvalidInput, LostRace
from bistro.core.kernel.money import display
from bistro.core.models import Restaurant
from bistro.core.writing.unit_of_work import UnitOfWork, require_transaction
from orders.billing.models import Payment, Refund, Voucher, VoucherMove
from orders.billing.services.tenders import Tender
from orders.billing.transitions import BY_BALANCE, Method, VoucherMoveKind, VoucherState
from orders.billing.voucher_events import VoucherReturned, VoucherSpent
from orders.billing.vouchers.selectors import state_of, voucher_of_code


def voucher_in(tender: Tender, restaurant: Restaurant, work: UnitOfWork) -> Voucher | None:
    """Return the voucher that guests pay with, or None for another method.

    Raises NotYours (`voucher_not_found`), LostRace (`voucher_void`), InvalidInput (`voucher_expired`,
    `voucher_currency`, `tip_by_voucher`).
    """
    if tender.method != Method.VOUCHER:
        return None
    if tender.tip:
        message = _("A voucher pays for dishes. Take the tip in cash or by card.")
        raise InvalidInput(message, code="tip_by_voucher", fields={"tip": [message]})
    voucher = voucher_of_code(tender.voucher, restaurant.pk)
    state = state_of(voucher, restaurant.business_date(work.now))
    if voucher.currency != restaurant.currency:
        message = _("This voucher is in %(currency)s.") % {"currency": voucher.currency}
        raise InvalidInput(message, code="voucher_currency", fields={"voucher": [message]})
    if state == VoucherState.VOID:
        raise voided_voucher()
    if state == VoucherState.EXPIRED:
        message = _("This voucher has expired.")
        raise InvalidInput(message, code="voucher_expired", fields={"voucher": [message]})
    return voucher


def limited_to_balance(tender: Tender, voucher: Voucher, *, is_typed: bool) -> Tender:
    """Return a checked tender with what the voucher can pay of it. Raises InvalidInput (`voucher_too_small`).

    An amount that a person typed must be there as a whole.
    """
    assert tender.amount is not None
    amount = tender.amount if is_typed else min(tender.amount, voucher.balance)
    if amount > voucher.balance or not amount:
        raise balance_too_small(voucher)
    return replace(tender, amount=amount, tendered=None, slip=voucher.tail)


def spend(voucher: Voucher, payment: Payment, work: UnitOfWork) -> None:
    """Take a payment off a voucher. Raises LostRace (`voucher_spent`) if somebody else was first."""
    require_transaction()
    if not _take_off(voucher, payment.amount):
        voucher.refresh_from_db()
        if voucher.voided_at is not None:
            raise voided_voucher()
        raise LostRace(balance_too_small(voucher).message, code="voucher_spent")
    voucher.refresh_from_db()
    move = add_move(voucher, VoucherMoveKind.SPENT, -payment.amount, work, payment=payment)
    work.record(VoucherSpent(voucher=voucher, move=move))


def refund_to_voucher(payment: Payment, refund: Refund, work: UnitOfWork) -> None:
    """Give the money of a refund back to the voucher of its payment. Raises LostRace (`voucher_void`)."""
    require_transaction()
    if payment.method not in BY_BALANCE:
        return
    voucher = payment.voucher_move.voucher
    if not _take_off(voucher, -refund.amount):
        raise voided_voucher()
    voucher.refresh_from_db()
    move = add_move(voucher, VoucherMoveKind.RETURNED, refund.amount, work, refund=refund, reason=refund.reason)
    work.record(VoucherReturned(voucher=voucher, move=move))


def add_move(
    voucher: Voucher,
    kind: VoucherMoveKind,
    amount: Decimal,
    work: UnitOfWork,
    *,
    payment: Payment | None = None,
    refund: Refund | None = None,
    reason: str = "",
) -> VoucherMove:
    """Insert the row of a change of the balance."""
    require_transaction()
    return VoucherMove.objects.create(  # type: ignore[no-any-return]
        restaurant_id=work.restaurant_id,
        voucher=voucher,
        kind=kind,
        amount=amount,
        payment=payment,
        refund=refund,
        reason=reason,
        business_date=Restaurant.objects.get(pk=work.restaurant_id).business_date(work.now),
        made_at=work.now,
        made_by=work.actor.label[:120],
    )


def voided_voucher() -> LostRace:
    """Return the refusal of a voucher that was cancelled."""
    return LostRace(_("This voucher was cancelled."), code="voucher_void")


def balance_too_small(voucher: Voucher) -> DomainError:
    """Return the refusal of more than there is on a voucher."""
    restaurant: Restaurant = voucher.restaurant
    shown = display(voucher.balance, voucher.currency, restaurant.locale)
    message = _("There is only %(balance)s on this voucher.") % {"balance": shown}
    return InvalidInput(message, code="voucher_too_small", fields={"amount": [message]})


def _take_off(voucher: Voucher, amount: Decimal) -> bool:
    """Take an amount off the balance, if there is still so much on a voucher that is not cancelled.

    Python computes, because SQLite computes with binary fractions: 22.51 less 16.27 would not be 6.24.
    """
    require_transaction()
    row = next(iter(Voucher.objects.filter(pk=voucher.pk, voided_at=None).locked()), None)
    if row is None or row.balance < amount:
        return False
    row.balance -= amount
    row.save(update_fields=["balance"])
    return True
