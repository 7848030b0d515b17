"""The services that open, change and settle house accounts. Payments and refunds of bills change what they owe."""

from dataclasses import dataclass
from decimal import Decimal

from django.db import IntegrityError
from django.utils.translation import gettext as _

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput, LostRace
from bistro.core.kernel.money import ZERO, display, to_coin
from bistro.core.kernel.names import name_key
from bistro.core.kernel.roles import Permission
from bistro.core.kernel.texts import clean_text
from bistro.core.models import Restaurant
from bistro.core.writing.unit_of_work import UnitOfWork
from orders.billing.account_events import AccountChanged, AccountOpened, AccountSettled
from orders.billing.accounts.selectors import account_for, no_account
from orders.billing.models import AccountMove, HouseAccount
from orders.billing.services.locking import require_money
from orders.billing.services.on_account import add_account_move
from orders.billing.slips import slip_number
from orders.billing.transitions import AccountMoveKind, Method
from orders.services import Once
from orders.services.keys import made_before

SETTLED_BY = (Method.CASH, Method.TERMINAL)


@dataclass(frozen=True, slots=True)
class Settlement:
    """The money that is paid for an account, in cash or by the card terminal. Without an amount it is all."""

    method: str
    amount: Decimal | None = None
    slip: str = ""


def open_account(*, name: str, limit: Decimal, actor: Actor) -> HouseAccount:
    """Open an account with a limit. Names of open accounts are compared without case.

    Raises LostRace (`account_exists`), InvalidInput, NotPermitted.
    """
    actor.require(Permission.APPROVE_BILL)
    words = clean_text(name)[:80]
    if not words:
        message = _("Give the account a name.")
        raise InvalidInput(message, fields={"name": [message]})
    try:
        with UnitOfWork(actor) as work:
            restaurant = Restaurant.objects.get(pk=work.restaurant_id)
            require_money(limit, restaurant.currency, "limit")
            account = HouseAccount.objects.create(
                restaurant=restaurant,
                name=words,
                currency=restaurant.currency,
                limit=limit,
                opened_at=work.now,
                opened_by=actor.label[:120],
            )
            work.record(AccountOpened(account=account))
    except IntegrityError:
        _refuse_taken(words, actor)
        raise
    return account


def change_account(*, account_id: int, limit: Decimal, closed: bool, actor: Actor) -> HouseAccount:
    """Set the limit of an account, and close it or open it again. One that owes money stays open.

    Locks: the account. Raises InvalidInput (`account_owes`), LostRace (`account_exists` when it is opened again),
    NotYours, NotPermitted.
    """
    actor.require(Permission.APPROVE_BILL)
    try:
        return _change(account_id, limit, closed, actor)
    except IntegrityError:
        _refuse_taken(account_for(actor, account_id).name, actor)
        raise


def _change(account_id: int, limit: Decimal, closed: bool, actor: Actor) -> HouseAccount:
    with UnitOfWork(actor) as work:
        account = _locked(account_id, work)
        require_money(limit, account.currency, "limit")
        if closed and account.balance > 0:
            message = _("Settle the account first.")
            raise InvalidInput(message, code="account_owes", fields={"closed": [message]})
        account.limit = limit
        account.closed_at = (account.closed_at or work.now) if closed else None
        account.save(update_fields=["limit", "closed_at"])
        work.record(AccountChanged(account=account))
    return account


def _refuse_taken(name: str, actor: Actor) -> None:
    """Refuse the name of an open account. Raises LostRace (`account_exists`)."""
    if HouseAccount.objects.visible_to(actor).filter(name_key=name_key(name), closed_at=None).exists():
        message = _("There is an account with this name.")
        raise LostRace(message, code="account_exists", fields={"name": [message]})


def settle_account(
    *, account_id: int, settlement: Settlement, actor: Actor, once: Once | None = None
) -> tuple[AccountMove, bool]:
    """Record money for an account; return the row and whether an equal request made it before. Cash goes into the till.

    An account that is settled as a whole in cash is paid in coins that there are; the difference is rounding.
    Locks: the account. Raises InvalidInput (`above_owed`, `nothing_owed`, `method_not_offered`), ReusedKey, NotYours,
    NotPermitted.
    """
    actor.require(Permission.USE_TILL)
    try:
        return _settle(account_id, settlement, actor, once)
    except IntegrityError:  # a request with this key was first
        return _settle(account_id, settlement, actor, once)


def _settle(account_id: int, paid: Settlement, actor: Actor, once: Once | None) -> tuple[AccountMove, bool]:
    with UnitOfWork(actor) as work:
        if (known := made_before(AccountMove.objects.all(), once, work)) is not None:
            return known, True
        account = _locked(account_id, work)
        amount, rounding = _checked(paid, account)
        account.balance -= amount
        account.save(update_fields=["balance"])
        move = add_account_move(
            account,
            AccountMoveKind.SETTLED,
            -amount,
            work,
            rounding=rounding,
            method=paid.method,
            slip=slip_number(paid.slip),
            key=once.key if once else None,
            fingerprint=once.fingerprint if once else "",
        )
        work.record(AccountSettled(account=account, move=move))
    return move, False


def _locked(account_id: int, work: UnitOfWork) -> HouseAccount:
    rows = HouseAccount.objects.of_restaurant(work.restaurant_id).filter(pk=account_id).locked()
    account: HouseAccount | None = next(iter(rows), None)
    if account is None:
        raise no_account()
    return account


def _checked(paid: Settlement, account: HouseAccount) -> tuple[Decimal, Decimal]:
    """Return the amount of a settlement, and what the smallest coin adds or takes off. Raises InvalidInput."""
    restaurant: Restaurant = account.restaurant
    if paid.method not in SETTLED_BY:
        message = _("An account is settled in cash or by the card terminal.")
        raise InvalidInput(message, code="method_not_offered", fields={"method": [message]})
    if account.balance <= ZERO:
        raise InvalidInput(_("This account owes nothing."), code="nothing_owed")
    amount = account.balance if paid.amount is None else paid.amount
    require_money(amount, account.currency, "amount")
    if amount > account.balance:
        shown = display(account.balance, account.currency, restaurant.locale)
        message = _("This account owes only %(balance)s.") % {"balance": shown}
        raise InvalidInput(message, code="above_owed", fields={"amount": [message]})
    coin = restaurant.cash_rounding if paid.method == Method.CASH else None
    rounding = to_coin(amount, coin) - amount
    if rounding and amount < account.balance:
        shown = display(coin or ZERO, account.currency, restaurant.locale)
        message = _("The smallest coin is %(coin)s.") % {"coin": shown}
        raise InvalidInput(message, fields={"amount": [message]})
    return amount, rounding
