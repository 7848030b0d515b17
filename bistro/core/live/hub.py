"""One hub per process: one tail reads the log for all its sockets (DESIGN section 5).

The doorbell wakes the tail; it also looks by itself every second, so a lost ring costs at most that second. A socket
has no queue: it has a cursor, and the audience's recent frames wait for it. One that is too far behind gets a snapshot.
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
TICK_SECONDS = 0.005  # at least so long between two looks; under load as long as the last one took
SHARED_SECONDS = 0.05  # who asks for the same within this time of its start shares the reading
UNCHANGED_SECONDS = 0.5  # the same, while nothing has happened since
LONGEST_REST_SECONDS = 0.5
RETRY_SECONDS = 0.5
Found = TypeVar("Found")


class _SingleFlight(Generic[Found]):
    """A reading that is made for whoever asks while it is under way or new, as long as the recent frames go on from
    where it was begun."""

    def __init__(self, audience: "AudienceFeed") -> None:
        self._watch = audience
        self._begun = 0.0
        self._brings = 0  # at least so far: the log had reached it
        self._task: asyncio.Task[Found] | None = None

    def is_over(self) -> bool:
        """Whether the next who asks gets a new one."""
        task, audience = self._task, self._watch
        if task is None or self._brings < min(audience.floor, audience.cursor) or _failed(task):
            return True
        lasts = UNCHANGED_SECONDS if self._brings == audience.cursor else SHARED_SECONDS
        return task.done() and asyncio.get_running_loop().time() - self._begun > lasts

    async def get(self, make: Callable[..., Coroutine[Any, Any, Found]], *args: Any) -> Found:
        if self._task is None or self.is_over():
            self._begun, self._brings = asyncio.get_running_loop().time(), self._watch.cursor
            self._task = asyncio.ensure_future(make(*args))
        return await asyncio.shield(self._task)


def _failed(task: asyncio.Task[Any]) -> bool:
    return task.done() and (task.cancelled() or task.exception() is not None)


class AudienceFeed:
    """One audience of this process: its view, its sockets' wake-ups and its recent frames."""

    def __init__(self, view: View, cursor: int) -> None:
        self.view = view
        self.cursor = cursor  # frames up to here are made
        self.floor = cursor  # recent frames bring a socket from here on
        self.recent: deque[Frame] = deque()
        self.wakeups: set[asyncio.Event] = set()
        self._snapshot: _SingleFlight[tuple[str, list[Frame]]] = _SingleFlight(self)
        self._catch_ups: dict[Position, _SingleFlight[list[Frame] | None]] = {}

    def add(self, frames: list[Frame], seq: int) -> None:
        """New frames are there up to `seq`; wake everybody."""
        self.recent.extend(frames)
        while len(self.recent) > RECENT_FRAMES:
            self.floor = self.recent.popleft().seq
        self.cursor = seq
        if frames:
            for wakeup in self.wakeups:
                wakeup.set()

    def after(self, seq: int) -> list[Frame] | None:
        """The frames that a socket at `seq` lacks; None when they are no longer all here."""
        if seq < self.floor:
            return None
        newest_first = takewhile(lambda frame: frame.seq > seq, reversed(self.recent))  # mostly one or none of 256
        return list(newest_first)[::-1]

    async def snapshot(self) -> tuple[str, list[Frame]]:
        """(epoch, everything). A storm of reconnects costs a few readings, not one each. What came after one began
        stands in the recent frames."""
        return await self._snapshot.get(in_thread, _make_snapshot, self.view)

    async def catch_up(self, cursor: Position) -> list[Frame] | None:
        """What a socket at `cursor` lacks, from the log; None when it needs a snapshot. Screens that lost the same
        process stand at the same place, and share it too."""
        for old in [place for place, shared in self._catch_ups.items() if shared.is_over()]:
            del self._catch_ups[old]
        shared = self._catch_ups.setdefault(cursor, _SingleFlight(self))
        return await shared.get(in_thread, _catch_up, self.view, cursor)

    def forget_shared(self) -> None:
        """The next who asks gets a new one."""
        self._snapshot = _SingleFlight(self)
        self._catch_ups.clear()


