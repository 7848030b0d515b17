"""The guests of an evening, and how long each party takes for each part of its stay. Pure chance with a seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

COVERS, BOOKINGS, WALK_INS, NO_SHOWS = 180, 40, 25, 10
SIZES, WEIGHTS = (1, 2, 3, 4, 5, 6, 8), (3, 40, 14, 25, 7, 8, 3)
SLOTS = [*range(0, 181, 15)]  # minutes after the doors open at which bookings begin
SLOT_WEIGHTS = (1, 1, 2, 3, 4, 5, 5, 5, 4, 3, 3, 2, 2)
LAST_WALK_IN = 210
TABLES = (2,) * 13 + (4,) * 11 + (6,) * 6 + (8,) * 2


@dataclass(frozen=True, slots=True)
class Stay:
    """The minutes that a party takes: until it orders, until dishes come, to eat, until it pays and goes.

    `rounds` are (minutes until the order, minutes until the dishes) of each course that is ordered apart.
    """

    rounds: tuple[tuple[float, float], ...]
    eats: float
    pays: float
    goes: float
    cleaned: float
    shares: int


@dataclass(frozen=True, slots=True)
class Visit:
    """A party that comes, or does not come, on this evening. `at` is in minutes after the doors open."""

    number: int
    size: int
    at: float
    stay: Stay = field(repr=False)
    booked_for: int | None = None
    shows: bool = True
    patience: float = 90.0
    moves: bool = False
    joins: bool = False

    @property
    def name(self) -> str:
        return f"Party {self.number}"


def plan(seed: int) -> list[Visit]:
    """Return the visits of an evening: 40 bookings of which 10 do not come, 25 walk-ins, about 180 guests."""
    dice = random.Random(f"evening {seed}")
    sizes = list(_sizes(dice, BOOKINGS - NO_SHOWS + WALK_INS)) + dice.choices(SIZES[:4], WEIGHTS[:4], k=NO_SHOWS)
    missing = set(range(len(sizes) - NO_SHOWS, len(sizes)))
    walks = set(dice.sample(range(len(sizes) - NO_SHOWS), WALK_INS))
    wanders = set(dice.sample(sorted(set(range(len(sizes))) - missing), 6))
    visits = []
    for number, size in enumerate(sizes):
        slot = None if number in walks else dice.choices(SLOTS, SLOT_WEIGHTS)[0]
        at = dice.triangular(15, LAST_WALK_IN, 110) if slot is None else max(slot + dice.gauss(3, 6), 0.0)
        visits.append(
            Visit(
                number=number,
                size=size,
                at=at,
                stay=_stay(dice, size),
                booked_for=slot,
                shows=number not in missing,
                patience=dice.uniform(50, 120),
                moves=number in wanders and number % 2 == 0,
                joins=number in wanders and number % 2 == 1,
            )
        )
    return visits


def _sizes(dice: random.Random, count: int) -> Iterator[int]:
    """Yield sizes that have together about as many guests as an evening has."""
    found = dice.choices(SIZES, WEIGHTS, k=count)
    for _try in range(1000):
        difference = COVERS - sum(found)
        if abs(difference) <= 2:
            break
        place = dice.randrange(count)
        wanted = dice.choices(SIZES, WEIGHTS)[0]
        if abs(difference - wanted + found[place]) < abs(difference):
            found[place] = wanted
    yield from found


def _stay(dice: random.Random, size: int) -> Stay:
    """Return the times of a stay. Larger parties take longer, and each party has a pace of its own."""
    pace = dice.lognormvariate(0, 0.16) * (0.9 + 0.05 * size)

    def about(minutes: float, spread: float = 0.2) -> float:
        return max(minutes * pace * dice.lognormvariate(0, spread), 1.0)

    courses = dice.choices((1, 2, 3), (30, 50, 20) if size <= 4 else (15, 55, 30))[0]
    rounds = [(about(8), about(16))]
    rounds += [(about(14), about(11)) for _course in range(courses - 1)]
    return Stay(
        rounds=tuple(rounds),
        eats=about(24),
        pays=about(7, 0.3),
        goes=about(5, 0.4),
        cleaned=dice.uniform(1, 4),
        shares=dice.choices((1, 2, 3), (70, 20, 10))[0] if size > 1 else 1,
    )
