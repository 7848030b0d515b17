"""The doorbell: "restaurant r has reached seq n". Best effort; the tails also look by themselves.

A commit rings inside its own process at once. The ringing process's hub passes it on to the other processes over
the channel layer, off the request's path, so that a frozen Redis never holds up an answer.
"""

import asyncio
import threading
from collections.abc import Callable

Listener = Callable[[int, int], None]

_guard = threading.Lock()
_listeners: list[tuple[asyncio.AbstractEventLoop, Listener]] = []


def notify(restaurant_id: int, seq: int) -> None:
    """Wake the hubs of this process, from any thread."""
    with _guard:
        listeners = list(_listeners)
    for loop, listener in listeners:
        try:
            loop.call_soon_threadsafe(listener, restaurant_id, seq)
        except RuntimeError:  # that loop has ended, its hub with it
            unsubscribe(loop, listener)


def subscribe(loop: asyncio.AbstractEventLoop, listener: Listener) -> None:
    """Call `listener(restaurant_id, seq)` on `loop` after each commit of this process."""
    with _guard:
        _listeners.append((loop, listener))


def unsubscribe(loop: asyncio.AbstractEventLoop, listener: Listener) -> None:
    """Stop calling it."""
    with _guard:
        if (loop, listener) in _listeners:
            _listeners.remove((loop, listener))
