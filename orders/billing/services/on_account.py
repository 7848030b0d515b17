"""Parts of the services that let guests pay on a house account. Each change locks the account and adds a row."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from bistro.core.kernel.errors import InvalidInput, LostRace
from bistro.core.kernel.money import ZERO, display
from bistro.core.kernel.roles import Permission
from bistro.core.models import Restaurant
from bistro.core.writing.unit_of_work import UnitOfWork, require_transaction
from orders.billing.account_events import AccountMoved
from orders.billing.accounts.selectors import account_for
from orders.billing.models import AccountMove, HouseAccount, Payment, Refund
from orders.billing.services.tenders import Tender
from orders.billing.transitions import AccountMoveKind, Method


def account_in(tender: Tender, restaurant: Restaurant, work: UnitOfWork) -> HouseAccount | None:
    """Return the account that guests pay on, or None for another method.

    Raises NotYours (`account_not_found`), LostRace (`account_closed`), InvalidInput (`account_currency`,
    `tip_on_account`), NotPermitted.
    """
    if tender.method != Method.ACCOUNT:
        return None
    work.actor.require(Permission.APPROVE_BILL)
    account = account_for(work.actor, tender.account_id or 0)
    if tender.tip:
        message = _("An account pays for dishes. Take the tip in cash or by card.")
        raise InvalidInput(message, code="tip_on_account", fields={"tip": [message]})
    if account.currency != restaurant.currency:
        message = _("This account is in %(currency)s.") % {"currency": account.currency}
        raise InvalidInput(message, code="account_currency", fields={"account": [message]})
    if account.closed_at is not None:
        raise closed_account()
    return account


def with_account_name(tender: Tender, account: HouseAccount) -> Tender:
    """Return a tender with the name of the account, which the receipt shows."""
    return replace(tender, tendered=None, slip=account.name[:40])


def charge(account: HouseAccount, payment: Payment, work: UnitOfWork) -> None:
    """Put a payment on an account. Raises LostRace (`account_limit`, `account_closed`)."""
    require_transaction()
    if not _add(account, payment.amount):
        account.refresh_from_db()
        if account.closed_at is not None:
            raise closed_account()
        restaurant: Restaurant = account.restaurant
        left = display(max(account.limit - account.balance, ZERO), account.currency, restaurant.locale)
        message = _("Only %(left)s can still be put on this account.") % {"left": left}
        raise LostRace(message, code="account_limit")
    _note(account, AccountMoveKind.CHARGED, payment.amount, work, payment=payment)


def refund_to_account(payment: Payment, refund: Refund, work: UnitOfWork) -> None:
    """Take the money of a refund off the account of its payment, which may then have a credit."""
    require_transaction()
    if payment.method != Method.ACCOUNT:
        return
    account = payment.account_move.account
    row = HouseAccount.objects.filter(pk=account.pk).locked().get()
    row.balance -= refund.amount
    row.save(update_fields=["balance"])
    _note(account, AccountMoveKind.RETURNED, -refund.amount, work, refund=refund)


def add_account_move(
    account: HouseAccount, kind: AccountMoveKind, amount: Decimal, work: UnitOfWork, **columns: Any
) -> AccountMove:
    """Insert the row of a change of the balance."""
    require_transaction()
    return AccountMove.objects.create(  # type: ignore[no-any-return]
        restaurant_id=work.restaurant_id,
        account=account,
        kind=kind,
        amount=amount,
        business_date=Restaurant.objects.get(pk=work.restaurant_id).business_date(work.now),
        made_at=work.now,
        made_by=work.actor.label[:120],
        credential=work.actor.credential,
        **columns,
    )


def closed_account() -> LostRace:
    """Return the refusal of an account that was closed."""
    return LostRace(_("This account is closed."), code="account_closed")


def _note(account: HouseAccount, kind: AccountMoveKind, amount: Decimal, work: UnitOfWork, **columns: Any) -> None:
    account.refresh_from_db()
    move = add_account_move(account, kind, amount, work, **columns)
    work.record(AccountMoved(account=account, move=move))


def _add(account: HouseAccount, amount: Decimal) -> bool:
    """Add an amount to the balance, if the limit of an open account allows it.

    Python computes, because SQLite computes with binary fractions.
    """
    require_transaction()
    row = next(iter(HouseAccount.objects.filter(pk=account.pk, closed_at=None).locked()), None)
    if row is None or row.balance + amount > row.limit:
        return False
    row.balance += amount
    row.save(update_fields=["balance"])
    return True
