"""House accounts as JSON (docs/contracts/accounts.md)."""

from typing import Any

from bistro.core.kernel.jsontext import moment
from bistro.core.kernel.money import text
from orders.billing.models import AccountMove, HouseAccount


def account_json(account: HouseAccount) -> dict[str, Any]:
    """Return an account (`AccountOutput`)."""
    return {
        "id": account.pk,
        "name": account.name,
        "currency": account.currency,
        "limit": text(account.limit, account.currency),
        "balance": text(account.balance, account.currency),
        "closed": account.closed_at is not None,
        "by": account.opened_by,
        "at": moment(account.opened_at),
    }


def account_move_json(move: AccountMove, currency: str) -> dict[str, Any]:
    """Return a change of what an account owes (`AccountMoveOutput`)."""
    return {
        "id": move.pk,
        "kind": move.kind,
        "amount": text(move.amount, currency),
        "rounding": text(move.rounding, currency),
        "payment": move.payment_id,
        "refund": move.refund_id,
        "method": move.method or None,
        "slip": move.slip,
        "by": move.made_by,
        "at": moment(move.made_at),
    }
