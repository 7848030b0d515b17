"""The fault proxy between a browser and the server, with its event loop in a thread of its own."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from harness.proxy import Proxy


class Wire:
    """A line to the server that can go dead. Use as `with wire_to(port) as wire:`; browsers open `wire.url`."""

    def __init__(self, proxy: Proxy, loop: asyncio.AbstractEventLoop) -> None:
        self.proxy, self.loop = proxy, loop
        self.url = proxy.url

    def die(self) -> None:
        """Stop all data on old and new connections, without closing them."""
        self._there(self._set_blackhole, True)
        self._there(self.proxy.swallow)

    def heal(self) -> None:
        """Let new connections work again; the old ones stay dead."""
        self._there(self._set_blackhole, False)

    def _set_blackhole(self, on: bool) -> None:
        self.proxy.faults.blackhole = on

    def _there(self, act, *given) -> None:
        self.loop.call_soon_threadsafe(act, *given)


@contextmanager
def wire_to(port: int) -> Iterator[Wire]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    proxy = Proxy([port])
    asyncio.run_coroutine_threadsafe(proxy.__aenter__(), loop).result(10)
    try:
        yield Wire(proxy, loop)
    finally:
        asyncio.run_coroutine_threadsafe(proxy.__aexit__(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
