"""The figures since the last closing of a day: of the X report, which is not stored, and of the next closing."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Min, Q

from bistro.core.kernel.money import ZERO
from bistro.core.models import Restaurant
from orders.billing.models import Adjustment, Payment
from orders.billing.statements import Statement
from orders.billing.transitions import RESERVING
from orders.till.models import Closing, CountedBill, Till, TillMove
from orders.till.reports.books import families_of, heads_of, parties_of_days, read_books
from orders.till.reports.figures import NOTHING, Figures, figures_in, figures_of
from orders.till.transitions import ClosingKind, MoveKind, TillState
from tables.models import Party
from tables.transitions import PartyStatus

WHILE_CLOSING = timedelta(minutes=10)  # guests who left while a closing was made are looked at once more


@dataclass(frozen=True, slots=True)
class Counting:
    """The new part of a bill since closings counted it last. `family` are all parties whose counts it replaces."""

    book: Statement
    family: Sequence[int]
    now: Figures
    new: Figures
    open_before: Decimal


@dataclass(frozen=True, slots=True)
class Period:
    """Everything that the closing of `day` would include now."""

    restaurant: Restaurant
    day: date
    moves: Sequence[TillMove]
    counted: Sequence[Counting]
    elsewhere_open: Decimal  # of bills that were not touched since
    tills: Sequence[Till]
    under_way: Sequence[Payment]
    last: Closing | None

    @property
    def figures(self) -> Figures:
        """Return the figures of what is new."""
        return sum((each.new for each in self.counted), NOTHING)

    @property
    def tips(self) -> Decimal:
        """Return the tips, without those of payments that were taken back."""
        given = sum((move.payment.tip for move in self.moves if move.payment), ZERO)
        return given - sum((move.refund.tip for move in self.moves if move.refund), ZERO)

    @property
    def rounding(self) -> Decimal:
        """Return what the smallest coin has added or taken off."""
        found = sum((move.payment.rounding for move in self.moves if move.payment), ZERO)
        return found - sum((move.refund.rounding for move in self.moves if move.refund), ZERO)

    @property
    def money(self) -> Decimal:
        """Return payments without refunds, by all methods."""
        return sum((move.amount for move in self.moves if move.kind in (MoveKind.SALE, MoveKind.REFUND)), ZERO)

    @property
    def open_before(self) -> Decimal:
        """Return what was open at the last closing."""
        return sum((each.open_before for each in self.counted), ZERO) + self.elsewhere_open

    @property
    def open_after(self) -> Decimal:
        """Return what is open now. Negative amounts were paid too much."""
        return sum((each.book.open for each in self.counted), ZERO) + self.elsewhere_open

    @property
    def unexplained(self) -> Decimal:
        """Return the amount by which sales and money do not agree: always zero, unless there is a fault."""
        figures = self.figures
        owed = figures.sale + self.tips + self.rounding
        return owed - self.money - (self.open_after - self.open_before) - figures.written_off

    @property
    def open_bills(self) -> list[Statement]:
        """Return the bills of this period that are not settled."""
        return [each.book for each in self.counted if each.book.open]


def last_of(restaurant: Restaurant, kind: str = ClosingKind.DAY) -> Closing | None:
    """Return the newest closing of a kind."""
    return Closing.objects.of_restaurant(restaurant.pk).filter(kind=kind).order_by("-number").first()


def day_to_close(restaurant: Restaurant, today: date) -> date:
    """Return the oldest day with money in no closing, but not one before the last closing; else today."""
    oldest: date | None = (
        TillMove.objects.of_restaurant(restaurant.pk).filter(closing=None).aggregate(day=Min("business_date"))["day"]
    )
    last = last_of(restaurant)
    if oldest is None or oldest >= today or (last is not None and last.day >= oldest):
        return today
    return oldest


def read_period(restaurant: Restaurant, day: date, *, lock: bool = False) -> Period:
    """Read what the closing of a day would include. A constant number of queries. With `lock` the moves are locked."""
    rows = TillMove.objects.of_restaurant(restaurant.pk).filter(closing=None, business_date__lte=day)
    ids = list((rows.locked() if lock else rows.order_by("pk")).values_list("pk", flat=True))
    rows = TillMove.objects.filter(pk__in=ids)
    moves = list(rows.select_related("payment", "refund__payment", "voucher_move", "account_move", "till"))
    last = last_of(restaurant)
    first = min([move.business_date for move in moves] + [last.day if last else day])
    counted = _counted(restaurant, first, day, moves, last)
    known = {party for each in counted for party in each.family}
    others = CountedBill.objects.of_restaurant(restaurant.pk).exclude(open=0).exclude(party__in=known)
    under_way = Payment.objects.of_restaurant(restaurant.pk).filter(status__in=RESERVING)
    return Period(
        restaurant=restaurant,
        day=day,
        moves=moves,
        counted=counted,
        elsewhere_open=sum(others.values_list("open", flat=True), ZERO),
        tills=_tills(restaurant, first, day, moves),
        under_way=list(under_way.select_related("bill__party__table").order_by("pk")),
        last=last,
    )


def _counted(
    restaurant: Restaurant, first: date, day: date, moves: Sequence[TillMove], last: Closing | None
) -> list[Counting]:
    touched = {bill for move in moves if (bill := _bill_of(move)) is not None}
    stored = CountedBill.objects.of_restaurant(restaurant.pk)
    parties = parties_of_days(restaurant, first, day)  # guests may have left before an older day was closed
    if last:
        parties |= _active_since(restaurant, last)
    parties |= set(stored.exclude(open=0).values_list("party", flat=True))
    parties |= set(Payment.objects.filter(bill__in=touched).values_list("bill__party", flat=True))
    heads = heads_of(restaurant, parties)
    books = read_books(restaurant, heads, day, [move.pk for move in moves])
    families: dict[int, list[int]] = defaultdict(list)
    for party, head in families_of(heads).items():
        families[head].append(party)
    rows = {row.party_id: row for row in stored.filter(party__in=[each for all in families.values() for each in all])}
    return [_counting(book, families[book.party.pk], rows) for book in books]


def _active_since(restaurant: Restaurant, last: Closing) -> set[int]:
    """Return the parties that sit, have left, or got or lost a discount since a closing: only they can differ."""
    since = last.closed_at - WHILE_CLOSING
    rows = Party.objects.of_restaurant(restaurant.pk)
    sitting = rows.filter(status=PartyStatus.SEATED).values_list("pk", flat=True)
    adjusted = Adjustment.objects.of_restaurant(restaurant.pk).filter(Q(made_at__gte=since) | Q(removed_at__gte=since))
    left = rows.filter(completed_at__gte=since).values_list("pk", flat=True)
    return {*sitting, *left, *adjusted.values_list("bill__party", flat=True)}


def _counting(book: Statement, family: Sequence[int], rows: dict[int, CountedBill]) -> Counting:
    before = [rows[party] for party in family if party in rows]
    now = figures_of(book)
    new = now - sum((figures_in(row.figures) for row in before), NOTHING)
    return Counting(book, family, now, new, sum((row.open for row in before), ZERO))


def _bill_of(move: TillMove) -> int | None:
    payment: Any = move.payment or (move.refund.payment if move.refund else None)
    return None if payment is None else int(payment.bill_id)


def _tills(restaurant: Restaurant, first: date, day: date, moves: Sequence[TillMove]) -> list[Till]:
    """Return the tills of the period, and all that are not closed."""
    of_days = Q(business_date__gte=first, business_date__lte=day)
    with_moves = Q(pk__in={move.till_id for move in moves if move.till_id})
    rows = Till.objects.of_restaurant(restaurant.pk).filter(of_days | with_moves | ~Q(status=TillState.CLOSED))
    return list(rows.select_related("holder").order_by("pk"))
