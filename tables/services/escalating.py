"""A sweep that calls more people when nobody takes a guest's call: first everybody on the floor, then with an alarm."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import F

from bistro.core.kernel.actors import Actor
from bistro.core.writing.sweeps import in_each
from bistro.core.writing.unit_of_work import UnitOfWork
from tables.call_events import CallEscalated
from tables.models import ServiceCall
from tables.services.calls import AT_ONCE
from tables.transitions import RINGS_FOR

STEPS = ("escalated_at", "alarmed_at")  # the column of each step, which is reached after as many pauses


def escalate_calls(*, now: datetime) -> int:
    """Take the calls of all restaurants that nobody has taken one step further, and return their number. A sweep.

    A restaurant's setting is the pause in seconds before each step; None means never. A call takes each step once, also
    if it was taken and released meanwhile. Costs one query, and one unit of work for each restaurant where something is
    due. A conditional UPDATE decides between several processes and against a person who takes the call. Locks: call.
    """
    due: dict[int, list[tuple[int, int]]] = defaultdict(list)
    rows = ServiceCall.objects.ringing().filter(at__gt=now - RINGS_FOR, alarmed_at=None).order_by("pk")
    columns = "restaurant_id", "pk", "at", "escalated_at", "restaurant__calls_escalate_seconds"
    for restaurant_id, pk, at, escalated_at, pause in rows.values_list(*columns):
        step = 0 if escalated_at is None else 1
        if pause is not None and at <= now - timedelta(seconds=pause) * (step + 1):
            due[restaurant_id].append((pk, step))
    return in_each(due, lambda here, steps: _escalate_in(here, steps[:AT_ONCE], now))


def _escalate_in(restaurant_id: int, due: Sequence[tuple[int, int]], now: datetime) -> int:
    with UnitOfWork(Actor.system(restaurant_id, "service call")) as work:
        still = ServiceCall.objects.of_restaurant(work.restaurant_id).ringing()
        louder = {"rings": F("rings") + 1, "last_rung_at": now}
        gone = [
            pk for pk, step in due if still.filter(pk=pk, **{STEPS[step]: None}).update(**{STEPS[step]: now}, **louder)
        ]
        for call in ServiceCall.objects.filter(pk__in=gone).select_related("table").order_by("pk"):
            work.record(CallEscalated(call=call))
    return len(gone)
