"""When a device was last heard of, to the minute, and its battery, without a write on every request.

Doors note it in memory; the live feed's tail writes what was noted, all devices in one UPDATE (batteries in another).
"""

import threading

from bistro.core.services.devices import note_batteries, note_seen

_guard = threading.Lock()
_heard: set[int] = set()
_batteries: dict[int, int] = {}


def record_seen(device_id: int, *, battery: int | None = None) -> None:
    """A device just spoke; `battery` is what it said of it, in percent."""
    with _guard:
        _heard.add(device_id)
        if battery is not None:
            _batteries[device_id] = battery


def flush() -> None:
    """Write what was noted since the last time."""
    with _guard:
        devices, batteries = list(_heard), dict(_batteries)
        _heard.clear()
        _batteries.clear()
    if devices:
        note_seen(device_ids=devices)
    if batteries:
        note_batteries(levels=batteries)
