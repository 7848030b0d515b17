"""The times when devices and members were last seen, and batteries, without a write on every request.

Entry points record them in memory; the tail of the live feed writes them once a minute, all devices in one UPDATE, all
batteries in another, and the members of each restaurant in one.
"""

import threading

from bistro.core.kernel.actors import Actor
from bistro.core.services.devices import note_batteries, note_members_seen, note_seen

_guard = threading.Lock()
_heard: set[int] = set()
_batteries: dict[int, int] = {}
_members: dict[int, set[int]] = {}


def record_seen(device_id: int, *, battery: int | None = None) -> None:
    """Record that a device sent a request. `battery` is the level that it reported, in percent."""
    with _guard:
        _heard.add(device_id)
        if battery is not None:
            _batteries[device_id] = battery


def record_member(actor: Actor | None) -> None:
    """Record that a person was at work in a restaurant. Devices without a person are left out."""
    if actor is not None and actor.is_staff and actor.restaurant_id is not None:
        with _guard:
            _members.setdefault(actor.restaurant_id, set()).add(actor.id)


def flush() -> None:
    """Write everything recorded since the last call."""
    with _guard:
        devices, batteries, members = list(_heard), dict(_batteries), dict(_members)
        for recorded in (_heard, _batteries, _members):
            recorded.clear()  # type: ignore[attr-defined]
    for restaurant_id, staff_ids in members.items():
        note_members_seen(restaurant_id=restaurant_id, staff_ids=list(staff_ids))
    if devices:
        note_seen(device_ids=devices)
    if batteries:
        note_batteries(levels=batteries)
