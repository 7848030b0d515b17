"""The steps of a webhook that a process works on: claimed, moved on, given back.

Each step is one conditional UPDATE whose rows are counted, in a unit of work of its own. `claims` is the fence: a
process whose claim is old, because its lease ran out or a person changed the webhook, changes nothing any more.
"""

from datetime import datetime, timedelta

from django.db.models import F, Q

from bistro.core.kernel.actors import Actor
from bistro.core.models import Event
from bistro.core.writing.unit_of_work import UnitOfWork
from bistro.webhooks.events import HookStopped
from bistro.webhooks.models import Delivery, Hook, HookQuerySet, Trouble
from bistro.webhooks.posting import Outcome
from bistro.webhooks.transitions import HookStatus, move_hooks

LEASE = timedelta(seconds=90)  # longer than a round of work and its last request
GIVE_UP_AFTER = timedelta(days=3)
PAUSES = [timedelta(seconds=seconds) for seconds in (5, 30, 120, 600, 1800, 3600)]  # after the first failure, …


def writing(restaurant_id: int) -> UnitOfWork:
    """Return a unit of work of the product itself."""
    return UnitOfWork(Actor.system(restaurant_id, "webhooks"))


def claim(hook: Hook, now: datetime) -> bool:
    """Take a webhook; returns whether this process got it."""
    free = Q(taken_until=None) | Q(taken_until__lt=now)
    rows = Hook.objects.filter(free, pk=hook.pk, claims=hook.claims, status=HookStatus.ON)
    with writing(hook.restaurant_id):
        taken = rows.update(claims=F("claims") + 1, taken_until=now + LEASE)
    if taken != 1:
        return False
    hook.claims += 1
    return True


def skip(hook: Hook, seq: int) -> None:
    """Move the cursor past events of no interest, unless a process works on the webhook."""
    rows = Hook.objects.filter(pk=hook.pk, claims=hook.claims, taken_until=None)
    with writing(hook.restaurant_id):
        rows.update(seq=seq)


def give_back(hook: Hook, seq: int, now: datetime) -> None:
    """End the lease, with the cursor at `seq`, behind the webhooks that wait already: a slow one holds up no others."""
    with writing(hook.restaurant_id):
        _claimed(hook).update(seq=seq, taken_until=None, due_at=now)


def note_arrival(hook: Hook, event: Event, outcome: Outcome, now: datetime) -> bool:
    """Record that an event arrived, and move the cursor to it; returns whether the claim still holds."""
    good = {"failures": 0, "failing_since": None, "arrived_at": now}
    with writing(hook.restaurant_id):
        held = _claimed(hook).update(seq=event.seq, **good) == 1
        if held:
            note(hook, event.seq, event.type, event.action, outcome, now)
    hook.failures, hook.failing_since = 0, None
    return held


def note_failure(hook: Hook, event: Event, outcome: Outcome, before: int, now: datetime) -> None:
    """Record a failed attempt, and choose the time of the next one, or stop the webhook. The cursor stays `before`."""
    since = hook.failing_since or now
    given_up = outcome.trouble == Trouble.GONE or now - since >= GIVE_UP_AFTER
    bad = {"seq": before, "failures": hook.failures + 1, "failing_since": since, "taken_until": None}
    with writing(hook.restaurant_id) as work:
        if given_up:
            held = move_hooks(_claimed(hook), [HookStatus.ON], HookStatus.STOPPED, **bad) == 1
        else:
            pause = PAUSES[min(hook.failures, len(PAUSES) - 1)]
            held = _claimed(hook).update(due_at=now + pause, **bad) == 1
        if held:
            note(hook, event.seq, event.type, event.action, outcome, now)
        if held and given_up:
            hook.refresh_from_db()
            work.record(HookStopped(hook=hook))


def note(hook: Hook, seq: int | None, type_: str, action: str, outcome: Outcome, now: datetime) -> None:
    """Insert the row of one attempt."""
    Delivery.objects.create(
        restaurant_id=hook.restaurant_id,
        hook=hook,
        seq=seq,
        type=type_,
        action=action,
        answer=outcome.answer,
        trouble=outcome.trouble,
        milliseconds=outcome.milliseconds,
        at=now,
    )


def _claimed(hook: Hook) -> HookQuerySet:
    """Return the row while the claim of this process holds."""
    return Hook.objects.filter(pk=hook.pk, claims=hook.claims, status=HookStatus.ON)
