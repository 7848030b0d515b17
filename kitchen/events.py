"""Events of tickets."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from bistro.core.kernel.events import Audience, DomainEvent
from kitchen.models import Ticket
from kitchen.representations import ticket_json


@dataclass(frozen=True, kw_only=True)
class TicketEvent(DomainEvent):
    """Base class of the events of one ticket, read `with_lines()`. `also` names tickets that were merged with it."""

    type: ClassVar[str] = "ticket_updated"
    audiences: ClassVar[frozenset[Audience]] = frozenset({Audience.KITCHEN, Audience.FLOOR, Audience.PROGRAMS})

    ticket: Ticket

    @property
    def subject(self) -> str:
        return f"ticket:{self.ticket.pk}"

    @property
    def table_id(self) -> int | None:
        return self.ticket.order.table_id

    def data(self) -> Mapping[str, Any]:
        return ticket_json(self.ticket)


@dataclass(frozen=True, kw_only=True)
class TicketStarted(TicketEvent):
    """The start of a ticket by a cook."""

    action: ClassVar[str] = "started"


@dataclass(frozen=True, kw_only=True)
class TicketBumped(TicketEvent):
    """The bump of a ticket."""

    action: ClassVar[str] = "bumped"


@dataclass(frozen=True, kw_only=True)
class TicketLineBumped(TicketEvent):
    """The bump of one line of a ticket."""

    action: ClassVar[str] = "line_bumped"


@dataclass(frozen=True, kw_only=True)
class TicketRecalled(TicketEvent):
    """The recall of a ticket or of one of its lines."""

    action: ClassVar[str] = "recalled"


@dataclass(frozen=True, kw_only=True)
class TicketPushed(TicketEvent):
    """The push of a ticket to another station. The audit trail keeps the former station."""

    action: ClassVar[str] = "pushed"
    from_station: str

    def data(self) -> Mapping[str, Any]:
        return {**super().data(), "from_station": self.from_station}


@dataclass(frozen=True, kw_only=True)
class TicketBumpUndone(TicketEvent):
    """The undo of an accidental bump."""

    action: ClassVar[str] = "bump_undone"


@dataclass(frozen=True, kw_only=True)
class TicketHeld(TicketEvent):
    """The hold of a ticket that nobody has started."""

    action: ClassVar[str] = "held"


@dataclass(frozen=True, kw_only=True)
class TicketReleased(TicketEvent):
    """The release of a held ticket."""

    action: ClassVar[str] = "released"


@dataclass(frozen=True, kw_only=True)
class TicketChangesRead(TicketEvent):
    """The acknowledgement of a ticket's changes by a cook."""

    action: ClassVar[str] = "changes_read"


@dataclass(frozen=True, kw_only=True)
class TicketLinePlated(TicketEvent):
    """A new or removed tick of a dish on the pass."""

    action: ClassVar[str] = "line_plated"


@dataclass(frozen=True, kw_only=True)
class TicketUnseen(TicketEvent):
    """The alarm of a ticket that needs its own acknowledgement and was not shown within twenty seconds."""

    action: ClassVar[str] = "unseen"
    audiences: ClassVar[frozenset[Audience]] = frozenset({Audience.FLOOR, Audience.PROGRAMS})


@dataclass(frozen=True, kw_only=True)
class TicketSeen(TicketUnseen):
    """The end of that alarm, because a screen showed the ticket or a person confirmed it."""

    action: ClassVar[str] = "seen"
