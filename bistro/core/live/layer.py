"""The commit signal between processes, over the channel layer.

Delivery is best effort, because tails also poll the log.

Everything runs as tasks on the server's loop, outside of requests. A frozen Redis costs a log line and a delay until
the next poll.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterable
from typing import Any

from channels.layers import InMemoryChannelLayer, get_channel_layer

log = logging.getLogger(__name__)
GROUP = "commits"
SEND_TIMEOUT_SECONDS = 0.5
RETRY_SECONDS = 2.0


def crosses_processes() -> bool:
    """Return whether the channel layer reaches other processes."""
    return not isinstance(get_channel_layer(), InMemoryChannelLayer)


class CrossProcessNotifier:
    """Sender and receiver of commit signals between processes."""

    def __init__(self, mark_moved: Callable[[Iterable[int]], None]) -> None:
        self._mark_moved = mark_moved
        self._listener: asyncio.Task[None] | None = None
        self._sender: asyncio.Task[None] | None = None
        self._pending: dict[int, int] = {}

    def start(self) -> None:
        """Start listening, unless the layer is confined to this process."""
        if self._listener is None and crosses_processes():
            self._listener = asyncio.get_running_loop().create_task(self._listen())

    def stop(self) -> None:
        """Stop listening. Commits of this process are still forwarded."""
        if self._listener is not None:
            self._listener.cancel()
        self._listener = None

    def pass_on(self, restaurant_id: int, seq: int) -> None:
        """Signal the other processes soon. Commits during a running send are combined in the next one."""
        if not crosses_processes():
            return
        self._pending[restaurant_id] = seq
        if self._sender is None or self._sender.done():
            self._sender = asyncio.get_running_loop().create_task(self._send())

    async def _send(self) -> None:
        layer: Any = get_channel_layer()
        while self._pending:
            heads, self._pending = self._pending, {}
            message = {"type": "commits", "heads": {str(key): seq for key, seq in heads.items()}}
            try:
                async with asyncio.timeout(SEND_TIMEOUT_SECONDS):
                    await layer.group_send(GROUP, message)
            except Exception as error:  # the layer's client raises many types when its server is down
                log.warning("commit signal not sent to other processes", extra={"error": repr(error)})
                await asyncio.sleep(SEND_TIMEOUT_SECONDS)

    async def _listen(self) -> None:
        layer: Any = get_channel_layer()
        channel = ""
        try:
            while True:
                try:
                    channel = channel or await layer.new_channel()  # only once, because the layer keeps every name
                    await layer.group_add(GROUP, channel)
                    _raise_if_cancelled()
                    while True:
                        message = await layer.receive(channel)
                        self._mark_moved(map(int, message["heads"]))
                except Exception as error:  # the layer's client raises many types when its server is down
                    log.warning("commit signals of other processes not received", extra={"error": repr(error)})
                    await asyncio.sleep(RETRY_SECONDS)
        finally:
            with contextlib.suppress(Exception):  # Redis may be down
                async with asyncio.timeout(SEND_TIMEOUT_SECONDS):
                    await layer.group_discard(GROUP, channel)


def _raise_if_cancelled() -> None:
    """Raise CancelledError if this task was cancelled.

    The layer's client uses `asyncio.wait_for`, which in Python 3.11 loses a cancellation that coincides with the end of
    the awaited call. The listener would then never stop.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
