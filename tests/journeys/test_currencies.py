"""A house with the digits of its currency: yen without decimals, dinars with three."""

import csv
import io
import json
from contextlib import suppress
from decimal import Decimal

import pytest
from django.core.management import call_command

from bistro.core.models import Event
from bistro.core.tests.http import nothing_changes
from menu.models import Item, Modifier
from menu.tests.factories import ModifierFactory, ModifierGroupFactory
from orders.models import Order
from tests.journeys.house import open_house

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]
NO_ROWS = {
    "item_groups-TOTAL_FORMS": 0, "item_groups-INITIAL_FORMS": 0,
    "recipe-TOTAL_FORMS": 0, "recipe-INITIAL_FORMS": 0,
}  # fmt: skip


@pytest.fixture
def kuwait(db):
    return open_house(currency="KWD", locale="en_US")


def add(house, price):
    fields = {"name": "Falafel", "category": house.category.pk, "price": price, "prep_minutes": "5", **NO_ROWS}
    return house.browser("owner").post("/admin/menu/item/add/", fields)


def price_of(house, name):
    return Item.objects.get(restaurant=house.restaurant, name=name).price


@pytest.mark.parametrize("price", ["1.250", "0.375", "1.25", "2"])
def test_dinars_have_three_decimals(kuwait, price):
    assert add(kuwait, price).status_code == 302
    assert price_of(kuwait, "Falafel") == Decimal(price)
    (item,) = [i for c in kuwait.api().get("/api/v1/menu").json()["categories"] for i in c["items"][1:]]
    assert item["price"] == f"{Decimal(price):.3f}"


@pytest.mark.parametrize(
    ("currency", "price", "message"),
    [("JPY", "155.5", "0 decimal"), ("EUR", "1.005", "2 decimal"), ("KWD", "0.3755", "3 decimal")],
)
def test_a_price_has_no_more_decimals_than_the_currency(currency, price, message):
    house = open_house(currency=currency)
    with nothing_changes():
        answer = add(house, price)
    assert message in str(answer.context["adminform"].form.errors["price"])


def test_the_form_shows_the_price_as_it_was_typed(kuwait):
    add(kuwait, "1.250")
    item = Item.objects.get(name="Falafel")
    page = kuwait.browser("owner").get(f"/admin/menu/item/{item.pk}/change/").content.decode()
    assert 'value="1.250"' in page
    assert 'step="0.001"' in page
    assert "1.250" in kuwait.browser("owner").get("/admin/menu/item/").content.decode()


def test_the_history_shows_the_currencys_decimals(kuwait):
    fields = {"name": kuwait.item.name, "category": kuwait.category.pk, "price": "1.25", "prep_minutes": "5", **NO_ROWS}
    owner = kuwait.browser("owner")
    assert owner.post(f"/admin/menu/item/{kuwait.item.pk}/change/", fields).status_code == 302
    page = owner.get(f"/admin/menu/item/{kuwait.item.pk}/history/").content.decode()
    assert ("10.000" in page, "1.250" in page) == (True, True)
    assert ("10.0000" in page, "1.2500" in page) == (False, False)


def test_a_choice_has_the_currencys_decimals(kuwait):
    group = ModifierGroupFactory(item=kuwait.item)
    choice = ModifierFactory(group=group, price=Decimal("0.125"))
    page = kuwait.browser("owner").get(f"/admin/menu/modifiergroup/{group.pk}/change/").content.decode()
    assert 'value="0.125"' in page
    order = kuwait.place(lines=[{"item": kuwait.item.pk, "quantity": 3, "modifiers": [choice.pk]}])
    (line,) = order["lines"]
    assert (line["unit_price"], line["total"], order["total"]) == ("10.125", "30.375", "30.375")
    assert line["modifiers"][0]["price"] == "0.125"
    assert Order.objects.get().currency == "KWD"


