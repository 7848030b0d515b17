"""The end of a waiter's shift: sales, tips, tables that are open, and the cash that is owed to the house."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q, QuerySet
from django.utils import timezone

from bistro.core.auth.access import restaurant_of
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.money import ZERO, display
from orders.billing.transitions import Method
from orders.till.models import Till, TillMove, TipMove
from orders.till.reports.books import read_books
from orders.till.reports.payloads import bill_name
from orders.till.selectors import tills_of
from orders.till.transitions import MoveKind
from tables.models import Party

NOT_BY_CARD = (Method.CASH, Method.VOUCHER, Method.DEPOSIT, Method.ACCOUNT)


@dataclass(frozen=True, slots=True)
class OpenTable:
    """A table whose guests the person serves, with what they still owe."""

    party: int
    name: str
    due: str


@dataclass(frozen=True, slots=True)
class Shift:
    """The shift of a person on this business day, as people read it.

    `owed` is the cash without a till that belongs to the house, `due` what the house owes the person instead.
    """

    paid: int
    cash: str
    card: str
    vouchers: str  # "" for none
    accounts: str  # "" for none
    refunded: str
    tips_cash: str
    tips_card: str
    tips_moved: str
    tips_out: str
    in_tills: str
    without_till: str
    owed: str
    due: str
    open_tables: Sequence[OpenTable]
    tills: Sequence[Till]


def read_shift(actor: Actor) -> Shift:
    """Return the shift of a person. A constant number of queries."""
    restaurant = restaurant_of(actor)
    day = restaurant.business_date(timezone.now())
    rows = TillMove.objects.visible_to(actor).filter(business_date=day)
    moves = list(rows.filter(staff=actor.id).select_related("payment", "refund", "till"))
    paid_out = -sum(rows.filter(kind=MoveKind.TIP_OUT, recipient=actor.id).values_list("amount", flat=True), ZERO)
    sales = [move for move in moves if move.kind == MoveKind.SALE]
    tips = _tips(rows, actor)
    moved = _moved(actor, day)
    loose = sum((move.amount for move in moves if move.method == Method.CASH and move.till_id is None), ZERO)
    owed = loose - (sum(tips.values(), ZERO) + moved - paid_out)

    def show(amount: Decimal) -> str:
        return display(amount, restaurant.currency, restaurant.locale)

    return Shift(
        paid=len(sales),
        cash=show(_money(sales, Method.CASH)),
        card=show(sum((move.amount for move in sales if move.method not in NOT_BY_CARD), ZERO)),
        vouchers=show(spent) if (spent := _money(sales, Method.VOUCHER)) else "",
        accounts=show(charged) if (charged := _money(sales, Method.ACCOUNT)) else "",
        refunded=show(-sum((move.amount for move in moves if move.kind == MoveKind.REFUND), ZERO)),
        tips_cash=show(tips[Method.CASH]),
        tips_card=show(sum(tips.values(), ZERO) - tips[Method.CASH]),
        tips_moved=show(moved) if moved else "",
        tips_out=show(paid_out),
        in_tills=show(_money([move for move in sales if move.till_id], Method.CASH)),
        without_till=show(loose),
        owed=show(owed) if owed >= 0 else "",
        due=show(-owed) if owed < 0 else "",
        open_tables=_open_tables(actor),
        tills=[till for till in tills_of(actor) if till.holder_id == actor.id],
    )


def _open_tables(actor: Actor) -> list[OpenTable]:
    restaurant = restaurant_of(actor)
    parties = Party.objects.visible_to(actor).seated().filter(server_id=actor.id).values_list("pk", flat=True)
    books = read_books(restaurant, list(parties))
    return [
        OpenTable(book.party.pk, bill_name(book), display(book.open, restaurant.currency, restaurant.locale))
        for book in books
        if book.open
    ]


def _money(moves: Sequence[TillMove], method: str) -> Decimal:
    return sum((move.amount for move in moves if move.method == method), ZERO)


def _tips(rows: QuerySet[TillMove], actor: Actor) -> dict[str, Decimal]:
    """Return a person's tips of the day by method, whoever took the payment, without those that went back."""
    mine = Q(payment__tip_staff=actor.id) | Q(refund__payment__tip_staff=actor.id)
    found = dict.fromkeys(Method.values, ZERO)
    for move in rows.filter(mine).select_related("payment", "refund"):
        found[move.method] += move.payment.tip if move.payment else ZERO
        found[move.method] -= move.refund.tip if move.refund else ZERO
    return found


def _moved(actor: Actor, day: date) -> Decimal:
    """Return what a person got today from pools and by corrections, without what was taken away."""
    rows = TipMove.objects.visible_to(actor).filter(business_date=day)
    got = rows.filter(taker_staff=actor.id).values_list("amount", flat=True)
    lost = rows.filter(giver_staff=actor.id).values_list("amount", flat=True)
    return sum(got, ZERO) - sum(lost, ZERO)
