"""`manage.py import_bookings`: the columns and dates of other systems, tables, repeats, and all or nothing."""

import io
import json

import pytest
import time_machine
from django.apps import apps
from django.core.management import call_command

from bistro.booking_files import services
from bistro.core.tests.http import nothing_changes
from tables.bookings.models import Booking, TableHold

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel("2026-11-01T12:00:00Z", tick=False):
        yield


@pytest.fixture
def run(house, tmp_path):
    """Return a function that imports a file and returns its JSON and its exit status."""

    def run(content, *options):
        file, out, status = tmp_path / "bookings.csv", io.StringIO(), 0
        file.write_text(content)
        try:
            call_command(
                "import_bookings", str(file), "--restaurant", str(house.restaurant.pk), "--json", *options, stdout=out
            )
        except SystemExit as ended:
            status = ended.code
        return json.loads(out.getvalue()), status

    return run


ONE = "Visit Date,Visit Time,Party Size,First Name,Last Name,Phone,Email,Status,Server\n"
ROW = "12/24/2026,7:30 PM,2,Ana,Lindqvist,+49 30 1,ana@example.com,Confirmed,Wim\n"


def test_coming_bookings_get_tables_and_their_guests_no_message(house, run):
    rows = ROW + "12/24/2026,7:30 PM,2,Ben,Okafor,,,Confirmed,\n"
    rows += "01/02/2026,7:30 PM,2,Old,One,,,,\n12/25/2026,1:00 PM,2,X,Y,,,Cancelled,\n"
    with nothing_changes():
        assert run(ONE + rows, "--dry-run")[0]["new"] == 2
    answer, status = run(ONE + rows)
    counts = {"new": 2, "unchanged": 0, "past": 1, "gone": 1, "differs": [], "without_table": [3]}
    assert (answer, status) == ({**counts, "ignored_columns": ["Server"], "errors": []}, 0)
    first, second = Booking.objects.order_by("pk")
    assert (first.guest_name, first.starts_at.isoformat(), first.size) == (
        "Ana Lindqvist",
        "2026-12-24T19:30:00+00:00",
        2,
    )
    assert [hold.booking for hold in TableHold.objects.all()] == [first]
    assert second.guest_name == "Ben Okafor"
    assert not apps.get_model("mail", "Message").objects.exists()
    with nothing_changes():
        assert run(ONE + rows)[0]["unchanged"] == 2


def test_a_reference_recognises_a_booking_that_moved(run):
    header = "Confirmation,Date,Time,Guests,Name\n"
    run(f"{header}A1,2026-12-24,19:30,2,Ana\n")
    with nothing_changes():
        assert run(f"{header}A1,2026-12-24,20:30,2,Ana\n")[0]["differs"] == [2]


HEADER = "Confirmation,Date,Time,Guests,Name,Status\n"


def test_a_booking_that_was_cancelled_in_the_other_system_since_is_named(run):
    booked, gone = (f"{HEADER}A1,2026-12-24,19:30,2,Ana,{status}\n" for status in ("Confirmed", "Cancelled"))
    run(booked)
    with nothing_changes():
        answer, _status = run(gone)
    assert (answer["differs"], answer["gone"]) == ([2], 0)
    Booking.objects.update(status="cancelled")
    assert run(gone)[0]["unchanged"] == 1, "the same on both sides"


@pytest.mark.parametrize(
    ("status", "is_gone"),
    [
        *((status, 1) for status in ("Cancelled by guest", "NO SHOW", "no-show", "Storniert", "Completed", "Left")),
        *((status, 0) for status in ("Left message", "Partially seated", "Confirmed", "Not done", "")),
    ],
)
def test_statuses_of_bookings_that_are_over(run, status, is_gone):
    answer = run(f"{HEADER}A1,2026-12-24,19:30,2,Ana,{status}\n", "--dry-run")[0]
    assert (answer["gone"], answer["new"]) == (is_gone, 1 - is_gone)


