"""The person on a shared tablet, for every kind of request and for sockets."""

import threading
from datetime import datetime

from django.http import HttpRequest
from django.utils import timezone

from bistro.core.auth.access import restaurant_of
from bistro.core.auth.authentication import DEVICE_COOKIE, device_actor
from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import DeviceIsLocked
from bistro.core.kernel.roles import Role
from bistro.core.models import TabletSession
from bistro.core.services.tablets import lock_idle_tablets, note_used
from bistro.core.speed.compiled_queries import CompiledQuery

_running = CompiledQuery(
    lambda device: TabletSession.objects.running().with_person().filter(device_id=device).order_by()
)
LOGIN_LIMITED = "on_tablet"  # in the session of a password login, since its first request on a tablet
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


def limit_login(request: HttpRequest) -> Actor | None:
    """Let a password login on a shared tablet end when a PIN session there would, and return the tablet's actor.

    The session's own end moves on with each touch, so pages, API, admin and sockets all see it. None elsewhere.
    """
    token = request.COOKIES.get(DEVICE_COOKIE, "")
    try:
        device = device_actor(token) if token else None
    except DeviceIsLocked:
        return None
    if device is None or Role.TABLET not in device.roles:
        return None
    if not is_automatic(request) or LOGIN_LIMITED not in request.session:
        request.session[LOGIN_LIMITED] = True
        request.session.set_expiry(restaurant_of(device).tablet_idle_minutes * 60)
    return device


def is_automatic(request: HttpRequest) -> bool:
    """Return whether a script of the page asks, perhaps by its clock, and no person has opened the page."""
    by_script = "HX-Request" in request.headers or request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate"
    return request.method == "GET" and by_script


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
