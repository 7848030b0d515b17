"""Orders in eight cities with the rates in force there, and amounts computed by hand.

Each city names its law or authority. The rates were looked up in November 2026.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import time_machine

from menu.compiled import forget
from menu.models import Item
from menu.tests.factories import TaxComponentFactory, TaxFactory
from orders.models import Order
from orders.owing import owed
from tests.journeys.house import open_house

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]

SUMMER = datetime(2026, 6, 1, 12, tzinfo=UTC)


@dataclass(frozen=True)
class City:
    """A house with taxes {name: [(component, percent, kind, valid from)]} and dishes {name: (price, tax)}."""

    settings: dict
    taxes: dict
    dishes: dict
    law: str = field(repr=False)


TOKYO = City(
    {"currency": "JPY", "locale": "ja_JP", "timezone": "Asia/Tokyo", "tax_mode": "inclusive"},
    {
        "Food": [("消費税", "10", "", None), ("消費税", "8", "take_away", None)],
        "Alcohol": [("消費税", "10", "", None)],
    },
    {"Ramen": ("1100", "Food"), "Gyoza": ("480", "Food"), "Beer": ("650", "Alcohol")},
    """Consumption Tax Act art. 29 with the Local Tax Act: 10 %; reduced rate of 8 % for food taken away, without
    alcohol, since 2019-10-01 (National Tax Agency, Tax Answer 6102). An invoice rounds once per rate since 2023-10-01
    (Enforcement Order art. 70-10).""",
)
KUWAIT = City(
    {"currency": "KWD", "locale": "en_US", "timezone": "Asia/Kuwait", "tax_mode": "inclusive"},
    {},
    {"Falafel": ("1.250", None), "Tea": ("0.375", None)},
    "Kuwait has not introduced the value added tax of the GCC's unified agreement of 2016.",
)
MONTREAL = City(
    {"currency": "CAD", "locale": "fr_CA", "timezone": "America/Toronto", "tax_mode": "added"},
    {"Meals": [("GST", "5", "", None), ("QST", "9.975", "", None)]},
    {"Poutine": ("12.95", "Meals"), "Coffee": ("3.10", "Meals")},
    """Excise Tax Act (R.S.C. 1985, c. E-15) s. 165(1): GST 5 %. Act respecting the Québec sales tax (CQLR c. T-0.1)
    s. 16: QST 9.975 % of the price without GST, since 2013-01-01.""",
)
VANCOUVER = City(
    {"currency": "CAD", "locale": "en_CA", "timezone": "America/Vancouver", "tax_mode": "added"},
    {
        "Meals": [("GST", "5", "", None)],
        "Soda": [("GST", "5", "", None), ("PST", "7", "", None)],
        "Liquor": [("GST", "5", "", None), ("PST", "10", "", None)],
    },
    {"Burger": ("14.50", "Meals"), "Soda": ("1.35", "Soda"), "Beer": ("7.25", "Liquor")},
    """Excise Tax Act s. 165(1): GST 5 %. British Columbia, Provincial Sales Tax Act (SBC 2012, c. 35) and Bulletin
    PST 119: no PST on meals, 7 % on carbonated beverages (since 2021-04-01), 10 % on liquor.""",
)
NEW_YORK = City(
    {"currency": "USD", "locale": "en_US", "timezone": "America/New_York", "tax_mode": "added"},
    {"Sales tax": [("Sales tax", "8.875", "", None)]},
    {"Pastrami": ("22.95", "Sales tax"), "Pickle": ("1.25", "Sales tax")},
    """N.Y. Tax Law § 1105(d) (restaurants); Publication 718: New York State 4 %, City 4.5 %, Metropolitan Commuter
    Transportation District 0.375 %.""",
)
BERLIN = City(
    {"currency": "EUR", "locale": "de_DE", "timezone": "Europe/Berlin", "tax_mode": "inclusive"},
    {
        "Food": [("MwSt", "19", "", None), ("MwSt", "7", "take_away", None), ("MwSt", "7", "", date(2026, 1, 1))],
        "Drinks": [("MwSt", "19", "", None)],
    },
    {"Schnitzel": ("17.90", "Food"), "Pils": ("4.80", "Drinks")},
    """UStG § 12(1): 19 %; § 12(2) no. 1: 7 % for food taken away; § 12(2) no. 15 as amended by the
    Steueränderungsgesetz 2025 (BGBl. 2025 I no. 363): 7 % for restaurant food without drinks from 2026-01-01. The night
    of New Year may be billed at 19 % (Federal Ministry of Finance, 2025-12-22).""",
)
ZURICH = City(
    {"currency": "CHF", "locale": "de_CH", "timezone": "Europe/Zurich", "tax_mode": "inclusive"},
    {"Food": [("MWST", "8.1", "", None), ("MWST", "2.6", "take_away", None)], "Wine": [("MWST", "8.1", "", None)]},
    {"Rösti": ("24.50", "Food"), "Fendant": ("8.00", "Wine")},
    """MWSTG (SR 641.20) art. 25: 8.1 %, reduced rate of 2.6 % for food, which does not hold where it is served
    (art. 25(3)) nor for alcohol; rates since 2024-01-01.""",
)
CHENNAI = City(
    {"currency": "INR", "locale": "en_IN", "timezone": "Asia/Kolkata", "tax_mode": "added"},
    {"Restaurant": [("CGST", "2.5", "", None), ("SGST", "2.5", "", None)]},
    {"Dosa": ("120", "Restaurant"), "Filter coffee": ("45", "Restaurant")},
    """Notification 11/2017 Central Tax (Rate), entry 7, as amended by 46/2017 and 20/2019: 2.5 % without input tax
    credit for restaurants; the same under the Tamil Nadu GST Act, 2017.""",
)

# (city, kind of order, {dish: quantity}, {(component, percent): amount}, total)
ORDERS = [
    (TOKYO, "dine_in", {"Ramen": 1, "Gyoza": 2}, {("消費税", "10"): "187"}, "2060"),  # 2060 × 10/110 = 187.27
    (TOKYO, "take_away", {"Ramen": 1, "Gyoza": 2}, {("消費税", "8"): "153"}, "2060"),  # 2060 × 8/108 = 152.59
    (TOKYO, "take_away", {"Gyoza": 1, "Beer": 2}, {("消費税", "10"): "118", ("消費税", "8"): "36"}, "1780"),
    (KUWAIT, "dine_in", {"Falafel": 2, "Tea": 1}, {}, "2.875"),
    (MONTREAL, "dine_in", {"Poutine": 2, "Coffee": 3}, {("GST", "5"): "1.76", ("QST", "9.975"): "3.51"}, "40.47"),
    (VANCOUVER, "dine_in", {"Soda": 3}, {("GST", "5"): "0.20", ("PST", "7"): "0.28"}, "4.53"),
    (
        VANCOUVER, "dine_in", {"Soda": 3, "Burger": 1, "Beer": 2},  # GST 33.05 × 5 % = 1.6525
        {("GST", "5"): "1.65", ("PST", "7"): "0.28", ("PST", "10"): "1.45"}, "36.43",
    ),
    (NEW_YORK, "dine_in", {"Pastrami": 1, "Pickle": 2}, {("Sales tax", "8.875"): "2.26"}, "27.71"),  # 25.45 × 8.875 %
    (BERLIN, "dine_in", {"Schnitzel": 1, "Pils": 2}, {("MwSt", "7"): "1.17", ("MwSt", "19"): "1.53"}, "27.50"),
    (ZURICH, "dine_in", {"Rösti": 1, "Fendant": 1}, {("MWST", "8.1"): "2.44"}, "32.50"),  # 32.50 × 8.1/108.1 = 2.435
    (ZURICH, "take_away", {"Rösti": 1, "Fendant": 1}, {("MWST", "2.6"): "0.62", ("MWST", "8.1"): "0.60"}, "32.50"),
    (CHENNAI, "dine_in", {"Dosa": 2, "Filter coffee": 3}, {("CGST", "2.5"): "9.38", ("SGST", "2.5"): "9.38"}, "393.76"),
]  # fmt: skip


def opened(city):
    house = open_house(**city.settings)
    house.restaurant.taxes.all().delete()
    taxes = {}
    for name, components in city.taxes.items():
        taxes[name] = TaxFactory(restaurant=house.restaurant, name=name, percent=None, is_default=False)
        for component, percent, kind, day in components:
            TaxComponentFactory(
                tax=taxes[name], name=component, percent=Decimal(percent), order_kind=kind, valid_from=day
            )
    for name, (price, tax) in city.dishes.items():
        house.add_item(name=name, price=price, tax=taxes.get(tax))
    forget()
    return house


def order(house, dishes, kind="dine_in"):
    known = dict(Item.objects.filter(restaurant=house.restaurant).values_list("name", "pk"))
    lines = [{"item": known[name], "quantity": quantity} for name, quantity in dishes.items()]
    return house.place("waiter", kind=kind, lines=lines)


def taxes_of(placed):
    return {(tax["name"], tax["percent"]): tax["amount"] for tax in placed["taxes"]}


@pytest.mark.parametrize(("city", "kind", "dishes", "taxes", "total"), ORDERS)
def test_an_order_has_the_tax_of_its_city(city, kind, dishes, taxes, total):
    with time_machine.travel(SUMMER, tick=False):
        house = opened(city)
        placed = order(house, dishes, kind)
    assert (taxes_of(placed), placed["total"]) == (taxes, total)
    assert sum(Decimal(line["tax"]) for line in placed["lines"]) == Decimal(placed["tax"]), "lines add up"
    assert sum(map(Decimal, taxes.values())) == Decimal(placed["tax"])
    row = Order.objects.with_lines().get()
    assert row.taxes == placed["taxes"]
    assert str(owed([row]).total.quantize(Decimal(total))) == total


@pytest.mark.parametrize(("city", "kind", "dishes", "taxes", "total"), ORDERS)
def test_the_same_food_on_single_lines_has_the_same_tax(city, kind, dishes, taxes, total):
    with time_machine.travel(SUMMER, tick=False):
        house = opened(city)
        known = dict(Item.objects.filter(restaurant=house.restaurant).values_list("name", "pk"))
        singles = [{"item": known[name], "quantity": 1} for name, quantity in dishes.items() for _ in range(quantity)]
        placed = house.place("waiter", kind=kind, lines=singles)
    assert (taxes_of(placed), placed["total"]) == (taxes, total)


@pytest.mark.parametrize(
    ("at", "kind", "taxes"),
    [
        (datetime(2025, 12, 31, 20, tzinfo=UTC), "dine_in", {("MwSt", "19"): "4.39"}),  # 27.50 × 19/119
        (datetime(2026, 1, 1, 1, tzinfo=UTC), "dine_in", {("MwSt", "19"): "4.39"}),  # the night belongs to the old day
        (datetime(2026, 1, 1, 11, tzinfo=UTC), "dine_in", {("MwSt", "7"): "1.17", ("MwSt", "19"): "1.53"}),
        (datetime(2025, 12, 31, 20, tzinfo=UTC), "take_away", {("MwSt", "7"): "1.17", ("MwSt", "19"): "1.53"}),
        (datetime(2026, 1, 1, 11, tzinfo=UTC), "take_away", {("MwSt", "7"): "1.17", ("MwSt", "19"): "1.53"}),
    ],
)
def test_restaurant_food_in_berlin_changes_on_new_years_day(at, kind, taxes):
    with time_machine.travel(at, tick=False):
        placed = order(opened(BERLIN), {"Schnitzel": 1, "Pils": 2}, kind)
    assert (taxes_of(placed), placed["total"]) == (taxes, "27.50")


@pytest.mark.parametrize(
    ("mode", "rounding", "total"), [("added", "half_up", "171"), ("added", "down", "170"), ("added", "up", "171")]
)
def test_155_yen_with_tax_on_top_are_whole_yen(mode, rounding, total):
    house = open_house(currency="JPY", locale="ja_JP", tax_mode=mode, rounding_mode=rounding)
    dish = house.add_item(name="Onigiri", price="155")
    placed = house.place(lines=[{"item": dish.pk, "quantity": 1}])
    assert (placed["total"], placed["tax"]) == (total, str(int(total) - 155))
    sheet = house.browser("waiter").get(f"/floor/tables/{house.table.pk}/").content.decode()
    assert f"￥{total}" in sheet


def test_a_party_in_vancouver_owes_each_tax_once():
    """Three sodas as three orders: 0.20 and 0.28 as for one order, not three times 0.07 and 0.09."""
    house = opened(VANCOUVER)
    for _ in range(3):
        order(house, {"Soda": 1})
    pad = house.api().get("/api/v1/pad/orders").json()
    assert (taxes_of(pad), pad["tax"], pad["total"]) == ({("GST", "5"): "0.20", ("PST", "7"): "0.28"}, "0.48", "4.53")
    sheet = house.browser("waiter").get(f"/floor/tables/{house.table.pk}/").content.decode()
    assert "$4.53" in sheet
    assert "Tax in the total: GST 5 %: $0.20 · PST 7 %: $0.28" in sheet


def test_a_managers_page_adds_up():
    """Montréal: lines without tax, each line's part of it, both taxes, and the total."""
    house = opened(MONTREAL)
    placed = order(house, {"Poutine": 2, "Coffee": 3})
    page = house.browser("manager").get(f"/admin/orders/order/{placed['id']}/change/").content.decode()
    page = page.replace("\xa0", " ")
    for shown in ("25,90 $", "9,30 $", "40,47 $", "5,27 $ (GST 5 % 1,76 $, QST 9.975 % 3,51 $)"):
        assert shown in page, shown
    parts = [Decimal(line["tax"]) for line in placed["lines"]]
    assert Decimal("25.90") + Decimal("9.30") + sum(parts) == Decimal("40.47")
    assert all(f">{part}$<".replace(".", ",") in "".join(page.split()) for part in parts)
