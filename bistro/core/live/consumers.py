"""The base class of live sockets: access check, catch-up, heartbeat, disconnection. Subclasses define the view.

Sockets are read-only except for `hello` and `seen`; writes go over HTTP.
"""

import asyncio
import json
import logging
import random
from collections.abc import Coroutine, Sequence
from typing import Any, TypeGuard

from django.conf import settings
from django.db import Error as AnyDatabaseError
from django.utils import timezone

from bistro.core.kernel.asgi import is_hang_up
from bistro.core.kernel.errors import DomainError
from bistro.core.kernel.jsontext import dumps
from bistro.core.live import event_log
from bistro.core.live.event_log import Position
from bistro.core.live.frames import Frame
from bistro.core.live.guarded import INTERNAL_ERROR, NOT_AUTHENTICATED, RECONNECT, TOO_CHATTY, GuardedConsumer
from bistro.core.live.reports import DisplayReports
from bistro.core.live.threads import in_thread

log = logging.getLogger(__name__)

MESSAGES_PER_SECOND = 20  # of one socket; those of a credential together have a limit too
HELLO_SECONDS = 5.0


class LiveConsumer(GuardedConsumer):
    """A live socket. `make_view` defines its audience; the hub and this class do the rest."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.greeted = self.said_hello = False
        self.position = Position("", -1)
        self.hello = asyncio.Event()
        self.turn = asyncio.Lock()  # of a hello or of the writer, so that no frame for an old position follows a hello
        self.reports = DisplayReports()
        self.message_times: list[float] = []

    async def shown_at(self, seq: int) -> frozenset[int]:
        """Return the ids that a page rendered at `seq` displays before its first frame. Kitchen screens override it."""
        return frozenset()

    async def displayed(self, shows: frozenset[int]) -> None:
        """Process the client's report that it displayed these ids. Kitchen screens override it."""

    def begin(self) -> None:
        """Start the writer and the heartbeat."""
        if not self.structured and self.speaks_first:
            self.hello.set()
        self.tasks = [asyncio.create_task(self._guarded(work)) for work in (self._write(), self._beat())]

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        """Run `work` and close the socket if it fails, so that the client reconnects and takes a snapshot."""
        try:
            await work
        except Exception as error:
            if is_hang_up(error):
                log.debug("the client of a socket hung up", extra={"audience": self.view.key})
                return
            log.exception("socket closed after an internal error", extra={"audience": self.view.key})
            await self._end(INTERNAL_ERROR)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Handle `{"hello": {"after": seq, "epoch": …}}` and `{"seen": seq}`.

        Other messages are ignored; too many messages close the socket.
        """
        if self.ended or not self.joined:
            return
        self.heard.set()
        if self._too_chatty():
            await self._end(TOO_CHATTY)
            return
        try:
            message = json.loads(text_data or "")
        except (ValueError, RecursionError):
            return
        if not isinstance(message, dict):
            return
        if isinstance(message.get("hello"), dict):
            await self._receive_hello(message["hello"])
        elif _is_number(message.get("seen")):
            self.reports.report(message["seen"], sent=self.position.seq)
            await self._process_reports()

    async def _receive_hello(self, hello: dict[str, Any]) -> None:
        """Set the client's position from its hello. Without a position the client gets a snapshot.

        The connection includes the first hello; further ones are counted for the credential.
        """
        if self.said_hello and not self.allowances.hellos.take():
            await self._end(TOO_CHATTY)
            return
        self.said_hello = True
        async with self.turn:
            self.reports.start_over()
            self.position = Position("", -1)
            try:
                await self._resume_from(hello.get("after"), hello.get("epoch"))
            except (AnyDatabaseError, OSError) as error:
                log.warning("position of a socket cannot be checked", extra={"error": repr(error)})
            self.greeted = True
        self.hello.set()
        self.wakeup.set()

    async def _resume_from(self, after: Any, epoch: Any) -> None:
        """Adopt the client's position, with what its page shows, if it lies in the present history."""
        if not _is_number(after) or not isinstance(epoch, str) or not await self._is_known(Position(epoch, after)):
            return
        shows = await self.shown_at(after)
        self.position = Position(epoch, after)
        self.reports.remember(Frame(after, "", shows))

    async def _is_known(self, claimed: Position) -> bool:
        """Return whether a client's position lies in the present history.

        The client may come from a process ahead of this one, so the log decides about positions beyond the tail.
        """
        if claimed.seq < 0:
            return False
        if claimed.epoch == self.hub.epoch and claimed.seq <= self.audience.cursor:
            return True
        now = await in_thread(event_log.position, self.view.restaurant_id)
        return claimed.epoch == now.epoch and claimed.seq <= now.seq

    async def _process_reports(self) -> None:
        """Process the frames that the client reported as displayed.

        If the database is busy, retry at the next heartbeat.
        """
        shown = self.reports.take()
        if not shown:
            return
        try:
            await self.displayed(frozenset[int]().union(*(frame.shows for frame in shown)))
        except (AnyDatabaseError, DomainError) as error:
            log.warning("display report postponed", extra={"error": repr(error)})
            self.reports.put_back(shown)

    def _too_chatty(self) -> bool:
        now = asyncio.get_running_loop().time()
        self.message_times = [moment for moment in self.message_times if moment > now - 1] + [now]
        return len(self.message_times) > MESSAGES_PER_SECOND or not self.allowances.messages.take()

    async def _write(self) -> None:
        """Send missing frames, wait for the wakeup, repeat. While the database is unavailable, keep retrying."""
        await self._await_hello()
        while True:
            async with self.turn:
                sent = await self._send_missing()
            if not sent:
                await asyncio.sleep(0.5)
                continue
            await self.wakeup.wait()
            self.wakeup.clear()

    async def _send_missing(self) -> bool:
        """Send the missing frames. Return False if they cannot be read now."""
        try:
            epoch, frames = await self._missing()
        except (AnyDatabaseError, OSError) as error:
            log.warning("frames for a socket cannot be read", extra={"error": repr(error)})
            return False
        greeted, self.greeted = self.greeted, False
        for frame in frames:
            await self._send_frame(frame, epoch)
        if greeted and self.structured and not any(frame.text for frame in frames):
            await self.send(self._heartbeat())  # tells a returning client at once that it missed nothing
        return True

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
                frames = await self._catch_up(cursor)
                await self._reread_if_behind(cursor.epoch, frames or [])
            if frames is not None:
                return cursor.epoch, frames
        epoch, frames = await self.audience.snapshot()
        await self._reread_if_behind(epoch, frames)
        return epoch, frames

    async def _catch_up(self, cursor: Position) -> list[Frame] | None:
        """Return the missed frames from the log, or None for a snapshot.

        A read that no other socket shares counts as a hello. A credential without any left gets the shared snapshot.
        """
        hellos = self.allowances.hellos
        if self.audience.has_catch_up(cursor):
            return await self.audience.catch_up(cursor)
        if not hellos.take():
            return None
        try:
            return await self.audience.catch_up(cursor)
        except (AnyDatabaseError, OSError):
            hellos.give_back()
            raise

    async def _reread_if_behind(self, epoch: str, read: Sequence[Frame]) -> None:
        """Set our wakeup if a shared read began before events that were already signalled, so that we read again.

        Do nothing if the tail has not yet noticed another history or a log that went back; its signal will come.
        """
        if read and read[-1].seq < self.audience.cursor and epoch == self.hub.epoch:
            self.wakeup.set()
            await asyncio.sleep(0)  # yields to other tasks, because neither a set event nor a finished read does

    async def _send_frame(self, frame: Frame, epoch: str) -> None:
        self.position = Position(epoch, frame.seq)
        self.reports.remember(frame)
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
