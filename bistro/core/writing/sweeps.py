"""What the clock causes: the services of `settings.SWEEPS`, once a second, in one daemon thread of each server process.

Several processes sweep at once: who is first decides each sweep's own conditional UPDATE, never this file.
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
log = logging.getLogger(__name__)


class Sweep(Protocol):
    """A service that looks for what is due. Cheap when nothing is."""

    def __call__(self, *, now: datetime) -> object: ...


def in_each(due: Mapping[int, Sequence[Due]], act: Callable[[int, Sequence[Due]], int]) -> int:
    """The sum of what `act(restaurant, what is due there)` returns. A restaurant whose rows cannot be had now does not
    keep the others waiting; its error is raised at the end."""
    done, failure = 0, None
    for restaurant_id, rows in due.items():
        try:
            done += act(restaurant_id, rows)
        except (AnyDatabaseError, Overloaded) as error:
            failure = error
    if failure is not None:
        raise failure
    return done


class Sweeper(threading.Thread):
    """Runs sweeps for as long as the process lives, whatever the database does; an outage is logged once."""

    def __init__(self, sweeps: Sequence[Sweep], seconds: float, clock: Callable[[], datetime] = timezone.now) -> None:
        super().__init__(name="sweep", daemon=True)
        self.sweeps, self.seconds, self.clock = tuple(sweeps), seconds, clock
        self._failing: set[Sweep] = set()
        self._stopped = threading.Event()

    def run(self) -> None:
        """One round, then a rest, until `stop`."""
        while not self._stopped.wait(self.seconds):
            self.round()

    def stop(self) -> None:
        """No more rounds after the present one."""
        self._stopped.set()

    def round(self) -> None:
        """Each sweep once. One that fails does not keep the others from their turn."""
        for sweep in self.sweeps:
            close_old_connections()
            try:
                sweep(now=self.clock())
            except Exception as error:  # the thread must outlive everything: nobody would start it again
                if sweep not in self._failing:
                    self._failing.add(sweep)
                    log.warning("a sweep fails, and goes on trying", extra={"sweep": _name(sweep)}, exc_info=error)
            else:
                if sweep in self._failing:
                    self._failing.remove(sweep)
                    log.info("a sweep works again", extra={"sweep": _name(sweep)})
            finally:
                close_old_connections()


def start_sweeps() -> Sweeper | None:
    """In a server process, once: the thread with all sweeps. `SWEEP_SECONDS` of 0 (tests) starts none."""
    if not settings.SWEEP_SECONDS:
        return None
    sweeper = Sweeper([hook(path) for path in settings.SWEEPS], settings.SWEEP_SECONDS)
    sweeper.start()
    return sweeper


def _name(sweep: Sweep) -> str:
    return getattr(sweep, "__qualname__", repr(sweep))
