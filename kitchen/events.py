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
    def table_id(self) -> int:
        return self.ticket.order.table_id

    def data(self) -> Mapping[str, Any]:
        return ticket_json(self.ticket)


@dataclass(frozen=True, kw_only=True)
class TicketStarted(TicketEvent):
    """A cook started the ticket."""

    action: ClassVar[str] = "started"


@dataclass(frozen=True, kw_only=True)
class TicketBumped(TicketEvent):
    """The ticket was bumped."""

    action: ClassVar[str] = "bumped"


@dataclass(frozen=True, kw_only=True)
class TicketLineBumped(TicketEvent):
    """A line of the ticket was bumped."""

    action: ClassVar[str] = "line_bumped"


@dataclass(frozen=True, kw_only=True)
class TicketRecalled(TicketEvent):
    """The ticket, or a line of it, was recalled."""

    action: ClassVar[str] = "recalled"


@dataclass(frozen=True, kw_only=True)
class TicketPushed(TicketEvent):
    """The ticket was pushed to another station. The audit trail keeps the former one."""

    action: ClassVar[str] = "pushed"
    from_station: str

    def data(self) -> Mapping[str, Any]:
        return {**super().data(), "from_station": self.from_station}


@dataclass(frozen=True, kw_only=True)
class TicketBumpUndone(TicketEvent):
    """An accidental bump was undone."""

    action: ClassVar[str] = "bump_undone"


@dataclass(frozen=True, kw_only=True)
class TicketHeld(TicketEvent):
    """The ticket was held."""

    action: ClassVar[str] = "held"


@dataclass(frozen=True, kw_only=True)
class TicketReleased(TicketEvent):
    """The ticket was released."""

    action: ClassVar[str] = "released"


@dataclass(frozen=True, kw_only=True)
class TicketChangesRead(TicketEvent):
    """A cook acknowledged what was added, changed, voided or cancelled."""

    action: ClassVar[str] = "changes_read"


@dataclass(frozen=True, kw_only=True)
class TicketLinePlated(TicketEvent):
    """A dish of the ticket was ticked on the pass, or its tick removed."""

    action: ClassVar[str] = "line_plated"


@dataclass(frozen=True, kw_only=True)
class TicketUnseen(TicketEvent):
    """The ticket needed its own acknowledgement and was not shown within twenty seconds."""

    action: ClassVar[str] = "unseen"
    audiences: ClassVar[frozenset[Audience]] = frozenset({Audience.FLOOR, Audience.PROGRAMS})


@dataclass(frozen=True, kw_only=True)
class TicketSeen(TicketUnseen):
    """A ticket with an alarm was shown, or a person confirmed it."""

    action: ClassVar[str] = "seen"
