"""The unit of work: the only place that opens a durable transaction (ADR 0002)."""

import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from datetime import date, datetime
from functools import cache
from types import TracebackType
from typing import Any, Protocol

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.errors import DomainError, Overloaded
from bistro.core.kernel.events import DomainEvent
from bistro.core.kernel.hooks import hook
from bistro.core.kernel.jsontext import dumps
from bistro.core.models import Event
from bistro.core.speed.bulk_insert import Counter, insert_numbered, new_row
from bistro.core.speed.statement_batch import defer_inserts
from bistro.core.writing import commit_signal

# Units of work queue here before they open a transaction. SQLite grants its only write lock unfairly, because waiting
# connections sleep and poll. On PostgreSQL all units of a restaurant end on the row of its sequence, so more than a few
# would only wait for each other while holding row locks.
_writers = threading.BoundedSemaphore(settings.WRITERS)
_WAIT_SECONDS = 20
DAY_NUMBERS = Counter("core_daynumber", "last", of=("restaurant_id", "business_date"))
SEQUENCE = Counter("core_feedhead", "seq", of=("restaurant_id",))
_thread = threading.local()


class Reaction(Protocol):
    """A step of a higher app that runs in the same transaction, once for all recorded events of one class."""

    def __call__(self, events: Sequence[Any], work: "UnitOfWork") -> None: ...


@cache
def reactions_to(event_class: type[DomainEvent]) -> tuple[Reaction, ...]:
    """Return the functions that `settings.EVENT_REACTIONS` lists for an event class."""
    paths = settings.EVENT_REACTIONS.get(f"{event_class.__module__}.{event_class.__qualname__}", ())
    return tuple(hook(path) for path in paths)


class UnitOfWork(AbstractContextManager["UnitOfWork"]):
    """A transaction around one action: `with UnitOfWork(actor) as work:`.

    On exit the reactions run; then the events get the next sequence numbers of the restaurant and are appended to the
    log as the last statements. The commit signal follows after the commit and cannot fail the request. The transaction
    is durable: services never nest, and a unit inside a unit raises RuntimeError. `now` is the time of the whole unit.
    """

    now: datetime
    head: int | None = None  # number of the last event of the unit, once it is closed

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self._restaurant_id = actor.restaurant_id
        self._recorded: list[tuple[DomainEvent, Actor]] = []
        self._opened = ExitStack()
        self._read: dict[str, Any] = {}

    def __enter__(self) -> "UnitOfWork":
        self._take_writer()
        with ExitStack() as opened:  # unwinds if one of them fails
            opened.callback(self._free_writer)
            opened.enter_context(transaction.atomic(durable=True))
            opened.enter_context(defer_inserts())
            self._opened = opened.pop_all()
        self.now = timezone.now()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            try:
                self._close()
            except BaseException as failure:
                self._opened.__exit__(type(failure), failure, failure.__traceback__)
                raise
        self._opened.__exit__(kind, error, trace)

    @property
    def restaurant_id(self) -> int:
        """Return the restaurant of the unit. Raises DomainError for an actor without a restaurant."""
        if self._restaurant_id is None:
            raise DomainError(gettext("Choose a restaurant first."), code="no_restaurant")
        return self._restaurant_id

    def belongs_to(self, restaurant_id: int) -> None:
        """Set the restaurant, for a unit that creates it."""
        self._restaurant_id = restaurant_id

    def record(self, event: DomainEvent, *, actor: Actor | None = None) -> None:
        """Record an event. In a batch each event keeps its own actor."""
        self._recorded.append((event, actor or self.actor))

    def once(self, name: str, read: Callable[[], Any]) -> Any:
        """Return the value of `read`, called at most once in this unit.

        Steps of several apps need the same rows.
        """
        if name not in self._read:
            self._read[name] = read()
        return self._read[name]

    def insert_with_day_numbers(self, rows: Sequence[Any], business_date: date) -> None:
        """Insert new rows with the next `number` of the day. Call it after every other lock and check."""
        insert_numbered(rows, "number", DAY_NUMBERS, [self.restaurant_id, business_date])

    def _close(self) -> None:
        self._react()
        if not self._recorded:
            return
        rows = [self._row(event, actor) for event, actor in self._recorded]
        head = insert_numbered(rows, "seq", SEQUENCE, [self.restaurant_id])

        self.head = head

        def notify() -> None:  # no partial, because Django logs the __qualname__ of a callback that fails
            commit_signal.notify(self.restaurant_id, head)

        transaction.on_commit(notify, robust=True)

    def _react(self) -> None:
        """Run the reactions; events recorded by a reaction trigger reactions of their own."""
        done = 0
        while done < len(self._recorded):
            by_class: dict[type[DomainEvent], list[DomainEvent]] = {}
            for event, _actor in self._recorded[done:]:
                by_class.setdefault(type(event), []).append(event)
            done = len(self._recorded)
            for event_class, events in by_class.items():
                for reaction in reactions_to(event_class):  # type: ignore[arg-type]
                    reaction(events, self)

    def _row(self, event: DomainEvent, actor: Actor) -> Event:
        private = event.private()
        return new_row(
            Event,
            restaurant_id=self.restaurant_id,
            type=event.type,
            action=event.action,
            subject=event.subject,
            table_id=event.table_id,
            actor=actor.credential,
            actor_label=actor.label[:120],
            device_id=actor.device_id,
            data=dumps(event.data()),
            private=dumps(private) if private else None,
            at=self.now,
        )

    def _take_writer(self) -> None:
        if getattr(_thread, "at_work", False):
            raise RuntimeError("A unit of work is durable: a service may not call a service.")
        if not _writers.acquire(timeout=_WAIT_SECONDS):
            raise Overloaded(gettext("Too many orders at once. Try again in a moment."))
        _thread.at_work = True

    def _free_writer(self) -> None:
        _thread.at_work = False
        _writers.release()


def require_transaction() -> None:
    """Raise RuntimeError outside a unit of work."""
    if not connection.in_atomic_block:
        raise RuntimeError("A step runs inside a unit of work; call the service instead.")


def require_no_unit() -> None:
    """Raise RuntimeError inside a unit of work, where nobody may wait for the network."""
    if getattr(_thread, "at_work", False):
        raise RuntimeError("No call over the network inside a unit of work.")
