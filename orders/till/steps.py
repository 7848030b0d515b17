"""Reactions of tills to money of bills, vouchers and accounts, in the same unit of work. They refuse no payment."""

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from bistro.core.kernel.errors import InvalidInput
from bistro.core.kernel.money import to_coin
from bistro.core.models import Restaurant
from bistro.core.writing.configuration_events import RestaurantChanged
from bistro.core.writing.unit_of_work import UnitOfWork, require_transaction
from orders.billing.account_events import AccountSettled
from orders.billing.deposit_events import DepositGivenBack, DepositTaken
from orders.billing.events import PaymentCaptured, PaymentRefunded, PaymentTaken
from orders.billing.models import HouseAccount, Payment, Refund, Voucher
from orders.billing.transitions import Method, RefundKind, VoucherMoveKind
from orders.billing.voucher_events import VoucherSold, VoucherVoided
from orders.till.models import Till, TillMove
from orders.till.selectors import open_till_of
from orders.till.transitions import MoveKind, TillState


def take_cash(events: Sequence[PaymentTaken | PaymentCaptured], work: UnitOfWork) -> None:
    """Record the money of payments; cash goes into the till of the person who took it. Locks: till.

    A payment by a provider is recorded when its money has arrived.
    """
    require_transaction()
    for event in events:
        payment = event.payment
        TillMove.objects.create(
            kind=MoveKind.SALE,
            amount=payment.amount + payment.tip + payment.rounding,
            payment=payment,
            business_date=payment.business_date,
            made_at=payment.taken_at,
            made_by=payment.taken_by,
            **_origin(payment.method, payment.taken_by_staff_id, work),
        )


def give_cash_back(events: Sequence[PaymentRefunded], work: UnitOfWork) -> None:
    """Record the money of refunds; cash leaves the till of the person who gives it back. Locks: till."""
    require_transaction()
    for event in events:
        refund = event.refund
        TillMove.objects.create(
            kind=MoveKind.REFUND,
            amount=-refund.money,
            refund=refund,
            reason=refund.reason,
            business_date=refund.business_date,
            made_at=refund.made_at,
            made_by=refund.made_by,
            **_origin(event.payment.method, _giver(event.payment, refund, work), work),
        )


def take_voucher_money(events: Sequence[VoucherSold | VoucherVoided | DepositTaken], work: UnitOfWork) -> None:
    """Record the money of vouchers and deposits that were paid or paid back, or that the house keeps. Locks: till."""
    require_transaction()
    staff = work.actor.id if work.actor.is_staff else None
    for event in events:
        move, is_kept = event.move, event.move.kind in (VoucherMoveKind.LAPSED, VoucherMoveKind.KEPT)
        by_hand = event.by if isinstance(event, DepositGivenBack) else ""
        method = Method.VOUCHER if is_kept else by_hand or event.voucher.method
        TillMove.objects.create(
            kind=MoveKind.LAPSED if is_kept else MoveKind.VOUCHER,
            amount=move.amount if is_kept else _in_coins(move.amount, method, event.voucher),
            voucher_move=move,
            reason=move.reason,
            business_date=move.business_date,
            made_at=move.made_at,
            made_by=move.made_by,
            **_origin(method, staff, work),
        )


def _in_coins(amount: Decimal, method: str, voucher: Voucher) -> Decimal:
    """Return the money of a voucher: cash is paid back in coins that there are."""
    restaurant: Restaurant = voucher.restaurant
    return to_coin(amount, restaurant.cash_rounding) if method == Method.CASH else amount


def take_account_money(events: Sequence[AccountSettled], work: UnitOfWork) -> None:
    """Record the money for house accounts. Locks: till."""
    require_transaction()
    for event in events:
        move = event.move
        TillMove.objects.create(
            kind=MoveKind.ACCOUNT,
            amount=move.money,
            account_move=move,
            reason=event.account.name,
            business_date=move.business_date,
            made_at=move.made_at,
            made_by=move.made_by,
            **_origin(move.method, work.actor.id if work.actor.is_staff else None, work),
        )


def keep_currency(events: Sequence[RestaurantChanged], work: UnitOfWork) -> None:
    """Refuse a new currency once there is money in the present one, which would add up with the new one.

    Raises InvalidInput (`currency_in_use`).
    """
    require_transaction()
    models = Till, TillMove, HouseAccount
    changed = any("currency" in event.changed for event in events)
    if changed and any(model.objects.of_restaurant(work.restaurant_id).exists() for model in models):
        message = _("Tills, vouchers or accounts are in the present currency. Open another restaurant for a new one.")
        raise InvalidInput(message, code="currency_in_use", fields={"currency": [message]})


def _giver(payment: Payment, refund: Refund, work: UnitOfWork) -> int | None:
    """Return the person whose money goes back: after a mistake the one who booked it, else the one who refunds."""
    if refund.kind != RefundKind.REFUND:
        return payment.taken_by_staff_id  # type: ignore[no-any-return]
    return work.actor.id if work.actor.is_staff else None


def _origin(method: str, staff: int | None, work: UnitOfWork) -> dict[str, object]:
    """Return the columns that say who moved the money, and which till holds it."""
    return {
        "restaurant_id": work.restaurant_id,
        "till": till_of(staff, work) if method == Method.CASH else None,
        "method": method,
        "staff_id": staff,
        "credential": work.actor.credential,
    }


def till_of(staff: int | None, work: UnitOfWork) -> Till | None:
    """Return the locked till for the cash of a person (`open_till_of`), or None."""
    require_transaction()
    chosen = open_till_of(staff, work.restaurant_id)
    if chosen is None:
        return None
    # A count that was first has the lock: this cash is not in what was counted.
    locked = Till.objects.filter(pk=chosen.pk, status=TillState.OPEN).locked()
    return next(iter(locked), None)
