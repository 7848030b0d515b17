"""The base of every live socket: who may audience, catch up, beat, cut off. Subclasses say what changed for whom.

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
# Daphne refuses to send the standard's own codes (1011, 1012): a socket would stay open, and silent.
NOT_AUTHENTICATED, FORBIDDEN, TOO_CHATTY, OUR_FAULT, COME_BACK = 4401, 4403, 4408, 4500, 4503
MESSAGES_PER_SECOND = 20
HELLO_SECONDS = 5.0
UNREPORTED_FRAMES = 32


class LiveConsumer(AsyncWebsocketConsumer):
    """One socket. `make_view` names its audience; the hub and this class do the rest.

    `speaks_first` sockets get a snapshot at once when the client does not speak our subprotocol.
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
        self.heard: list[float] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """However a socket ends, also by a fault or a killed task, it leaves the hub and nothing of it goes on."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._leave()

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Without Channels' look, in a thread, at database connections before each message: nothing of a socket uses
        that thread, and our own look after theirs."""
        handler = getattr(self, get_handler_name(message), None)
        if handler is None:
            raise ValueError(f"No handler for message type {message['type']}")
        await handler(message)

    def make_view(self) -> View | None:
        """The audience of this socket, or None when the actor may not audience it. Runs in a thread, and may query."""
        raise NotImplementedError

    async def shown_at(self, seq: int) -> frozenset[int]:
        """What a page that was rendered at `seq` displays before its first frame. Boards of the kitchen answer."""
        return frozenset()

    async def displayed(self, shows: frozenset[int]) -> None:
        """The client reported that it displayed these. Boards of the kitchen answer for it."""

    async def connect(self) -> None:
        """Who is it, what may it see; then the writer takes over."""
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
        """Whose socket it is and its view, with one connection: five hundred screens come back in the same second."""
        credential = credential_of(self.scope)
        if credential is None or credential.actor.restaurant_id is None:
            return None, None
        self.credential, self.actor = credential, credential.actor
        return credential, self.make_view()

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        """A socket whose work failed must not look alive: it ends, and its client comes back for a snapshot."""
        try:
            await work
        except Exception:
            log.exception("a socket ends by a fault of ours", extra={"audience": self.view.key})
            await self._end(OUR_FAULT)

    async def _end(self, code: int) -> None:
        """Close, once. Nothing is sent after it."""
        if not self.ended:
            self.ended = True
            self._leave()
            await self.close(code)

    def _leave(self) -> None:
        """Nothing is kept for a socket that is gone."""
        for task in self.tasks:
            if task is not asyncio.current_task():
                task.cancel()
        if self.joined:
            self.joined = False
            self.hub.leave(self.audience, self.wakeup)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """`{"hello": {"after": seq, "epoch": …}}` or `{"seen": seq}`; anything else is ignored, a flood ends it."""
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
            await self._greeted(message["hello"])
        elif _is_number(message.get("seen")):
            self.reported = max(self.reported, message["seen"])
            await self._settle_reports()

    async def _greeted(self, hello: dict[str, Any]) -> None:
        """From a place: only what was missed. Without one: everything."""
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
        """Until the client reports it. A page that nobody looks at reports late: its oldest frames become one."""
        if not frame.shows:
            return
        self.unreported.append(Frame(frame.seq, "", frame.shows))
        if len(self.unreported) > UNREPORTED_FRAMES:
            first, second = self.unreported[:2]
            self.unreported[:2] = [Frame(max(first.seq, second.seq), "", first.shows | second.shows)]

    async def _settle_reports(self) -> None:
        """Pass on what the client says it displayed. A busy database makes it wait for the next beat."""
        shown = [frame for frame in self.unreported if frame.seq <= self.reported]
        if not shown:
            return
        self.unreported = [frame for frame in self.unreported if frame.seq > self.reported]
        try:
            await self.displayed(frozenset[int]().union(*(frame.shows for frame in shown)))
        except (AnyDatabaseError, DomainError) as error:
            log.warning("a screen's report has to wait", extra={"error": repr(error)})
            self.unreported = [*shown, *self.unreported]

    def _too_chatty(self) -> bool:
        now = asyncio.get_running_loop().time()
        self.heard = [moment for moment in self.heard if moment > now - 1] + [now]
        return len(self.heard) > MESSAGES_PER_SECOND

    async def _write(self) -> None:
        """Bring the socket to the head, wait for the wakeup, again. A dead database is waited out."""
        await self._await_hello()
        while True:
            greeted, self.greeted = self.greeted, False
            try:
                epoch, frames = await self._missing()
            except (AnyDatabaseError, OSError) as error:
                log.warning("a socket cannot be fed", extra={"error": repr(error)})
                self.greeted = self.greeted or greeted
                await asyncio.sleep(0.5)
                continue
            for frame in frames:
                await self._send_frame(frame, epoch)
            if greeted and self.structured and not any(frame.text for frame in frames):
                await self.send(self._heartbeat())  # who comes back and missed nothing is told so, not kept waiting
            await self.wakeup.wait()
            self.wakeup.clear()

    async def _await_hello(self) -> None:
        """A client that never says hello gets a snapshot all the same."""
        try:
            async with asyncio.timeout(HELLO_SECONDS):
                await self.hello.wait()
        except TimeoutError:
            self.hello.set()

    async def _missing(self) -> tuple[str, list[Frame]]:
        """(epoch, what the socket lacks): recent frames, else the log's events, else everything."""
        cursor = self.position
        if cursor.epoch and cursor.epoch == self.hub.epoch:
            frames = self.audience.after(cursor.seq)
            if frames is None or cursor.seq > self.audience.cursor:
                frames = await self.audience.catch_up(cursor)
                await self._look_again(cursor.epoch, frames or [])
            if frames is not None:
                return cursor.epoch, frames
        epoch, frames = await self.audience.snapshot()
        await self._look_again(epoch, frames)
        return epoch, frames

    async def _look_again(self, epoch: str, read: Sequence[Frame]) -> None:
        """What was read may be shared, and begun before events whose wakeup this socket has seen: then it sets
        itself. Not where the tail has yet to hear of another history, or of a log that went back: it will ring."""
        if read and read[-1].seq < self.audience.cursor and epoch == self.hub.epoch:
            self.wakeup.set()
            await asyncio.sleep(0)  # neither a set wakeup nor a reading that is done lets anybody else have a turn

    async def _send_frame(self, frame: Frame, epoch: str) -> None:
        self.position = Position(epoch, frame.seq)
        self._remember(frame)
        if frame.text:
            # Past Channels' own `send`, which looks again for every socket at what is one message for all.
            await self.base_send({"type": "websocket.send", "text": frame.text})

    async def _beat(self) -> None:
        """Every five seconds: are the rights still there, and (for our protocol) where the head stands.

        A client that knows how to come back is sent away now and then, each at its own time: what can go wrong with
        an old connection, in us or in a proxy between, ends there. Who only listens (no subprotocol) is left alone.
        """
        ends_at = asyncio.get_running_loop().time() + settings.SOCKET_LIFETIME_SECONDS * random.uniform(0.5, 1)
        while True:
            await asyncio.sleep(settings.FEED_HEARTBEAT_SECONDS)
            try:
                valid = await self.hub.rechecker.still_valid(self.credential)
            except (AnyDatabaseError, OSError):
                continue  # the database is away: nobody can be judged, and silence tells the client
            if not valid:
                await self._end(NOT_AUTHENTICATED)
                return
            await self._settle_reports()
            if self.structured and asyncio.get_running_loop().time() > ends_at:
                await self._end(COME_BACK)
                return
            if self.structured and self.hello.is_set():
                await self.send(self._heartbeat())

    def _heartbeat(self) -> str:
        # A socket that came from another process may stand before this process's tail has looked.
        head = max(self.audience.cursor, self.hub.heads.get(self.view.restaurant_id, 0), self.position.seq)
        now = timezone.now()
        return dumps({"type": "heartbeat", "seq": head, "epoch": self.hub.epoch, "now": now})


def _is_number(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)
