"""The list schedule of a station: dishes take the first free place, in their order (R. L. Graham, 1969)."""

from collections.abc import Iterable
from heapq import heapreplace


def until_free(dishes: Iterable[tuple[float, int]], places: int) -> float:
    """Return the seconds until a place is free when the items `(seconds, count)` take places in their order."""
    return _taken(dishes, places)[0]


def until_all_made(dishes: Iterable[tuple[float, int]], places: int) -> float:
    """Return the seconds until an idle station has finished all the items `(seconds, count)`."""
    return max(_taken(dishes, places))


def _taken(dishes: Iterable[tuple[float, int]], places: int) -> list[float]:
    """Return the time until which each place is taken, the first free one first."""
    free = [0.0] * max(1, places)
    for seconds, quantity in dishes:
        for _ in range(quantity):
            heapreplace(free, free[0] + seconds)
    return free
