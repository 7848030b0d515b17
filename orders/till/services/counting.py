"""The services that count a till, open it again, and close it."""

from collections.abc import Mapping
from decimal import Decimal

from django.db.models import Sum
from django.utils.translation import gettext as _

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import InvalidInput
from bistro.core.kernel.money import ZERO, fits
from bistro.core.kernel.roles import Permission
from bistro.core.kernel.texts import clean_text
from bistro.core.kernel.transitions import change_status
from bistro.core.writing.unit_of_work import UnitOfWork
from orders.services import Once
from orders.till.events import TillClosed, TillCounted, TillReopened
from orders.till.models import Till, TillCount
from orders.till.services.locking import keys, known, lock_till, twice
from orders.till.services.opening import require_none_open
from orders.till.transitions import TILL_MOVES, Cause, TillState

MOST_PIECES = 100_000
MOST_KINDS = 40


def count_till(
    *, till_id: int, pieces: Mapping[Decimal, int], actor: Actor, once: Once | None = None
) -> tuple[Till, bool]:
    """Record the notes and coins in a till, {value: number}; return it and whether an equal request did it before.

    From then on the till shows what it should hold. The last count is valid; a second person can count too.
    Locks: till. Raises InvalidInput, DomainError (`till_closed`), ReusedKey, NotYours, NotPermitted.
    """
    return twice(lambda: _count(till_id, pieces, actor, once))


def _count(till_id: int, pieces: Mapping[Decimal, int], actor: Actor, once: Once | None) -> tuple[Till, bool]:
    actor.require(Permission.USE_TILL)
    with UnitOfWork(actor) as work:
        if (before := known(TillCount, once, work)) is not None:
            return before.till, True
        till = lock_till(till_id, work, TillState.OPEN, TillState.COUNTED)
        _require_pieces(pieces, till.currency)
        total = sum((value * number for value, number in pieces.items()), ZERO)
        TillCount.objects.create(
            till=till,
            pieces={f"{value:f}": number for value, number in pieces.items() if number},
            total=total,
            counted_at=work.now,
            counted_by=actor.label[:120],
            **keys(once, work),
        )
        change_status(till, TillState.COUNTED, TILL_MOVES, what=_("Till"))
        till.counted, till.expected = total, expected_in(till)
        till.difference = till.counted - till.expected
        till.save(update_fields=["status", "counted", "expected", "difference"])
        work.record(TillCounted(till=till))
    return till, False


def expected_in(till: Till) -> Decimal:
    """Return the cash that a till should hold: its float and all moves. The caller holds its lock."""
    moved: Decimal | None = till.moves.aggregate(sum=Sum("amount"))["sum"]
    return till.float + (moved or ZERO)


def _require_pieces(pieces: Mapping[Decimal, int], currency: str) -> None:
    right = len(pieces) <= MOST_KINDS and all(
        value.is_finite() and 0 < value < 1_000_000 and fits(value, currency) and 0 <= number <= MOST_PIECES
        for value, number in pieces.items()
    )
    if not right:
        message = _("Type how many notes and coins of each value there are.")
        raise InvalidInput(message, fields={"pieces": [message]})


def reopen_till(*, till_id: int, actor: Actor) -> Till:
    """Let a counted till take cash again; its counts are kept. Locks: till.

    Raises LostRace (`till_open`) if its holder has opened another one, DomainError, NotYours, NotPermitted.
    """
    actor.require(Permission.USE_TILL)
    with UnitOfWork(actor) as work:
        till = lock_till(till_id, work, TillState.COUNTED)
        require_none_open(till.holder_id, work)
        change_status(till, TillState.OPEN, TILL_MOVES, what=_("Till"))
        till.counted = till.expected = till.difference = None
        till.save(update_fields=["status", "counted", "expected", "difference"])
        work.record(TillReopened(till=till))
    return till


def close_till(*, till_id: int, actor: Actor, cause: str = "", note: str = "") -> Till:
    """Close a counted till. A difference needs a cause, which may be “unknown”, and never stops anybody. Locks: till.

    Raises InvalidInput (`cause_required`), DomainError (`till_not_counted`, `till_closed`), NotYours, NotPermitted.
    """
    actor.require(Permission.USE_TILL)
    with UnitOfWork(actor) as work:
        till = lock_till(till_id, work, TillState.COUNTED)
        if till.difference and cause not in Cause.values:
            message = _("Choose why the count differs.")
            raise InvalidInput(message, code="cause_required", fields={"cause": [message]})
        change_status(till, TillState.CLOSED, TILL_MOVES, what=_("Till"))
        till.cause = cause if till.difference else ""
        till.note = clean_text(note)[:200]
        till.closed_at, till.closed_by = work.now, actor.label[:120]
        till.save(update_fields=["status", "cause", "note", "closed_at", "closed_by"])
        work.record(TillClosed(till=till))
    return till
