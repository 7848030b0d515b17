"""When a device was last heard of, to the minute, without a write on every request.

Doors note it in memory; the live feed's tail writes what was noted, all devices in one UPDATE.
"""

import threading

from bistro.core.services.devices import note_seen

_guard = threading.Lock()
_heard: set[int] = set()


def heard(device_id: int) -> None:
    """A device just spoke."""
    with _guard:
        _heard.add(device_id)


def write_down() -> None:
    """Write what was noted since the last time."""
    with _guard:
        devices = list(_heard)
        _heard.clear()
    if devices:
        note_seen(device_ids=devices)