def test_a_booking_that_is_there_twice_is_an_error(run):
    twice = "A1,2026-12-24,19:30,2,Ana,Confirmed\n"
    with nothing_changes():
        answer, status = run(HEADER + twice + twice)
    assert (answer["errors"], status) == (
        [{"row": 3, "column": "reference", "message": "“Ana” is there twice."}],
        1,
    )
    assert run(HEADER + twice + twice.replace("Confirmed", "Cancelled"))[0]["new"] == 1, "cancelled, and booked again"


def test_of_two_imports_at_the_same_time_the_second_is_refused(run, monkeypatch):
    content, plan = f"{HEADER}A1,2026-12-24,19:30,2,Ana,Confirmed\n", services._plan

    def while_another_imports(*args):
        found = plan(*args)
        monkeypatch.setattr(services, "_plan", plan)
        assert run(content)[0]["new"] == 1
        return found

    monkeypatch.setattr(services, "_plan", while_another_imports)
    answer, status = run(content)
    assert (answer["errors"][0]["message"], status) == ("Somebody booked meanwhile. Import the file again.", 1)
    assert Booking.objects.count() == 1


def test_two_guests_of_one_name_who_come_at_one_time_are_two_bookings(run):
    header = "Date,Time,Guests,Name,Phone\n"
    rows = "2026-12-24,19:30,2,Ana,+49 30 1\n2026-12-24,19:30,2,Ana,+49 30 2\n"
    assert run(header + rows)[0]["new"] == 2
    assert run(header + rows)[0]["unchanged"] == 2


@pytest.mark.parametrize(
    ("content", "options", "starts"),
    [
        ("Datum;Uhrzeit;Personen;Name\n24.12.2026;19:30;2;Ana\n", (), "2026-12-24T19:30:00+00:00"),
        ("Pax,Visit,Who\n2,2026-12-24T19:30:00,Ana\n", ("--map", "Visit=starts,Who=name"), "2026-12-24T19:30:00+00:00"),
        ("Date,Time,Covers,Name\n03/12/2026,7.30pm,2,Ana\n", ("--dates", "day-first"), "2026-12-03T19:30:00+00:00"),
        ("Date,Time,Covers,Name\n03/12/2027,12 AM,2,Ana\n", ("--dates", "month-first"), "2027-03-12T00:00:00+00:00"),
    ],
)
def test_dates_and_columns_as_people_write_them(run, content, options, starts):
    answer, status = run(content, *options)
    assert (answer["errors"], status) == ([], 0)
    assert Booking.objects.get().starts_at.isoformat() == starts


@pytest.mark.parametrize(
    ("content", "options", "message"),
    [
        ("Date,Time,Covers,Name\n03/12/2026,19:30,2,Ana\n", (), "Day or month first?"),
        ("Date,Time,Covers,Name\n2026-12-24,late,2,Ana\n", (), "This is not a time."),
        ("Date,Time,Covers,Name\n2026-13-24,19:30,2,Ana\n", (), "This is not a date."),
        ("Date,Time,Covers,Name\n9999-12-31,23:59,2,Ana\n", (), "This is not a date."),
        ("Date,Time,Covers,Name\n2026-12-24,19:30,two,Ana\n", (), "in digits"),
        ("Date,Time,Covers,Name\n2026-12-24,19:30,2,\n", (), "A booking needs a name."),
        ("Date,Time,Covers\n2026-12-24,19:30,2\n", (), "The file lacks: name."),
        ("Date,Time,Covers,Name\n2026-12-24,19:30,2,Ana\n", ("--map", "Pax=size"), "no column"),
        ("Date,Time,Covers,Name\n2026-12-24,19:30,2,Ana\n", ("--map", "Covers=guests"), "is no column of a booking"),
    ],
)
def test_with_any_error_nothing_is_written(run, content, options, message):
    good = "2026-12-24,12:00,2,Ben\n" if content.count("Name") else ""
    with nothing_changes():
        answer, status = run(content + good, *options)
    assert status == 1
    assert answer["new"] == 0
    assert message in answer["errors"][0]["message"]
