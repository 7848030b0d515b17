"""Rules for the courses that go to the kitchen at once and for those that wait to be fired."""

from collections.abc import Collection, Iterable, Sequence

from orders.models import OrderLine
from orders.transitions import LineStatus, move_line


def held_courses(lines: Iterable[OrderLine]) -> list[int]:
    """Return the courses that are on hold, in ascending order."""
    return sorted({line.course for line in lines if line.status == LineStatus.HELD})


def hold_later_courses(lines: Sequence[OrderLine], fired: Collection[int] = ()) -> None:
    """Set the status of lines that are not started: fired courses are queued, all others are held. Does not save.

    If none of the courses was fired, the first one is queued, so that a dessert alone does not wait.
    """
    courses = {line.course for line in lines}
    going = courses & set(fired) or {min(courses)}
    for line in lines:
        move_line(line, LineStatus.QUEUED if line.course in going else LineStatus.HELD)
