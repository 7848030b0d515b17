"""Sweeps: the services of `settings.SWEEPS`, run once a second in a daemon thread of each server process.

Those of `settings.SLOW_SWEEPS` run in every tenth round, because an idle server, too, pays for each query.
Several processes sweep at the same time. The conditional UPDATE of each sweep decides which process acts.
"""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

from django.conf import settings
from django.db import Error as AnyDatabaseError
from django.db import close_old_connections
from django.utils import timezone

from bistro.core.kernel.errors import Overloaded
from bistro.core.kernel.hooks import hook

Due = TypeVar("Due")
SLOW_ROUNDS = 10
log = logging.getLogger(__name__)


class Sweep(Protocol):
    """A service that processes what is due. It must be cheap when nothing is due."""

    def __call__(self, *, now: datetime) -> object: ...


def in_each(due: Mapping[int, Sequence[Due]], act: Callable[[int, Sequence[Due]], int]) -> int:
    """Return the sum of `act(key, rows)` over `due`. The key is a restaurant, or the row where each row is independent.

    A database error or overload at one key does not stop the others; the last such error is raised at the end.
    """
    done, failure = 0, None
    for key, rows in due.items():
        try:
            done += act(key, rows)
        except (AnyDatabaseError, Overloaded) as error:
            failure = error
    if failure is not None:
        raise failure
    return done


class Sweeper(threading.Thread):
    """A thread that runs the sweeps as long as the process lives. It logs an outage once and keeps trying.

    The `slow` ones run in the first of every `SLOW_ROUNDS` rounds, after the others.
    """

    def __init__(
        self,
        sweeps: Sequence[Sweep],
        seconds: float,
        clock: Callable[[], datetime] = timezone.now,
        slow: Sequence[Sweep] = (),
    ) -> None:
        super().__init__(name="sweep", daemon=True)
        self.sweeps, self.slow, self.seconds, self.clock = tuple(sweeps), tuple(slow), seconds, clock
        self._rounds = 0
        self._failing: set[Sweep] = set()
        self._stopped = threading.Event()

    def run(self) -> None:
        """Run a round of sweeps after each pause, until `stop`."""
        while not self._stopped.wait(self.seconds):
            self.round()

    def stop(self) -> None:
        """Stop after the current round."""
        self._stopped.set()

    def round(self) -> None:
        """Run each sweep once that has its turn. A failure does not stop the others."""
        slow = () if self._rounds % SLOW_ROUNDS else self.slow
        self._rounds += 1
        for sweep in (*self.sweeps, *slow):
            close_old_connections()
            try:
                sweep(now=self.clock())
            except Exception as error:  # the thread must survive every error, because nothing restarts it
                if sweep not in self._failing:
                    self._failing.add(sweep)
                    log.warning("sweep failed, will retry", extra={"sweep": _name(sweep)}, exc_info=error)
            else:
                if sweep in self._failing:
                    self._failing.remove(sweep)
                    log.info("sweep recovered", extra={"sweep": _name(sweep)})
            finally:
                close_old_connections()


def start_sweeps() -> Sweeper | None:
    """Start the thread with all sweeps, once in a server process. `SWEEP_SECONDS` of 0 (tests) starts none."""
    if not settings.SWEEP_SECONDS:
        return None
    often, slow = ([hook(path) for path in paths] for paths in (settings.SWEEPS, settings.SLOW_SWEEPS))
    sweeper = Sweeper(often, settings.SWEEP_SECONDS, slow=slow)
    sweeper.start()
    return sweeper


def _name(sweep: Sweep) -> str:
    return getattr(sweep, "__qualname__", repr(sweep))
