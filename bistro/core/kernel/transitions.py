"""Status changes: the only functions that change a row's status, each by a table of moves."""

from collections.abc import Collection, Mapping
from typing import Any

from django.utils.translation import gettext

from bistro.core.kernel.errors import IllegalTransition

Moves = Mapping[str, frozenset[str]]


def require_move(moves: Moves, current: str, new: str, *, what: str) -> None:
    """Raise IllegalTransition unless `moves` allows it: `current → new`."""
    if new not in moves[current]:
        raise IllegalTransition(
            gettext("%(what)s is “%(current)s” and cannot become “%(new)s”.")
            % {"what": what, "current": _label(moves, current), "new": _label(moves, new)},
            current=current,
            allowed=moves[current],
        )


def _label(moves: Moves, status: str) -> str:
    """Return a status as people read it."""
    known = next((known for known in moves if known == status), status)
    return str(getattr(known, "label", known))


def change_status(row: Any, new: str, moves: Moves, *, what: str) -> None:
    """Set the next status of a row, not saved. Raises IllegalTransition."""
    require_move(moves, row.status, new, what=what)
    row.status = new


def change_statuses(rows: Any, old: Collection[str], new: str, moves: Moves, *, what: str, **fields: Any) -> int:
    """Update the rows of a queryset whose status is one of `old`, in one statement. Returns the number of rows.

    `fields` are written with the status. A status in `old` that equals `new` is no move. Raises IllegalTransition.
    """
    for status in sorted(set(old) - {new}):
        require_move(moves, status, new, what=what)
    count: int = rows.filter(status__in=sorted(old)).update(status=new, **fields)
    return count
