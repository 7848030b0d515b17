"""The doorbell between processes, over the channel layer. Best effort by design: the log is the truth.

All of it runs as tasks on the server's loop, off every request's path; a frozen Redis costs a log line and the tail's
next look, never an answer.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterable
from typing import Any

from channels.layers import InMemoryChannelLayer, get_channel_layer

log = logging.getLogger(__name__)
GROUP = "doorbell"
SEND_TIMEOUT_SECONDS = 0.5
RETRY_SECONDS = 2.0


def crosses_processes() -> bool:
    """Whether the layer reaches further than this process."""
    return not isinstance(get_channel_layer(), InMemoryChannelLayer)


class CrossProcessNotifier:
    """Rings other processes, and listens for them."""

    def __init__(self, rung: Callable[[Iterable[int]], None]) -> None:
        self._mark_moved = rung
        self._listener: asyncio.Task[None] | None = None
        self._sender: asyncio.Task[None] | None = None
        self._pending: dict[int, int] = {}

    def start(self) -> None:
        """Listen, unless the layer ends at this process anyway."""
        if self._listener is None and crosses_processes():
            self._listener = asyncio.get_running_loop().create_task(self._listen())

    def stop(self) -> None:
        """Listen no more; what this process commits is still passed on."""
        if self._listener is not None:
            self._listener.cancel()
        self._listener = None

    def pass_on(self, restaurant_id: int, seq: int) -> None:
        """Ring the other processes soon. While one ring is under way, later ones gather into the next."""
        if not crosses_processes():
            return
        self._pending[restaurant_id] = seq
        if self._sender is None or self._sender.done():
            self._sender = asyncio.get_running_loop().create_task(self._send())

    async def _send(self) -> None:
        layer: Any = get_channel_layer()
        while self._pending:
            heads, self._pending = self._pending, {}
            message = {"type": "doorbell", "heads": {str(key): seq for key, seq in heads.items()}}
            try:
                async with asyncio.timeout(SEND_TIMEOUT_SECONDS):
                    await layer.group_send(GROUP, message)
            except Exception as error:  # whatever the layer's client raises when its server is away
                log.warning("the doorbell does not reach other processes", extra={"error": repr(error)})
                await asyncio.sleep(SEND_TIMEOUT_SECONDS)

    async def _listen(self) -> None:
        layer: Any = get_channel_layer()
        channel = ""
        try:
            while True:
                try:
                    channel = channel or await layer.new_channel()  # one for good: the layer never forgets a name
                    await layer.group_add(GROUP, channel)
                    _heed_stop()
                    while True:
                        message = await layer.receive(channel)
                        self._mark_moved(map(int, message["heads"]))
                except Exception as error:  # whatever the layer's client raises when its server is away
                    log.warning("the doorbell is deaf", extra={"error": repr(error)})
                    await asyncio.sleep(RETRY_SECONDS)
        finally:
            with contextlib.suppress(Exception):  # the server may be away
                async with asyncio.timeout(SEND_TIMEOUT_SECONDS):
                    await layer.group_discard(GROUP, channel)


def _heed_stop() -> None:
    """Raise CancelledError if this task was told to stop. The layer's client sends with `asyncio.wait_for`, which in
    Python 3.11 forgets that when what it waits for is done in the same moment: the listener would listen for ever."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
