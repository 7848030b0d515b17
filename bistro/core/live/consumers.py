"""The base class of live sockets: access check, catch-up, heartbeat, disconnection. Subclasses define the view.

Sockets are read-only except for `hello` and `seen`; writes go over HTTP.
"""

import asyncio
import json
import logging
import random
from collections.abc import Coroutine, Sequence
from typing import Any, ClassVar, TypeGuard

from channels.consumer import get_handler_name
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.db import Error as AnyDatabaseError
from django.utils import timezone

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import DomainError
from bistro.core.kernel.jsontext import dumps
from bistro.core.live.credentials import Credential, credential_of
from bistro.core.live.event_log import Position
from bistro.core.live.frames import Frame, View
from bistro.core.live.hub import AudienceFeed, Hub, current_hub
from bistro.core.live.threads import in_thread

log = logging.getLogger(__name__)

PROTOCOL = "bistro.v1"
# Private codes, because Daphne does not send the standard ones (1011, 1012) and would leave the socket open.
NOT_AUTHENTICATED, FORBIDDEN, TOO_CHATTY, INTERNAL_ERROR, RECONNECT = 4401, 4403, 4408, 4500, 4503
MESSAGES_PER_SECOND = 20
HELLO_SECONDS = 5.0
UNREPORTED_FRAMES = 32


