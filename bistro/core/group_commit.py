"""Group commit: requests that arrive while a transaction is committing are written together by the next one.

One lane a restaurant. The first request of a lane leads: it writes everything that waits, and hands the lead to the
first that came meanwhile. A request that came in a thread leads in it; one that came on the event loop has a thread of
the desk lead for it. Every caller is answered after the commit of its own batch.
"""

import asyncio
import contextlib
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

from django.conf import settings
from django.db import close_old_connections, connection

from bistro.core.errors import Overloaded

Request = TypeVar("Request")
Outcome = TypeVar("Outcome")

LARGEST_BATCH = 64
LONGEST_WAIT_SECONDS = 30.0


class _Place(Generic[Request, Outcome]):
    """One request's place in a lane. Subclasses say how its caller hears of it."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.outcome: Outcome | None = None
        self.failure: Exception | None = None
        self.called = self.answered = False

    def call(self) -> None:
        """It is its turn to lead."""
        self.called = True

    def answer(self, outcome: Outcome | None, failure: Exception | None = None) -> None:
        """It was written, or could not be."""
        self.outcome, self.failure, self.answered = outcome, failure, True

    def result(self) -> Outcome:
        """What the caller is told. Raises what the writer raised."""
        if self.failure is not None:
            raise self.failure
        return self.outcome  # type: ignore[return-value]  # answered, and without a failure


class _InThread(_Place[Request, Outcome]):
    """Its caller is a thread that waits."""

    def __init__(self, request: Request) -> None:
        super().__init__(request)
        self.news = threading.Event()

    def call(self) -> None:
        super().call()
        self.news.set()

    def answer(self, outcome: Outcome | None, failure: Exception | None = None) -> None:
        super().answer(outcome, failure)
        self.news.set()


class _OnLoop(_Place[Request, Outcome]):
    """Its caller is a coroutine. `lead` starts a thread of the desk."""

    def __init__(self, request: Request, lead: Callable[[], None]) -> None:
        super().__init__(request)
        self._loop = asyncio.get_running_loop()
        self._lead = lead
        self.done: asyncio.Future[None] = self._loop.create_future()

    def call(self) -> None:
        super().call()
        self._lead()

    def answer(self, outcome: Outcome | None, failure: Exception | None = None) -> None:
        super().answer(outcome, failure)
        with contextlib.suppress(RuntimeError):  # the loop has ended, and its caller with it
            self._loop.call_soon_threadsafe(self._wake)

    def _wake(self) -> None:
        if not self.done.done():
            self.done.set_result(None)


class GroupCommit(Generic[Request, Outcome]):
    """`write` takes the requests of a batch and returns one outcome each, in their order."""

    def __init__(self, write: Callable[[Sequence[Request]], Sequence[Outcome]]) -> None:
        self._write = write
        self._guard = threading.Lock()
        self._lanes: dict[int, deque[_Place[Request, Outcome]]] = {}
        self._threads = ThreadPoolExecutor(settings.WRITERS, thread_name_prefix="desk")

    def submit(self, lane: int, request: Request) -> Outcome:
        """Write one request, alone or with others. Raises what `write` raised, or Overloaded after thirty seconds."""
        place: _InThread[Request, Outcome] = _InThread(request)
        if not self._line_up(lane, place):
            _give_back_connection()
            if not place.news.wait(LONGEST_WAIT_SECONDS) and self._give_up(lane, place):
                raise _too_much()
            place.news.wait()
        if not place.answered:
            self._lead(lane)
        return place.result()

    async def submit_from_loop(self, lane: int, request: Request) -> Outcome:
        """The same for a coroutine: no thread waits, and as many as like may come at once."""
        place: _OnLoop[Request, Outcome] = _OnLoop(request, lambda: self._lead_elsewhere(lane))
        if self._line_up(lane, place):
            place.call()
        try:
            await asyncio.wait_for(asyncio.shield(place.done), LONGEST_WAIT_SECONDS)
        except TimeoutError:
            if self._give_up(lane, place):
                raise _too_much() from None
            await place.done
        return place.result()

    def _line_up(self, lane: int, place: _Place[Request, Outcome]) -> bool:
        """Whether it leads."""
        with self._guard:
            leads = lane not in self._lanes
            self._lanes.setdefault(lane, deque()).append(place)
        return leads

    def _lead_elsewhere(self, lane: int) -> None:
        self._threads.submit(self._lead_with_connection, lane)

    def _lead_with_connection(self, lane: int) -> None:
        """In a thread of the desk, which has no request that would look after its connection."""
        close_old_connections()
        try:
            self._lead(lane)
        finally:
            close_old_connections()

    def _lead(self, lane: int) -> None:
        """Write what waits, the leader's own request first, then call the next leader."""
        with self._guard:
            queue = self._lanes[lane]
            batch = [queue.popleft() for _ in range(min(len(queue), LARGEST_BATCH))]
        try:
            outcomes = self._write([place.request for place in batch])
        except Exception as failure:  # each caller raises it in its own request
            for place in batch:
                place.answer(None, failure)
        else:
            for place, outcome in zip(batch, outcomes, strict=True):
                place.answer(outcome)
        finally:
            self._pass_on(lane)

    def _pass_on(self, lane: int) -> None:
        with self._guard:
            queue = self._lanes[lane]
            if queue:
                queue[0].call()  # under the guard: it cannot give up and lead at once
            else:
                del self._lanes[lane]

    def _give_up(self, lane: int, place: _Place[Request, Outcome]) -> bool:
        """Leave the lane, unless somebody has taken the request already or called it to lead."""
        with self._guard:
            if place.called or place not in self._lanes.get(lane, ()):
                return False
            self._lanes[lane].remove(place)
            return True


def _too_much() -> Overloaded:
    return Overloaded("Too many orders at once. Try again in a moment.")


def _give_back_connection() -> None:
    """Who only waits needs no connection of the pool."""
    if connection.vendor == "postgresql" and not connection.in_atomic_block:
        connection.close()
