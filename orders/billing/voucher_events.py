"""Events of vouchers, kept in the audit trail. None of them has the code."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from bistro.core.kernel.events import DomainEvent
from bistro.core.kernel.money import text
from orders.billing.models import Voucher, VoucherMove


@dataclass(frozen=True, kw_only=True)
class VoucherEvent(DomainEvent):
    """An event of a voucher. `move` is the change of its balance."""

    type: ClassVar[str] = "voucher_updated"

    voucher: Voucher
    move: VoucherMove

    @property
    def subject(self) -> str:
        return f"voucher:{self.voucher.pk}"

    def data(self) -> Mapping[str, Any]:
        voucher, move = self.voucher, self.move
        return {
            "id": voucher.pk,
            "tail": voucher.tail,
            "balance": text(voucher.balance, voucher.currency),
            "currency": voucher.currency,
            "expires_on": voucher.expires_on.isoformat() if voucher.expires_on else None,
            "move": {
                "id": move.pk,
                "kind": move.kind,
                "amount": text(move.amount, voucher.currency),
                "payment": move.payment_id,
                "refund": move.refund_id,
            },
        }

    def private(self) -> Mapping[str, Any] | None:
        return {"reason": self.move.reason} if self.move.reason else None


@dataclass(frozen=True, kw_only=True)
class VoucherSold(VoucherEvent):
    """A new voucher."""

    action: ClassVar[str] = "sold"


@dataclass(frozen=True, kw_only=True)
class VoucherSpent(VoucherEvent):
    """A payment with a voucher."""

    action: ClassVar[str] = "spent"


@dataclass(frozen=True, kw_only=True)
class VoucherReturned(VoucherEvent):
    """A refund that went back to its voucher."""

    action: ClassVar[str] = "returned"


@dataclass(frozen=True, kw_only=True)
class VoucherVoided(VoucherEvent):
    """The end of a voucher: its balance was paid back, or the house keeps it."""

    action: ClassVar[str] = "voided"
