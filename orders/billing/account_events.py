"""Events of house accounts, kept in the audit trail."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from bistro.core.kernel.events import DomainEvent
from bistro.core.kernel.money import text
from orders.billing.models import AccountMove, HouseAccount


@dataclass(frozen=True, kw_only=True)
class AccountEvent(DomainEvent):
    """An event of a house account."""

    type: ClassVar[str] = "account_updated"

    account: HouseAccount

    @property
    def subject(self) -> str:
        return f"account:{self.account.pk}"

    def data(self) -> Mapping[str, Any]:
        account = self.account
        return {
            "id": account.pk,
            "limit": text(account.limit, account.currency),
            "balance": text(account.balance, account.currency),
            "currency": account.currency,
            "closed": account.closed_at is not None,
        }

    def private(self) -> Mapping[str, Any] | None:
        return {"name": self.account.name}


@dataclass(frozen=True, kw_only=True)
class AccountOpened(AccountEvent):
    """A new account."""

    action: ClassVar[str] = "opened"


@dataclass(frozen=True, kw_only=True)
class AccountChanged(AccountEvent):
    """Another limit, or the end of an account."""

    action: ClassVar[str] = "changed"


@dataclass(frozen=True, kw_only=True)
class AccountMoved(AccountEvent):
    """A change of what the account owes: a bill, a refund or a settlement."""

    action: ClassVar[str] = "moved"

    move: AccountMove

    def data(self) -> Mapping[str, Any]:
        move = self.move
        amount = text(move.amount, self.account.currency)
        origin = {"payment": move.payment_id, "refund": move.refund_id}
        return {**super().data(), "move": {"id": move.pk, "kind": move.kind, "amount": amount, **origin}}


@dataclass(frozen=True, kw_only=True)
class AccountSettled(AccountMoved):
    """Money for an account."""

    action: ClassVar[str] = "settled"
