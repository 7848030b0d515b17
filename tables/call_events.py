"""Events of service calls, for the floor, programs and the table's pad."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from bistro.core.kernel.events import Audience, DomainEvent
from tables.models import ServiceCall
from tables.representations import call_json


@dataclass(frozen=True, kw_only=True)
class CallEvent(DomainEvent):
    """An event of `call`, read with its table."""

    type: ClassVar[str] = "service_call_updated"
    audiences: ClassVar[frozenset[Audience]] = frozenset({Audience.FLOOR, Audience.PROGRAMS, Audience.TABLE})

    call: ServiceCall

    @property
    def subject(self) -> str:
        return f"call:{self.call.pk}"

    @property
    def table_id(self) -> int:
        return self.call.table_id

    def data(self) -> Mapping[str, Any]:
        return call_json(self.call)


@dataclass(frozen=True, kw_only=True)
class CallMade(CallEvent):
    """A new call."""

    type: ClassVar[str] = "service_call_created"
    action: ClassVar[str] = "called"


@dataclass(frozen=True, kw_only=True)
class CallRang(CallEvent):
    """Another ring of a call that nobody has taken."""

    action: ClassVar[str] = "rang"
    audiences: ClassVar[frozenset[Audience]] = frozenset({Audience.FLOOR, Audience.PROGRAMS})


@dataclass(frozen=True, kw_only=True)
class CallEscalated(CallEvent):
    """The next step of a call that nobody has taken: everybody on the floor hears it, then it is an alarm."""

    action: ClassVar[str] = "escalated"
    audiences: ClassVar[frozenset[Audience]] = frozenset({Audience.FLOOR, Audience.PROGRAMS})


@dataclass(frozen=True, kw_only=True)
class CallMoved(CallEvent):
    """The move of an open call with its guests to another table or party."""

    action: ClassVar[str] = "moved"


@dataclass(frozen=True, kw_only=True)
class CallTaken(CallEvent):
    """The answer of a person who goes there."""

    action: ClassVar[str] = "taken"


@dataclass(frozen=True, kw_only=True)
class CallReleased(CallEvent):
    """The undo of a taken or closed call. It rings again."""

    action: ClassVar[str] = "released"


@dataclass(frozen=True, kw_only=True)
class CallWithdrawn(CallEvent):
    """The end of a call by the guests themselves."""

    action: ClassVar[str] = "withdrawn"


@dataclass(frozen=True, kw_only=True)
class CallClosed(CallEvent):
    """The end of a call, by a person or because the guests have left."""

    action: ClassVar[str] = "closed"
