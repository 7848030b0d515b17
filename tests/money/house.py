"""The restaurant of the random money tests, and the base class of their evenings.

A restaurant is created once. Each evening runs in a savepoint, which is rolled back at its end.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

import time_machine
from django.db import connection, transaction
from django.db.models import Count, Sum
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine

from bistro.core.auth.access import staff_actor
from bistro.core.kernel.errors import DomainError
from bistro.core.live import event_log
from bistro.core.models import Restaurant
from menu.compiled import forget as forget_menus
from menu.tests.factories import TaxComponentFactory, TaxFactory
from orders.billing.services import open_account
from orders.billing.statements import Statement, read_statement
from orders.billing.tests.charging import charge_service
from orders.billing.tests.online import faults
from orders.till.models import TillMove
from orders.till.services import open_till
from tables.bookings.models import Booking, DepositRule
from tables.models import Party, Table
from tests.journeys.house import open_house

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
CENT, ZERO = Decimal("0.01"), Decimal(0)
MODES = ["inclusive", "added"]
CARD = ["dish", "wine", "coffee", "roll"]

# Refusals after which money may have moved: the bank said that it has collected already, which was recorded.
MONEY_MAY_MOVE = {("cancel payment", "already_paid"), ("release tab", "already_paid")}

picks = st.integers(min_value=0, max_value=9)
wishes = st.lists(
    st.tuples(st.sampled_from(CARD), st.integers(1, 3), st.sampled_from([None, 1, 2])), min_size=1, max_size=3
)
parts = st.sampled_from([None, None, Fraction(1, 3), Fraction(1, 2), Fraction(0), Fraction(2)])
tips = st.sampled_from([ZERO, ZERO, CENT, Decimal("2.00")])


class Room:
    """A house with four tables, dishes of three taxes, a till of the waiter, an account, and deposits of bookings."""

    def __init__(self, mode: str) -> None:
        with time_machine.travel(NOON, tick=False):
            house = self.house = open_house(tax_mode=mode, cash_rounding=Decimal("0.05"))
            self.pk = house.restaurant.pk
            self.waiter, self.manager, self.host = (
                staff_actor(house.staff(role), self.pk) for role in ("waiter", "manager", "host")
            )
            self.api = house.api("integration")
            drinks = TaxFactory(restaurant=house.restaurant, name="Drinks", is_default=False, percent=Decimal(19))
            TaxComponentFactory(tax=drinks, name="City", percent=Decimal("1.5"))
            small = TaxFactory(restaurant=house.restaurant, name="Small", is_default=False, percent=Decimal(7))
            self.items = {
                "dish": house.item.pk,
                "wine": house.add_item(price="3.33", tax=drinks).pk,
                "coffee": house.add_item(price="0.99", tax=small).pk,
                "roll": house.add_item(price="0.05").pk,
            }
            self.tables = [house.table.pk, *(house.add_table().pk for _table in range(3))]
            Table.objects.filter(pk__in=self.tables).update(seats=8)
            self.till = open_till(opening_float=Decimal(100), actor=self.waiter)[0].pk
            self.account = open_account(name="Firm", limit=Decimal(60), actor=self.manager).pk
            DepositRule.objects.create(
                restaurant=house.restaurant, name="All", amount=Decimal(15), per_guest=False, online_only=False
            )
            forget_menus()


class House(RuleBasedStateMachine):
    """The state of an evening: clock, parties and bills. `act` calls a service; `done` counts calls by name."""

    def __init__(self, rooms: Mapping[str, Room], done: Counter[str]) -> None:
        super().__init__()
        self.rooms, self.done, self.keys, self.turn = rooms, done, 0, 0
        self.room = rooms["inclusive"]
        self.touched: set[int] | None = None  # the parties whose bill a step can change; None for all
        self.left_before: dict[int, Decimal] = {}
        self.statements: dict[int, Statement] = {}  # bills as they were after the last step
        self.head = -1  # number of the last event then
        self.may_owe_less = False
        self.playing = False  # True between two steps: then the evening can be settled
        self.days: list[dict[str, Any]] = []
        self.clock = time_machine.travel(NOON + timedelta(minutes=1), tick=False)
        self.traveller = self.clock.start()
        self.now = NOON + timedelta(minutes=1)
        self.start, self.waiting = transaction.savepoint(), len(connection.run_on_commit)
        faults()

    def teardown(self) -> None:
        faults()
        self.clock.stop()
        transaction.savepoint_rollback(self.start)
        del connection.run_on_commit[self.waiting :]  # callbacks of a commit that never happens

    def configure(self, mode: str, *, by_line: bool, serves: bool) -> None:
        """Choose the tax mode, the level on which taxes are rounded, and whether there is a service charge."""
        self.room = self.rooms[mode]
        level = Restaurant.RoundingLevel.LINE if by_line else Restaurant.RoundingLevel.DOCUMENT
        Restaurant.objects.filter(pk=self.room.pk).update(rounding_level=level)
        if serves:
            charge_service(self.room.house, "12.5")
        forget_menus()

    def wait(self, **span: float) -> None:
        """Let time pass."""
        self.now += timedelta(**span)
        self.traveller.move_to(self.now)

    def key(self) -> str:
        self.keys += 1
        return f"key-{self.keys}"

    def act(self, name: str, service: Callable[..., Any], **given: Any) -> Any:
        """Call a service and return its result, or None if it was refused. Check that a refusal moved no money."""
        before, self.playing = moved(self.room.pk), False
        refusal = None
        try:
            result = service(**given)
        except DomainError as refused:
            result, refusal = None, refused.code
        self.done[name if refusal is None else f"{name}: {refusal}"] += 1
        if refusal is not None and (name, refusal) not in MONEY_MAY_MOVE:
            assert moved(self.room.pk) == before, f"{name} was refused ({refusal}), and money moved"
        return result

    # --- parties and bills -----------------------------------------------------------------------------------
    def parties(self) -> list[int]:
        """Return the parties that have a bill of their own."""
        rows = Party.objects.filter(restaurant=self.room.pk, joined_to=None)
        return list(rows.order_by("pk").values_list("pk", flat=True))

    def party(self, pick: int) -> int:
        """Return a party by its number, seated ones first."""
        rows = Party.objects.filter(restaurant=self.room.pk, joined_to=None)
        found = list(rows.order_by("-status", "pk").values_list("pk", flat=True))
        return found[pick % len(found)]

    def table(self, pick: int) -> int:
        return self.room.tables[pick % len(self.room.tables)]

    def statement(self, party: int) -> Statement:
        return read_statement(Party.objects.get(pk=party), Restaurant.objects.get(pk=self.room.pk))

    def changed(self) -> bool:
        """Return whether an event was recorded since the last call."""
        before, self.head = self.head, event_log.position(self.room.pk).seq
        return before != self.head

    def last_statement(self, pick: int) -> Statement:
        """Return the bill of a party as it was after the last step, without reading it again."""
        party = self.party(pick)
        return self.statements.get(party) or self.statement(party)

    def pick_row(self, rows: Any, pick: int) -> Any:
        """Return one of the rows of this restaurant, or None if there are none."""
        found = list(rows.filter(restaurant=self.room.pk).order_by("pk"))
        return found[pick % len(found)] if found else None

    def booking(self, pick: int) -> int:
        found = self.pick_row(Booking.objects.all(), pick)
        return 0 if found is None else found.pk


def moved(restaurant: int) -> tuple[int, Decimal]:
    """Return the number and the sum of all money moves of the restaurant."""
    rows = TillMove.objects.filter(restaurant=restaurant)
    found = rows.aggregate(many=Count("pk"), sum=Sum("amount"))
    return found["many"], found["sum"] or ZERO


def part_of(amount: Decimal, part: Fraction | None) -> Decimal | None:
    """Return a part of an amount, at least a cent; None, which means the whole, for a part of None."""
    if part is None:
        return None
    cents = int(amount * 100) * part
    return max(Decimal(int(cents)) / 100, CENT)


def seeded(lost: float, seed: int) -> None:
    """Let the provider lose this share of its answers."""
    faults(lost=lost, random=Random(seed))
