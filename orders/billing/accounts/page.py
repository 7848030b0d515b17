"""The read models of the pages of house accounts."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4

from django.core.paginator import Page, Paginator
from django.utils.translation import gettext as _

from bistro.core.auth.access import restaurant_of
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.money import display, text, to_coin
from bistro.core.kernel.roles import Permission
from orders.billing.accounts.selectors import owed_by_accounts
from orders.billing.models import AccountMove, HouseAccount
from orders.billing.transitions import AccountMoveKind, Method

PER_PAGE = 60


@dataclass(frozen=True, slots=True)
class ShownAccount:
    """An account as people read it."""

    id: int
    name: str
    owes: str
    limit: str
    account: HouseAccount


@dataclass(frozen=True, slots=True)
class AccountsPage:
    """The list of accounts. `may_open` shows the form that opens one."""

    rows: Sequence[ShownAccount]
    page: Page[HouseAccount]
    owed: str
    may_open: bool


@dataclass(frozen=True, slots=True)
class ShownMove:
    """A line of a statement. `party` is that of its bill, or None; `rounding` what coins changed, or ""."""

    words: str
    amount: str
    rounding: str
    party: int | None
    move: AccountMove


@dataclass(frozen=True, slots=True)
class AccountPage:
    """The statement of an account, newest first. `left` fills the field of its settlement, "" if it owes nothing.

    `in_coins` is the cash for the whole account where coins are rounded, else "".
    """

    shown: ShownAccount
    moves: Sequence[ShownMove]
    page: Page[AccountMove]
    left: str
    in_coins: str
    limit: str
    may_change: bool
    key: str


def read_accounts(actor: Actor, number: str = "") -> AccountsPage:
    """Return the list of accounts."""
    restaurant = restaurant_of(actor)
    page = Paginator(HouseAccount.objects.visible_to(actor).order_by("name", "pk"), PER_PAGE).get_page(number)
    owed = display(owed_by_accounts(restaurant.pk), restaurant.currency, restaurant.locale)
    rows = [_shown(account, restaurant.locale) for account in page]
    return AccountsPage(rows, page, owed, actor.may(Permission.APPROVE_BILL))


def read_account(account: HouseAccount, actor: Actor, number: str = "") -> AccountPage:
    """Return the statement of an account."""
    restaurant = restaurant_of(actor)
    locale, cash = restaurant.locale, to_coin(account.balance, restaurant.cash_rounding)
    rows = account.moves.select_related("payment__bill", "refund__payment__bill").order_by("-pk")
    page = Paginator(rows, PER_PAGE).get_page(number)
    return AccountPage(
        shown=_shown(account, locale),
        moves=[
            ShownMove(
                words=_words(move),
                amount=display(move.amount, account.currency, locale),
                rounding=display(move.rounding, account.currency, locale) if move.rounding else "",
                party=_party_of(move),
                move=move,
            )
            for move in page
        ],
        page=page,
        left=text(account.balance, account.currency) if account.balance > 0 else "",
        in_coins=display(cash, account.currency, locale) if cash != account.balance else "",
        limit=text(account.limit, account.currency),
        may_change=actor.may(Permission.APPROVE_BILL),
        key=uuid4().hex,
    )


def _shown(account: HouseAccount, locale: str) -> ShownAccount:
    owes, limit = (display(amount, account.currency, locale) for amount in (account.balance, account.limit))
    return ShownAccount(account.pk, account.name, owes, limit, account)


def _words(move: AccountMove) -> str:
    words = str(AccountMoveKind(move.kind).label)
    return _("%(what)s: %(method)s") % {"what": words, "method": Method(move.method).label} if move.method else words


def _party_of(move: AccountMove) -> int | None:
    payment = move.payment or (move.refund.payment if move.refund else None)
    return None if payment is None else int(payment.bill.party_id)
