"""Events of tills and closings, kept in the audit trail. Payments have events of their own."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from bistro.core.kernel.events import DomainEvent
from bistro.core.kernel.money import text
from orders.till.models import Closing, Till, TillMove, TipMove


@dataclass(frozen=True, kw_only=True)
class TillEvent(DomainEvent):
    """An event of a till."""

    type: ClassVar[str] = "till_updated"

    till: Till

    @property
    def subject(self) -> str:
        return f"till:{self.till.pk}"

    def data(self) -> Mapping[str, Any]:
        return {"id": self.till.pk, "state": self.till.status, "holder": self.till.holder_id}


@dataclass(frozen=True, kw_only=True)
class TillOpened(TillEvent):
    """A till that takes cash from now on."""

    action: ClassVar[str] = "opened"

    def data(self) -> Mapping[str, Any]:
        return {**super().data(), "float": text(self.till.float, self.till.currency)}


@dataclass(frozen=True, kw_only=True)
class TillCounted(TillEvent):
    """A count of the cash in a till."""

    action: ClassVar[str] = "counted"

    def data(self) -> Mapping[str, Any]:
        return {**super().data(), **_figures(self.till)}


@dataclass(frozen=True, kw_only=True)
class TillReopened(TillEvent):
    """A counted till that takes cash again."""

    action: ClassVar[str] = "reopened"


@dataclass(frozen=True, kw_only=True)
class TillHandedOver(TillEvent):
    """A till with another holder."""

    action: ClassVar[str] = "handed_over"


@dataclass(frozen=True, kw_only=True)
class TillClosed(TillEvent):
    """The end of a till."""

    action: ClassVar[str] = "closed"

    def data(self) -> Mapping[str, Any]:
        return {**super().data(), **_figures(self.till), "cause": self.till.cause}

    def private(self) -> Mapping[str, Any] | None:
        return {"note": self.till.note} if self.till.note else None


@dataclass(frozen=True, kw_only=True)
class TillMoved(TillEvent):
    """Money that a person put into a till or took out."""

    action: ClassVar[str] = "moved"

    move: TillMove

    def data(self) -> Mapping[str, Any]:
        move = self.move
        amount = text(move.amount, self.till.currency)
        return {**super().data(), "move": {"id": move.pk, "kind": move.kind, "amount": amount}}

    def private(self) -> Mapping[str, Any] | None:
        return {"reason": self.move.reason} if self.move.reason else None


@dataclass(frozen=True, kw_only=True)
class PeriodClosed(DomainEvent):
    """A closing of a day, month or year."""

    type: ClassVar[str] = "period_closed"
    action: ClassVar[str] = "closed"

    closing: Closing
    currency: str

    @property
    def subject(self) -> str:
        return f"closing:{self.closing.pk}"

    def data(self) -> Mapping[str, Any]:
        row = self.closing
        return {
            "id": row.pk,
            "kind": row.kind,
            "number": row.number,
            "day": row.day.isoformat(),
            "sales": text(row.sales, self.currency),
            "hash": row.hash,
        }


def _figures(till: Till) -> Mapping[str, str | None]:
    amounts = {"counted": till.counted, "expected": till.expected, "difference": till.difference}
    return {name: None if amount is None else text(amount, till.currency) for name, amount in amounts.items()}


@dataclass(frozen=True, kw_only=True)
class TipsMoved(DomainEvent):
    """Tips of a business day that go to somebody else: a share of the pool, or a correction."""

    type: ClassVar[str] = "tips_updated"
    action: ClassVar[str] = "moved"

    row: TipMove
    currency: str

    @property
    def subject(self) -> str:
        return f"tips:{self.row.of_day}"

    def data(self) -> Mapping[str, Any]:
        row = self.row
        return {
            "id": row.pk,
            "kind": row.kind,
            "day": row.of_day.isoformat(),
            "amount": text(row.amount, self.currency),
            "from": row.giver,
            "from_staff": row.giver_staff_id,
            "to": row.taker,
            "to_staff": row.taker_staff_id,
        }

    def private(self) -> Mapping[str, Any] | None:
        return {"reason": self.row.reason}
