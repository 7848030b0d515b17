"""Group commit: requests that arrive while a transaction is committing are written together by the next one.

One lane a restaurant. There is no writer thread: the first request of a lane leads, writes everything that waits, and
hands the lead to the first that came meanwhile. Every caller is answered after the commit of its own batch.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from django.db import connection

from bistro.core.errors import Overloaded

Request = TypeVar("Request")
Outcome = TypeVar("Outcome")

LARGEST_BATCH = 64
LONGEST_WAIT_SECONDS = 30.0


class _Place(Generic[Request, Outcome]):
    """One request's place in a lane. `called` is set when it is answered, or when it shall lead."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.called = threading.Event()
        self.outcome: Outcome | None = None
        self.failure: Exception | None = None
        self.answered = False

    def answer(self, outcome: Outcome | None, failure: Exception | None = None) -> None:
        self.outcome, self.failure, self.answered = outcome, failure, True
        self.called.set()


class GroupCommit(Generic[Request, Outcome]):
    """`write` takes the requests of a batch and returns one outcome each, in their order."""

    def __init__(self, write: Callable[[Sequence[Request]], Sequence[Outcome]]) -> None:
        self._write = write
        self._guard = threading.Lock()
        self._lanes: dict[int, deque[_Place[Request, Outcome]]] = {}

    def submit(self, lane: int, request: Request) -> Outcome:
        """Write one request, alone or with others. Raises what `write` raised, or Overloaded after thirty seconds."""
        place: _Place[Request, Outcome] = _Place(request)
        with self._guard:
            leads = lane not in self._lanes
            self._lanes.setdefault(lane, deque()).append(place)
        if not leads:
            _give_back_connection()
            if not place.called.wait(LONGEST_WAIT_SECONDS) and self._give_up(lane, place):
                raise Overloaded("Too many orders at once. Try again in a moment.")
            place.called.wait()
        if not place.answered:
            self._lead(lane)
        if place.failure is not None:
            raise place.failure
        return place.outcome  # type: ignore[return-value]  # answered, and without a failure

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
                queue[0].called.set()
            else:
                del self._lanes[lane]

    def _give_up(self, lane: int, place: _Place[Request, Outcome]) -> bool:
        """Leave the lane, unless somebody has taken the request already or called it to lead."""
        with self._guard:
            if place.called.is_set() or place not in self._lanes.get(lane, ()):
                return False
            self._lanes[lane].remove(place)
            return True


def _give_back_connection() -> None:
    """Who only waits needs no connection of the pool."""
    if connection.vendor == "postgresql" and not connection.in_atomic_block:
        connection.close()
