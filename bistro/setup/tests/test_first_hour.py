"""The first hour of an own restaurant: from an empty VAR to the first order, through the pages."""

import io
import json
import re
import stat

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client

from bistro.core.models import Event, Invitation, OpeningException, OpeningHours, Restaurant, Staff
from kitchen.models import Route, Ticket, TicketLine
from menu.files.models import MenuImport
from menu.files.services import run_import
from menu.models import Category, Item, Tax
from orders.models import Order
from tables.models import Table

pytestmark = pytest.mark.django_db(transaction=True)
DISHES = "Warengruppe;Artikel;Preis\nSpeisen;Schnitzel;14,50\nSpeisen;Salat;8,90\nGetränke;Cola;3,80\n"
HOUSE = {
    "name": "Zur Linde", "legal_name": "", "address": "Lindenstr. 1\n10117 Berlin", "phone": "", "tax_number": "DE123",
    "language": "en", "currency": "EUR", "locale": "de_DE", "timezone": "Europe/Berlin", "day_ends_at": "05:00",
}  # fmt: skip


@pytest.fixture
def var(settings, tmp_path):
    settings.VAR = tmp_path
    return tmp_path


def states(owner):
    """Return {step: state} as the overview shows them."""
    html = owner.get("/setup/").content.decode()
    found = re.findall(r'id="step-(\w+)".*?class="setup__state"[^>]*>(?:<svg.*?</svg>)?(\w+)', html, re.DOTALL)
    return dict(found)


def shows_set_up(owner):
    """Return whether the rail and the admin's menu lead to the set-up, which they do together."""
    rail = owner.get("/floor/").content.decode().split('class="rail"')[1].split("</nav>")[0]
    shown = 'href="/setup/"' in rail
    assert ('href="/setup/"' in owner.get("/admin/core/device/").content.decode()) == shown
    return shown


def post(owner, path, **data):
    answer = owner.post(path, data)
    assert answer.status_code == 302, (path, re.findall(r'class="problem".*?</p>', answer.content.decode(), re.DOTALL))
    return answer


def test_from_an_empty_folder_to_the_first_order(var):
    said = io.StringIO()
    call_command("open_empty_house", stdout=said)
    login = json.loads((var / "owner.json").read_text())["staff"]["owner"]
    assert login["password"] in said.getvalue()
    assert stat.S_IMODE((var / "owner.json").stat().st_mode) == 0o600
    call_command("open_empty_house", stdout=said)
    assert Restaurant.objects.count() == 1, "a second start opens nothing"

    owner = Client()
    landed = owner.post("/login/", {"username": login["email"], "password": login["password"]})
    assert landed["Location"] == "/setup/"
    assert {step for step, state in states(owner).items() if state == "Missing"} == {
        "account", "restaurant", "tax", "menu", "stations", "room",
    }  # fmt: skip
    assert shows_set_up(owner)
    assert "6 steps of the set-up missing" in owner.get("/admin/").content.decode()

    own = {"name": "Ana Lind", "email": "Ana@Linde.example", "password": "seven red pears", "again": "seven red pears"}
    post(owner, "/setup/account/", **own)
    assert Client().post("/login/", {"username": login["email"], "password": login["password"]}).status_code == 200
    assert Staff.objects.get(email="ana@linde.example").check_password(own["password"])

    post(owner, "/setup/restaurant/", **HOUSE)
    week = {"opens_1_0": "11:30", "closes_1_0": "14:30", "opens_1_1": "18:00", "closes_1_1": "01:00"}
    post(owner, "/setup/hours/", **week, like_first="1")
    assert "The hours of Tuesday are now also those of: Wednesday, " in owner.get("/setup/hours/").content.decode()
    assert OpeningHours.objects.filter(weekday__gt=0).count() == OpeningHours.objects.count() == 12, (
        "Monday stays empty"
    )
    post(owner, "/setup/hours/days/", day="2030-12-24", opens="", closes="", reason="Christmas")
    post(owner, "/setup/tax/", kind="drinks", tax_mode="inclusive", rate="MwSt 7", drinks="MwSt 19")
    assert {tax.name: tax.is_default for tax in Tax.objects.all()} == {"MwSt 7 %": True, "MwSt 19 %": False}

    file = SimpleUploadedFile("karte.csv", DISHES.encode())
    preview = post(owner, "/admin/menu_files/menuimport/add/", file=file)["Location"]
    assert "Schnitzel" in owner.get(preview).content.decode()
    post(owner, preview)
    run_import(import_id=MenuImport.objects.get().pk)
    assert sorted(Item.objects.values_list("name", flat=True)) == ["Cola", "Salat", "Schnitzel"]

    post(owner, "/setup/stations/", names="Küche\nTheke")
    drinks = Category.objects.get(name="Getränke")
    theke = Restaurant.objects.get().stations.get(name="Theke")
    page = owner.get("/setup/stations/").content.decode()
    chosen = dict(re.findall(r'name="(category_\d+)".*?<option value="(\d+)" selected', page, re.S))
    assert len(chosen) == Category.objects.count(), "a station is chosen for every category"
    post(owner, "/setup/stations/routes/", **chosen | {f"category_{drinks.pk}": theke.pk})
    assert Route.objects.get(category=drinks).station == theke
    assert Route.objects.filter(station__is_catch_all=True).count() == Category.objects.count() - 1
    post(owner, "/setup/room/", section="Stube", count="12", seats="4", word="Tisch", first="1")
    post(owner, "/setup/room/", section="Terrasse", count="6", seats="2", word="Tisch", first="20")
    assert list(Table.objects.values_list("name", flat=True))[-1] == "Tisch 25"

    link = owner.post("/setup/staff/", {"email": "ben@linde.example", "role": "waiter"}).content.decode()
    assert Invitation.objects.get().role == "waiter"
    token = re.search(r"/invitation/([^/]+)/", link)[1]
    ben = {"email": "ben@linde.example", "name": "Ben", "password": "four blue plums"}
    waiter = Client()
    welcome = waiter.post(f"/invitation/{token}/", ben, follow=True, headers={"Accept": "text/html"})
    assert welcome.redirect_chain == [("/", 302)]
    for words in ("Welcome to Zur Linde. Your role: Waiter.", "Choose your PIN", 'href="/floor/"'):
        assert words in welcome.content.decode()
    post(owner, "/setup/skip/", step="devices")
    assert shows_set_up(owner), "an optional step is open"
    assert Client().post("/login/", {"username": own["email"], "password": own["password"]})["Location"] == "/floor/"
    post(owner, "/setup/skip/", step="printers")
    done = states(owner)
    assert {step for step, state in done.items() if state == "Skipped"} == {"devices", "printers"}
    assert set(done.values()) == {"Done", "Skipped"}
    assert not shows_set_up(owner)

    table = Table.objects.get(name="Tisch 20")
    chosen = {f"quantity-{item.pk}": "1" for item in Item.objects.exclude(name="Salat")}
    waiter.post(f"/floor/tables/{table.pk}/order/", {**chosen, "key": "k", "do": "send"})
    order = Order.objects.get()
    assert (str(order.total), order.table_name) == ("18.3000", "Tisch 20")
    assert set(Ticket.objects.values_list("station__name", flat=True)) == {"Küche", "Theke"}
    assert not TicketLine.objects.filter(unrouted=True).exists(), "no warning on the wall"
    actions = {"login_replaced", "restaurant_changed", "skipped"}
    assert actions <= set(Event.objects.values_list("action", flat=True))
    assert OpeningException.objects.get().opens is None
