"""Which courses of an order go to the kitchen at once, and which wait to be fired."""

from collections.abc import Collection, Iterable, Sequence

from orders.models import OrderLine
from orders.transitions import LineStatus, move_line


def held_courses(lines: Iterable[OrderLine]) -> list[int]:
    """The courses that wait, the next one first."""
    return sorted({line.course for line in lines if line.status == LineStatus.HELD})


def hold_later_courses(lines: Sequence[OrderLine], fired: Collection[int] = ()) -> None:
    """Set the status of lines that nobody has begun: courses that were fired go on, all others wait.

    Where none was fired, the first of them goes at once: guests who order a dessert alone do not wait for a word.
    """
    courses = {line.course for line in lines}
    going = courses & set(fired) or {min(courses)}
    for line in lines:
        move_line(line, LineStatus.QUEUED if line.course in going else LineStatus.HELD)
