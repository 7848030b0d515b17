"""The vocabulary of events: frozen dataclasses, recorded in a unit of work (ADR 0001).

One event class triggers reactions, becomes a row of the log and a message of the feed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar


class Audience(StrEnum):
    """A group whose pages or programs receive an event. The audit trail keeps all events."""

    KITCHEN = "kitchen"
    FLOOR = "floor"
    TABLE = "table"  # the pad of the event's table
    PROGRAMS = "programs"


EVERYBODY = frozenset(Audience)
AUDIT_ONLY: frozenset[Audience] = frozenset()

_audiences: dict[tuple[str, str], frozenset[Audience]] = {}


@dataclass(frozen=True, kw_only=True)
class DomainEvent:
    """A fact recorded by a unit of work. `type` and `action` name it in the log, `audiences` lists its readers."""

    type: ClassVar[str]
    action: ClassVar[str]
    audiences: ClassVar[frozenset[Audience]] = AUDIT_ONLY

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "action" in cls.__dict__:
            _audiences[cls.type, cls.action] = cls.audiences

    @property
    def subject(self) -> str:
        """Return the name of the row that the event concerns, e.g. `order:12`."""
        raise NotImplementedError

    @property
    def table_id(self) -> int | None:
        """Return the primary key of the table that the event concerns, which decides whether a pad may read it."""
        return None

    def data(self) -> Mapping[str, Any]:
        """Return the JSON that the API also returns. Contains no `seq` and no personal data."""
        raise NotImplementedError

    def private(self) -> Mapping[str, Any] | None:
        """Return personal data and free text, which are stored apart so that they can be erased."""
        return None


def audiences_of(type_: str, action: str) -> frozenset[Audience]:
    """Return the audiences of a logged event. An event whose class no longer exists has none."""
    return _audiences.get((type_, action), AUDIT_ONLY)


def known_actions() -> list[tuple[str, str]]:
    """Return the (type, action) of all events that the log can contain."""
    return sorted(_audiences)


def known_types() -> list[str]:
    """Return all event types that the log can contain."""
    return sorted({type_ for type_, _action in _audiences})
