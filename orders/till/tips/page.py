"""The read model of the page of tips."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

from bistro.core.kernel.money import ZERO, display
from bistro.core.kernel.roles import ROLE_NAMES, Role
from bistro.core.models import Restaurant
from orders.billing.transitions import TipTo
from orders.till.models import TipMove
from orders.till.tips.book import (
    HOUSE,
    POOL,
    Holder,
    TipBook,
    holder_words,
    people_in,
    read_book,
    rule_of_day,
    sharers_in,
)
from orders.till.transitions import TipMoveKind

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Person:
    """A person with the tips of the day. `points` are the part in the pool; `is_in` ticks it."""

    id: int
    name: str
    role: str
    points: int
    is_in: bool
    own: str
    shared: str
    corrected: str
    total: str
    paid_out: str
    has_any: bool


@dataclass(frozen=True, slots=True)
class ShownMove:
    """A share of the pool or a correction."""

    words: str
    amount: str
    note: str
    move: TipMove


@dataclass(frozen=True, slots=True)
class TipsPage:
    """The tips of a business day. `left` is what of the pool is not shared."""

    day: date
    before: date
    after: date
    people: Sequence[Person]
    pool: str
    shared: str
    left: str
    has_pool: bool
    house: str
    moves: Sequence[ShownMove]
    key: str


def read_page(restaurant: Restaurant, day: date) -> TipsPage:
    """Return the page of a business day. A constant number of queries."""
    book = read_book(restaurant, day)

    def show(amount: Decimal) -> str:
        return display(amount, restaurant.currency, restaurant.locale)

    pool = book.of(POOL)
    return TipsPage(
        day=day,
        before=day - DAY,
        after=day + DAY,
        people=_people(book, restaurant),
        pool=show(pool.own + pool.corrected),
        shared=show(-pool.shared),
        left=show(pool.total),
        has_pool=bool(book.to_share or pool.shared),
        house=show(book.of(HOUSE).total),
        moves=[_move(move, show(move.amount)) for move in book.moves],
        key=uuid4().hex,
    )


def _people(book: TipBook, restaurant: Restaurant) -> list[Person]:
    """Return the active people, and those who have tips of the day. Who got a share, else who worked, is ticked."""
    ticked, rule = sharers_in(book, restaurant), rule_of_day(restaurant, book.day)

    def show(amount: Decimal) -> str:
        return display(amount, restaurant.currency, restaurant.locale)

    found = []
    for member in people_in(book, restaurant):
        staff = member.staff_id
        tips, paid = book.of(Holder(TipTo.PERSON, staff)), book.paid_out.get(staff, ZERO)
        found.append(
            Person(
                id=staff,
                name=str(member.staff),
                role=str(ROLE_NAMES[Role(member.role)]),
                points=rule.points_of(member.role),
                is_in=staff in ticked,
                own=show(tips.own),
                shared=show(tips.shared),
                corrected=show(tips.corrected),
                total=show(tips.total),
                paid_out=show(paid),
                has_any=bool(tips.own or tips.shared or tips.corrected or paid),
            )
        )
    return found


def _move(move: TipMove, amount: str) -> ShownMove:
    return ShownMove(
        words=f"{holder_words(move.giver, move.giver_staff)} → {holder_words(move.taker, move.taker_staff)}",
        amount=amount,
        note=" · ".join(filter(None, [str(TipMoveKind(move.kind).label), move.reason, move.made_by])),
        move=move,
    )
