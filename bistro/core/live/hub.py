"""The hub: one tail per process reads the log for all its sockets (ADR 0023).

The commit signal wakes the tail, which also polls every second, so a lost signal costs at most a second. A socket has a
position instead of a queue, and its audience keeps recent frames. A socket that is too far behind gets a snapshot.
"""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence, Set
from itertools import takewhile
from typing import Any, Generic, TypeVar

from django.conf import settings
from django.db import Error as AnyDatabaseError

from bistro.core.auth.last_seen import flush
from bistro.core.live import event_log
from bistro.core.live.caps import SocketCaps
from bistro.core.live.event_log import Position
from bistro.core.live.frames import Frame, View
from bistro.core.live.layer import CrossProcessNotifier
from bistro.core.live.rechecks import CredentialRechecker
from bistro.core.live.threads import in_thread
from bistro.core.models import Event
from bistro.core.writing import commit_signal

log = logging.getLogger(__name__)
RECENT_FRAMES = 256
DEVICES_EVERY_SECONDS = 60.0
TICK_SECONDS = 0.005  # minimum pause between two polls; under load the pause is as long as the last poll
SHARED_SECONDS = 0.05  # age up to which a finished read is shared
UNCHANGED_SECONDS = 0.5  # the same, while no event has happened since
LONGEST_REST_SECONDS = 0.5
RETRY_SECONDS = 0.5
Found = TypeVar("Found")


class _SingleFlight(Generic[Found]):
    """A read shared by all callers while it is running or fresh.

    It is shared only as long as the audience's recent frames continue from the position at which it began.
    """

    def __init__(self, audience: "AudienceFeed") -> None:
        self._audience = audience
        self._begun = 0.0
        self._covers = 0  # the audience's cursor when the read began, so the result includes at least these events
        self._task: asyncio.Task[Found] | None = None

    def is_stale(self) -> bool:
        """Return whether the next caller needs a new read."""
        task, audience = self._task, self._audience
        if task is None or self._covers < min(audience.floor, audience.cursor) or _failed(task):
            return True
        lasts = UNCHANGED_SECONDS if self._covers == audience.cursor else SHARED_SECONDS
        return task.done() and asyncio.get_running_loop().time() - self._begun > lasts

    async def get(self, make: Callable[..., Coroutine[Any, Any, Found]], *args: Any) -> Found:
        """Return the result of the shared read, or start `make(*args)`."""
        if self._task is None or self.is_stale():
            self._begun, self._covers = asyncio.get_running_loop().time(), self._audience.cursor
            self._task = asyncio.ensure_future(make(*args))
        return await asyncio.shield(self._task)


def _failed(task: asyncio.Task[Any]) -> bool:
    return task.done() and (task.cancelled() or task.exception() is not None)


class AudienceFeed:
    """An audience of this process: its view, the wakeups of its sockets and its recent frames."""

    def __init__(self, view: View, cursor: int) -> None:
        self.view = view
        self.cursor = cursor  # last sequence number with a frame
        self.floor = cursor  # lowest position that the recent frames can continue
        self.recent: deque[Frame] = deque()
        self.wakeups: set[asyncio.Event] = set()
        self._snapshot: _SingleFlight[tuple[str, list[Frame]]] = _SingleFlight(self)
        self._catch_ups: dict[Position, _SingleFlight[list[Frame] | None]] = {}

    def add(self, frames: list[Frame], seq: int) -> None:
        """Add the frames up to `seq` and wake the sockets."""
        self.recent.extend(frames)
        while len(self.recent) > RECENT_FRAMES:
            self.floor = self.recent.popleft().seq
        self.cursor = seq
        if frames:
            for wakeup in self.wakeups:
                wakeup.set()

    def after(self, seq: int) -> list[Frame] | None:
        """Return the frames that a socket at `seq` lacks, or None if some of them were discarded."""
        if seq < self.floor:
            return None
        newest_first = takewhile(lambda frame: frame.seq > seq, reversed(self.recent))  # usually one of 256 or none
        return list(newest_first)[::-1]

    async def snapshot(self) -> tuple[str, list[Frame]]:
        """Return (epoch, frames of the complete state).

        Many sockets that reconnect at once share a few reads. The recent frames contain the events after a read began.
        """
        return await self._snapshot.get(in_thread, _make_snapshot, self.view)

    def has_catch_up(self, cursor: Position) -> bool:
        """Return whether the next `catch_up` from this position shares a read."""
        shared = self._catch_ups.get(cursor)
        return shared is not None and not shared.is_stale()

    async def catch_up(self, cursor: Position) -> list[Frame] | None:
        """Return the frames that a socket at `cursor` lacks, from the log, or None if it needs a snapshot.

        Sockets that lost the same server process have the same position and share the read.
        """
        for old in [position for position, shared in self._catch_ups.items() if shared.is_stale()]:
            del self._catch_ups[old]
        shared = self._catch_ups.setdefault(cursor, _SingleFlight(self))
        return await shared.get(in_thread, _catch_up, self.view, cursor)

    def discard_reads(self) -> None:
        """Discard shared reads, so that the next caller starts a new one."""
        self._snapshot = _SingleFlight(self)
        self._catch_ups.clear()


