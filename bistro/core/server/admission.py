"""The front door of the ASGI process: a bounded number of requests at work, the rest wait briefly, then 503.

Without it every request gets a thread and a database connection at once, and overload becomes a pile of timeouts.
It also refuses large bodies, whatever server it stands in; `bistro.core.server.daphne_limits` does so before they
are read.
"""

import asyncio
from typing import Any

from django.conf import settings

from bistro.core.kernel.asgi import App, Message, Receive, Send, refuse, replay

# Managers import menus and photos here; everything else is small JSON.
_UPLOADS = "/admin/"
MAX_DELAYED = 1000  # refusals that wait a moment: each keeps a connection and a small body
REFUSALS_A_SECOND = 150
LONGEST_DELAY = 3.0  # seconds


class BodyTooLarge(Exception):
    """More came than the limit allows."""


class ClientGone(Exception):
    """Nobody waits for the answer any more."""


class ConcurrencyLimiter:
    """ASGI middleware for HTTP. `slots` names the setting that says how many requests work at once."""

    def __init__(self, app: App, slots: str = "ADMISSION_IN_FLIGHT") -> None:
        self.app, self.slots = app, slots
        self._slots: asyncio.Semaphore | None = None
        self._waiting = self._held = 0

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
        """Wait for a place; False when too many wait already or it takes too long.

        Raises ClientGone when the client leaves meanwhile: its work is not done for nobody, it will come again.
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
        place, left = asyncio.ensure_future(self._slots.acquire()), asyncio.ensure_future(_left(receive))
        try:
            wait = settings.ADMISSION_WAIT_SECONDS
            await asyncio.wait([place, left], timeout=wait, return_when=asyncio.FIRST_COMPLETED)
            if left.done():
                raise ClientGone
            entered = place.done()
            return entered
        finally:
            self._waiting -= 1
            left.cancel()
            if not entered:  # a place that was got at the last moment goes to the next
                place.cancel()
                place.add_done_callback(self._give_back)

    async def _delay_refusal(self, receive: Receive) -> None:
        """A refusal costs nothing while it waits, and its client cannot ask again meanwhile: without this, pads that
        ask again at once keep the process busy with refusing. Beyond `MAX_DELAYED` others hear at once.

        Raises ClientGone when the client leaves meanwhile.
        """
        if self._held >= MAX_DELAYED:
            return
        self._held += 1
        left = asyncio.ensure_future(_left(receive))
        try:
            await asyncio.wait([left], timeout=self._pause())
            if left.done():
                raise ClientGone
        finally:
            self._held -= 1
            left.cancel()

    def _pause(self) -> float:
        """Seconds that a refusal waits, the longer the more there are: of up to 450, this door tells 150 a second."""
        return max(settings.ADMISSION_REFUSAL_SECONDS, min(LONGEST_DELAY, self._held / REFUSALS_A_SECOND))

    def _give_back(self, place: "asyncio.Future[Any]") -> None:
        if self._slots is not None and not place.cancelled():
            self._slots.release()


def body_limit(path: str) -> int:
    """How many bytes a request to this path may bring."""
    return settings.UPLOAD_LIMIT_BYTES if path.startswith(_UPLOADS) else settings.BODY_LIMIT_BYTES


async def _left(receive: Receive) -> None:
    """Return when the client has gone. The body has been read: nothing else comes."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def _read_body(scope: Message, receive: Receive, limit: int) -> list[Message]:
    """The whole body before a place is taken, so that a slow client holds none. Raises BodyTooLarge, ClientGone."""
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
