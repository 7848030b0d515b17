"""Events of bills and payments, for the floor, programs and the table's pad."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from bistro.core.kernel.events import Audience, DomainEvent
from bistro.core.kernel.money import short, text
from orders.billing.models import Adjustment, Bill, Payment, Refund
from orders.billing.representations import payment_json, refund_json, summary_json
from orders.billing.statements import Statement

READERS = frozenset({Audience.FLOOR, Audience.PROGRAMS, Audience.TABLE})


@dataclass(frozen=True, kw_only=True)
class BillEvent(DomainEvent):
    """An event of the bill of a party. `statement` is the bill after it."""

    type: ClassVar[str] = "bill_updated"
    audiences: ClassVar[frozenset[Audience]] = READERS

    statement: Statement

    @property
    def subject(self) -> str:
        return f"party:{self.statement.party.pk}"

    @property
    def table_id(self) -> int | None:
        return self.statement.party.table_id

    def data(self) -> Mapping[str, Any]:
        return summary_json(self.statement)


@dataclass(frozen=True, kw_only=True)
class BillPresented(BillEvent):
    """The bill was shown or printed for the guests."""

    action: ClassVar[str] = "presented"


@dataclass(frozen=True, kw_only=True)
class BillSplit(BillEvent):
    """A new division of the bill into shares."""

    action: ClassVar[str] = "split"


@dataclass(frozen=True, kw_only=True)
class BillPaid(BillEvent):
    """A payment or a refund changed what is due."""

    action: ClassVar[str] = "paid"


@dataclass(frozen=True, kw_only=True)
class BillAdjusted(BillEvent):
    """A comp or discount that was given or removed."""

    action: ClassVar[str] = "adjusted"

    row: Adjustment

    def data(self) -> Mapping[str, Any]:
        row, currency = self.row, self.statement.restaurant.currency
        change = {
            "id": row.pk,
            "kind": row.kind,
            "line": row.line_id,
            "amount": None if row.amount is None else text(row.amount, currency),
            "percent": None if row.percent is None else short(row.percent),
            "removed": row.removed_at is not None,
        }
        return {**super().data(), "adjustment": change}

    def private(self) -> Mapping[str, Any] | None:
        return {
            "reason": self.row.reason,
            "by": self.row.removed_by or self.row.made_by,
            "approver": self.row.approved_by,
        }


@dataclass(frozen=True, kw_only=True)
class BillWrittenOff(BillEvent):
    """The write-off of what is open."""

    action: ClassVar[str] = "written_off"

    row: Bill

    def private(self) -> Mapping[str, Any] | None:
        return {"reason": self.row.written_off_reason, "by": self.row.written_off_by}


@dataclass(frozen=True, kw_only=True)
class PaymentEvent(DomainEvent):
    """An event of `payment`, for the bill of the party at the table with the id `table`."""

    type: ClassVar[str] = "payment_updated"
    audiences: ClassVar[frozenset[Audience]] = READERS

    payment: Payment
    table: int | None

    @property
    def subject(self) -> str:
        return f"payment:{self.payment.pk}"

    @property
    def table_id(self) -> int | None:
        return self.table

    def data(self) -> Mapping[str, Any]:
        return {**payment_json(self.payment), "bill": self.payment.bill_id, "trouble": self.payment.trouble}


@dataclass(frozen=True, kw_only=True)
class PaymentTaken(PaymentEvent):
    """A new payment that is captured already, such as cash."""

    type: ClassVar[str] = "payment_created"
    action: ClassVar[str] = "taken"


@dataclass(frozen=True, kw_only=True)
class PaymentStarted(PaymentEvent):
    """A new payment that a provider shall collect. Its amount is reserved."""

    type: ClassVar[str] = "payment_created"
    action: ClassVar[str] = "started"


@dataclass(frozen=True, kw_only=True)
class PaymentCaptured(PaymentEvent):
    """A payment under way whose money has arrived."""

    action: ClassVar[str] = "captured"


@dataclass(frozen=True, kw_only=True)
class PaymentChanged(PaymentEvent):
    """Another state of a payment under way, such as unknown or cancelled, or a difference from the provider."""

    action: ClassVar[str] = "changed"


@dataclass(frozen=True, kw_only=True)
class PaymentSettled(PaymentEvent):
    """The end of a payment that needed somebody, by a person."""

    action: ClassVar[str] = "settled"

    def private(self) -> Mapping[str, Any] | None:
        return {"reason": self.payment.settled_note, "by": self.payment.settled_by}


@dataclass(frozen=True, kw_only=True)
class RefundChanged(PaymentEvent):
    """A refund that the provider refused or has not answered."""

    action: ClassVar[str] = "refund_changed"

    refund: Refund

    def data(self) -> Mapping[str, Any]:
        return {**super().data(), "refund": refund_json(self.refund)}


@dataclass(frozen=True, kw_only=True)
class RefundSettled(RefundChanged):
    """The end of a refund that the provider refused, by a person."""

    action: ClassVar[str] = "refund_settled"

    def private(self) -> Mapping[str, Any] | None:
        return {"reason": self.refund.settled_note, "by": self.refund.settled_by}


@dataclass(frozen=True, kw_only=True)
class PaymentRefunded(PaymentEvent):
    """Money of a payment went back."""

    action: ClassVar[str] = "refunded"

    refund: Refund

    def data(self) -> Mapping[str, Any]:
        return {**super().data(), "refund": refund_json(self.refund)}

    def private(self) -> Mapping[str, Any] | None:
        return {"reason": self.refund.reason, "approver": self.refund.approved_by}
