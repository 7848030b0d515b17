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

from bistro.core import doorbell, feed
from bistro.core.feed import Position
from bistro.core.last_seen import write_down
from bistro.core.live.frames import Frame, View
from bistro.core.live.judge import Judge
from bistro.core.live.layer import LayerBell
from bistro.core.live.threads import in_thread
from bistro.core.models import Event

log = logging.getLogger(__name__)
RECENT_FRAMES = 256
DEVICES_EVERY_SECONDS = 60.0
TICK_SECONDS = 0.005  # at least so long between two looks; under load as long as the last one took
SHARED_SECONDS = 0.05  # who asks for the same within this time of its start shares the reading
UNCHANGED_SECONDS = 0.5  # the same, while nothing has happened since
LONGEST_REST_SECONDS = 0.5
RETRY_SECONDS = 0.5
Found = TypeVar("Found")


class _Shared(Generic[Found]):
    """A reading that is made for whoever asks while it is under way or new, as long as the recent frames go on from
    where it was begun."""

    def __init__(self, watch: "Watch") -> None:
        self._watch = watch
        self._begun = 0.0
        self._brings = 0  # at least so far: the log had reached it
        self._task: asyncio.Task[Found] | None = None

    def is_over(self) -> bool:
        """Whether the next who asks gets a new one."""
        task, watch = self._task, self._watch
        if task is None or self._brings < min(watch.floor, watch.cursor) or _failed(task):
            return True
        lasts = UNCHANGED_SECONDS if self._brings == watch.cursor else SHARED_SECONDS
        return task.done() and asyncio.get_running_loop().time() - self._begun > lasts

    async def get(self, make: Callable[..., Coroutine[Any, Any, Found]], *args: Any) -> Found:
        if self._task is None or self.is_over():
            self._begun, self._brings = asyncio.get_running_loop().time(), self._watch.cursor
            self._task = asyncio.ensure_future(make(*args))
        return await asyncio.shield(self._task)


def _failed(task: asyncio.Task[Any]) -> bool:
    return task.done() and (task.cancelled() or task.exception() is not None)


class Watch:
    """One audience of this process: its view, its sockets' wake-ups and its recent frames."""

    def __init__(self, view: View, cursor: int) -> None:
        self.view = view
        self.cursor = cursor  # frames up to here are made
        self.floor = cursor  # recent frames bring a socket from here on
        self.recent: deque[Frame] = deque()
        self.bells: set[asyncio.Event] = set()
        self._snapshot: _Shared[tuple[str, list[Frame]]] = _Shared(self)
        self._catch_ups: dict[Position, _Shared[list[Frame] | None]] = {}

    def add(self, frames: list[Frame], seq: int) -> None:
        """New frames are there up to `seq`; wake everybody."""
        self.recent.extend(frames)
        while len(self.recent) > RECENT_FRAMES:
            self.floor = self.recent.popleft().seq
        self.cursor = seq
        if frames:
            for bell in self.bells:
                bell.set()

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
        shared = self._catch_ups.setdefault(cursor, _Shared(self))
        return await shared.get(in_thread, _catch_up, self.view, cursor)

    def forget_shared(self) -> None:
        """The next who asks gets a new one."""
        self._snapshot = _Shared(self)
        self._catch_ups.clear()


def _make_snapshot(view: View) -> tuple[str, list[Frame]]:
    """The head first, then the rows: an event in between is folded twice, which is harmless; never missed."""
    position = feed.position(view.restaurant_id)
    return position.epoch, list(view.snapshot(position))


