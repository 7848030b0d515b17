"""The vocabulary of events: frozen dataclasses, recorded in a unit of work (DESIGN section 4).

One class is the reaction's trigger, the row of the log, the message of the feed and the message to a broker.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar


class Audience(StrEnum):
    """Who may be told about an event besides the audit trail."""

    KITCHEN = "kitchen"
    FLOOR = "floor"
    TABLE = "table"  # the pad of the event's table
    PROGRAMS = "programs"


EVERYBODY = frozenset(Audience)
AUDIT_ONLY: frozenset[Audience] = frozenset()

_audiences: dict[tuple[str, str], frozenset[Audience]] = {}


@dataclass(frozen=True, kw_only=True)
class DomainEvent:
    """Something that happened. `type` and `action` name it in the log, `audiences` says who may see it."""

    type: ClassVar[str]
    action: ClassVar[str]
    audiences: ClassVar[frozenset[Audience]] = AUDIT_ONLY

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "action" in cls.__dict__:
            _audiences[cls.type, cls.action] = cls.audiences

    @property
    def subject(self) -> str:
        """The row it is about, e.g. `order:12`."""
        raise NotImplementedError

    @property
    def table_id(self) -> int | None:
        """The table it concerns, for a pad's right to see it."""
        return None

    def data(self) -> Mapping[str, Any]:
        """The JSON that the API also answers with. Never holds `seq`, never personal data."""
        raise NotImplementedError

    def private(self) -> Mapping[str, Any] | None:
        """Personal data and free text, kept apart so that it can be erased."""
        return None


def audiences_of(type_: str, action: str) -> frozenset[Audience]:
    """Who may see a logged event; an event class that no longer exists is seen by nobody."""
    return _audiences.get((type_, action), AUDIT_ONLY)


def known_types() -> list[str]:
    """Every kind of event that can stand in the log."""
    return sorted({type_ for type_, _action in _audiences})
