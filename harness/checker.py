"""The verdict: acknowledged orders compared with the tables and the screens."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from harness.load_clients import PadOrder
from harness.stored_orders import StoredOrders


@dataclass
class Account:
    """The outcome of every requested order. Sets hold marks, so that a wrong order can be looked up."""

    acknowledged: int = 0
    lost: set[str] = field(default_factory=set)
    doubled: set[str] = field(default_factory=set)
    invented: set[str] = field(default_factory=set)
    unanswered: set[str] = field(default_factory=set)
    not_in_kitchen: set[str] = field(default_factory=set)
    refused: Counter[str] = field(default_factory=Counter)
    expected: Decimal = Decimal("0.00")
    found: Decimal = Decimal("0.00")
    wrong_totals: set[str] = field(default_factory=set)  # orders with another total than expected

    @property
    def money_is_equal(self) -> bool:
        return self.expected == self.found and not self.wrong_totals

    @property
    def problems(self) -> list[str]:
        """Return the broken promises in words, or an empty list."""
        counted = {
            "lost": self.lost,
            "doubled": self.doubled,
            "invented": self.invented,
            "never answered": self.unanswered,
            "not in the kitchen": self.not_in_kitchen,
            "refused": self.refused,
        }
        found = [f"{len(marks)} {name}" for name, marks in counted.items() if marks]
        if not self.acknowledged:
            found.append("nothing was acknowledged")
        if not self.money_is_equal:
            found.append(f"money differs by {self.found - self.expected}")
        return found


def server_errors(answers: Counter[int]) -> int:
    """Count the answers that no guest should receive; 503 with `Retry-After` is not one of them."""
    return sum(times for status, times in answers.items() if status >= 500 and status != 503)


def check(pad_orders: Sequence[PadOrder], stored: StoredOrders) -> Account:
    """Compare the requests with the tables.

    An acknowledged order exists once under the acknowledged id, no other order exists, and all totals agree.
    """
    account = Account()
    ours = {pad_order.mark for pad_order in pad_orders}
    account.invented = {mark for mark in stored.orders if mark not in ours}
    for pad_order in pad_orders:
        _judge(pad_order, stored.orders.get(pad_order.mark, []), stored, account)
    return account


def _judge(pad_order: PadOrder, found: Sequence[int], stored: StoredOrders, account: Account) -> None:
    if not pad_order.answered:
        account.unanswered.add(pad_order.mark)
    if len(found) > 1:
        account.doubled.add(pad_order.mark)
    account.found += sum((stored.totals[order_id] for order_id in found), Decimal("0.00"))
    if pad_order.refused:
        account.refused[pad_order.refused] += 1
        account.invented |= {pad_order.mark} if found else set()
    if pad_order.order_id is None:
        return
    account.acknowledged += 1
    account.expected += pad_order.expected
    if pad_order.order_id not in found:
        account.lost.add(pad_order.mark)
        return
    if pad_order.order_id not in stored.tickets:
        account.not_in_kitchen.add(pad_order.mark)
    if stored.totals[pad_order.order_id] != pad_order.expected:
        account.wrong_totals.add(pad_order.mark)
