"""Events of deposits, kept in the audit trail."""

from dataclasses import dataclass
from typing import ClassVar

from orders.billing.voucher_events import VoucherEvent


@dataclass(frozen=True, kw_only=True)
class DepositTaken(VoucherEvent):
    """The deposit of a booking that a provider has collected."""

    type: ClassVar[str] = "deposit_updated"
    action: ClassVar[str] = "paid"


@dataclass(frozen=True, kw_only=True)
class DepositGivenBack(DepositTaken):
    """A deposit, or the rest of one, that went back to the guests: by the method `by`, "" for that of the payment."""

    action: ClassVar[str] = "given_back"

    by: str = ""


@dataclass(frozen=True, kw_only=True)
class DepositKept(DepositTaken):
    """A deposit that the house keeps, or does not keep after all because a no-show was undone."""

    action: ClassVar[str] = "kept"
