"""Events of the floor. Programs receive a party as a guest, in camelCase and by uid (docs/contracts/qtable.md)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from bistro.core.kernel.events import EVERYBODY, Audience, DomainEvent
from tables.models import Pad, Party, Table
from tables.transitions import PartyStatus

# QTable has only the statuses waiting, seated and completed.
GUEST_STATUS = {PartyStatus.LEFT: "completed", PartyStatus.NO_SHOW: "completed"}


@dataclass(frozen=True, kw_only=True)
class PartyEvent(DomainEvent):
    """An event of `party`. `table` is its present or last head table, None for a party without a table."""

    type: ClassVar[str] = "guest_updated"
    audiences: ClassVar[frozenset[Audience]] = EVERYBODY

    party: Party
    table: Table | None

    @property
    def subject(self) -> str:
        return f"party:{self.party.pk}"

    @property
    def table_id(self) -> int | None:
        return self.table.pk if self.table else None

    def data(self) -> Mapping[str, Any]:
        party = self.party
        return {
            "id": str(party.uid),
            "partySize": party.size,
            "status": GUEST_STATUS.get(PartyStatus(party.status), party.status),
            "tableId": str(self.table.uid) if self.table else None,
            "seatedAt": party.seated_at.isoformat() if party.seated_at else None,
        }

    def private(self) -> Mapping[str, Any] | None:
        """Return the name under which the guests came. Programs get it beside `data`, until it is erased."""
        return {"guestName": self.party.name} if self.party.name else None


@dataclass(frozen=True, kw_only=True)
class PartySeated(PartyEvent):
    """The seating of a party, by a host or a waiter, or by its first order.

    `continues` is the party that the guests were before they joined others and came apart again.
    """

    type: ClassVar[str] = "guest_created"
    action: ClassVar[str] = "seated"

    continues: Party | None = None


@dataclass(frozen=True, kw_only=True)
class WaitingSeated(PartyEvent):
    """The seating of a party that waited."""

    action: ClassVar[str] = "status_changed"


@dataclass(frozen=True, kw_only=True)
class PartyNamed(PartyEvent):
    """A changed name, phone number or note of a party."""

    action: ClassVar[str] = "named"


@dataclass(frozen=True, kw_only=True)
class PartyCompleted(PartyEvent):
    """The departure of a party. Its table, if it had one, is free; `TableFreed` has the other tables that it held."""

    action: ClassVar[str] = "completed"


@dataclass(frozen=True, kw_only=True)
class PartyChanged(PartyEvent):
    """A changed number of guests, or another server."""

    action: ClassVar[str] = "changed"

    def data(self) -> Mapping[str, Any]:
        return {**super().data(), "serverId": self.party.server_id}


@dataclass(frozen=True, kw_only=True)
class PartyMoved(PartyEvent):
    """The move of a party to `table`. `TableFreed` has the tables that it left."""

    action: ClassVar[str] = "moved"


@dataclass(frozen=True, kw_only=True)
class PartyJoined(PartyEvent):
    """The joining of the guests of a party to the party `to`, which has their tables and orders."""

    action: ClassVar[str] = "joined"

    to: Party

    def data(self) -> Mapping[str, Any]:
        return {**super().data(), "joinedGuestId": str(self.to.uid)}


@dataclass(frozen=True, kw_only=True)
class TablesJoined(PartyEvent):
    """The joining of the table `other` to a party, which keeps its tables."""

    action: ClassVar[str] = "tables_joined"

    other: Table

    def data(self) -> Mapping[str, Any]:
        return {**super().data(), "joinedTableId": str(self.other.uid)}


@dataclass(frozen=True, kw_only=True)
class TablesParted(PartyEvent):
    """The parting of the table `other` from a party, which stays at its other tables.

    `TableFreed` has `other`, unless its guests are now a party of their own (`PartySeated`).
    """

    action: ClassVar[str] = "tables_parted"

    other: Table

    def data(self) -> Mapping[str, Any]:
        return {**super().data(), "partedTableId": str(self.other.uid)}


@dataclass(frozen=True, kw_only=True)
class PartyAllergiesDeclared(PartyEvent):
    """A changed declaration of allergies. Health data is private; screens and programs read it with the orders."""

    action: ClassVar[str] = "allergies_declared"

    def private(self) -> Mapping[str, Any] | None:
        return {**(super().private() or {}), "allergies": self.party.allergies}


@dataclass(frozen=True, kw_only=True)
class TableEvent(DomainEvent):
    """An event of `table` itself."""

    type: ClassVar[str] = "table_updated"
    audiences: ClassVar[frozenset[Audience]] = frozenset({Audience.FLOOR, Audience.PROGRAMS})

    table: Table

    @property
    def subject(self) -> str:
        return f"table:{self.table.pk}"

    @property
    def table_id(self) -> int:
        return self.table.pk

    def data(self) -> Mapping[str, Any]:
        table = self.table
        return {
            "id": str(table.uid),
            "name": table.name,
            "capacity": table.seats,
            "shape": table.shape,
            "x": table.x,
            "y": table.y,
            "rotation": table.rotation,
            "section": table.section.name,
            "outOfService": table.out_of_service,
        }


@dataclass(frozen=True, kw_only=True)
class TableAdded(TableEvent):
    """A new table."""

    action: ClassVar[str] = "added"


@dataclass(frozen=True, kw_only=True)
class TableChanged(TableEvent):
    """A change of a table, e.g. of its place, its name or its service."""

    action: ClassVar[str] = "changed"


@dataclass(frozen=True, kw_only=True)
class TableRemoved(TableEvent):
    """The removal of a table that nobody uses. Its orders and its history stay."""

    action: ClassVar[str] = "removed"


@dataclass(frozen=True, kw_only=True)
class FloorPlanChanged(DomainEvent):
    """A change of the plan of the room: floors, fixtures, the places of tables, or another layout in use."""

    type: ClassVar[str] = "table_updated"
    action: ClassVar[str] = "plan_changed"
    audiences: ClassVar[frozenset[Audience]] = frozenset({Audience.FLOOR, Audience.PROGRAMS})

    version: str

    @property
    def subject(self) -> str:
        return "plan"

    def data(self) -> Mapping[str, Any]:
        return {"version": self.version}


@dataclass(frozen=True, kw_only=True)
class TableFreed(TableEvent):
    """The end of a stay at a table that the party left: it moved, parted the table, or held several tables."""

    action: ClassVar[str] = "freed"
    audiences: ClassVar[frozenset[Audience]] = frozenset({Audience.FLOOR, Audience.TABLE, Audience.PROGRAMS})


@dataclass(frozen=True, kw_only=True)
class PadPlaced(DomainEvent):
    """The placing of a pad on a table."""

    type: ClassVar[str] = "device_updated"
    action: ClassVar[str] = "placed"
    audiences: ClassVar[frozenset[Audience]] = frozenset({Audience.PROGRAMS})

    pad: Pad

    @property
    def subject(self) -> str:
        return f"device:{self.pad.device_id}"

    @property
    def table_id(self) -> int:
        return self.pad.table_id

    def data(self) -> Mapping[str, Any]:
        return {"id": self.pad.device_id, "table": self.pad.table_id}


@dataclass(frozen=True, kw_only=True)
class BatchApplied(DomainEvent):
    """A batch of changes by a program, all in one unit of work. The feed for programs sends them as one message."""

    type: ClassVar[str] = "atomic_transaction_complete"
    action: ClassVar[str] = "applied"
    audiences: ClassVar[frozenset[Audience]] = frozenset({Audience.PROGRAMS})

    updated: int

    @property
    def subject(self) -> str:
        return "batch"

    def data(self) -> Mapping[str, Any]:
        return {"updated": self.updated}