class LiveConsumer(AsyncWebsocketConsumer):
    """A live socket. `make_view` defines its audience; the hub and this class do the rest.

    `speaks_first` sockets get a snapshot at once if the client does not use our subprotocol.
    """

    channel_layer_alias = "none: sockets hang on the hub"
    speaks_first: ClassVar[bool] = False

    credential: Credential
    actor: Actor
    view: View
    audience: AudienceFeed
    hub: Hub

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.joined = self.ended = self.greeted = False
        self.position = Position("", -1)
        self.hello = asyncio.Event()
        self.wakeup = asyncio.Event()
        self.tasks: list[asyncio.Task[None]] = []
        self.unreported: list[Frame] = []
        self.reported = -1
        self.message_times: list[float] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve the socket and always leave the hub at its end, also after an error or a cancellation."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._leave()

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Call the handler without Channels' check of database connections before each message.

        The check runs in a thread that sockets do not use; `in_thread` looks after its own connections.
        """
        handler = getattr(self, get_handler_name(message), None)
        if handler is None:
            raise ValueError(f"No handler for message type {message['type']}")
        await handler(message)

    def make_view(self) -> View | None:
        """Return the view of this socket, or None if the actor may not watch it. Runs in a thread and may query."""
        raise NotImplementedError

    async def shown_at(self, seq: int) -> frozenset[int]:
        """Return the ids that a page rendered at `seq` displays before its first frame. Kitchen screens override it."""
        return frozenset()

    async def displayed(self, shows: frozenset[int]) -> None:
        """Process the client's report that it displayed these ids. Kitchen screens override it."""

    async def connect(self) -> None:
        """Check the credential and the view, then start the writer and the heartbeat."""
        self.structured = PROTOCOL in self.scope.get("subprotocols", [])
        credential, view = await in_thread(self._admit)
        await self.accept(PROTOCOL if self.structured else None)
        if credential is None or view is None:
            await self._end(NOT_AUTHENTICATED if credential is None else FORBIDDEN)
            return
        self.view, self.hub = view, current_hub()
        self.audience = await self.hub.join(view, self.wakeup)
        self.joined = True
        if not self.structured and self.speaks_first:
            self.hello.set()
        self.tasks = [asyncio.create_task(self._guarded(work)) for work in (self._write(), self._beat())]

    def _admit(self) -> tuple[Credential | None, View | None]:
        """Return credential and view, read with one connection, because hundreds of screens reconnect at once."""
        credential = credential_of(self.scope)
        if credential is None or credential.actor.restaurant_id is None:
            return None, None
        self.credential, self.actor = credential, credential.actor
        return credential, self.make_view()

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        """Run `work` and close the socket if it fails, so that the client reconnects and takes a snapshot."""
        try:
            await work
        except Exception:
            log.exception("socket closed after an internal error", extra={"audience": self.view.key})
            await self._end(INTERNAL_ERROR)

    async def _end(self, code: int) -> None:
        """Close the socket once. Nothing is sent afterwards."""
        if not self.ended:
            self.ended = True
            self._leave()
            await self.close(code)

    def _leave(self) -> None:
        """Cancel the socket's tasks and leave the hub."""
        for task in self.tasks:
            if task is not asyncio.current_task():
                task.cancel()
        if self.joined:
            self.joined = False
            self.hub.leave(self.audience, self.wakeup)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Handle `{"hello": {"after": seq, "epoch": …}}` and `{"seen": seq}`.

        Other messages are ignored; too many messages close the socket.
        """
        if self.ended:
            return
        if self._too_chatty():
            await self._end(TOO_CHATTY)
            return
        try:
            message = json.loads(text_data or "")
        except (ValueError, RecursionError):
            return
        if not isinstance(message, dict) or not self.joined:
            return
        if isinstance(message.get("hello"), dict):
            await self._receive_hello(message["hello"])
        elif _is_number(message.get("seen")):
            self.reported = max(self.reported, message["seen"])
            await self._process_reports()

    async def _receive_hello(self, hello: dict[str, Any]) -> None:
        """Set the client's position from its hello. Without a position the client gets a snapshot."""
        after: Any = hello.get("after")
        epoch = hello.get("epoch")
        self.position = Position("", -1)
        if _is_number(after) and isinstance(epoch, str):
            self.position = Position(epoch, after)
            if epoch == self.hub.epoch:
                self._remember(Frame(after, "", await self.shown_at(after)))
        self.greeted = True
        self.hello.set()
        self.wakeup.set()

    def _remember(self, frame: Frame) -> None:
        """Keep what a frame shows until the client reports it. Beyond a limit the two oldest frames are merged."""
        if not frame.shows:
            return
        self.unreported.append(Frame(frame.seq, "", frame.shows))
        if len(self.unreported) > UNREPORTED_FRAMES:
            first, second = self.unreported[:2]
            self.unreported[:2] = [Frame(max(first.seq, second.seq), "", first.shows | second.shows)]

    async def _process_reports(self) -> None:
        """Process the frames that the client reported as displayed.

        If the database is busy, retry at the next heartbeat.
        """
        shown = [frame for frame in self.unreported if frame.seq <= self.reported]
        if not shown:
            return
        self.unreported = [frame for frame in self.unreported if frame.seq > self.reported]
        try:
            await self.displayed(frozenset[int]().union(*(frame.shows for frame in shown)))
        except (AnyDatabaseError, DomainError) as error:
            log.warning("display report postponed", extra={"error": repr(error)})
            self.unreported = [*shown, *self.unreported]

    def _too_chatty(self) -> bool:
        now = asyncio.get_running_loop().time()
        self.message_times = [moment for moment in self.message_times if moment > now - 1] + [now]
        return len(self.message_times) > MESSAGES_PER_SECOND

    async def _write(self) -> None:
        """Send missing frames, wait for the wakeup, repeat. While the database is unavailable, keep retrying."""
        await self._await_hello()
        while True:
            greeted, self.greeted = self.greeted, False
            try:
                epoch, frames = await self._missing()
            except (AnyDatabaseError, OSError) as error:
                log.warning("frames for a socket cannot be read", extra={"error": repr(error)})
                self.greeted = self.greeted or greeted
                await asyncio.sleep(0.5)
                continue
            for frame in frames:
                await self._send_frame(frame, epoch)
            if greeted and self.structured and not any(frame.text for frame in frames):
                await self.send(self._heartbeat())  # tells a returning client at once that it missed nothing
            await self.wakeup.wait()
            self.wakeup.clear()

    async def _await_hello(self) -> None:
        """Wait for the hello for some seconds; a client that never sends one gets a snapshot."""
        try:
            async with asyncio.timeout(HELLO_SECONDS):
                await self.hello.wait()
        except TimeoutError:
            self.hello.set()

    async def _missing(self) -> tuple[str, list[Frame]]:
        """Return (epoch, frames that the socket lacks): recent frames, else events of the log, else a snapshot."""
        cursor = self.position
        if cursor.epoch and cursor.epoch == self.hub.epoch:
            frames = self.audience.after(cursor.seq)
            if frames is None or cursor.seq > self.audience.cursor:
                frames = await self.audience.catch_up(cursor)
                await self._reread_if_behind(cursor.epoch, frames or [])
            if frames is not None:
                return cursor.epoch, frames
        epoch, frames = await self.audience.snapshot()
        await self._reread_if_behind(epoch, frames)
        return epoch, frames

    async def _reread_if_behind(self, epoch: str, read: Sequence[Frame]) -> None:
        """Set our wakeup if a shared read began before events that were already signalled, so that we read again.

        Do nothing if the tail has not yet noticed another history or a log that went back; its signal will come.
        """
        if read and read[-1].seq < self.audience.cursor and epoch == self.hub.epoch:
            self.wakeup.set()
            await asyncio.sleep(0)  # yields to other tasks, because neither a set event nor a finished read does

    async def _send_frame(self, frame: Frame, epoch: str) -> None:
        self.position = Position(epoch, frame.seq)
        self._remember(frame)
        if frame.text:
            # base_send skips the checks of Channels' `send`, which would repeat for each socket of the audience.
            await self.base_send({"type": "websocket.send", "text": frame.text})

    async def _beat(self) -> None:
        """Recheck the rights and send a heartbeat with the head every five seconds.

        A client of our subprotocol is disconnected after a random lifetime, so that faults of old connections, in this
        server or a proxy, come to an end. Clients without the subprotocol may not reconnect and are left alone.
        """
        ends_at = asyncio.get_running_loop().time() + settings.SOCKET_LIFETIME_SECONDS * random.uniform(0.5, 1)
        while True:
            await asyncio.sleep(settings.FEED_HEARTBEAT_SECONDS)
            try:
                valid = await self.hub.rechecker.still_valid(self.credential)
            except (AnyDatabaseError, OSError):
                continue  # rights cannot be checked, and the missing heartbeat tells the client
            if not valid:
                await self._end(NOT_AUTHENTICATED)
                return
            await self._process_reports()
            if self.structured and asyncio.get_running_loop().time() > ends_at:
                await self._end(RECONNECT)
                return
            if self.structured and self.hello.is_set():
                await self.send(self._heartbeat())

    def _heartbeat(self) -> str:
        # A socket that came from another process may be ahead of this process's tail.
        head = max(self.audience.cursor, self.hub.heads.get(self.view.restaurant_id, 0), self.position.seq)
        now = timezone.now()
        return dumps({"type": "heartbeat", "seq": head, "epoch": self.hub.epoch, "now": now})


def _is_number(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)
