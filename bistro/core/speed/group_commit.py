"""Group commit: requests that arrive while a transaction commits are written together by the next one (ADR 0007).

Each restaurant has a queue. The first request in it leads: it writes everything queued, then promotes the first request
that arrived meanwhile. A request from a thread leads in that thread; for a request from the event loop a thread of the
writer pool leads. Every caller is answered after the commit of its own batch.
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
from django.utils.translation import gettext

from bistro.core.kernel.errors import Overloaded

Request = TypeVar("Request")
Outcome = TypeVar("Outcome")

LARGEST_BATCH = 64
LONGEST_WAIT_SECONDS = 30.0


class _PendingRequest(Generic[Request, Outcome]):
    """A queued request. Subclasses define how its caller is notified."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.outcome: Outcome | None = None
        self.failure: Exception | None = None
        self.is_leader = self.answered = False

    def make_leader(self) -> None:
        """Make this request the batch leader."""
        self.is_leader = True

    def answer(self, outcome: Outcome | None, failure: Exception | None = None) -> None:
        """Store the outcome, or the failure of the write."""
        self.outcome, self.failure, self.answered = outcome, failure, True

    def result(self) -> Outcome:
        """Return the outcome. Raises what the writer raised."""
        if self.failure is not None:
            raise self.failure
        return self.outcome  # type: ignore[return-value]  # set, because the write did not fail


class _ThreadRequest(_PendingRequest[Request, Outcome]):
    """A request whose caller is a waiting thread."""

    def __init__(self, request: Request) -> None:
        super().__init__(request)
        self.changed = threading.Event()

    def make_leader(self) -> None:
        super().make_leader()
        self.changed.set()

    def answer(self, outcome: Outcome | None, failure: Exception | None = None) -> None:
        super().answer(outcome, failure)
        self.changed.set()


class _LoopRequest(_PendingRequest[Request, Outcome]):
    """A request whose caller is a coroutine. `lead` starts a thread of the writer pool."""

    def __init__(self, request: Request, lead: Callable[[], None]) -> None:
        super().__init__(request)
        self._loop = asyncio.get_running_loop()
        self._lead = lead
        self.done: asyncio.Future[None] = self._loop.create_future()

    def make_leader(self) -> None:
        super().make_leader()
        self._lead()

    def answer(self, outcome: Outcome | None, failure: Exception | None = None) -> None:
        super().answer(outcome, failure)
        with contextlib.suppress(RuntimeError):  # the event loop has ended, and with it the caller
            self._loop.call_soon_threadsafe(self._wake)

    def _wake(self) -> None:
        if not self.done.done():
            self.done.set_result(None)


class GroupCommit(Generic[Request, Outcome]):
    """A queue and writer of batches.

    `write` takes the requests of a batch and returns one outcome each, in their order.
    """

    def __init__(self, write: Callable[[Sequence[Request]], Sequence[Outcome]]) -> None:
        self._write = write
        self._guard = threading.Lock()
        self._queues: dict[int, deque[_PendingRequest[Request, Outcome]]] = {}
        self._threads = ThreadPoolExecutor(settings.WRITERS, thread_name_prefix="writer")

    def submit(self, queue_key: int, request: Request) -> Outcome:
        """Write one request, alone or in a batch. Raises what `write` raised, or Overloaded after thirty seconds."""
        pending: _ThreadRequest[Request, Outcome] = _ThreadRequest(request)
        if not self._enqueue(queue_key, pending):
            _release_connection()
            if not pending.changed.wait(LONGEST_WAIT_SECONDS) and self._withdraw(queue_key, pending):
                raise _overloaded()
            pending.changed.wait()
        if not pending.answered:
            self._lead(queue_key)
        return pending.result()

    async def submit_from_loop(self, queue_key: int, request: Request) -> Outcome:
        """Write one request for a coroutine, without blocking a thread. Raises like `submit`."""
        pending: _LoopRequest[Request, Outcome] = _LoopRequest(request, lambda: self._lead_in_pool(queue_key))
        if self._enqueue(queue_key, pending):
            pending.make_leader()
        try:
            await asyncio.wait_for(asyncio.shield(pending.done), LONGEST_WAIT_SECONDS)
        except TimeoutError:
            if self._withdraw(queue_key, pending):
                raise _overloaded() from None
            await pending.done
        return pending.result()

    def _enqueue(self, queue_key: int, pending: _PendingRequest[Request, Outcome]) -> bool:
        """Append to the queue. Return True if the queue was empty, so that the caller becomes the leader."""
        with self._guard:
            leads = queue_key not in self._queues
            self._queues.setdefault(queue_key, deque()).append(pending)
        return leads

    def _lead_in_pool(self, queue_key: int) -> None:
        self._threads.submit(self._lead_with_connection, queue_key)

    def _lead_with_connection(self, queue_key: int) -> None:
        """Lead in a pool thread, which has no request cycle to close its connection."""
        close_old_connections()
        try:
            self._lead(queue_key)
        finally:
            close_old_connections()

    def _lead(self, queue_key: int) -> None:
        """Write one batch, the leader's request first, then promote the next leader."""
        with self._guard:
            queue = self._queues[queue_key]
            batch = [queue.popleft() for _ in range(min(len(queue), LARGEST_BATCH))]
        try:
            outcomes = self._write([pending.request for pending in batch])
        except Exception as failure:  # each caller raises it in its own request
            for pending in batch:
                pending.answer(None, failure)
        else:
            for pending, outcome in zip(batch, outcomes, strict=True):
                pending.answer(outcome)
        finally:
            self._promote_next(queue_key)

    def _promote_next(self, queue_key: int) -> None:
        with self._guard:
            queue = self._queues[queue_key]
            if queue:
                queue[0].make_leader()  # under the guard, so that the request cannot withdraw at the same time
            else:
                del self._queues[queue_key]

    def _withdraw(self, queue_key: int, pending: _PendingRequest[Request, Outcome]) -> bool:
        """Remove the request from its queue. Return False if a batch has taken it or it has become the leader."""
        with self._guard:
            if pending.is_leader or pending not in self._queues.get(queue_key, ()):
                return False
            self._queues[queue_key].remove(pending)
            return True


def _overloaded() -> Overloaded:
    return Overloaded(gettext("Too many orders at once. Try again in a moment."))


def _release_connection() -> None:
    """Release this thread's pooled connection while it waits."""
    if connection.vendor == "postgresql" and not connection.in_atomic_block:
        connection.close()
