"""Events that only tests record, and reactions to them."""

from dataclasses import dataclass, field
from typing import Any, ClassVar

from bistro.core.kernel.events import DomainEvent

reacted: list[tuple[str, list[str]]] = []


@dataclass(frozen=True, kw_only=True)
class Happened(DomainEvent):
    """An event with reactions."""

    type: ClassVar[str] = "test_thing"
    action: ClassVar[str] = "happened"

    name: str = "a"
    said: dict[str, Any] = field(default_factory=dict)
    secret: dict[str, Any] | None = None

    @property
    def subject(self):
        return f"thing:{self.name}"

    def data(self):
        return {"name": self.name, **self.said}

    def private(self):
        return self.secret


@dataclass(frozen=True, kw_only=True)
class Echoed(Happened):
    """An event recorded by a reaction."""

    action: ClassVar[str] = "echoed"


@dataclass(frozen=True, kw_only=True)
class Unheard(Happened):
    """An event without reactions."""

    action: ClassVar[str] = "unheard"


def remember(events, work):
    """Store the events: a reaction without consequences."""
    reacted.append((type(events[0]).__name__, [event.name for event in events]))


def echo(events, work):
    """Record another event: a reaction that has reactions of its own."""
    for event in events:
        work.record(Echoed(name=f"echo of {event.name}"))


def refuse(events, work):
    """Fail: a reaction that rolls back the unit of work."""
    raise LookupError("nobody cooks this")
