"""The service that learns how long the guests of each house usually stay."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from bistro.core.kernel.actors import Actor
from bistro.core.models import Restaurant
from bistro.core.speed.bulk_insert import insert_rows
from bistro.core.writing.sweeps import in_each
from bistro.core.writing.unit_of_work import UnitOfWork
from tables.bookings.hold_steps import lock_book
from tables.bookings.models import TurnLearning, TurnTime
from tables.phases import Phases

EVERY = timedelta(days=1)
LOOK = timedelta(hours=1)  # between two looks of a process for restaurants whose day has passed
SHORTEST, LONGEST, STEP = 45, 240, 5  # minutes: learned times lie between, in whole steps

Learned = dict[tuple[int, str], tuple[int, int]]  # {(group of sizes, part of the day): (minutes, stays)}

_due: datetime | None = None


def learn_turns(*, now: datetime) -> int:
    """Learn the usual stays of each restaurant once a day, and return the number of restaurants where they changed.

    A sweep. One of the processes learns: whoever claims the day of a restaurant, which each looks for once an hour
    with one query. It reads two queries for each restaurant, and writes only what differs. Locks: the book.
    """
    global _due
    if _due is not None and now < _due:
        return 0
    _due = now + LOOK
    known = TurnLearning.objects.filter(learned_at__gt=now - EVERY)
    rows = Restaurant.objects.exclude(pk__in=known.values("restaurant")).order_by("pk")
    return in_each({pk: [name] for pk, name in rows.values_list("pk", "timezone")}, partial(_learn, now=now))


def _learn(restaurant_id: int, zones: Sequence[str], *, now: datetime) -> int:
    if not _claim(restaurant_id, now):
        return 0
    found = _medians(restaurant_id, now, ZoneInfo(zones[0]))
    if _known(restaurant_id) == found:
        return 0
    with UnitOfWork(Actor.system(restaurant_id, "usual stays")) as work:
        lock_book(work)
        TurnTime.objects.of_restaurant(restaurant_id).learned().delete()
        insert_rows(
            [
                TurnTime(restaurant_id=restaurant_id, largest=largest, daypart=part, minutes=minutes, stays=stays)
                for (largest, part), (minutes, stays) in found.items()
            ]
        )
    return 1


def _claim(restaurant_id: int, now: datetime) -> bool:
    """Note that this process learns for a restaurant today, unless another one does. One row decides."""
    with UnitOfWork(Actor.system(restaurant_id, "usual stays")):
        first = TurnLearning(restaurant_id=restaurant_id, learned_at=now - EVERY)
        TurnLearning.objects.bulk_create([first], ignore_conflicts=True)
        due = TurnLearning.objects.of_restaurant(restaurant_id).filter(learned_at__lte=now - EVERY)
        return bool(due.update(learned_at=now))


def _medians(restaurant_id: int, now: datetime, zone: ZoneInfo) -> Learned:
    """Return the medians of the groups that have enough stays, within the bounds."""
    return {
        (times.largest, times.daypart): (_bounded(times.medians["seated_at"]), times.stays)
        for times in Phases(restaurant_id, now, zone).table()
        if times.largest is not None and times.daypart is not None
    }


def _bounded(minutes: float) -> int:
    return min(max(STEP * round(minutes / STEP), SHORTEST), LONGEST)


def _known(restaurant_id: int) -> Learned:
    rows = TurnTime.objects.of_restaurant(restaurant_id).learned()
    return {
        (largest, part): (minutes, stays)
        for largest, part, minutes, stays in rows.values_list("largest", "daypart", "minutes", "stays")
    }
