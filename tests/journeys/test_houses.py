"""Houses in eight cities from `open_restaurant` over `import_menu` to an order, its tax, its slip and its page."""

import io
import json
from contextlib import suppress
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from bistro.core.models import Restaurant
from bistro.core.tests.http import Api
from kitchen.models import Station, Ticket
from kitchen.printing.escpos import as_escpos
from kitchen.printing.models import Printer, PrintJob
from kitchen.printing.tests.printers import images_in, readable
from menu.models import Item
from tests.journeys.houses import CITIES, TAKEN_AWAY, City, Sold

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]


class Walk:
    """A house of the table, opened by command, with its menu imported by command."""

    def __init__(self, city: City, folder) -> None:
        self.city, self.zone = city, ZoneInfo(city.settings["timezone"])
        with self.at(city.opened):
            self.opened = self._open()
            self.imported = self._import(folder / "menu.csv")
            self._change_taxes()
        self.restaurant = Restaurant.objects.get(uid=self.opened["uid"])

    def at(self, day):
        """Travel to lunch in the house on a day."""
        return time_machine.travel(datetime(day.year, day.month, day.day, 12, 30, tzinfo=self.zone))

    def _open(self):
        out = io.StringIO()
        options = [f"--{name}={value}" for name, value in self.city.settings.items()]
        call_command("open_restaurant", f"--name={self.city.name}", "--tables=2", *options, "--json", stdout=out)
        return json.loads(out.getvalue())

    def _import(self, file):
        file.write_bytes(self.city.menu.encode(self.city.encoding))
        out = io.StringIO()
        where = ("--restaurant", self.opened["uid"])
        with suppress(SystemExit):  # of a file with errors, which the answer names
            call_command("import_menu", str(file), *where, *self.city.options, "--json", stdout=out)
        return json.loads(out.getvalue())

    def owner(self):
        """Return a browser in which the owner has logged in with the printed password."""
        browser, login = Client(), self.opened["staff"]["owner"]
        browser.post("/login/", {"username": login["email"], "password": login["password"]})
        return browser

    def _change_taxes(self):
        """Add later components of taxes on their admin page, as the owner does."""
        for dish, (name, percent, day) in (self.city.changes or {}).items():
            tax = Item.objects.get(restaurant__uid=self.opened["uid"], name=dish).tax
            rows = list(tax.components.all())
            form = {
                "name": tax.name,
                "components-TOTAL_FORMS": len(rows) + 1,
                "components-INITIAL_FORMS": len(rows),
            }
            added = {"id": "", "name": name, "percent": percent, "order_kind": "", "valid_from": day.isoformat()}
            known = [
                {"id": row.pk, "name": row.name, "percent": row.percent, "order_kind": "", "valid_from": ""}
                for row in rows
            ]
            for place, row in enumerate([*known, added]):
                form |= {f"components-{place}-{field}": value for field, value in row.items()}
                form[f"components-{place}-tax"] = tax.pk
            answer = self.owner().post(reverse("admin:menu_tax_change", args=[tax.pk]), form)
            assert answer.status_code == 302, answer.context["errors"]

    def device(self, kind):
        token = next(each["token"] for each in self.opened["devices"] if each["kind"] == kind)
        return Api(f"Device {token}")

    def order(self, sold: Sold, key: str):
        """Order at Table 1 by its pad, or without a table by the integration."""
        away = sold.kind == TAKEN_AWAY
        body = {
            "kind": sold.kind,
            "lines": [{"item": dish, "quantity": quantity} for quantity, dish in sold.dishes],
            **({"name": "Kim"} if away else {}),
        }
        answer = self.device("integration" if away else "pad").post("/api/v1/orders", body, key=key)
        assert answer.status_code == 201, answer.content
        return answer.json()


@pytest.fixture(params=CITIES, ids=lambda city: city.name)
def walk(request, tmp_path):
    return Walk(request.param, tmp_path)


def test_the_house_from_its_opening_to_the_slip(walk):
    city = walk.city
    dishes = city.menu.count("\n") - 1
    assert walk.imported == {"new": dishes, "changed": 0, "unchanged": 0, "ignored_columns": [], "errors": []}
    station = Station.objects.get(restaurant=walk.restaurant)
    Printer.objects.create(
        restaurant=walk.restaurant, station=station, name="Kitchen", prints="always", host="192.0.2.9"
    )
    with walk.at(city.day):
        for number, sold in enumerate(city.orders):
            order = walk.order(sold, f"order {number}")
            assert amounts_of(order) == (sold.total, sold.tax, list(sold.taxes), list(sold.lines))
            assert order["business_date"] == city.day.isoformat()
            check_slip(order, sold)
        check_page(walk)


def amounts_of(order):
    taxes = [(each["name"], each["percent"], each["amount"]) for each in order["taxes"]]
    return order["total"], order["tax"], taxes, [(line["total"], line["tax"]) for line in order["lines"]]


def check_slip(order, sold):
    """Check that the kitchen's slip has every dish with its quantity, and that no letter is replaced silently."""
    (job,) = PrintJob.objects.filter(ticket=Ticket.objects.get(order_id=order["id"]))
    assert [(line["quantity"], line["name"]) for line in job.slip["lines"]] == list(sold.dishes)
    assert (job.slip["table"], job.slip["pickup"]) == (
        ("Take-away", ["Kim"]) if sold.kind == TAKEN_AWAY else ("Table 1", [])
    )
    written = as_escpos(job.slip, columns=42, code_page="cp858")
    if written.unreadable:  # this machine has no font for the script, and the slip says which package has one
        assert "install fonts-noto" in written.unreadable
        return
    images, text = images_in(written.data)[0], " ".join(readable(written.data).split())
    rows = [f"{quantity} x {dish.replace('’', chr(39))}" for quantity, dish in sold.dishes]
    drawn = [row for row in rows if not is_in_page(row)]
    assert [row for row in rows if row not in drawn and row not in text] == []
    assert len(images) >= len(drawn)


def is_in_page(row):
    try:
        return bool(row.encode("cp858"))
    except UnicodeEncodeError:
        return False


def check_page(walk):
    """Check the table's page: every dish, and the whole bill as people of the house write amounts."""
    browser = walk.owner()
    table = walk.restaurant.tables.get(name="Table 1")
    page = browser.get(f"/floor/tables/{table.pk}/").content.decode()
    for sold in walk.city.orders:
        for _quantity, dish in sold.dishes:
            assert dish in page
    assert walk.city.table_total in page
    owed = walk.device("pad").get("/api/v1/pad/orders").json()
    assert len(owed["orders"]) == sum(sold.kind != TAKEN_AWAY for sold in walk.city.orders)


def test_no_house_sees_another(walk, house):
    before = house.api("pad").get("/api/v1/menu").json()
    with walk.at(walk.city.day + timedelta(days=1)):
        walk.order(walk.city.orders[0], "next day")
        assert house.api("pad").get("/api/v1/pad/orders").json()["orders"] == []
    assert house.api("pad").get("/api/v1/menu").json() == before
