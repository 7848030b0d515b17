"""Load shedding at the entrance of the ASGI process.

A bounded number of requests runs, a bounded queue waits, and the rest gets 503. Without it every request gets a thread
and a database connection at once, and overload ends in timeouts. The module also refuses large bodies under any server;
`bistro.core.server.daphne_limits` refuses them before they are read.
"""

import asyncio
from typing import Any

from django.conf import settings

from bistro.core.kernel.asgi import App, Message, Receive, Send, refuse, replay

# Only the admin takes uploads (menus, photos); all other bodies are small JSON.
_UPLOADS = "/admin/"
MAX_DELAYED = 1000  # delayed refusals at once; each keeps a connection and a small body
REFUSALS_A_SECOND = 150
LONGEST_DELAY = 3.0  # seconds


class BodyTooLarge(Exception):
    """A request body beyond the limit."""


class ClientGone(Exception):
    """A disconnected client."""


class ConcurrencyLimiter:
    """ASGI middleware that bounds concurrent HTTP requests. `slots` names the setting that holds the limit."""

    def __init__(self, app: App, slots: str = "ADMISSION_IN_FLIGHT") -> None:
        self.app, self.slots = app, slots
        self._slots: asyncio.Semaphore | None = None
        self._waiting = self._delayed = 0

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        try:
            messages = await _read_body(scope, receive, body_limit(scope["path"]))
            entered = await self._enter(receive)
        except ClientGone:
            return
        except BodyTooLarge:
            await refuse(send, 413, "The body is too large.", "body_too_large", [(b"connection", b"close")])
            return
        if not entered:
            await refuse(send, 503, "Too much at once. Try again in a moment.", "overloaded", [(b"retry-after", b"1")])
            return
        assert self._slots is not None
        try:
            await self.app(scope, replay(messages, receive), send)
        finally:
            self._slots.release()

    async def _enter(self, receive: Receive) -> bool:
        """Wait for a slot. Return False if the queue is full or the wait too long.

        Raises ClientGone if the client disconnects meanwhile, because its request will be retried.
        """
        if self._slots is None:
            self._slots = asyncio.Semaphore(getattr(settings, self.slots))
        if not self._slots.locked():
            return await self._slots.acquire()
        if self._waiting >= settings.ADMISSION_WAITING:
            await self._delay_refusal(receive)
            return False
        self._waiting += 1
        entered = False
        slot, gone = asyncio.ensure_future(self._slots.acquire()), asyncio.ensure_future(_wait_for_disconnect(receive))
        try:
            wait = settings.ADMISSION_WAIT_SECONDS
            await asyncio.wait([slot, gone], timeout=wait, return_when=asyncio.FIRST_COMPLETED)
            if gone.done():
                raise ClientGone
            entered = slot.done()
            return entered
        finally:
            self._waiting -= 1
            gone.cancel()
            if not entered:  # a slot acquired at the last moment goes to the next request
                slot.cancel()
                slot.add_done_callback(self._release_slot)

    async def _delay_refusal(self, receive: Receive) -> None:
        """Delay a refusal, because its client cannot retry meanwhile.

        Without the delay, clients that retry at once keep the process busy with refusals. Beyond `MAX_DELAYED` the
        refusal is sent immediately. Raises ClientGone if the client disconnects meanwhile.
        """
        if self._delayed >= MAX_DELAYED:
            return
        self._delayed += 1
        gone = asyncio.ensure_future(_wait_for_disconnect(receive))
        try:
            await asyncio.wait([gone], timeout=self._delay())
            if gone.done():
                raise ClientGone
        finally:
            self._delayed -= 1
            gone.cancel()

    def _delay(self) -> float:
        """Return the delay of a refusal in seconds. It grows with their number, to about 150 refusals a second."""
        return max(settings.ADMISSION_REFUSAL_SECONDS, min(LONGEST_DELAY, self._delayed / REFUSALS_A_SECOND))

    def _release_slot(self, slot: "asyncio.Future[Any]") -> None:
        if self._slots is not None and not slot.cancelled():
            self._slots.release()


def body_limit(path: str) -> int:
    """Return the maximum body size of requests to this path, in bytes."""
    return settings.UPLOAD_LIMIT_BYTES if path.startswith(_UPLOADS) else settings.BODY_LIMIT_BYTES


async def _wait_for_disconnect(receive: Receive) -> None:
    """Return when the client has disconnected. The body has been read, so no other message comes."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def _read_body(scope: Message, receive: Receive, limit: int) -> list[Message]:
    """Return the messages of the whole body, read before a slot is taken, so that a slow client holds none.

    Raises BodyTooLarge, ClientGone.
    """
    for name, value in scope["headers"]:
        if name == b"content-length" and (not value.isdigit() or len(value) > 15 or int(value) > limit):
            raise BodyTooLarge
    messages: list[Message] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        messages.append(message)
        size += len(message.get("body", b""))
        if size > limit:
            raise BodyTooLarge
        if not message.get("more_body"):
            return messages
