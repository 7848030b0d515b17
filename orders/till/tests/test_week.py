"""A week of three tills with tips, coins, refunds and a payment across the end of the day, against a table by hand."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine

from bistro.core.kernel.jsontext import dumps
from orders.billing.services import refund_payment
from orders.billing.tests.online import faults, sweep
from orders.billing.transitions import Method
from orders.till.models import Closing
from orders.till.representations import closing_json
from orders.till.services import close_till as end_till
from orders.till.services import count_till, open_till
from orders.till.tests.days import close, party, pay, set_tax_mode
from orders.till.transitions import Cause

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]

MONDAY = datetime(2026, 5, 4, tzinfo=UTC)
DAYS, TILLS = 7, 3
NIGHT = 3  # on its night a guest pays by phone from 03:59 to 04:02
SHORT = 4  # on this day a euro is missing in a till
# Each day: 9 dishes in cash at three tills, with tips of 1.02 that make 31.00 in coins; 2 dishes and a tip of 2.00 by
# card; 5.00 go back from each till.
BY_HAND = {
    "sale": "95.00",
    "tips": "5.06",
    "rounding": "-0.06",
    "received": "115.00",
    "given_back": "15.00",
    "money": "100.00",
    "open_before": "0.00",
    "open_after": "0.00",
}
METHODS = {"cash": "78.00", "terminal": "22.00"}


def serve(house, cashiers):
    """Play the takings of a day, and return its tills."""
    tills = [open_till(opening_float=Decimal(50), actor=cashier)[0] for cashier in cashiers]
    for cashier in cashiers:
        payment = pay(house, party(house, 3), tip="1.02", actor=cashier)
        refund_payment(payment_id=payment.pk, amount=Decimal(5), reason="cold", actor=cashier)
    pay(house, party(house, 2), Method.TERMINAL, tip="2.00")
    return tills


def count(tills, cashiers, missing):
    """Count each till, and return the differences."""
    found = []
    for till, cashier in zip(tills, cashiers, strict=True):
        pieces = {Decimal(50): 1, Decimal(10): 2, Decimal(1): 5 if missing and not found else 6}
        found.append(count_till(till_id=till.pk, pieces=pieces, actor=cashier)[0].difference)
        end_till(till_id=till.pk, cause=Cause.UNKNOWN, actor=cashier)
    return found


def test_a_week_equals_the_table_by_hand(house):
    set_tax_mode(house, "inclusive")
    cashiers = [house.actor("cashier") for _ in range(TILLS)]
    bodies, printed, refunds = [], [], 0
    for day in range(DAYS):
        evening, morning = MONDAY + timedelta(days=day, hours=19), MONDAY + timedelta(days=day + 1, hours=4)
        with time_machine.travel(evening, tick=False):
            tills = serve(house, cashiers)
            refunds += TILLS
            differences = count(tills, cashiers, missing=day == SHORT)
        assert differences == [Decimal(-1 if day == SHORT else 0), 0, 0]
        if day == NIGHT:
            faults(lost=1)
            with time_machine.travel(morning - timedelta(minutes=1), tick=False):
                late = pay(house, party(house, 2), Method.DUMMY)
            faults()
            with time_machine.travel(morning + timedelta(minutes=2), tick=False):
                sweep(minutes=0)
            late.refresh_from_db()
            assert (late.status, late.business_date) == ("captured", morning.date())
        with time_machine.travel(morning + timedelta(hours=1), tick=False):
            bodies.append(close(house, day=evening.date()))
            printed.append(dumps(closing_json(Closing.objects.get(pk=bodies[-1]["id"]))))
    assert refunds > 20
    for day, body in enumerate(bodies):
        hand, methods = dict(BY_HAND), dict(METHODS)
        if day == NIGHT:  # ordered before the end of the day
            hand |= {"sale": "115.00", "open_after": "20.00"}
        if day == NIGHT + 1:  # and paid after it
            hand |= {"received": "135.00", "money": "120.00", "open_before": "20.00"}
            methods["dummy"] = "20.00"
        assert {name: body[name] for name in hand} == hand, day
        assert {each["method"]: each["amount"] for each in body["methods"]} == methods, day
    assert [dumps(closing_json(row)) for row in Closing.objects.order_by("pk")] == printed, "printed again, it is equal"
