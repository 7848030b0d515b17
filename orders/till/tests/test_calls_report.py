"""Calls of guests in the report of a day, by hand: kinds, hours, sections, who went, and files with the same rows."""

import csv
import io
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from orders.till.reports.calls import call_tables, minutes_and_seconds
from tables.models import ServiceCall
from tables.services import call_staff, escalate_calls, take_call, withdraw_call

pytestmark = pytest.mark.django_db


def evening(house):
    """Let guests call: bill at 19:00 (taken after 30 s), waiter at 19:10 (200 s, escalated), help at 20:00 (never)."""
    ana, ben = house.actor("waiter"), house.actor("waiter")
    with time_machine.travel("2026-03-01T19:00:00Z", tick=False) as clock_of_house:

        def call(reason):
            return call_staff(table_id=house.table.pk, reason=reason, actor=house.pad_actor)[0]

        def take(made, actor, seconds):
            clock_of_house.shift(seconds)
            take_call(call_id=made.pk, actor=actor)

        take(call("bill"), ana, 30)
        ServiceCall.objects.update(closed_at="2026-03-01T19:02:00Z")
        clock_of_house.move_to("2026-03-01T19:10:00Z")
        slow = call("waiter")
        escalate_calls(now=slow.at + timedelta(seconds=95))
        take(slow, ben, 200)
        clock_of_house.move_to("2026-03-01T20:00:00Z")
        gone = call("help")
        clock_of_house.shift(60)
        withdraw_call(call_id=gone.pk, table_id=house.table.pk, actor=house.pad_actor)
    return ana.label, ben.label


def tables(house):
    day = house.restaurant.business_date(ServiceCall.objects.first().at)
    return {
        table.key: [(row.label, row.note, row.count) for row in table.rows]
        for table in call_tables(house.restaurant, day)
    }


def test_the_tables_by_hand(house):
    house.restaurant.timezone = "UTC"
    house.restaurant.save()
    ana, ben = evening(house)
    bill, waiter = "median 0:30 min, 90 % within 0:30 min", "median 3:20 min, 90 % within 3:20 min · 1 escalated"
    both = "median 1:55 min, 90 % within 3:03 min · 1 escalated"
    found = tables(house)
    assert found["calls"] == [
        ("Waiter wanted", waiter, 1),
        ("Bill wanted", bill, 1),
        ("Help needed", "1 withdrawn", 1),
    ]
    assert found["calls_hours"] == [("19:00", both, 2), ("20:00", "1 withdrawn", 1)]
    assert found["calls_sections"] == [(house.table.section.name, f"{both} · 1 withdrawn", 3)]
    assert sorted(found["calls_waiters"]) == sorted([(ana, bill, 1), (ben, waiter, 1), ("Withdrawn", "1 withdrawn", 1)])


def test_a_call_that_ended_with_the_stay_was_not_answered(house):
    house.restaurant.timezone = "UTC"
    house.restaurant.save()
    evening(house)
    ServiceCall.objects.filter(withdrawn=True).update(withdrawn=False)
    assert tables(house)["calls"][-1] == ("Help needed", "1 not answered", 1)
    assert ("Nobody", "1 not answered", 1) in tables(house)["calls_waiters"]


def test_other_days_and_houses_have_no_part(house, other_house):
    evening(house)
    day = house.restaurant.business_date(ServiceCall.objects.first().at)
    for restaurant, shown in ((house.restaurant, day - timedelta(days=1)), (house.restaurant, day + timedelta(days=1))):
        assert [table.rows for table in call_tables(restaurant, shown)] == [[]] * 4
    assert [table.rows for table in call_tables(other_house.restaurant, day)] == [[]] * 4


def test_many_calls_cost_one_query(house):
    evening(house)
    with CaptureQueriesContext(connection) as found:
        tables(house)
    assert len(found) == 2  # one of them is the test's


def test_the_page_and_both_files_show_the_calls(house):
    evening(house)
    day = house.restaurant.business_date(ServiceCall.objects.first().at)
    browser = house.browser("manager")
    page = browser.get(f"/reports/day/{day}/").content.decode()
    assert page.count("1 withdrawn") == 4
    assert "Calls by person who went" in page
    lines = list(csv.reader(io.StringIO(browser.get(f"/reports/day/{day}/report.csv").content.decode("utf-8-sig"))))
    sheet = load_workbook(io.BytesIO(browser.get(f"/reports/day/{day}/report.xlsx").content)).active
    wanted = ["Calls of guests", "Help needed", "1 withdrawn", "1", "", "", ""]
    assert wanted in lines
    assert wanted in [["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]


def test_a_waiter_reads_no_report_of_calls(house):
    evening(house)
    assert house.browser("waiter").get("/reports/day/2026-03-01/").status_code == 403


@pytest.mark.parametrize(("seconds", "words"), [(0, "0:00"), (59.6, "1:00"), (65, "1:05"), (3605, "60:05")])
def test_lengths_of_time(seconds, words):
    assert minutes_and_seconds(seconds) == words