@pytest.fixture
def load(tmp_path):
    """Return a function that imports rows by command and returns the answer's JSON."""

    def load(house, *rows):
        file, out = tmp_path / "menu.csv", io.StringIO()
        with file.open("w") as lines:
            csv.writer(lines).writerows([["category", "name", "price", "options"], *rows])
        with suppress(SystemExit):
            call_command("import_menu", str(file), "--restaurant", str(house.restaurant.pk), "--json", stdout=out)
        return json.loads(out.getvalue())

    return load


def test_a_file_of_prices_in_dinars(kuwait, load):
    rows = [["Grill", "Shawarma", "1.250", "Side: Rice +0.375"], ["Drinks", "Tea", "0.375", ""]]
    assert load(kuwait, *rows)["new"] == 2
    assert price_of(kuwait, "Shawarma") == Decimal("1.250")
    assert Modifier.objects.get(name="Rice").price == Decimal("0.375")
    assert price_of(kuwait, "Tea") == Decimal("0.375")
    assert load(kuwait, *rows)["unchanged"] == 2
    out = io.StringIO()
    call_command("export_menu", "--restaurant", str(kuwait.restaurant.pk), stdout=out)
    assert "1.250" in out.getvalue()
    assert "+0.375" in out.getvalue()


@pytest.mark.parametrize(
    ("row", "column"),
    [(["Grill", "Sushi", "155.5", ""], "price"), (["Grill", "Sushi", "155", "Side: Rice +0.50"], "options")],
)
def test_a_file_with_half_a_yen_is_refused(load, row, column):
    house = open_house(currency="JPY")
    with nothing_changes():
        (problem,) = load(house, row)["errors"]
    assert problem["column"] == column
    assert "no decimals" in problem["message"]


def test_pages_and_events_show_whole_yen():
    house = open_house(currency="JPY", locale="ja_JP")
    dish = house.add_item(price="155")
    order = house.place(lines=[{"item": dish.pk, "quantity": 2}])
    assert (order["total"], order["lines"][0]["unit_price"]) == ("310", "155")
    sheet = house.browser("waiter").get(f"/floor/tables/{house.table.pk}/").content.decode()
    assert "￥310" in sheet
    assert "310.0" not in sheet
    admin = house.browser("owner").get(f"/admin/orders/order/{order['id']}/change/").content.decode()
    assert "310" in admin
    assert "310.0" not in admin
    assert "￥310" in house.browser("owner").get("/admin/").content.decode()
    pad = house.api().get("/api/v1/pad/orders").json()
    assert (pad["total"], pad["orders"][0]["total"]) == ("310", "310")
    logged = json.loads(Event.objects.get(type="order_created").data)
    assert (logged["total"], logged["lines"][0]["total"]) == ("310", "310")


# --- another currency -------------------------------------------------------------------------------------
def settings(house, **fields):
    return {
        "language": "en",
        "name": house.restaurant.name, "currency": "EUR", "locale": "en_IE", "timezone": "UTC", "day_ends_at": "04:00",
        "tax_mode": "inclusive", "rounding_level": "document", "rounding_mode": "half_up",
        "soon_seconds": "300", "late_seconds": "600", "tablet_idle_minutes": "5", **fields,
    }  # fmt: skip


def change(house, **fields):
    path = f"/admin/core/restaurant/{house.restaurant.pk}/change/"
    return house.browser("owner").post(path, settings(house, **fields))


def test_the_currency_of_prices_stays(house):
    with nothing_changes():
        answer = change(house, currency="JPY")
    assert "Prices are in use." in str(answer.context["adminform"].form.errors)
    assert change(house, locale="de_DE").status_code == 302, "other settings change"
    Item.objects.all().delete()
    choice = ModifierFactory(group=ModifierGroupFactory(item=None, restaurant=house.restaurant))
    with nothing_changes():
        assert change(house, currency="JPY").status_code == 200, "a choice has a price too"
    choice.delete()
    assert change(house, currency="JPY").status_code == 302
    house.restaurant.refresh_from_db()
    assert house.restaurant.currency == "JPY"


@pytest.mark.parametrize("currency", ["XQZ", "eur", "E"])
def test_a_currency_exists(house, currency):
    with nothing_changes():
        answer = change(house, currency=currency)
    assert "is not a currency" in str(answer.context["adminform"].form.errors["currency"])
