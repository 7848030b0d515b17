"""One function reads every table of moves."""

from collections.abc import Mapping

from bistro.core.kernel.errors import IllegalTransition


def require_move(moves: Mapping[str, frozenset[str]], current: str, new: str, *, what: str) -> None:
    """Raise IllegalTransition unless `moves` allows `current → new`."""
    if new not in moves[current]:
        raise IllegalTransition(
            f"{what} is {current} and cannot become {new}.", current=current, allowed=moves[current]
        )
