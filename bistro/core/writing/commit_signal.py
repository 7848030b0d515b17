"""The commit signal: "restaurant r has reached seq n". Delivery is best effort; tails also poll the log.

A commit notifies the hubs of its own process at once. The hub forwards the signal to other processes over the channel
layer, outside the request, so that a frozen Redis never delays a response.
"""

import asyncio
import threading
from collections.abc import Callable

Listener = Callable[[int, int], None]

_guard = threading.Lock()
_listeners: list[tuple[asyncio.AbstractEventLoop, Listener]] = []


def notify(restaurant_id: int, seq: int) -> None:
    """Notify the hubs of this process, from any thread."""
    with _guard:
        listeners = list(_listeners)
    for loop, listener in listeners:
        try:
            loop.call_soon_threadsafe(listener, restaurant_id, seq)
        except RuntimeError:  # the event loop has ended, and with it its hub
            unsubscribe(loop, listener)


def subscribe(loop: asyncio.AbstractEventLoop, listener: Listener) -> None:
    """Call `listener(restaurant_id, seq)` on `loop` after each commit of this process."""
    with _guard:
        _listeners.append((loop, listener))


def unsubscribe(loop: asyncio.AbstractEventLoop, listener: Listener) -> None:
    """Remove the listener."""
    with _guard:
        if (loop, listener) in _listeners:
            _listeners.remove((loop, listener))
