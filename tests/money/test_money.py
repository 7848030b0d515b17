"""Random evenings in a restaurant with inclusive and one with added tax: every bill, ledger and closing is right.

`THOROUGH=1 pytest tests/money` is the long run; `MONEY_EVENINGS` sets another number of evenings.
"""

import os
from collections import Counter
from decimal import Decimal
from fractions import Fraction
from functools import partial

import pytest
from django.conf import settings as database
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from orders.billing import splitting
from orders.billing.models import Payment
from orders.billing.providers.base import FoundRefund
from orders.billing.services import refunding, using_deposits
from tests.money.evening import Evening
from tests.money.house import MODES, Room
from tests.plugins.examples import THOROUGH

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
# The rules are the same on both databases, so PostgreSQL plays fewer evenings.
EVENINGS = int(os.environ.get("MONEY_EVENINGS") or (10_000 if THOROUGH else 300 if database.SQLITE else 50))
STEPS = 10 if THOROUGH else 4
PLAYED = ("pay cash", "pay terminal", "pay online", "refund", "capture tab", "release tab", "use deposit", "correct")


def evenings(many: int) -> settings:
    return settings(
        max_examples=many,
        stateful_step_count=STEPS,
        report_multiple_bugs=False,  # stop at the first one
        phases=[Phase.explicit, Phase.generate],  # no shrinking: a step takes 50 ms
    )


def play(many: int = EVENINGS) -> Counter[str]:
    """Play evenings in two houses, and return what was done in them."""
    done: Counter[str] = Counter()
    rooms = {mode: Room(mode) for mode in MODES}
    run_state_machine_as_test(partial(Evening, rooms, done), settings=evenings(many))
    return done


def test_every_bill_ledger_and_day_is_right_whatever_happens():
    done = play()
    rare = [name for name in PLAYED if not done[name]]
    assert EVENINGS < 300 or not rare, f"never done: {rare} of {dict(done)}"


def floors(total, weights):
    """Divide without the remainder."""
    return [total * weight // (sum(weights) or 1) for weight in weights]


def two_phones(evening):
    """Begin to pay the same bill twice."""
    for _phone in range(2):
        evening.pay_online(0, None, Decimal(0), 0, "waits")
        evening.the_books_are_right()


def three_friends(evening):
    evening.split(0, "equal", 3)
    evening.the_books_are_right()


def booked(evening):
    evening.settle_with_deposit(2, DISH)
    evening.the_books_are_right()
    evening.pay_all(2, Decimal(0))


def cold_dish(evening):
    evening.refund(0, Fraction(1, 2), False, 2, "answers")


DISH = [("dish", 1, None)]
CONTROLS = {
    "reserving": (two_phones, Payment, "reserves", property(lambda payment: False), "begun to be taken"),
    "largest remainder": (three_friends, splitting, "divide", floors, "the shares are not the bill"),
    "deposit": (
        booked,
        using_deposits,
        "spend",
        lambda voucher, payment, work: None,
        "spent twice|owes something else",
    ),
    "refund": (cold_dish, refunding, "refund_call", lambda back, method: REFUNDED, "the bank has other money"),
}
REFUNDED = FoundRefund("", "refunded")
on_sqlite = pytest.mark.skipif(not database.SQLITE, reason="the same on both; shown on SQLite")


def play_script(script):
    """Play one evening of these steps."""
    evening = Evening({mode: Room(mode) for mode in MODES}, Counter())
    try:
        evening.begin(mode="added", wish=DISH, more=DISH, by_line=False, serves=False)
        evening.the_books_are_right()
        script(evening)
        evening.the_books_are_right()
    finally:
        evening.teardown()


@on_sqlite
@pytest.mark.parametrize("name", CONTROLS)
def test_control_without_a_protection_the_machine_fails(monkeypatch, name):
    script, where, what, broken, found = CONTROLS[name]
    play_script(script)
    monkeypatch.setattr(where, what, broken)
    with pytest.raises(AssertionError, match=found):
        play_script(script)


@on_sqlite
@pytest.mark.long
@pytest.mark.parametrize("name", CONTROLS)
def test_control_without_a_protection_random_evenings_fail(monkeypatch, name):
    _script, where, what, broken, found = CONTROLS[name]
    monkeypatch.setattr(where, what, broken)
    with pytest.raises(AssertionError, match=f"{found}|holds nothing"):
        play(1_000)  # it stops at the first that fails
