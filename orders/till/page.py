"""The read models of the till's pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import uuid4

from bistro.core.auth.access import restaurant_of
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.money import ZERO, display
from bistro.core.kernel.roles import Permission
from bistro.core.models import Staff
from orders.till.forms import values_of
from orders.till.models import Till, TillMove
from orders.till.selectors import active_members, may_hold, shown_moves, tills_of
from orders.till.transitions import BY_HAND, Cause, MoveKind, TillState


@dataclass(frozen=True, slots=True)
class ShownTill:
    """A till in the list."""

    id: int
    holder: str
    state: str
    words: str
    begun_with: str
    till: Till


@dataclass(frozen=True, slots=True)
class ShownMove:
    """A move as people read it."""

    words: str
    amount: str
    reason: str
    by: str
    move: TillMove


@dataclass(frozen=True, slots=True)
class TillPage:
    """The page of a till. `expected` and `difference` are "" until it is counted."""

    shown: ShownTill
    moves: Sequence[ShownMove]
    counts: Sequence[tuple[str, str]]
    counted: str
    expected: str
    difference: str
    differs: bool
    values: Sequence[str]
    kinds: Sequence[tuple[str, str]]
    causes: Sequence[tuple[str, str]]
    colleagues: Sequence[Staff]
    people: Sequence[Staff]  # who can get tips
    key: str

    @property
    def till(self) -> Till:
        return self.shown.till


@dataclass(frozen=True, slots=True)
class TillsPage:
    """The list of tills. `loose` is the cash that no closing and no till has, "" for none."""

    tills: Sequence[ShownTill]
    has_own: bool
    loose: str
    may_close: bool
    may_report: bool
    key: str


def read_tills(actor: Actor) -> TillsPage:
    """Return the list of tills for an actor."""
    tills = list(tills_of(actor))
    own = any(till.is_open and till.holder_id == actor.id for till in tills)
    may_close = actor.may(Permission.CLOSE_DAY)
    return TillsPage(
        tills=[_shown(till, actor) for till in tills],
        has_own=own and actor.is_staff,
        loose=_loose(actor) if may_close else "",
        may_close=may_close,
        may_report=actor.may(Permission.READ_REPORTS),
        key=uuid4().hex,
    )


def read_till(till: Till, actor: Actor) -> TillPage:
    """Return the page of a till."""
    restaurant = restaurant_of(actor)

    def show(amount: Decimal | None) -> str:
        return "" if amount is None else display(amount, till.currency, restaurant.locale)

    members = active_members(actor) if till.is_open else []
    moves = [
        ShownMove(_move_words(move), show(move.amount), move.reason, move.made_by, move) for move in shown_moves(till)
    ]
    return TillPage(
        shown=_shown(till, actor),
        moves=moves,
        counts=[(count.counted_by, show(count.total)) for count in till.counts.all()],
        counted=show(till.counted),
        expected=show(till.expected),
        difference=show(till.difference),
        differs=bool(till.difference),
        values=values_of(restaurant),
        kinds=[(kind.value, str(kind.label)) for kind in BY_HAND],
        causes=[(cause.value, str(cause.label)) for cause in Cause],
        colleagues=[member.staff for member in members if may_hold(member)],
        people=[member.staff for member in members],
        key=uuid4().hex,
    )


def _shown(till: Till, actor: Actor) -> ShownTill:
    restaurant = restaurant_of(actor)
    return ShownTill(
        id=till.pk,
        holder=str(till.holder) if till.holder else "",
        state=till.status,
        words=str(TillState(till.status).label),
        begun_with=display(till.float, till.currency, restaurant.locale),
        till=till,
    )


def _move_words(move: TillMove) -> str:
    words = str(MoveKind(move.kind).label)
    return f"{words}: {move.recipient}" if move.recipient else words


def _loose(actor: Actor) -> str:
    restaurant = restaurant_of(actor)
    rows = TillMove.objects.visible_to(actor).filter(closing=None, till=None, method="cash")
    amount = sum(rows.values_list("amount", flat=True), ZERO)
    return display(amount, restaurant.currency, restaurant.locale) if amount else ""
