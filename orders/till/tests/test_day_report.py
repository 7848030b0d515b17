"""The report of a day: hand-computed tables, the sum to the cent, files without formulas, constant queries."""

import csv
import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from orders.billing.services import correct_method
from orders.models import Order
from orders.services import cancel_order
from orders.till.reports.day import read_day
from orders.till.reports.tables import tables_of
from orders.till.tests.days import discount, evening, party, pay, set_tax_mode

pytestmark = pytest.mark.django_db


def today(house):
    return house.restaurant.business_date(timezone.now())


def rows(tables, key):
    """Return the rows of a table: label, note, numbers."""
    table = next(table for table in tables if table.key == key)
    return [(row.label, row.note, row.count, row.net, row.tax, row.total) for row in table.rows]


def test_a_corrected_payment_counts_its_tip_once(house):
    payment = pay(house, party(house, 1), tip="2.00")
    correct_method(payment_id=payment.pk, method="terminal", reason="card", actor=house.actor("manager"))
    sums = read_day(house.restaurant, today(house)).sums

    assert (sums.tips, sums.money, sums.elsewhere) == (2, 12, 0)
    assert (sums.received["cash"] - sums.given_back["cash"], sums.received["terminal"]) == (0, 12)


@pytest.mark.parametrize(
    ("mode", "sums"),
    [
        ("inclusive", ("72.72", "3.63", "4.54", "6.45", "71.00", "3.00", "-0.02", "63.98")),
        ("added", ("80.00", "4.00", "4.55", "7.15", "78.60", "3.00", "-0.02", "70.58")),
    ],
)
def test_sales_and_money_agree_to_the_cent(house, mode, sums):
    set_tax_mode(house, mode)
    evening(house)
    found = read_day(house.restaurant, today(house))
    figures = found.sums.figures
    assert (
        figures.lines,
        figures.adjustments,
        figures.refunds,
        figures.tax,
        figures.sale,
        found.sums.tips,
        found.sums.rounding,
        found.sums.money,
    ) == tuple(map(Decimal, sums))
    net = figures.lines - figures.adjustments - figures.refunds + figures.service
    payments = sum(each.amount + each.tip + each.rounding for each in found.payments)
    refunds = sum(refund.money for refund, _of_sale in found.refunds)
    cash = found.sums.received["cash"] - found.sums.given_back["cash"]
    cards = found.sums.received["terminal"] - found.sums.given_back["terminal"]
    still_open = sum(book.open for book in found.open_bills)
    assert net + figures.tax + found.sums.tips + found.sums.rounding - still_open == payments - refunds == cash + cards
    assert found.sums.elsewhere == still_open


def test_the_tables_by_hand(house):
    """40.00 less 10 % and 30.00 at two tables; a cancelled dish; a week ago 20.00."""
    party(house, 2)
    Order.objects.update(business_date=today(house) - timedelta(days=7))
    first = party(house, 4)
    discount(house, first, "10")
    pay(house, first, tip="2.00")
    pay(house, party(house, 3), "terminal")
    gone = party(house, 1)
    order = Order.objects.get(party=gone)
    cancel_order(order_id=order.pk, reason="left", actor=house.actor("manager"))
    tables = tables_of(house.restaurant, today(house))
    sold = (7, Decimal("60.00"), Decimal("6.00"), Decimal("66.00"))
    for key in ("hours", "dishes", "categories", "sections"):
        assert [row[2:] for row in rows(tables, key)] == [sold], key
    assert rows(tables, "dishes")[0][0] == house.item.name
    assert [row[3:] for row in rows(tables, "taxes")] == [sold[1:]]
    assert len(rows(tables, "waiters")) == 2  # each party has its own waiter
    assert [(row[1], row[2], row[5]) for row in rows(tables, "methods")] == [
        ("paid", 1, Decimal("38.00")),
        ("paid", 1, Decimal("30.00")),
    ]
    assert [row[5] for row in rows(tables, "tips")] == [Decimal("2.00")]
    assert rows(tables, "adjustments")[0][1].startswith("birthday · ")
    assert [(row[1], row[2], row[5]) for row in rows(tables, "voids")] == [("left", 1, Decimal("10.00"))]
    compared = {row[0]: row[1] for row in rows(tables, "compared")}
    assert compared["Sales"] == "+230 %"
    assert rows(tables, "open") == []


def test_money_of_another_day_is_named(house):
    guests = party(house, 1)
    Order.objects.update(business_date=today(house) - timedelta(days=1))
    pay(house, guests)
    now, before = read_day(house.restaurant, today(house)), read_day(house.restaurant, today(house) - timedelta(days=1))
    assert (now.sums.figures.sale, now.sums.money, now.sums.elsewhere) == (0, 10, -10)
    assert (before.sums.figures.sale, before.sums.money, before.sums.elsewhere) == (10, 0, 10)


def test_files_hold_no_formulas(house):
    house.item.name = "=1+1"
    house.item.save()
    evening(house)
    boss, day = house.browser("manager"), today(house).isoformat()
    answer = boss.get(f"/reports/day/{day}/report.csv")
    lines = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert ["By dish", "'=1+1", "", "8"] in [line[:4] for line in lines]
    assert all(not cell.startswith(("=", "@", "+")) for line in lines for cell in line)
    book = load_workbook(io.BytesIO(boss.get(f"/reports/day/{day}/report.xlsx").content))
    cells = [cell for row in book.active.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s", "n"}
    sales = next(row for row in book.active.iter_rows(values_only=True) if row[1] == "'= Sales")
    assert sales[6] == 71


def test_the_page(house):
    evening(house)
    boss = house.browser("manager")
    assert boss.get("/reports/day/?day=2020-01-01")["Location"] == "/reports/day/2020-01-01/"
    page = boss.get(f"/reports/day/{today(house)}/").content.decode()
    assert "€71.00" in boss.get("/reports/day/").content.decode()
    assert "By payment method" in page
    assert "€71.00" in page
    for wrong in ("2026-13-01", "yesterday", "0001-01-01"):
        assert boss.get(f"/reports/day/{wrong}/").status_code == 404
    assert boss.get("/reports/day/2020-01-01/").status_code == 200


def test_queries_do_not_grow(house):
    counts = []
    for _ in range(2):
        for _ in range(3):
            evening(house)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            tables_of(house.restaurant, today(house))
        counts.append(len(captured))
    assert counts[0] == counts[1], counts
