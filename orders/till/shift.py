"""The end of a waiter's shift: sales, tips, tables that are open, and the cash that is owed to the house."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils import timezone

from bistro.core.auth.access import restaurant_of
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.money import ZERO, display
from orders.billing.transitions import Method
from orders.till.models import Till, TillMove
from orders.till.reports.books import read_books
from orders.till.reports.payloads import bill_name
from orders.till.selectors import tills_of
from orders.till.transitions import MoveKind
from tables.models import Party


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
    refunded: str
    tips_cash: str
    tips_card: str
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
    tips = {method: _tips(moves, method) for method in Method.values}
    loose = sum((move.amount for move in moves if move.method == Method.CASH and move.till_id is None), ZERO)
    owed = loose - (sum(tips.values(), ZERO) - paid_out)

    def show(amount: Decimal) -> str:
        return display(amount, restaurant.currency, restaurant.locale)

    return Shift(
        paid=len(sales),
        cash=show(_money(sales, Method.CASH)),
        card=show(sum((move.amount for move in sales if move.method != Method.CASH), ZERO)),
        refunded=show(-sum((move.amount for move in moves if move.kind == MoveKind.REFUND), ZERO)),
        tips_cash=show(tips[Method.CASH]),
        tips_card=show(sum(tips.values(), ZERO) - tips[Method.CASH]),
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


def _tips(moves: Sequence[TillMove], method: str) -> Decimal:
    """Return the tips by a method, without those that were taken back."""
    mine = [move for move in moves if move.method == method]
    back = sum((move.refund.tip for move in mine if move.refund), ZERO)
    return sum((move.payment.tip for move in mine if move.payment), ZERO) - back
