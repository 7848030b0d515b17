"""Vouchers and the house account of a run, with the balances that they must have at its end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

ZERO = Decimal(0)
VOUCHER, ACCOUNT = "voucher", "account"
PREPAID = (VOUCHER, ACCOUNT)
BY_BALANCE = (VOUCHER, "deposit")  # methods that spend what was paid before
LESS = ("paid_back", "given_back", "redeemed", "lapsed", "kept")  # what the house owes less
LIMIT = "100000"  # of the house account


@dataclass(slots=True)
class Prepaid:
    """The vouchers that were sold, {code: balance}, and what the account of the run owes."""

    vouchers: dict[str, Decimal] = field(default_factory=dict)
    sold: Decimal = ZERO
    account: int | None = None
    owed: Decimal = ZERO
    charged: Decimal = ZERO
    _paid_by: dict[int, str] = field(default_factory=dict)  # {payment: code of its voucher}

    def sell(self, code: str, value: Decimal) -> None:
        """Note a voucher that was sold."""
        self.vouchers[code] = value
        self.sold += value

    def pay(self, payment: Mapping[str, Any], code: str) -> None:
        """Note a payment with the voucher of this code, or on the account."""
        amount = Decimal(payment["amount"])
        if payment["method"] == VOUCHER:
            self.vouchers[code] -= amount
            self._paid_by[payment["id"]] = code
        elif payment["method"] == ACCOUNT:
            self.owed += amount
            self.charged += amount

    def give_back(self, payment: Mapping[str, Any], amount: Decimal) -> None:
        """Note a refund, which goes back to its voucher or to the account."""
        if payment["method"] == VOUCHER:
            self.vouchers[self._paid_by[payment["id"]]] += amount
        elif payment["method"] == ACCOUNT:
            self.owed -= amount

    @property
    def left(self) -> Decimal:
        """Return what is left on all vouchers of the run."""
        return sum(self.vouchers.values(), ZERO)


def owed_differences(closing: Mapping[str, Any]) -> list[str]:
    """Return what does not add up in what the house owes for vouchers, and guests on accounts."""
    signs = {
        "vouchers": {"sold": 1, "deposits": 1, "returned": 1, **dict.fromkeys(LESS, -1)},
        "accounts": {"charged": 1, "returned": -1, "settled": -1},
    }
    found = []
    for name, steps in signs.items():
        sums = closing[name]
        change = sum((sign * Decimal(sums[step]) for step, sign in steps.items()), ZERO)
        difference = Decimal(sums["owed_before"]) + change - Decimal(sums["owed_after"])
        if difference:
            found.append(f"what is owed for {name} differs by {difference}")
    amounts = {each["method"]: Decimal(each["amount"]) for each in closing["methods"]}
    for name, methods, spent in (("vouchers", BY_BALANCE, "redeemed"), ("accounts", (ACCOUNT,), "charged")):
        booked = Decimal(closing[name][spent]) - Decimal(closing[name]["returned"])
        paid = sum((amounts.get(method, ZERO) for method in methods), ZERO)
        if booked != paid:
            found.append(f"payments by {' and '.join(methods)} differ from the {name} by {paid - booked}")
    return found
