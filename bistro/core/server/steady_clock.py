"""A clock that does not step, for Daphne and Twisted, which measure durations by the time of day.

With their own clock a step forward ends requests that are at work and connections that are read slowly, and a step
back stops pings and every limit for as long as the step is wide.
"""

from time import monotonic
from types import SimpleNamespace
from typing import Any

from daphne import http_protocol, server, ws_protocol
from twisted.internet import reactor

DAPHNE: tuple[Any, ...] = (server, http_protocol, ws_protocol)


def use_steady_clock() -> None:
    """Replace the clock of Daphne's modules and of Twisted's timers. Call this before the reactor has timers."""
    for module in DAPHNE:
        module.time = SimpleNamespace(time=monotonic)
    timers: Any = reactor
    timers.seconds = monotonic
