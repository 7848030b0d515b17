"""The command `open_restaurant`: a restaurant that can take orders, its credentials, and refusals."""

import json
from datetime import time

import pytest
from django.db import OperationalError, connections

from bistro.core.models import Device, Membership, Restaurant, Staff
from bistro.core.tests.http import Api, nothing_changes
from bistro.opening.management.commands.open_restaurant import Command
from bistro.opening.room import DEPTH, MOST_TABLES, WIDTH, first_tables
from kitchen.models import Screen, Station
from tables.models import Pad, Table

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]

TOKYO = {
    "name": "寿司屋", "currency": "JPY", "locale": "ja-JP", "timezone": "Asia/Tokyo", "day-ends-at": "02:30",
    "tax-mode": "inclusive", "tables": "3",
}  # fmt: skip


@pytest.fixture(autouse=True)
def open_connections(monkeypatch):
    """Keep the test's connection, which `run_from_argv` closes at its end."""
    monkeypatch.setattr(connections, "close_all", lambda: None)


def run(capsys, *flags, **options):
    """Run the command as manage.py does, and return (exit status, stdout, stderr)."""
    said = {**TOKYO, **{name.replace("_", "-"): value for name, value in options.items()}}
    arguments = [f"--{name}={value}" for name, value in said.items() if value is not None]
    status = 0
    try:
        Command().run_from_argv(["manage.py", "open_restaurant", *arguments, "--skip-checks", *flags])
    except SystemExit as end:
        status = end.code
    printed = capsys.readouterr()
    return status, printed.out, printed.err


def opened(capsys, **options):
    status, out, err = run(capsys, "--json", **options)
    assert (status, err) == (0, "")
    return json.loads(out)


def test_its_settings_and_credentials(capsys, settings):
    settings.PUBLIC_URL = "https://bistro.example"
    made = opened(capsys)
    here = Restaurant.objects.get()
    assert list(made) == ["url", "restaurant_id", "uid", "staff", "devices"]
    assert (made["url"], made["restaurant_id"], made["uid"]) == ("https://bistro.example", here.pk, str(here.uid))
    assert (here.name, here.currency, here.locale, here.timezone) == ("寿司屋", "JPY", "ja_JP", "Asia/Tokyo")
    assert (here.day_ends_at, here.tax_mode) == (time(2, 30), "inclusive")
    assert [(each["kind"], each.get("table"), each.get("name")) for each in made["devices"]] == [
        ("pad", "Table 1", None),
        ("pad", "Table 2", None),
        ("pad", "Table 3", None),
        ("kitchen", None, "Kitchen wall"),
        ("integration", None, "Integration"),
    ]


def test_the_owner_logs_in(capsys):
    owner = opened(capsys)["staff"]["owner"]
    member = Membership.objects.get()
    assert (member.role, member.staff.email) == ("owner", owner["email"])
    body = Api().post("/auth/login", owner).json()
    assert body["user"]["restaurants"][0]["name"] == "寿司屋"


def test_every_token_works_at_its_place(capsys):
    made = opened(capsys)
    for device in made["devices"]:
        api = Api(f"Device {device['token']}")
        if device["kind"] == "pad":
            assert api.get("/api/v1/pad").json()["table"]["name"] == device["table"]
        else:
            assert api.get("/api/v1/tables").json()["count"] == 3
    station, screen = Station.objects.get(), Screen.objects.get()
    assert (station.is_catch_all, station.name, screen.stations.count()) == (True, "Kitchen", 0)
    assert Pad.objects.count() == 3


def test_each_call_is_a_restaurant_and_an_owner_of_its_own(capsys, house):
    with_tables, without = opened(capsys), opened(capsys, tables=None)
    assert Restaurant.objects.filter(name="寿司屋").count() == 2
    assert with_tables["staff"]["owner"]["email"] != without["staff"]["owner"]["email"]
    assert [each["kind"] for each in without["devices"]] == ["kitchen", "integration"]
    assert list(Table.objects.filter(restaurant=house.restaurant)) == [house.table]
    assert Device.objects.filter(restaurant=house.restaurant).count() == 1