def _make_snapshot(view: View) -> tuple[str, list[Frame]]:
    """Read the head, then the rows. An event in between is applied twice, which is harmless, and never missed."""
    position = event_log.position(view.restaurant_id)
    return position.epoch, list(view.snapshot(position))


def _catch_up(view: View, cursor: Position) -> list[Frame] | None:
    """Return the frames after a position, rendered from the log, or None if the socket needs a snapshot."""
    now = event_log.position(view.restaurant_id)
    if event_log.too_far_behind(cursor, now):
        return None
    events = list(event_log.events_after(view.restaurant_id, cursor.seq))
    if not events:
        return []
    reached = Position(now.epoch, events[-1].seq)
    try:
        frames = list(view.changes(events, reached))
    except (AnyDatabaseError, OSError):
        raise
    except Exception:
        log.exception("changes for a socket cannot be rendered", extra={"audience": view.key})
        return None
    return frames if frames and frames[-1].seq == reached.seq else [*frames, Frame(reached.seq, "")]


class Hub:
    """The audiences of one event loop and the tail that feeds them."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.audiences: dict[str, AudienceFeed] = {}
        self.sockets = 0
        self.rechecker = CredentialRechecker()
        self.caps = SocketCaps()
        self.epoch = ""
        self.heads: Mapping[int, int] = {}
        self._wake = asyncio.Event()
        self._moved: set[int] = set()  # restaurants with a commit signal since the last poll
        self._notifier = CrossProcessNotifier(self._mark_moved)
        self._tail: asyncio.Task[None] | None = None
        self._open = False
        self._devices_due = loop.time() + DEVICES_EVERY_SECONDS

    def open(self) -> None:
        """Listen to the commits of this process, at least to forward them: it may have no socket of its own."""
        if not self._open:
            self._open = True
            commit_signal.subscribe(self.loop, self._on_local_commit)

    async def join(self, view: View, wakeup: asyncio.Event) -> AudienceFeed:
        """Subscribe a socket to its audience. The first socket starts the tail.

        Subscribe before reading, so that no event is missed.
        """
        audience = self.audiences.get(view.key)
        if audience is None:
            now = await in_thread(event_log.position, view.restaurant_id)
            audience = self.audiences.setdefault(view.key, AudienceFeed(view, now.seq))
            self.epoch = self.epoch or now.epoch
        audience.wakeups.add(wakeup)
        self.sockets += 1
        self.open()
        if self._tail is None or self._tail.done():
            self._tail = self.loop.create_task(self._tail_loop())
            self._notifier.start()
        return audience

    def leave(self, audience: AudienceFeed, wakeup: asyncio.Event) -> None:
        """Unsubscribe a socket. The last socket stops the tail."""
        if wakeup not in audience.wakeups:
            return
        audience.wakeups.discard(wakeup)
        self.sockets -= 1
        if not audience.wakeups:
            self.audiences.pop(audience.view.key, None)
        if not self.audiences and self._tail is not None:
            self._tail.cancel()
            self._tail = None
            self._notifier.stop()

    def _on_local_commit(self, restaurant_id: int, seq: int) -> None:
        """Wake the tail after a commit of this process and forward the signal to other processes."""
        self._mark_moved([restaurant_id])
        self._notifier.pass_on(restaurant_id, seq)

    def _mark_moved(self, restaurant_ids: Iterable[int]) -> None:
        """Mark restaurants as having new events and wake the tail."""
        self._moved.update(restaurant_ids)
        self._wake.set()

    async def _tail_loop(self) -> None:
        """Poll the log until cancelled, whatever the database does."""
        while True:
            began = self.loop.time()
            try:
                await self._poll_log()
                await self._flush_last_seen()
            except (AnyDatabaseError, OSError) as error:
                log.warning("event log cannot be read", extra={"error": repr(error)})
                await asyncio.sleep(RETRY_SECONDS)
            # The pause is as long as the poll, so a busy machine combines more commits and screens take half its time.
            await asyncio.sleep(min(max(TICK_SECONDS, self.loop.time() - began), LONGEST_REST_SECONDS))
            # Not wait_for, which in Python 3.11 loses a cancellation that coincides with the event.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(settings.FEED_POLL_SECONDS):
                    await self._wake.wait()
            self._wake.clear()

    async def _flush_last_seen(self) -> None:
        """Write the times at which devices were last seen, once a minute."""
        if self.loop.time() >= self._devices_due:
            self._devices_due = self.loop.time() + DEVICES_EVERY_SECONDS
            await in_thread(flush)

    async def _poll_log(self) -> None:
        """Read the heads of all watched restaurants and the events of those signalled, usually in one round trip."""
        by_restaurant: dict[int, list[AudienceFeed]] = {}
        for audience in self.audiences.values():
            by_restaurant.setdefault(audience.view.restaurant_id, []).append(audience)
        if not by_restaurant:
            return
        starts = {key: min(audience.cursor for audience in audiences) for key, audiences in by_restaurant.items()}
        moved, self._moved = self._moved & starts.keys(), set()
        update, events = await in_thread(_read_log, starts, moved)
        other_history = bool(self.epoch) and update.epoch != self.epoch  # a backup was restored
        self.epoch, self.heads = update.epoch, update.heads
        if other_history:
            for audience in self.audiences.values():
                _discard_frames(audience, update.heads.get(audience.view.restaurant_id, 0))
            return
        feeding = []
        for restaurant_id, audiences in by_restaurant.items():
            head = update.heads.get(restaurant_id, 0)
            behind = [audience for audience in audiences if audience.cursor != head]
            if behind:
                feeding.append(self._feed(behind, events.get(restaurant_id), Position(update.epoch, head)))
        await _run_all(feeding)

    async def _feed(self, audiences: list[AudienceFeed], events: Sequence[Event] | None, now: Position) -> None:
        """Render the events for these audiences.

        With None, for too many events or another history, discard their frames.
        """
        if events is None:
            for audience in audiences:
                _discard_frames(audience, now.seq)
            return
        if not events:
            return
        reached = Position(now.epoch, events[-1].seq)
        await _run_all(
            self._render_changes(audience, [event for event in events if event.seq > audience.cursor], reached)
            for audience in audiences
        )
        if reached.seq < now.seq:
            self._wake.set()

    async def _render_changes(self, audience: AudienceFeed, events: list[Event], reached: Position) -> None:
        """Add the frames of one audience. If they cannot be rendered, log it and make the sockets take a snapshot."""
        try:
            audience.add(await in_thread(_make_changes, audience.view, events, reached), reached.seq)
        except (AnyDatabaseError, OSError):
            raise
        except Exception:
            log.exception("changes for an audience cannot be rendered", extra={"audience": audience.view.key})
            _discard_frames(audience, reached.seq)


async def _run_all(work: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Run all coroutines concurrently, then raise the first failure.

    On a busy machine the last audience must not wait for all others.
    """
    for outcome in await asyncio.gather(*work, return_exceptions=True):
        if isinstance(outcome, BaseException):
            raise outcome


