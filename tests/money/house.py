"""The house of the machine of money: actions in product and ledger, and the comparison with product and bank."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any, ClassVar

import pytest
from django.utils import timezone
from hypothesis.stateful import RuleBasedStateMachine, invariant

from bistro.core.kernel.errors import DomainError
from bistro.core.models import Restaurant
from menu.compiled import forget as forget_menus
from orders.billing.models import Deposit as DepositRow
from orders.billing.models import DummyCharge, DummyRefund, Payment, VoucherMove
from orders.billing.services import ask_next
from orders.billing.statements import Statement, read_statement
from orders.billing.tests.online import faults
from tables.bookings.models import DepositRule
from tables.models import Party
from tests.journeys.house import open_house
from tests.money.ledger import Deposit, Ledger, Paid

MOST_QUESTIONS = 500
LATEST_ASK = timedelta(minutes=20)  # beyond the longest pause between two questions
MODES: dict[str, dict[str, Any]] = {"well": {}, "lost": {"lost": 1}, "down": {"down": True}}


def cents(amount: Decimal) -> int:
    found = int(amount * 100)
    assert found == amount * 100, f"{amount} has parts of a cent"
    return found


def euros(amount: int) -> Decimal:
    return Decimal(amount) / 100


class MoneyHouse(RuleBasedStateMachine):
    """A restaurant with three tables and a deposit of 10.00 for each booking; its bank is the dummy provider.

    `done` counts what succeeded, over all evenings, so that no action is only refused.
    """

    tax_mode = "inclusive"
    done: ClassVar[dict[str, int]] = {}

    def __init__(self) -> None:
        super().__init__()
        self.house = house = open_house(tax_mode=self.tax_mode, online_payments="dummy")
        forget_menus()
        self.waiter, self.manager = house.actor("waiter"), house.actor("manager")
        self.host = house.actor("host")
        self.items = [house.item, house.add_item(price="3.35")]
        self.tables = [house.table.pk, house.add_table().pk, house.add_table().pk]
        rule = {"name": "All", "amount": Decimal("5.00"), "online_only": False, "from_size": 1}
        DepositRule.objects.create(restaurant=house.restaurant, **rule)
        self.ledger = Ledger(added=self.tax_mode == "added")
        faults()

    # --- actions --------------------------------------------------------------------------------------------------
    def act(self, name: str, allowed: bool, service: Callable[[], Any], mode: str = "well") -> Any:
        """Call a service that must succeed, or be refused; None for a refusal. Nothing may change then."""
        faults(**MODES[mode])
        try:
            if not allowed:
                with pytest.raises(DomainError):
                    service()
                return None
            found = service()
            self.done[name] = self.done.get(name, 0) + 1
            return found
        finally:
            faults()

    def sweep(self) -> None:
        """Ask the bank about everything until nothing is open, and take its word into the ledger."""
        until = timezone.now() + LATEST_ASK
        for _question in range(MOST_QUESTIONS):
            if not ask_next(clock=lambda: until):
                break
        else:
            raise AssertionError("the sweep does not come to an end")
        bank = {row.key: row for row in self.rows(DummyCharge)}
        keys = dict(self.rows(Payment).filter(attempts__isnull=False).values_list("pk", "attempts__key"))
        for pk, paid in self.ledger.payments.items():
            if pk in keys:
                self._adopt(paid, bank.get(keys[pk]))
        charges = dict(self.rows(DepositRow).exclude(key=None).values_list("booking", "key"))
        for booking, deposit in self.ledger.deposits.items():
            self._adopt_deposit(deposit, bank.get(charges.get(booking, "")))
        for head in self.heads():
            self.bill_paid(head)
        self.finish_releases()

    def finish_releases(self) -> None:
        for paid in self.ledger.payments.values():
            paid.state = "ended" if paid.state == "releasing" else paid.state

    def _adopt(self, paid: Paid, row: DummyCharge | None) -> None:
        at_bank = row.state if row is not None else "cancelled"
        if paid.state in ("asked", "charging"):
            states = {"captured": "paid", "authorised": "open" if paid.state == "asked" else "charging"}
            paid.state = states.get(at_bank, "ended")
            assert paid.state != "charging", "what was to be charged is held on"

    def _adopt_deposit(self, deposit: Deposit, row: DummyCharge | None) -> None:
        if deposit.state == "under_way":
            if row is not None and row.state == "captured":
                deposit.state, deposit.balance = "paid", deposit.amount
                if not deposit.expected:
                    self.ledger.give_back(deposit)
            else:
                deposit.state = "wanted" if deposit.expected else "lapsed"
        if deposit.state == "returning":
            deposit.back, deposit.balance, deposit.state = deposit.back + deposit.balance, 0, "returned"

    def bill_paid(self, head: int) -> None:
        """Take the deposit off a bill whose rest is paid, and release the tabs of a bill that is settled."""
        books = self.ledger
        covered = books.open(head) > 0 and not books.due(head) + books.reserved(head)
        if covered and books.deposit(head) and books.total(head):
            self.spend(head)
        if books.settled(head):
            books.release_tabs(head)

    def spend(self, head: int) -> None:
        """Pay a bill from the deposits of its guests."""
        left = self.ledger.open(head) - self.ledger.reserved(head)
        for deposit in self.ledger.deposits_of(head):
            amount = min(left, deposit.balance)
            if amount > 0:
                deposit.balance -= amount
                left -= amount
                newest = self.rows(Payment).filter(method="deposit").exclude(pk__in=self.ledger.payments)
                self.ledger.payments[newest.earliest("pk").pk] = Paid(head, "deposit", amount)
        if self.ledger.settled(head):
            self.ledger.release_tabs(head)

    # --- choices --------------------------------------------------------------------------------------------------
    def heads(self) -> list[int]:
        return sorted(pk for pk, each in self.ledger.guests.items() if each.joined is None)

    def here(self) -> list[int]:
        return [pk for pk in self.heads() if not self.ledger.guests[pk].left]

    def rows(self, model: Any) -> Any:
        """Return the rows of this evening's restaurant: other evenings are in the same database."""
        return model.objects.filter(restaurant=self.house.restaurant.pk)

    def one_of(self, found: list[Any], pick: int) -> Any:
        return found[pick % len(found)] if found else None

    def statement(self, head: int) -> Statement:
        restaurant = Restaurant.objects.get(pk=self.house.restaurant.pk)
        return read_statement(Party.objects.get(pk=head), restaurant)

    # --- conditions after each action -----------------------------------------------------------------------------
    @invariant()
    def bills_say_what_the_ledger_says(self):
        for head in self.heads():
            found, books = self.statement(head), self.ledger
            says = [found.total, found.paid, found.reserved, found.deposit, found.due, found.open]
            must = [books.total, books.paid, books.reserved, books.deposit, books.due, books.open]
            assert [cents(each) for each in says] == [each(head) for each in must], "the bill differs from the ledger"
            assert sum((tax.amount for tax in found.owed.taxes), Decimal(0)) == found.owed.tax
            self.shares_add_up(found)

    def shares_add_up(self, found: Statement) -> None:
        locked = sum(each.total for each in found.shares if each.share.total is not None)
        whole = found.total - found.for_no_share
        if any(each.share.total is None for each in found.shares) and locked <= whole:
            assert sum(each.total for each in found.shares) == whole, "the shares are not the bill"
        assert all(each.due >= 0 for each in found.shares)

    @invariant()
    def deposits_have_what_the_ledger_says(self):
        for row in self.rows(DepositRow).select_related("voucher"):
            must = self.ledger.deposits[row.booking_id]
            moves = list(VoucherMove.objects.filter(voucher=row.voucher_id)) if row.voucher_id else []
            assert cents(row.balance) == must.balance == cents(sum((each.amount for each in moves), Decimal(0)))
            assert row.status == must.state, f"a deposit is {row.status}, not {must.state}"
            found = {kind: -sum(each.amount for each in moves if each.kind == kind) for kind in ("back", "kept")}
            assert (cents(Decimal(found["back"])), cents(Decimal(found["kept"]))) == (must.back, must.kept)

    def bank_agrees(self) -> None:
        """Compare each payment with its charge, and all that the bank took and gave back with the ledger."""
        bank = {row.key: row for row in self.rows(DummyCharge)}
        keys = dict(self.rows(Payment).filter(attempts__isnull=False).values_list("pk", "attempts__key"))
        taken = back = 0
        for pk, paid in self.ledger.payments.items():
            if pk not in keys:
                continue
            row = bank[keys[pk]]
            got = cents(row.collected) if row.state == "captured" else 0
            assert got == (paid.amount + paid.tip if paid.state == "paid" else 0), "the bank has another amount"
            held = row.state == "authorised"
            assert held == (paid.state == "open" and not paid.withdrawn), "the bank holds what nobody wants"
            taken, back = taken + got, back + paid.back
        for deposit in self.ledger.deposits.values():
            taken += deposit.amount if deposit.state in ("paid", "kept", "returned") else 0
            back += deposit.back
        charges = [row for row in bank.values() if row.state == "captured"]
        assert taken == sum(cents(row.collected) for row in charges), "the bank took another amount"
        assert back == sum(cents(row.amount) for row in self.rows(DummyRefund)), "another amount went back"

    def teardown(self) -> None:
        faults()
