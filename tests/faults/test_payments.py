"""Processes that die at the bank: no payment is lost or doubled, and the books are those of the bank.

Without the questions of the sweep the same trial must fail. `make faults` also tries clients without keys.
"""

import pytest
from django.conf import settings

from harness.evening import opened
from harness.installation import Installation, Plan
from harness.payments import HEARD, MORTAL, RETURNED, UNASKED, pay_under_kills

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not settings.SQLITE, reason="the process dies, not the database; shown on SQLite"),
]


async def paid(plan, **how):
    async with Installation(plan) as here, opened(here) as client:
        return await pay_under_kills(here, client, clients=4, pause=0.1, **how)


@pytest.mark.parametrize("place", [HEARD, pytest.param(RETURNED, marks=pytest.mark.long)])
async def test_a_death_at_the_bank_loses_and_doubles_nothing(place):
    found = await paid(Plan(settings=MORTAL), payments=12, places=(place,), deaths=1)
    assert found.problems == []
    assert found.refunds > 0
    assert found.deaths == {place: 1}


async def test_control_without_questions_the_books_differ_from_the_bank():
    found = await paid(Plan(settings=UNASKED), payments=8, places=(HEARD,), deaths=1, ends_within=0.0)
    assert found.waiting > 0
    assert found.differing > 0
    assert found.booked < found.collected
