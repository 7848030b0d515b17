"""Columns of other people's files: known names, profiles of other systems, a mapping by hand."""

import pytest

from menu.files.headers import field_of
from menu.files.mapping import fingerprint, map_columns, parse_map
from menu.files.opening import open_sheet
from menu.files.sheet import FileRefused
from menu.files.tests.workbook_bytes import workbook

pytestmark = pytest.mark.database_agnostic


def mapped(text, told=None):
    sheet = open_sheet(text.encode())
    found = map_columns(sheet, told)
    return {found.headers[column]: field for column, field in found.fields.items()}, found, sheet


def test_our_own_columns_and_their_synonyms_are_known():
    fields, found, sheet = mapped("item_id,name,category,price\n101,Hamburger,American,12.95\n")
    assert fields == {"name": "name", "category": "category", "price": "price"}
    assert found.ignored(sheet) == ["item_id"]
    assert found.lacking == ()
    fields, *_ = mapped("Warengruppe;Artikelname;Preis;MwSt. %;Notiz\nBier;Pils;3,90;19;kalt\n")
    assert fields == {"Warengruppe": "category", "Artikelname": "name", "Preis": "price", "MwSt. %": "tax"}


@pytest.mark.parametrize("price", ["Price (EUR)", "PREIS (€)", "Prix [CHF]", "Preis in EUR", "Preis in Euro"])
def test_a_unit_in_a_header_does_not_matter(price):
    fields, _found, _sheet = mapped(f"Kategorie;Name;{price};MwSt in %\nA;B;2,40;19\n")
    assert fields == {"Kategorie": "category", "Name": "name", price: "price", "MwSt in %": "tax"}
    assert field_of("Price (net)") is None


def test_our_own_name_wins_over_a_synonym():
    fields, found, sheet = mapped("product,price,name,group,category\nP1,2,Tea,G,Drinks\n")
    assert fields == {"price": "price", "name": "name", "category": "category"}
    assert found.ignored(sheet) == ["product", "group"]


def test_columns_without_a_header_are_named_by_their_letter():
    _fields, found, sheet = mapped("category,name,price,,\nA,Soup,3,loose note,\n")
    assert found.ignored(sheet) == ["Column D"]


def test_titles_may_stand_above_the_header():
    sheet = open_sheet(workbook(["Menu of the Golden Lion"], ["Summer", 2026], [], ["Kategorie", "Gericht", "Preis"]))
    found = map_columns(sheet)
    assert (found.header_row, found.headers) == (4, ("Kategorie", "Gericht", "Preis"))


def test_titles_may_stand_above_headers_that_nobody_knows():
    sheet = open_sheet(b"Speisen,2026\n\nWas,Wieviel,Wo\nTee,2.50,Bar\nBrot,1.00,\n")
    assert map_columns(sheet).header_row == 3
    told = {"Was": "name", "Wieviel": "price", "Wo": "category"}
    assert map_columns(sheet, told).header_row == 3


def test_a_person_maps_and_ignores_columns():
    fields, found, sheet = mapped(
        "Was,Wieviel,Wo,price\nTee,2.50,Bar,9\n", {"was": "name", "Wieviel": "price", "Wo": "category"}
    )
    assert fields == {"Was": "name", "Wieviel": "price", "Wo": "category"}
    assert found.ignored(sheet) == ["price"]
    fields, found, sheet = mapped("name,price,category,description\nTea,2,Bar,x\n", {"description": ""})
    assert "description" not in fields
    assert found.ignored(sheet) == ["description"]


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ({"cost": "price"}, "no column “cost”"),
        ({"name": "prize"}, "“prize” is no column"),
        ({"name": "name", "price": "name"}, "Two columns are mapped to name"),
    ],
)
def test_a_wrong_mapping_is_a_sentence(told, says):
    with pytest.raises(FileRefused, match=says):
        mapped("name,price,category\nTea,2,Bar\n", told)


def test_what_is_lacking_is_named():
    _fields, found, _sheet = mapped("Was,Wieviel\nTee,2\n")
    assert found.lacking == ("category", "name", "price")


def test_a_mapping_in_words():
    assert parse_map("item=name, cost=price,a=b=tax") == {"item": "name", "cost": "price", "a=b": "tax"}
    assert parse_map('"Price, net"=price,code=') == {"Price, net": "price", "code": ""}
    for wrong in ("item", "=name", "item=name,cost"):
        with pytest.raises(FileRefused, match="is not a mapping"):
            parse_map(wrong)


def test_a_mapping_is_remembered_for_the_same_headers_in_any_order():
    assert fingerprint(["Item Name", "Price"]) == fingerprint(["price", "item_name"])
    assert fingerprint(["Item Name", "Price"]) != fingerprint(["Item Name", "Cost"])


SQUARE = (
    "Token,Item Name,Variation Name,SKU,Description,Category,Price,Current Quantity Main,Modifier Set - Milk,"
    "Tax - GST (5%),Tax - PST (7%)\nT1,Latte,Large,,Hot,Drinks,4.50,3,Y,Y,N\n"
)


def test_an_export_of_square():
    fields, found, sheet = mapped(SQUARE)
    assert found.profile.name == "Square"
    assert fields == {
        "Item Name": "name", "Variation Name": "variant", "Description": "description", "Category": "category",
        "Price": "price",
    }  # fmt: skip
    assert found.taxes == {9: "GST 5", 10: "PST 7"}
    assert "tax" in found.given
    assert found.ignored(sheet) == ["Token", "SKU", "Current Quantity Main", "Modifier Set - Milk"]


@pytest.mark.parametrize(
    ("system", "text", "fields"),
    [
        (
            "Toast",
            "Master ID,Menu Name,Menu Group,Subgroup,Menu Item,Base Price\n1,Dinner,Mains,,Steak,21.00\n",
            {"Menu Group": "category", "Menu Item": "name", "Base Price": "price"},
        ),
        (
            "Odoo",
            "External ID,Name,Internal Reference,Point of Sale Category,Sales Price\na,Tea,T,Bar,2\n",
            {"Name": "name", "Point of Sale Category": "category", "Sales Price": "price"},
        ),
        (
            "Lightspeed Retail",
            "System ID,UPC,EAN,Description,Category,Default Price\n1,,,Tea,Bar,2.50\n",
            {"Description": "name", "Category": "category", "Default Price": "price"},
        ),
    ],
)
def test_exports_of_other_systems(system, text, fields):
    found_fields, found, _sheet = mapped(text)
    assert (found.profile.name, found_fields) == (system, fields)


def test_an_average_price_is_not_taken_for_the_price():
    _fields, found, _sheet = mapped("Menu Group,Menu Item,Avg Price\nMains,Steak,19.87\n")
    assert found.lacking == ("price",)


def test_rows_of_modifiers_are_told_from_dishes():
    _fields, found, _sheet = mapped(
        "Entity type,Name,Pricing strategy,Price\nMenu item,Steak,BASE,21\nModifier,Rare,BASE,0\n"
    )
    assert found.profile.name == "Toast"
    assert found.kind_column == 0