def _make_snapshot(view: View) -> tuple[str, list[Frame]]:
    """The head first, then the rows: an event in between is folded twice, which is harmless; never missed."""
    position = event_log.position(view.restaurant_id)
    return position.epoch, list(view.snapshot(position))


def _catch_up(view: View, cursor: Position) -> list[Frame] | None:
    """The frames after a cursor, made from the log; None when it needs a snapshot."""
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
        log.exception("changes of a socket cannot be rendered", extra={"audience": view.key})
        return None
    return frames if frames and frames[-1].seq == reached.seq else [*frames, Frame(reached.seq, "")]


class Hub:
    """The audiences of one event loop, and the tail that feeds them."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.audiences: dict[str, AudienceFeed] = {}
        self.sockets = 0
        self.rechecker = CredentialRechecker()
        self.epoch = ""
        self.heads: Mapping[int, int] = {}
        self._wake = asyncio.Event()
        self._moved: set[int] = set()  # restaurants that rang since the last look
        self._bell = CrossProcessNotifier(self._mark_moved)
        self._tail: asyncio.Task[None] | None = None
        self._open = False
        self._devices_due = loop.time() + DEVICES_EVERY_SECONDS

    def open(self) -> None:
        """Hear the commits of this process from now on, if only to pass them on: it may have no socket of its own."""
        if not self._open:
            self._open = True
            commit_signal.subscribe(self.loop, self._on_local_commit)

    async def join(self, view: View, wakeup: asyncio.Event) -> AudienceFeed:
        """Subscribe first, read second. The first socket starts the tail."""
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
            self._bell.start()
        return audience

    def leave(self, audience: AudienceFeed, wakeup: asyncio.Event) -> None:
        """Unsubscribe; the last socket stops the tail."""
        if wakeup not in audience.wakeups:
            return
        audience.wakeups.discard(wakeup)
        self.sockets -= 1
        if not audience.wakeups:
            self.audiences.pop(audience.view.key, None)
        if not self.audiences and self._tail is not None:
            self._tail.cancel()
            self._tail = None
            self._bell.stop()

    def _on_local_commit(self, restaurant_id: int, seq: int) -> None:
        """A commit of this process: wake the tail, and pass it on to the other processes."""
        self._mark_moved([restaurant_id])
        self._bell.pass_on(restaurant_id, seq)

    def _mark_moved(self, restaurant_ids: Iterable[int]) -> None:
        """These have probably moved."""
        self._moved.update(restaurant_ids)
        self._wake.set()

    async def _tail_loop(self) -> None:
        """The tail. Whatever the database does, it goes on."""
        while True:
            began = self.loop.time()
            try:
                await self._poll_log()
                await self._write_down_devices()
            except (AnyDatabaseError, OSError) as error:
                log.warning("the tail cannot read the log", extra={"error": repr(error)})
                await asyncio.sleep(RETRY_SECONDS)
            # The busier the machine, the more commits are rendered together: screens never take more than half of it.
            await asyncio.sleep(min(max(TICK_SECONDS, self.loop.time() - began), LONGEST_REST_SECONDS))
            # Not wait_for: in Python 3.11 that forgets that it was cancelled when the event comes at the same moment.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(settings.FEED_POLL_SECONDS):
                    await self._wake.wait()
            self._wake.clear()

    async def _write_down_devices(self) -> None:
        """Once a minute: which devices were heard of."""
        if self.loop.time() >= self._devices_due:
            self._devices_due = self.loop.time() + DEVICES_EVERY_SECONDS
            await in_thread(flush)

    async def _poll_log(self) -> None:
        """Mostly one trip to the database: the heads of all watched restaurants, and the events of those that rang."""
        by_restaurant: dict[int, list[AudienceFeed]] = {}
        for audience in self.audiences.values():
            by_restaurant.setdefault(audience.view.restaurant_id, []).append(audience)
        if not by_restaurant:
            return
        starts = {key: min(audience.cursor for audience in audiences) for key, audiences in by_restaurant.items()}
        moved, self._moved = self._moved & starts.keys(), set()
        news, events = await in_thread(_read_log, starts, moved)
        other_history = bool(self.epoch) and news.epoch != self.epoch  # a backup was restored
        self.epoch, self.heads = news.epoch, news.heads
        if other_history:
            for audience in self.audiences.values():
                _discard_frames(audience, news.heads.get(audience.view.restaurant_id, 0))
            return
        feeding = []
        for restaurant_id, audiences in by_restaurant.items():
            head = news.heads.get(restaurant_id, 0)
            behind = [audience for audience in audiences if audience.cursor != head]
            if behind:
                feeding.append(self._feed(behind, events.get(restaurant_id), Position(news.epoch, head)))
        await _all_of(feeding)

    async def _feed(self, audiences: list[AudienceFeed], events: Sequence[Event] | None, now: Position) -> None:
        """Bring these audiences up to the events' last; None: there are too many, or the log is another one."""
        if events is None:
            for audience in audiences:
                _discard_frames(audience, now.seq)
            return
        if not events:
            return
        reached = Position(now.epoch, events[-1].seq)
        await _all_of(
            self._render_changes(audience, [event for event in events if event.seq > audience.cursor], reached)
            for audience in audiences
        )
        if reached.seq < now.seq:
            self._wake.set()

    async def _render_changes(self, audience: AudienceFeed, events: list[Event], reached: Position) -> None:
        """Make one audience's frames. What cannot be rendered as changes is shown as a snapshot, and logged."""
        try:
            audience.add(await in_thread(_make_changes, audience.view, events, reached), reached.seq)
        except (AnyDatabaseError, OSError):
            raise
        except Exception:
            log.exception("changes of an audience cannot be rendered", extra={"audience": audience.view.key})
            _discard_frames(audience, reached.seq)


