"""Rules for the courses that go to the kitchen at once and for those that wait to be fired."""

from collections.abc import Collection, Iterable, Sequence

from orders.models import OrderLine
from orders.transitions import LineStatus, move_line


def held_courses(lines: Iterable[OrderLine]) -> list[int]:
    """Return the courses that are on hold, in ascending order."""
    return sorted({line.course for line in lines if line.status == LineStatus.HELD})


def hold_all(lines: Iterable[OrderLine]) -> None:
    """Put every line on hold. Does not save."""
    for line in lines:
        move_line(line, LineStatus.HELD)


def hold_later_courses(lines: Sequence[OrderLine], fired: Collection[int] = ()) -> None:
    """Set the status of lines that are not started: fired courses are queued, all others are held. Does not save.

    If none of the courses was fired, the first one is queued, so that a dessert alone does not wait.
    """
    courses = {line.course for line in lines}
    going = courses & set(fired) or {min(courses)}
    for line in lines:
        move_line(line, LineStatus.QUEUED if line.course in going else LineStatus.HELD)


def hold_courses(lines: Sequence[OrderLine], held: Collection[int] | None, *, house_holds: bool) -> None:
    """Set the status of the lines of a new order: the chosen courses are held, or those of the house's rule (None).

    Does not save. An order whose every course is held has no tickets until one is fired.
    """
    if held is not None:
        for line in lines:
            move_line(line, LineStatus.HELD if line.course in held else LineStatus.QUEUED)
    elif house_holds:
        hold_later_courses(lines)
