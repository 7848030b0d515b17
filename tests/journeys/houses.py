"""Houses in eight cities: their settings, their menu's file, their orders, and the amounts computed by hand.

The rates are those of 2026:

Tokyo: consumption tax 10 % in restaurants, 8 % taken away (https://tax-freeshop.jnto.go.jp/eng/consumption_tax.php);
rounded once per invoice and rate since October 2023 (National Tax Agency, qualified invoice system).
Kuwait City: no value added tax and no sales tax.
Montréal: GST (TPS) 5 %, QST (TVQ) 9.975 %, both on the net price (https://www.revenuquebec.ca/en/businesses/consumption-taxes/).
Vancouver: GST 5 %; PST 7 % on soda beverages only since April 2021, other food and drink is exempt
(https://www.retailcouncil.org/province/bc/b-c-imposes-7-provincial-sales-tax-pst-on-soda-beverages-beginning-april-1-2021/).
New York: 4 % state, 4.5 % city, 0.375 % transportation district (https://www.tax.ny.gov, Publication 718).
Berlin: § 12 UStG: restaurant food 7 % since 2026-01-01 and 19 % before, drinks 19 %.
Zürich: Art. 25 MWSTG: 8.1 % in restaurants, 2.6 % taken away (https://swissrights.ch/gesetze/Artikel-25-MWSTG-2024-EN.php).
Chennai: restaurants 5 % without input tax credit, half of it central and half state tax (CGST and SGST).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

EATEN_IN, TAKEN_AWAY = "dine_in", "take_away"


@dataclass(frozen=True)
class Sold:
    """An order of (quantity, dish) and its amounts. `taxes` has (name, percent, amount), `lines` (total, tax)."""

    dishes: tuple[tuple[int, str], ...]
    total: str
    taxes: tuple[tuple[str, str, str], ...]
    lines: tuple[tuple[str, str], ...]
    tax: str
    kind: str = EATEN_IN


@dataclass(frozen=True)
class City:
    """A house. `table_total` is the sum of the orders at its table as the page writes it.

    `changes` are components that an owner adds later: {dish: (name, percent, first day)}. `day` is the day of the
    orders, `opened` that of the opening.
    """

    name: str
    settings: Mapping[str, str]
    menu: str
    orders: tuple[Sold, ...]
    table_total: str
    encoding: str = "utf-8"
    options: tuple[str, ...] = ()
    day: date = date(2026, 6, 15)
    opened: date = date(2026, 6, 1)
    changes: Mapping[str, tuple[str, str, date]] | None = None


TOKYO = City(
    "Tokyo",
    {"currency": "JPY", "locale": "ja_JP", "timezone": "Asia/Tokyo", "day-ends-at": "05:00", "tax-mode": "added"},
    "category,name,price,tax,tax_take_away\n"
    "飲み物,緑茶,155,消費税 10,消費税 8\n"
    "食事,天ぷらそば,980,消費税 10,消費税 8\n",
    (
        # 155 × 10 % = 15.5
        Sold(((1, "緑茶"),), "171", (("消費税", "10", "16"),), (("155", "16"),), "16"),
        # (465 + 980) × 10 % = 144.5; parts 46.5 and 98.0
        Sold(
            ((3, "緑茶"), (1, "天ぷらそば")), "1590",
            (("消費税", "10", "145"),), (("465", "47"), ("980", "98")), "145",
        ),
        # (465 + 980) × 8 % = 115.6; parts 37.2 and 78.4
        Sold(
            ((3, "緑茶"), (1, "天ぷらそば")), "1561",
            (("消費税", "8", "116"),), (("465", "37"), ("980", "79")), "116", TAKEN_AWAY,
        ),
    ),
    # the bill: (155 + 465 + 980) × 10 % = 160
    table_total="￥1,760",
)  # fmt: skip

KUWAIT = City(
    "Kuwait City",
    {"currency": "KWD", "locale": "ar_KW", "timezone": "Asia/Kuwait", "day-ends-at": "03:00", "tax-mode": "added"},
    "category,name,price,tax\nمشويات,كباب,1.250,0\nمشروبات,شاي,0.375,0\n",
    (
        Sold(((2, "كباب"), (3, "شاي")), "3.625", (), (("2.500", "0.000"), ("1.125", "0.000")), "0.000"),
    ),
    table_total="\u200f3.625\xa0د.ك.\u200f",
    options=("--decimal", "."),
)  # fmt: skip

MONTREAL = City(
    "Montréal",
    {"currency": "CAD", "locale": "fr_CA", "timezone": "America/Toronto", "day-ends-at": "04:00", "tax-mode": "added"},
    "category;name;price;tax\n"
    "Plats;Poutine à l’effiloché;12,95;TPS 5 + TVQ 9,975\n"
    "Boissons;Café crème;3,25;TPS 5 + TVQ 9,975\n",
    (
        # 29.15 × 5 % = 1.4575, parts 1.295 and 0.1625; × 9.975 % = 2.9077125, parts 2.583525 and 0.3241875
        Sold(
            ((2, "Poutine à l’effiloché"), (1, "Café crème")), "33.52",
            (("TPS", "5", "1.46"), ("TVQ", "9.975", "2.91")), (("25.90", "3.88"), ("3.25", "0.49")), "4.37",
        ),
    ),
    table_total="33,52\xa0$",
    encoding="cp1252",
    options=("--encoding", "Windows-1252"),
)  # fmt: skip

VANCOUVER = City(
    "Vancouver",
    {"currency": "CAD", "locale": "en_CA", "timezone": "America/Vancouver", "day-ends-at": "02:00",
     "tax-mode": "added"},
    "category,name,price,tax\nDrinks,Soda,1.35,GST 5 + PST 7\nGrill,Salmon burger,18.50,GST 5\n",
    (
        # 4.05 × 5 % = 0.2025, × 7 % = 0.2835
        Sold(((3, "Soda"),), "4.53", (("GST", "5", "0.20"), ("PST", "7", "0.28")), (("4.05", "0.48"),), "0.48"),
        # 22.55 × 5 % = 1.1275, parts 0.2025 and 0.925
        Sold(
            ((3, "Soda"), (1, "Salmon burger")), "23.96",
            (("GST", "5", "1.13"), ("PST", "7", "0.28")), (("4.05", "0.48"), ("18.50", "0.93")), "1.41",
        ),
    ),
    # the bill: 26.60 × 5 % = 1.33, 8.10 × 7 % = 0.567; the two orders alone have 0.28 + 0.28
    table_total="$28.50",
)  # fmt: skip

NEW_YORK = City(
    "New York",
    {"currency": "USD", "locale": "en_US", "timezone": "America/New_York", "day-ends-at": "04:00", "tax-mode": "added"},
    "category\tname\tprice\ttax\nDeli\tBagel with lox\t4.25\tSales tax 8.875\nDrinks\tCoffee\t3.50\tSales tax 8.875\n",
    (
        # 16.25 × 8.875 % = 1.4421875, parts 1.1315625 and 0.310625
        Sold(
            ((3, "Bagel with lox"), (1, "Coffee")), "17.69",
            (("Sales tax", "8.875", "1.44"),), (("12.75", "1.13"), ("3.50", "0.31")), "1.44",
        ),
    ),
    table_total="$17.69",
    encoding="utf-16",
)  # fmt: skip

_BERLIN: dict[str, str] = {
    "currency": "EUR", "locale": "de_DE", "timezone": "Europe/Berlin", "day-ends-at": "02:30", "tax-mode": "inclusive",
}  # fmt: skip
_BERLIN_MENU = (
    "category;name;price;tax\n"
    "Hauptgerichte;Königsberger Klopse;16,90;MwSt Speisen 19\n"
    "Getränke;Berliner Pils;4,80;MwSt Getränke 19\n"
)
_BERLIN_CHANGE = {"Königsberger Klopse": ("MwSt Speisen", "7", date(2026, 1, 1))}

BERLIN_BEFORE = City(
    "Berlin on 2025-12-31",
    _BERLIN,
    _BERLIN_MENU,
    (
        # 16.90 × 19 ÷ 119 = 2.698…, 9.60 × 19 ÷ 119 = 1.532…
        Sold(
            ((1, "Königsberger Klopse"), (2, "Berliner Pils")), "26.50",
            (("MwSt Getränke", "19", "1.53"), ("MwSt Speisen", "19", "2.70")), (("16.90", "2.70"), ("9.60", "1.53")),
            "4.23",
        ),
    ),
    table_total="26,50\xa0€",
    day=date(2025, 12, 31),
    opened=date(2025, 12, 1),
    changes=_BERLIN_CHANGE,
)  # fmt: skip

BERLIN = City(
    "Berlin",
    _BERLIN,
    _BERLIN_MENU,
    (
        # 16.90 × 7 ÷ 107 = 1.105…
        Sold(
            ((1, "Königsberger Klopse"), (2, "Berliner Pils")), "26.50",
            (("MwSt Getränke", "19", "1.53"), ("MwSt Speisen", "7", "1.11")), (("16.90", "1.11"), ("9.60", "1.53")),
            "2.64",
        ),
    ),
    table_total="26,50\xa0€",
    day=date(2026, 1, 1),
    opened=date(2025, 12, 1),
    changes=_BERLIN_CHANGE,
)  # fmt: skip

ZURICH = City(
    "Zürich",
    {"currency": "CHF", "locale": "de_CH", "timezone": "Europe/Zurich", "day-ends-at": "04:00",
     "tax-mode": "inclusive"},
    "category;name;price;tax;tax_take_away\n"
    "Speisen;Rösti mit Spiegelei;24.50;MWST 8.1;MWST 2.6\n"
    "Getränke;Rivella;5.00;MWST 8.1;MWST 2.6\n",
    (
        # 29.50 × 8.1 ÷ 108.1 = 2.2104…, parts 1.8358… and 0.3746…
        Sold(
            ((1, "Rösti mit Spiegelei"), (1, "Rivella")), "29.50",
            (("MWST", "8.1", "2.21"),), (("24.50", "1.84"), ("5.00", "0.37")), "2.21",
        ),
        # 29.50 × 2.6 ÷ 102.6 = 0.7475…, parts 0.6208… and 0.1267…
        Sold(
            ((1, "Rösti mit Spiegelei"), (1, "Rivella")), "29.50",
            (("MWST", "2.6", "0.75"),), (("24.50", "0.62"), ("5.00", "0.13")), "0.75", TAKEN_AWAY,
        ),
    ),
    table_total="CHF\xa029.50",
)  # fmt: skip

CHENNAI = City(
    "Chennai",
    {"currency": "INR", "locale": "ta_IN", "timezone": "Asia/Kolkata", "day-ends-at": "01:00", "tax-mode": "added"},
    "category,name,price,tax\n"
    "டிபன்,மசாலா தோசை,145.00,CGST 2.5 + SGST 2.5\n"
    "பானங்கள்,ஃபில்டர் காபி,45.50,CGST 2.5 + SGST 2.5\n",
    (
        # 335.50 × 2.5 % = 8.3875, parts 7.25 and 1.1375
        Sold(
            ((2, "மசாலா தோசை"), (1, "ஃபில்டர் காபி")), "352.28",
            (("CGST", "2.5", "8.39"), ("SGST", "2.5", "8.39")), (("290.00", "14.50"), ("45.50", "2.28")), "16.78",
        ),
    ),
    table_total="₹352.28",
)  # fmt: skip

CITIES = (TOKYO, KUWAIT, MONTREAL, VANCOUVER, NEW_YORK, BERLIN_BEFORE, BERLIN, ZURICH, CHENNAI)
