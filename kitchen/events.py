"""What happens to a ticket."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from bistro.core.kernel.events import Audience, DomainEvent
from kitchen.models import Ticket
from kitchen.representations import ticket_json


@dataclass(frozen=True, kw_only=True)
class TicketEvent(DomainEvent):
    """Something happened to `ticket`, which was read `with_lines()`. `also` names tickets that it merged with."""

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
    """A cook began it."""

    action: ClassVar[str] = "started"


@dataclass(frozen=True, kw_only=True)
class TicketBumped(TicketEvent):
    """Done."""

    action: ClassVar[str] = "bumped"


@dataclass(frozen=True, kw_only=True)
class TicketLineBumped(TicketEvent):
    """One line of it is done."""

    action: ClassVar[str] = "line_bumped"


@dataclass(frozen=True, kw_only=True)
class TicketRecalled(TicketEvent):
    """It, or a line of it, came back."""

    action: ClassVar[str] = "recalled"


@dataclass(frozen=True, kw_only=True)
class TicketPushed(TicketEvent):
    """It went to another station. The audit trail keeps from where."""

    action: ClassVar[str] = "pushed"
    from_station: str

    def data(self) -> Mapping[str, Any]:
        return {**super().data(), "from_station": self.from_station}


@dataclass(frozen=True, kw_only=True)
class TicketBumpUndone(TicketEvent):
    """A bump was a slip of the hand."""

    action: ClassVar[str] = "bump_undone"


@dataclass(frozen=True, kw_only=True)
class TicketHeld(TicketEvent):
    """It waits; nobody begins it."""

    action: ClassVar[str] = "held"


@dataclass(frozen=True, kw_only=True)
class TicketReleased(TicketEvent):
    """It waits no more."""

    action: ClassVar[str] = "released"


@dataclass(frozen=True, kw_only=True)
class TicketChangesRead(TicketEvent):
    """A cook has read what was added, changed, voided or cancelled."""

    action: ClassVar[str] = "changes_read"


@dataclass(frozen=True, kw_only=True)
class TicketLinePlated(TicketEvent):
    """A dish of it stands on the pass, or does not any more."""

    action: ClassVar[str] = "line_plated"


@dataclass(frozen=True, kw_only=True)
class TicketUnseen(TicketEvent):
    """It was to be seen by itself, and no screen has shown it in time. Its screens would have if they could."""

    action: ClassVar[str] = "unseen"
    audiences: ClassVar[frozenset[Audience]] = frozenset({Audience.FLOOR, Audience.PROGRAMS})


@dataclass(frozen=True, kw_only=True)
class TicketSeen(TicketUnseen):
    """What rang was shown, or somebody said that the kitchen knows."""

    action: ClassVar[str] = "seen"
