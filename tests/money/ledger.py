"""The ledger of an evening, in cents: computed without the product's code."""

from dataclasses import dataclass, field

OPEN_TABS = ("asked", "open", "releasing")


@dataclass
class Paid:
    """A payment. `state` is "asked" while its answer is missing, "paid", or "ended" without money.

    A tab holds `held`; it is "open", "charging" while the answer to its capture is missing, or "releasing".
    """

    guests: int
    method: str
    amount: int = 0
    tip: int = 0
    state: str = "paid"
    back: int = 0
    held: int = 0
    ends: float = 0.0  # hours of the evening at which the bank holds it no more
    withdrawn: bool = False  # the bank holds it no more, and nobody was told

    @property
    def reserves(self) -> bool:
        return self.state == "charging" or (self.state == "asked" and not self.held)

    @property
    def is_open_tab(self) -> bool:
        return bool(self.held) and self.state in OPEN_TABS


@dataclass
class Guests:
    """Guests with their bill: `net` of their dishes after discounts, `waived` is what refunds took off the sale."""

    net: int = 0
    waived: int = 0
    written_off: int = 0
    joined: int | None = None
    left: bool = False


@dataclass
class Deposit:
    """The deposit of a booking. `balance` is what the house owes of it.

    `state` is as in the product; `expected` is false once the guests are not awaited any more.
    """

    amount: int
    state: str = "wanted"
    guests: int | None = None
    expected: bool = True
    balance: int = 0
    back: int = 0
    kept: int = 0


@dataclass
class Ledger:
    """All guests, payments and deposits of a house; `added` is True where tax of 10 % comes on top."""

    added: bool
    guests: dict[int, Guests] = field(default_factory=dict)
    payments: dict[int, Paid] = field(default_factory=dict)
    deposits: dict[int, Deposit] = field(default_factory=dict)

    def head(self, guests: int | None) -> int | None:
        """Return who has the bill of these guests."""
        while guests is not None and (joined := self.guests[guests].joined) is not None:
            guests = joined
        return guests

    def _sum(self, head: int, name: str) -> int:
        return sum(getattr(each, name) for pk, each in self.guests.items() if self.head(pk) == head)

    def of(self, head: int) -> list[Paid]:
        return [each for each in self.payments.values() if self.head(each.guests) == head]

    def deposits_of(self, head: int) -> list[Deposit]:
        """Return the deposits that are taken off the bill of these guests."""
        mine = [each for _pk, each in sorted(self.deposits.items()) if self.head(each.guests) == head]
        return [each for each in mine if each.state == "paid" and each.balance]

    def price(self, net: int) -> int:
        return net + (net * 10 + 50) // 100 if self.added else net

    def total(self, head: int) -> int:
        return self.price(self._sum(head, "net"))

    def sale(self, head: int) -> int:
        return self.total(head) - min(self.total(head), self._sum(head, "waived"))

    def paid(self, head: int) -> int:
        return sum(each.amount - each.back for each in self.of(head) if each.state == "paid")

    def open(self, head: int) -> int:
        return self.sale(head) - self.paid(head) - self._sum(head, "written_off")

    def reserved(self, head: int) -> int:
        return sum(each.amount for each in self.of(head) if each.reserves)

    def deposit(self, head: int) -> int:
        return sum(each.balance for each in self.deposits_of(head))

    def due(self, head: int) -> int:
        return max(0, self.open(head) - self.reserved(head) - self.deposit(head))

    def settled(self, head: int) -> bool:
        """Return whether nothing is left to pay of a bill that was paid or written off."""
        arrived = any(each.state == "paid" for each in self.of(head))
        return self.open(head) <= 0 and (arrived or bool(self._sum(head, "written_off")))

    def refund(self, payment: Paid, amount: int) -> None:
        """Give back what was paid too much first; the rest makes the sale smaller."""
        head = self.head(payment.guests)
        assert head is not None
        excess = max(0, self.paid(head) - self.sale(head))
        payment.back += amount
        self.guests[head].waived += amount - min(amount, excess)

    def release_tabs(self, head: int) -> None:
        for each in self.of(head):
            each.state = "releasing" if each.is_open_tab else each.state

    def give_back(self, deposit: Deposit) -> None:
        if deposit.balance:
            deposit.state = "returning"