def _discard_frames(audience: AudienceFeed, seq: int) -> None:
    """Discard buffered frames, so that every socket must take a snapshot."""
    audience.recent.clear()
    audience.discard_reads()
    audience.cursor = seq
    audience.floor = seq + 1
    for wakeup in audience.wakeups:
        wakeup.set()


def _read_log(
    starts: Mapping[int, int], moved: Set[int]
) -> tuple[event_log.LogUpdate, dict[int, Sequence[Event] | None]]:
    """Return (the log now, the events after each start of the restaurants that moved).

    None stands for too many events or a log that went back. Signalled restaurants are read with the heads; the others,
    if their signal was lost, take a round trip of their own.
    """
    update = event_log.read_log(starts, {restaurant_id: starts[restaurant_id] for restaurant_id in moved})
    events: dict[int, Sequence[Event] | None] = {}
    for restaurant_id, start in starts.items():
        ahead = update.heads.get(restaurant_id, 0) - start
        if 0 < ahead <= settings.FEED_CATCH_UP_LIMIT:
            found = update.events.get(restaurant_id)
            events[restaurant_id] = event_log.events_after(restaurant_id, start) if found is None else found
        elif ahead:
            events[restaurant_id] = None
    return update, events


def _make_changes(view: View, events: list[Event], position: Position) -> list[Frame]:
    return list(view.changes(events, position))


_hubs: dict[asyncio.AbstractEventLoop, Hub] = {}


def current_hub() -> Hub:
    """Return the hub of the running loop. A server process has one loop, tests have one each."""
    loop = asyncio.get_running_loop()
    for other in [known for known in _hubs if known.is_closed()]:
        del _hubs[other]
    if loop not in _hubs:
        _hubs[loop] = Hub(loop)
    return _hubs[loop]


def open_current_hub() -> None:
    """Let the hub of the running loop listen to this process's commits and forward them to other processes."""
    current_hub().open()


def hub_facts() -> dict[str, Any]:
    """Return the number of open sockets and of audiences in this process, for /api/debug and /metrics."""
    hubs = list(_hubs.values())
    return {
        "open": sum(hub.sockets for hub in hubs),
        "audiences": sum(len(hub.audiences) for hub in hubs),
    }
