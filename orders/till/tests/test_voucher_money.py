"""Vouchers in tills, reports and closings: money at the sale, turnover when they are spent, and what the house owes."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine

from bistro.core.kernel.errors import InvalidInput
from bistro.core.models import Restaurant
from bistro.core.services.restaurants import change_settings
from bistro.core.tests.http import nothing_changes
from bistro.core.writing.unit_of_work import UnitOfWork
from orders.billing.models import Voucher
from orders.billing.services import Tender, refund_payment, take_payment, void_voucher
from orders.billing.tests.vouchers import sold
from orders.billing.transitions import Method
from orders.till.models import TillMove
from orders.till.reports.tables import tables_of
from orders.till.services import count_till, open_till
from orders.till.shift import read_shift
from orders.till.tests.days import close, party
from orders.till.tests.test_tips import today
from orders.till.transitions import ClosingKind

pytestmark = pytest.mark.django_db


@pytest.fixture
def evening(house):
    """Sell 50.00 in cash and 30.00 by card; spend 20.00, of which 5.00 goes back; cancel the second one."""
    boss = house.actor("manager")
    till, _replayed = open_till(opening_float=Decimal(100), shared=True, actor=boss)
    first, second = sold(house), sold(house, "30.00", method="terminal")
    tender = Tender(Method.VOUCHER, voucher=first.code)
    payment = take_payment(party_id=party(house, 2), tender=tender, actor=house.actor("waiter")).payment
    refund_payment(payment_id=payment.pk, amount=Decimal(5), reason="cold", actor=boss)
    void_voucher(voucher_id=second.pk, reason="lost", pay_back=False, actor=boss)
    return till


def test_cash_for_a_voucher_is_in_the_till_and_nothing_else_is(house, evening):
    counted, _replayed = count_till(till_id=evening.pk, pieces={Decimal(50): 3}, actor=house.actor("manager"))
    assert (counted.expected, counted.difference) == (150, 0)
    kinds = list(TillMove.objects.order_by("pk").values_list("kind", "method", "amount", "till"))
    assert kinds == [
        ("voucher", "cash", 50, evening.pk),
        ("voucher", "terminal", 30, None),
        ("sale", "voucher", 20, None),
        ("refund", "voucher", -5, None),
        ("lapsed", "voucher", -30, None),
    ]


def test_a_voucher_that_is_paid_back_leaves_the_till(house, evening):
    void_voucher(voucher_id=Voucher.objects.earliest("pk").pk, reason="x", pay_back=True, actor=house.actor("manager"))
    move = TillMove.objects.latest("pk")
    assert (move.kind, move.method, move.amount, move.till) == ("voucher", "cash", -35, evening)


def test_cash_is_paid_back_in_coins_that_there_are(house, evening):
    """The voucher has 33.67 left, the till gives 33.65, and the house owes nothing for it."""
    Restaurant.objects.filter(pk=house.restaurant.pk).update(cash_rounding=Decimal("0.05"))
    voucher, boss = Voucher.objects.earliest("pk"), house.actor("manager")
    tender = Tender(Method.VOUCHER, Decimal("1.33"), voucher=voucher.code)
    take_payment(party_id=party(house, 1), tender=tender, actor=boss)
    void_voucher(voucher_id=voucher.pk, reason="x", pay_back=True, actor=boss)
    assert TillMove.objects.latest("pk").amount == Decimal("-33.65")
    owed = close(house)["vouchers"]
    assert (owed["paid_back"], owed["cash"], owed["owed_after"]) == ("33.67", "16.35", "0.00")


def test_the_closing_carries_what_the_house_owes(house, evening):
    """The closing adds up to the cent: the sale of a voucher is no part of its money."""
    body = close(house)

    assert (body["sale"], body["money"], body["received"]) == ("15.00", "15.00", "20.00")
    assert [row["method"] for row in body["methods"]] == ["voucher"]
    assert body["vouchers"] == {
        "owed_before": "0.00", "sold": "80.00", "paid_back": "0.00", "redeemed": "20.00", "returned": "5.00",
        "lapsed": "30.00",
        "deposits": "0.00",
        "given_back": "0.00",
        "kept": "0.00", "owed_after": "35.00", "cash": "50.00",
    }  # fmt: skip
    assert sum(Voucher.objects.values_list("balance", flat=True)) == 35
    manager = house.browser("manager")
    page = manager.get(f"/till/closings/{body['id']}/").content.decode()
    assert "Vouchers and deposits: what the house owes" in page


def test_later_closings_and_the_month_begin_with_it(house):
    with time_machine.travel(datetime(2026, 3, 7, 20, 0, tzinfo=UTC)) as clock:
        sold(house, "10.00")
        close(house)
        clock.shift(timedelta(days=1))
        sold(house, "5.00", method="terminal")
        assert close(house)["vouchers"]["owed_before"] == "10.00"
        clock.shift(timedelta(days=30))
        month = close(house, ClosingKind.MONTH, date(2026, 3, 7))
    assert month["vouchers"] == {
        "owed_before": "0.00", "sold": "15.00", "paid_back": "0.00", "redeemed": "0.00", "returned": "0.00",
        "lapsed": "0.00",
        "deposits": "0.00",
        "given_back": "0.00",
        "kept": "0.00", "owed_after": "15.00", "cash": "10.00",
    }  # fmt: skip


def test_the_report_of_the_day_lists_vouchers(house, evening):
    tables = {table.key: table for table in tables_of(house.restaurant, today(house))}
    assert [(row.label, row.count, row.total) for row in tables["vouchers"].rows] == [
        ("Sold", 2, 80),
        ("Spent", 1, -20),
        ("Refunded to the voucher", 1, 5),
        ("Cancelled, kept by the house", 1, -30),
        ("Owed for all vouchers and deposits now", None, 35),
    ]
    summary = {row.label: row.total for row in tables["summary"].rows}
    assert (summary["= Sales"], summary["= Money"]) == (15, 15)


def test_a_voucher_is_neither_cash_nor_card_in_a_shift(house):
    voucher, waiter = sold(house), house.actor("waiter")
    take_payment(party_id=party(house, 2), tender=Tender(Method.VOUCHER, voucher=voucher.code), actor=waiter)
    shift = read_shift(waiter)
    assert (shift.cash, shift.card, shift.vouchers, shift.owed) == ("€0.00", "€0.00", "€20.00", "€0.00")


def test_the_currency_stays_where_a_house_without_dishes_has_sold_a_voucher(house):
    house.item.delete()
    sold(house)
    boss = house.actor("manager")
    with nothing_changes(), pytest.raises(InvalidInput) as refusal, UnitOfWork(boss) as work:
        change_settings({"currency": "JPY"}, work)
    assert refusal.value.code == "currency_in_use"