def test_what_may_be_left_out_has_a_harmless_default(capsys):
    here = Restaurant.objects.get(pk=opened(capsys, locale=None, day_ends_at=None)["restaurant_id"])
    assert (here.locale, here.day_ends_at) == ("en_IE", time(4, 0))
    assert (here.rounding_level, here.rounding_mode) == ("document", "half_up")


def test_how_tax_is_rounded(capsys):
    here = Restaurant.objects.get(pk=opened(capsys, rounding_level="line", rounding="down")["restaurant_id"])
    assert (here.rounding_level, here.rounding_mode) == ("line", "down")


def test_people_read_words(capsys):
    status, out, _err = run(capsys)
    owner = Staff.objects.get()
    assert status == 0
    assert "Table 3" in out
    assert owner.email in out
    with pytest.raises(json.JSONDecodeError):
        json.loads(out)


@pytest.mark.parametrize(
    ("option", "value", "sentence"),
    [
        ("currency", "XXY", "Currency: XXY is not a currency. Use a code such as EUR or JPY."),
        ("currency", "eur", "Currency: eur is not a currency. Use a code such as EUR or JPY."),
        ("timezone", "Mars/Olympus", "Time zone: Mars/Olympus is not a time zone. Use a name such as Europe/Paris."),
        ("locale", "xx_YY", "Locale: xx_YY is not a locale. Use one such as en_IE or de_DE."),
        ("day_ends_at", "25:00", "“25:00” is not a time. Use one such as 04:00."),
        ("day_ends_at", "4 am", "“4 am” is not a time. Use one such as 04:00."),
        ("tax_mode", "both", "“both” is not a tax mode. Use added or inclusive."),
        ("rounding_level", "bill", "“bill” is not a level of rounding. Use document or line."),
        ("rounding", "even", "“even” is not a way of rounding. Use down or half_up or up."),
        ("tables", "many", "“many” is not a number of tables."),
        ("tables", "-1", "“-1” is not a number of tables."),
        ("tables", "501", "501 is not a number of tables. Use 0 to 500."),
        ("name", " ", "Name: This field cannot be blank."),
    ],
)
def test_a_refusal_is_a_sentence_and_writes_nothing(capsys, option, value, sentence):
    with nothing_changes():
        status, out, err = run(capsys, "--json", **{option: value})
    assert (status, out) == (1, "")
    assert err.strip().removeprefix("CommandError: ") == sentence
    assert not Restaurant.objects.exists()
    assert not Staff.objects.exists()


def test_a_busy_database_is_a_sentence_too(capsys, monkeypatch):
    def busy(*_arguments):
        raise OperationalError("database is locked")

    monkeypatch.setattr("bistro.opening.services.add_section", busy)
    status, out, err = run(capsys, "--json")
    assert (status, out) == (1, "")
    assert "The database cannot store the restaurant now: database is locked" in err
    assert not Restaurant.objects.exists()


def test_a_failure_in_the_middle_leaves_nothing(capsys, monkeypatch):
    def fail(*_arguments):
        raise RuntimeError("the disk is full")

    monkeypatch.setattr("bistro.opening.services.add_stations", fail)
    with nothing_changes(), pytest.raises(RuntimeError):
        run(capsys, "--json")
    assert not Restaurant.objects.exists()
    assert not Staff.objects.exists()


@pytest.mark.parametrize("count", [0, 1, 2, 7, 24, 100, MOST_TABLES])
def test_tables_lie_in_the_room_and_do_not_overlap(count):
    places = list(first_tables(count))
    assert [place["name"] for place in places] == [f"Table {number}" for number in range(1, count + 1)]
    for place in places:
        assert place["width"] >= 20
        assert place["height"] >= 20
        assert place["x"] + place["width"] <= WIDTH
        assert place["y"] + place["height"] <= DEPTH
    corners = {(place["x"], place["y"]) for place in places}
    assert len(corners) == count
    side = places[0]["width"] if places else 0
    assert all(
        abs(x - other_x) >= side or abs(y - other_y) >= side
        for x, y in corners
        for other_x, other_y in corners
        if (x, y) < (other_x, other_y)
    )