def _catch_up(view: View, cursor: Position) -> list[Frame] | None:
    """The frames after a cursor, made from the log; None when it needs a snapshot."""
    now = feed.position(view.restaurant_id)
    if feed.too_far_behind(cursor, now):
        return None
    events = list(feed.events_after(view.restaurant_id, cursor.seq))
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
    """The watches of one event loop, and the tail that feeds them."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.watches: dict[str, Watch] = {}
        self.sockets = 0
        self.judge = Judge()
        self.epoch = ""
        self.heads: Mapping[int, int] = {}
        self._wake = asyncio.Event()
        self._moved: set[int] = set()  # restaurants that rang since the last look
        self._bell = LayerBell(self._rung)
        self._tail: asyncio.Task[None] | None = None
        self._open = False
        self._devices_due = loop.time() + DEVICES_EVERY_SECONDS

    def open(self) -> None:
        """Hear the commits of this process from now on, if only to pass them on: it may have no socket of its own."""
        if not self._open:
            self._open = True
            doorbell.subscribe(self.loop, self._rung_here)

    async def join(self, view: View, bell: asyncio.Event) -> Watch:
        """Subscribe first, read second. The first socket starts the tail."""
        watch = self.watches.get(view.key)
        if watch is None:
            now = await in_thread(feed.position, view.restaurant_id)
            watch = self.watches.setdefault(view.key, Watch(view, now.seq))
            self.epoch = self.epoch or now.epoch
        watch.bells.add(bell)
        self.sockets += 1
        self.open()
        if self._tail is None or self._tail.done():
            self._tail = self.loop.create_task(self._follow())
            self._bell.start()
        return watch

    def leave(self, watch: Watch, bell: asyncio.Event) -> None:
        """Unsubscribe; the last socket stops the tail."""
        if bell not in watch.bells:
            return
        watch.bells.discard(bell)
        self.sockets -= 1
        if not watch.bells:
            self.watches.pop(watch.view.key, None)
        if not self.watches and self._tail is not None:
            self._tail.cancel()
            self._tail = None
            self._bell.stop()

    def _rung_here(self, restaurant_id: int, seq: int) -> None:
        """A commit of this process: wake the tail, and pass it on to the other processes."""
        self._rung([restaurant_id])
        self._bell.pass_on(restaurant_id, seq)

    def _rung(self, restaurant_ids: Iterable[int]) -> None:
        """These have probably moved."""
        self._moved.update(restaurant_ids)
        self._wake.set()

    async def _follow(self) -> None:
        """The tail. Whatever the database does, it goes on."""
        while True:
            began = self.loop.time()
            try:
                await self._look()
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
            await in_thread(write_down)

    async def _look(self) -> None:
        """Mostly one trip to the database: the heads of all watched restaurants, and the events of those that rang."""
        by_restaurant: dict[int, list[Watch]] = {}
        for watch in self.watches.values():
            by_restaurant.setdefault(watch.view.restaurant_id, []).append(watch)
        if not by_restaurant:
            return
        starts = {key: min(watch.cursor for watch in watches) for key, watches in by_restaurant.items()}
        moved, self._moved = self._moved & starts.keys(), set()
        news, events = await in_thread(_read_news, starts, moved)
        other_history = bool(self.epoch) and news.epoch != self.epoch  # a backup was restored
        self.epoch, self.heads = news.epoch, news.heads
        if other_history:
            for watch in self.watches.values():
                _restart(watch, news.heads.get(watch.view.restaurant_id, 0))
            return
        feeding = []
        for restaurant_id, watches in by_restaurant.items():
            head = news.heads.get(restaurant_id, 0)
            behind = [watch for watch in watches if watch.cursor != head]
            if behind:
                feeding.append(self._feed(behind, events.get(restaurant_id), Position(news.epoch, head)))
        await _all_of(feeding)

    async def _feed(self, watches: list[Watch], events: Sequence[Event] | None, now: Position) -> None:
        """Bring these watches up to the events' last; None: there are too many, or the log is another one."""
        if events is None:
            for watch in watches:
                _restart(watch, now.seq)
            return
        if not events:
            return
        reached = Position(now.epoch, events[-1].seq)
        await _all_of(
            self._bring(watch, [event for event in events if event.seq > watch.cursor], reached) for watch in watches
        )
        if reached.seq < now.seq:
            self._wake.set()

    async def _bring(self, watch: Watch, events: list[Event], reached: Position) -> None:
        """Make one audience's frames. What cannot be rendered as changes is shown as a snapshot, and logged."""
        try:
            watch.add(await in_thread(_make_changes, watch.view, events, reached), reached.seq)
        except (AnyDatabaseError, OSError):
            raise
        except Exception:
            log.exception("changes of an audience cannot be rendered", extra={"audience": watch.view.key})
            _restart(watch, reached.seq)


async def _all_of(work: Iterable[Coroutine[Any, Any, None]]) -> None:
    """All at once: on a busy machine the last of many audiences must not wait for all the others. What failed is
    raised when everything else is done."""
    for outcome in await asyncio.gather(*work, return_exceptions=True):
        if isinstance(outcome, BaseException):
            raise outcome


def _restart(watch: Watch, seq: int) -> None:
    """Its recent frames lead nowhere any more: sockets take a snapshot."""
    watch.recent.clear()
    watch.forget_shared()
    watch.cursor = seq
    watch.floor = seq + 1
    for bell in watch.bells:
        bell.set()


def _read_news(starts: Mapping[int, int], moved: Set[int]) -> tuple[feed.News, dict[int, Sequence[Event] | None]]:
    """(the log now, the events after each start of those that moved). None where they lead nowhere. Who rang is asked
    for with the heads; whose ring was lost, with a trip of its own."""
    news = feed.news(starts, {restaurant_id: starts[restaurant_id] for restaurant_id in moved})
    events: dict[int, Sequence[Event] | None] = {}
    for restaurant_id, start in starts.items():
        ahead = news.heads.get(restaurant_id, 0) - start
        if 0 < ahead <= settings.FEED_CATCH_UP_LIMIT:
            found = news.events.get(restaurant_id)
            events[restaurant_id] = feed.events_after(restaurant_id, start) if found is None else found
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


def hub_facts() -> dict[str, Any]:
    """For /api/debug and /metrics: open sockets, audiences, heads."""
    hubs = list(_hubs.values())
    return {
        "open": sum(hub.sockets for hub in hubs),
        "audiences": sum(len(hub.watches) for hub in hubs),
    }
