"""Events of bookings, in the shape of reservations (docs/contracts/qtable.md)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from bistro.core.kernel.events import AUDIT_ONLY, Audience, DomainEvent
from tables.bookings.models import Booking
from tables.bookings.representations import PERSONAL, booking_json
from tables.models import Table


@dataclass(frozen=True, kw_only=True)
class BookingEvent(DomainEvent):
    """An event of a booking with the tables that it holds. Name, contact, notes and occasion are private."""

    type: ClassVar[str] = "reservation_updated"
    audiences: ClassVar[frozenset[Audience]] = frozenset({Audience.FLOOR, Audience.PROGRAMS})

    booking: Booking
    tables: Sequence[Table]

    @property
    def subject(self) -> str:
        return f"booking:{self.booking.pk}"

    @property
    def table_id(self) -> int | None:
        return self.tables[0].pk if self.tables else None

    def data(self) -> Mapping[str, Any]:
        shown = booking_json(self.booking, self.tables)
        return {name: value for name, value in shown.items() if name not in PERSONAL}

    def private(self) -> Mapping[str, Any] | None:
        shown = booking_json(self.booking, self.tables)
        return {name: shown[name] for name in PERSONAL}


@dataclass(frozen=True, kw_only=True)
class BookingTaken(BookingEvent):
    """A new booking."""

    type: ClassVar[str] = "reservation_created"
    action: ClassVar[str] = "booked"

    quiet: bool = False  # imported from another system, whose guests have heard of it


@dataclass(frozen=True, kw_only=True)
class BookingChanged(BookingEvent):
    """A change of time, size, tables, contact or notes. `is_news` for the guest are another time and another size."""

    action: ClassVar[str] = "changed"

    is_news: bool = False


@dataclass(frozen=True, kw_only=True)
class BookingMovedOn(BookingEvent):
    """A change of status: confirmed, late, seated, finished, a no-show or its undoing. `before` is the former one."""

    action: ClassVar[str] = "status_changed"

    before: str = ""


@dataclass(frozen=True, kw_only=True)
class BookingDelayed(BookingEvent):
    """The word of guests that they come later than booked, or in time after all."""

    action: ClassVar[str] = "delayed"


@dataclass(frozen=True, kw_only=True)
class BookingIsNear(BookingEvent):
    """The time at which guests are reminded of a booking."""

    action: ClassVar[str] = "near"
    audiences: ClassVar[frozenset[Audience]] = AUDIT_ONLY


@dataclass(frozen=True, kw_only=True)
class BookingCancelled(BookingEvent):
    """The cancelling of a booking."""

    type: ClassVar[str] = "reservation_deleted"
    action: ClassVar[str] = "cancelled"


@dataclass(frozen=True, kw_only=True)
class DepositWanted(BookingEvent):
    """A booking needs a deposit, in the currency of the restaurant."""

    action: ClassVar[str] = "deposit_wanted"


@dataclass(frozen=True, kw_only=True)
class DepositPaid(BookingEvent):
    """The deposit of a booking is paid."""

    action: ClassVar[str] = "deposit_paid"
