"""The time when a device was last seen and its battery level, without a write on every request.

Entry points record them in memory; the tail of the live feed writes them once a minute, all devices in one UPDATE and
all batteries in another.
"""

import threading

from bistro.core.services.devices import note_batteries, note_seen

_guard = threading.Lock()
_heard: set[int] = set()
_batteries: dict[int, int] = {}


def record_seen(device_id: int, *, battery: int | None = None) -> None:
    """Record that a device sent a request. `battery` is the level that it reported, in percent."""
    with _guard:
        _heard.add(device_id)
        if battery is not None:
            _batteries[device_id] = battery


def flush() -> None:
    """Write the devices and batteries recorded since the last call."""
    with _guard:
        devices, batteries = list(_heard), dict(_batteries)
        _heard.clear()
        _batteries.clear()
    if devices:
        note_seen(device_ids=devices)
    if batteries:
        note_batteries(levels=batteries)
