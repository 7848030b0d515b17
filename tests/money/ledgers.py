"""Sums of the money rows of a restaurant, and checks that they agree with each other."""

from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from orders.billing.models import AccountMove, HouseAccount, Payment, Refund, Voucher, VoucherMove
from orders.billing.transitions import ARRIVED, BY_BALANCE, Method, RefundState
from orders.till.models import TillMove

ZERO = Decimal(0)
Sums = Mapping[Any, Decimal]


class Ledgers:
    """The payments, refunds, vouchers, house accounts and till moves of a restaurant.

    `bills` is {method: amount paid less refunds}; `vouchers` is {id: balance}.
    """

    def __init__(self, restaurant: int) -> None:
        def rows(model: Any, *columns: str) -> list[Any]:
            return list(model.objects.filter(restaurant=restaurant).values_list(*columns))

        money = "amount", "tip", "rounding"
        paid = [row for row in rows(Payment, "pk", "method", "status", *money) if row[2] in ARRIVED]
        methods = {row[0]: row[1] for row in paid}
        back = [row for row in rows(Refund, "payment", "status", *money) if row[1] == RefundState.REFUNDED]
        self.bills = summed((method, sum(amounts)) for _pk, method, _state, *amounts in paid)
        for payment, _state, *amounts in back:
            self.bills[methods[payment]] -= sum(amounts)
        self.vouchers = dict(rows(Voucher, "pk", "balance"))
        self.voucher_moves = rows(VoucherMove, "voucher", "kind", "amount", "move__method", "move__amount")
        self.accounts = rows(HouseAccount, "pk", "balance", "limit")
        self.account_moves = rows(AccountMove, "account", "kind", "amount", "rounding", "move__amount")
        self.moves = rows(TillMove, "kind", "method", "amount", "till")

    def of_vouchers(self, *kinds: str) -> Decimal:
        """Return the sum of these kinds of moves over all vouchers and deposits."""
        return sum((amount for _pk, kind, amount, *_till in self.voucher_moves if kind in kinds), ZERO)

    def check(self) -> None:
        """Check that each balance is the sum of its moves, and that bills and tills agree with them."""
        self._check_vouchers()
        self._check_accounts()
        on_bills = summed((method, amount) for kind, method, amount, _till in self.moves if kind in ("sale", "refund"))
        for method in Method.values:
            assert on_bills[method] == self.bills[method], f"tills and payments differ: {method}"
        assert not [move for move in self.moves if move[3] and move[1] not in (Method.CASH, "")], "no cash in a till"

    def _check_vouchers(self) -> None:
        by_voucher = summed((voucher, amount) for voucher, _kind, amount, *_till in self.voucher_moves)
        assert all(by_voucher[pk] == balance >= 0 for pk, balance in self.vouchers.items()), "a voucher is wrong"
        spent = sum((self.bills[method] for method in BY_BALANCE), ZERO)
        assert spent == -self.of_vouchers("spent", "returned"), "a voucher or deposit is spent twice"
        for _voucher, kind, amount, method, in_till in self.voucher_moves:
            if kind not in ("spent", "returned"):
                assert in_till == amount or (method == Method.CASH and abs(in_till - amount) < Decimal("0.05")), kind

    def _check_accounts(self) -> None:
        by_account = summed((account, amount) for account, _kind, amount, *_till in self.account_moves)
        assert all(by_account[pk] == balance <= limit for pk, balance, limit in self.accounts), "an account is wrong"
        charged = [row for row in self.account_moves if row[1] != "settled"]
        assert sum((row[2] for row in charged), ZERO) == self.bills[Method.ACCOUNT], "an account and its bills differ"
        assert all(row[4] == row[3] - row[2] for row in self.account_moves if row[1] == "settled"), "a settlement"


def summed(pairs: Iterable[tuple[Any, Decimal]]) -> Counter[Any]:
    """Return {key: sum of its amounts}."""
    found: Counter[Any] = Counter()
    for key, amount in pairs:
        found[key] += amount
    return found
