"""Open service calls for the floor plan."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.urls import reverse

from bistro.core.kernel.actors import Actor
from tables.models import ServiceCall
from tables.transitions import RINGS_FOR, Escalation

CALLS_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Call:
    """An open call of guests. `taken_by` is the name of the person who goes there, or ""."""

    id: int
    table_id: int
    table_name: str
    reason: str
    words: str
    number: int
    since: datetime
    rings: int
    escalation: Escalation
    taken_by: str
    taken_at: datetime | None
    url: str


def open_calls(actor: Actor) -> tuple[Call, ...]:
    """Return the open calls in one query: those that nobody has taken first, the oldest first."""
    rows = ServiceCall.objects.visible_to(actor).open().select_related("table")
    return tuple(sorted(_read(rows), key=lambda call: call.taken_at is not None))


def alarming_calls(actor: Actor, now: datetime) -> tuple[Call, ...]:
    """Return the calls that are an alarm in one query, the oldest first."""
    return tuple(_read(ServiceCall.objects.visible_to(actor).alarming(now)))


def is_alarm(call: Call, now: datetime) -> bool:
    """Return whether a call rings and is an alarm."""
    return call.escalation == Escalation.ALARM and call.taken_at is None and call.since > now - RINGS_FOR


def _read(calls: QuerySet[ServiceCall]) -> list[Call]:
    return [
        Call(
            id=row.pk,
            table_id=row.table_id,
            table_name=row.table.name,
            reason=row.reason,
            words=row.get_reason_display(),
            number=row.number,
            since=row.at,
            rings=row.rings,
            escalation=row.escalation,
            taken_by=row.taken_by_name,
            taken_at=row.taken_at,
            url=reverse("floor:table", args=[row.table_id]),
        )
        for row in calls.order_by("at", "pk")[:CALLS_SHOWN]
    ]
