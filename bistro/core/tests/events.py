"""Events that only tests record, and reactions to them."""

from dataclasses import dataclass, field
from typing import Any, ClassVar

from bistro.core.kernel.events import DomainEvent

reacted: list[tuple[str, list[str]]] = []


@dataclass(frozen=True, kw_only=True)
class Rung(DomainEvent):
    """Somebody rang."""

    type: ClassVar[str] = "test_bell"
    action: ClassVar[str] = "rung"

    name: str = "a"
    said: dict[str, Any] = field(default_factory=dict)
    secret: dict[str, Any] | None = None

    @property
    def subject(self):
        return f"bell:{self.name}"

    def data(self):
        return {"name": self.name, **self.said}

    def private(self):
        return self.secret


@dataclass(frozen=True, kw_only=True)
class Echoed(Rung):
    """A reaction's own event."""

    action: ClassVar[str] = "echoed"


@dataclass(frozen=True, kw_only=True)
class Unheard(Rung):
    """Nobody reacts to it."""

    action: ClassVar[str] = "unheard"


def remember(events, work):
    """A reaction that only notes what it was given."""
    reacted.append((type(events[0]).__name__, [event.name for event in events]))


def echo(events, work):
    """A reaction with an event of its own."""
    for event in events:
        work.record(Echoed(name=f"echo of {event.name}"))


def refuse(events, work):
    """A reaction that fails."""
    raise LookupError("nobody cooks this")
