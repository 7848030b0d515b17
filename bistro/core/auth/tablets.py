"""The person on a shared tablet, for every kind of request and for sockets."""

import threading
from datetime import datetime

from django.utils import timezone

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.roles import Role
from bistro.core.models import TabletSession
from bistro.core.services.tablets import lock_idle_tablets, note_used
from bistro.core.speed.compiled_queries import CompiledQuery

_running = CompiledQuery(
    lambda device: TabletSession.objects.running().with_person().filter(device_id=device).order_by()
)
_guard = threading.Lock()
_touched: set[int] = set()


def session_on(actor: Actor | None) -> TabletSession | None:
    """Return the session that gives its person rights on the device of this actor, if it is a tablet. One query."""
    if actor is None or actor.device_id is None or Role.TABLET not in actor.roles:
        return None
    return session_of_device(actor.device_id)


def session_of_device(device_id: int) -> TabletSession | None:
    """Return the running session on a device if it still gives rights. The person may need a new PIN first."""
    session = next(iter(_running(device_id)), None)
    return session if session is not None and session.gives_rights(timezone.now()) else None


def working_session(actor: Actor | None) -> TabletSession | None:
    """Return the session of a person who may work: not one who came with a one-time PIN."""
    session = session_on(actor)
    return session if session is not None and not session.needs_new_pin else None


def record_touch(session_id: int) -> None:
    """Record that somebody touched the tablet. The sweep writes the time, at most a second later."""
    with _guard:
        _touched.add(session_id)


def forget_touches() -> None:
    """Forget the touches that are not written yet."""
    with _guard:
        _touched.clear()


def sweep_tablets(*, now: datetime) -> int:
    """Write the touches that this process has seen, then lock the tablets that nobody touches. Runs as a sweep."""
    with _guard:
        touched = list(_touched)
        _touched.clear()
    if touched:
        note_used(session_ids=touched)
    return lock_idle_tablets(now=now)
