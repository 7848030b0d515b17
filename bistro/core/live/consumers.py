"""The base of every live socket: who may watch, catch up, beat, cut off. Subclasses say what changed for whom.

Sockets are read-only except for `hello` and `seen`; writes go over HTTP.
"""

import asyncio
import json
import logging
from collections.abc import Coroutine
from typing import Any, ClassVar

from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone

from bistro.core import feed
from bistro.core.actors import Actor
from bistro.core.feed import Position
from bistro.core.jsontext import dumps
from bistro.core.live.credentials import Credential, credential_of, still_valid
from bistro.core.live.frames import Frame, View
from bistro.core.live.hub import Hub, Watch, current_hub
from bistro.core.live.threads import in_thread

log = logging.getLogger(__name__)

PROTOCOL = "bistro.v1"
NOT_AUTHENTICATED, FORBIDDEN, TOO_CHATTY, GOING_AWAY, FAULT = 4401, 4403, 4408, 1012, 1011
MESSAGES_PER_SECOND = 20
HELLO_SECONDS = 5.0


class LiveConsumer(AsyncWebsocketConsumer):
    """One socket. `make_view` names its audience; the hub and this class do the rest.

    `speaks_first` sockets get a snapshot at once when the client does not speak our subprotocol.
    """

    channel_layer_alias = "none: sockets hang on the hub"
    speaks_first: ClassVar[bool] = False

    credential: Credential
    actor: Actor
    view: View
    watch: Watch
    hub: Hub

    async def make_view(self) -> View | None:
        """The audience of this socket, or None when the actor may not watch it."""
        raise NotImplementedError

    async def shown_at(self, seq: int) -> frozenset[int]:
        """What a page that was rendered at `seq` displays before its first frame. Boards of the kitchen answer."""
        return frozenset()

    async def displayed(self, shows: frozenset[int]) -> None:
        """The client reported that it displayed these. Boards of the kitchen answer for it."""

    async def connect(self) -> None:
        """Who is it, what may it see; then the writer takes over."""
        self.joined = False
        self.position = Position("", -1)
        self.hello = asyncio.Event()
        self.bell = asyncio.Event()
        self.tasks: list[asyncio.Task[None]] = []
        self.unreported: list[Frame] = []
        self.heard: list[float] = []
        self.structured = PROTOCOL in self.scope.get("subprotocols", [])
        credential = await in_thread(credential_of, self.scope)
        await self.accept(PROTOCOL if self.structured else None)
        if credential is None or credential.actor.restaurant_id is None:
            await self.close(NOT_AUTHENTICATED)
            return
        self.credential, self.actor = credential, credential.actor
        view = await self.make_view()
        if view is None:
            await self.close(FORBIDDEN)
            return
        self.view, self.hub = view, current_hub()
        self.watch = await self.hub.join(view, self.bell)
        self.joined = True
        if not self.structured and self.speaks_first:
            self.hello.set()
        self.tasks = [asyncio.create_task(self._guarded(work)) for work in (self._write(), self._beat())]

    async def disconnect(self, code: int) -> None:
        """Leave the hub; nothing is kept for a socket that is gone."""
        for task in self.tasks:
            task.cancel()
        if self.joined:
            self.joined = False
            self.hub.leave(self.watch, self.bell)
        raise StopConsumer

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """`{"hello": {"after": seq, "epoch": …}}` or `{"seen": seq}`; anything else is ignored, a flood ends it."""
        if self._too_chatty():
            await self.close(TOO_CHATTY)
            return
        try:
            message = json.loads(text_data or "")
        except ValueError:
            return
        if not isinstance(message, dict) or not self.joined:
            return
        if isinstance(message.get("hello"), dict):
            await self._greeted(message["hello"])
        elif isinstance(message.get("seen"), int):
            await self._reported(message["seen"])

    async def _greeted(self, hello: dict[str, Any]) -> None:
        after, epoch = hello.get("after"), hello.get("epoch")
        if isinstance(after, int) and not isinstance(after, bool) and isinstance(epoch, str):
            self.position = Position(epoch, after)
            if epoch == self.hub.epoch:
                shows = await self.shown_at(after)
                self.unreported.insert(0, Frame(after, "", shows))
        self.hello.set()
        self.bell.set()

    async def _reported(self, seq: int) -> None:
        shown = [frame for frame in self.unreported if frame.seq <= seq]
        self.unreported = [frame for frame in self.unreported if frame.seq > seq]
        shows = frozenset[int]().union(*(frame.shows for frame in shown))
        if shows:
            await self.displayed(shows)

    def _too_chatty(self) -> bool:
        now = asyncio.get_running_loop().time()
        self.heard = [moment for moment in self.heard if moment > now - 1] + [now]
        return len(self.heard) > MESSAGES_PER_SECOND

    async def _write(self) -> None:
        """Bring the socket to the head, wait for the bell, again. A dead database is waited out."""
        await self._await_hello()
        while True:
            try:
                for frame in await self._missing():
                    await self._send_frame(frame)
            except (DatabaseError, OSError) as error:
                log.warning("a socket cannot be fed", extra={"error": repr(error)})
                await asyncio.sleep(0.5)
                continue
            await self.bell.wait()
            self.bell.clear()

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        """A fault in one socket's task closes that socket, so that its client comes back; it is never left deaf."""
        try:
            await work
        except Exception:
            log.exception("a socket failed", extra={"audience": self.view.key})
            await self.close(FAULT)

    async def _await_hello(self) -> None:
        """A client that never says hello gets a snapshot all the same."""
        try:
            await asyncio.wait_for(self.hello.wait(), HELLO_SECONDS)
        except TimeoutError:
            self.hello.set()

    async def _missing(self) -> list[Frame]:
        """What the socket lacks: recent frames, else the log's events, else everything."""
        if self.position.epoch and self.position.epoch == self.hub.epoch:
            frames = self.watch.after(self.position.seq)
            if frames is not None and self.position.seq <= self.watch.cursor:
                return frames
            caught_up = await in_thread(_catch_up, self.view, self.position)
            if caught_up is not None:
                return caught_up
        return await self.watch.snapshot()

    async def _send_frame(self, frame: Frame) -> None:
        self.position = Position(self.hub.epoch, frame.seq)
        if frame.shows:
            self.unreported = [*self.unreported[-31:], frame]
        if frame.text:
            await self.send(frame.text)

    async def _beat(self) -> None:
        """Every five seconds: are the rights still there, and (for our protocol) where the head stands."""
        while True:
            await asyncio.sleep(settings.FEED_HEARTBEAT_SECONDS)
            try:
                valid = await in_thread(still_valid, self.credential)
            except (DatabaseError, OSError):
                continue  # the database is away: nobody can be judged
            if not valid:
                await self.close(NOT_AUTHENTICATED)
                return
            if self.structured and self.hello.is_set():
                await self.send(self._heartbeat())

    def _heartbeat(self) -> str:
        head = max(self.watch.cursor, self.hub.heads.get(self.view.restaurant_id, 0))
        now = timezone.now()
        return dumps({"type": "heartbeat", "seq": head, "epoch": self.hub.epoch, "now": now})


def _catch_up(view: View, cursor: Position) -> list[Frame] | None:
    """The frames after a cursor, made from the log for one socket; None when it needs a snapshot."""
    now = feed.position(view.restaurant_id)
    if feed.too_far_behind(cursor, now):
        return None
    events = list(feed.events_after(view.restaurant_id, cursor.seq))
    if not events:
        return []
    reached = Position(now.epoch, events[-1].seq)
    frames = list(view.changes(events, reached))
    return frames if frames and frames[-1].seq == reached.seq else [*frames, Frame(reached.seq, "")]