async def _all_of(work: Iterable[Coroutine[Any, Any, None]]) -> None:
    """All at once: on a busy machine the last of many audiences must not wait for all the others. What failed is
    raised when everything else is done."""
    for outcome in await asyncio.gather(*work, return_exceptions=True):
        if isinstance(outcome, BaseException):
            raise outcome


def _discard_frames(audience: AudienceFeed, seq: int) -> None:
    """Its recent frames lead nowhere any more: sockets take a snapshot."""
    audience.recent.clear()
    audience.forget_shared()
    audience.cursor = seq
    audience.floor = seq + 1
    for wakeup in audience.wakeups:
        wakeup.set()


def _read_log(
    starts: Mapping[int, int], moved: Set[int]
) -> tuple[event_log.LogUpdate, dict[int, Sequence[Event] | None]]:
    """(the log now, the events after each start of those that moved). None where they lead nowhere. Who rang is asked
    for with the heads; whose ring was lost, with a trip of its own."""
    news = event_log.news(starts, {restaurant_id: starts[restaurant_id] for restaurant_id in moved})
    events: dict[int, Sequence[Event] | None] = {}
    for restaurant_id, start in starts.items():
        ahead = news.heads.get(restaurant_id, 0) - start
        if 0 < ahead <= settings.FEED_CATCH_UP_LIMIT:
            found = news.events.get(restaurant_id)
            events[restaurant_id] = event_log.events_after(restaurant_id, start) if found is None else found
        elif ahead:
            events[restaurant_id] = None
    return news, events


def _make_changes(view: View, events: list[Event], position: Position) -> list[Frame]:
    return list(view.changes(events, position))


_hubs: dict[asyncio.AbstractEventLoop, Hub] = {}


def current_hub() -> Hub:
    """The hub of the running loop; a server process has one loop, tests have one each."""
    loop = asyncio.get_running_loop()
    for other in [known for known in _hubs if known.is_closed()]:
        del _hubs[other]
    if loop not in _hubs:
        _hubs[loop] = Hub(loop)
    return _hubs[loop]


def open_current_hub() -> None:
    """Let the hub of the running loop hear this process's commits, so that it passes them on to other processes."""
    current_hub().open()


def hub_facts() -> dict[str, Any]:
    """For /api/debug and /metrics: open sockets, audiences, heads."""
    hubs = list(_hubs.values())
    return {
        "open": sum(hub.sockets for hub in hubs),
        "audiences": sum(len(hub.audiences) for hub in hubs),
    }
