"""Export and import of the menu as a spreadsheet. One invalid row refuses the whole file."""

import csv
import io
import json
from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from import_export.formats.base_formats import XLSX
from openpyxl import Workbook

from bistro.core.models import Event
from bistro.core.tests.http import nothing_changes
from menu.compiled import current_menu
from menu.models import Category, Item, MenuVersion, Modifier, ModifierGroup, Tax
from menu.options_text import read_options, write_options
from menu.spreadsheet import COLUMNS, harmless, plain_text
from menu.tests.factories import (
    ItemFactory,
    ModifierFactory,
    ModifierGroupFactory,
    TaxComponentFactory,
    TaxFactory,
    state,
)

pytestmark = pytest.mark.django_db


def stated(item):
    return {row.allergen.code: row.level for row in item.statements.select_related("allergen")}


IMPORT, PROCESS, EXPORT = "/admin/menu/item/import/", "/admin/menu/item/process_import/", "/admin/menu/item/export/"
CSV_FORMAT, XLSX_FORMAT = "0", "1"
WITH_TAXES = ("category", "name", "price", "tax", "tax_take_away")


@pytest.fixture
def owner(house):
    return house.browser("owner")


def sheet(*rows, columns=("category", "name", "price")):
    out = io.StringIO()
    csv.writer(out).writerows([columns, *rows])
    return out.getvalue()


def preview(client, text, name="menu.csv", format_=CSV_FORMAT):
    data = text if isinstance(text, bytes) else text.encode()
    return client.post(IMPORT, {"import_file": SimpleUploadedFile(name, data), "format": format_})


def confirm(client, page):
    form = page.context["confirm_form"]
    return client.post(PROCESS, {name: form[name].value() or "" for name in form.fields})


def version(house):
    return MenuVersion.objects.get(pk=house.restaurant.pk).version


def test_first_a_preview_then_the_menu(house, owner):
    before = version(house)
    page = preview(owner, sheet(["Soups", "Onion Soup", "8.50"], [house.category.name, house.item.name, "11.00"]))
    result = page.context["result"]
    assert [row.import_type for row in result.rows] == ["new", "update"]
    assert "10.00 → 11.00" in result.rows[1].diff
    assert (version(house), Item.objects.filter(name="Onion Soup").count()) == (before, 0)
    answer = confirm(owner, page)
    assert answer.status_code == 302
    assert version(house) == before + 1
    new = Item.objects.get(name="Onion Soup")
    assert (new.restaurant, new.category.name, new.price) == (house.restaurant, "Soups", Decimal("8.50"))
    house.item.refresh_from_db()
    assert house.item.price == Decimal("11.00")
    (logged,) = Event.objects.filter(restaurant=house.restaurant, type="configuration_updated")
    assert json.loads(logged.data)["changed"] == {"price": {"before": "10.00", "after": "11.00"}}


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (["Soups", "Fish Soup", "much"], "price"),
        (["Soups", "Fish Soup", "-1"], "price"),
        (["Soups", "Fish Soup", "1e9999"], "price"),
        (["Soups", "Fish Soup", "NaN"], "price"),
        (["Soups", "", "8"], "name"),
        (["", "Fish Soup", "8"], "category"),
        (["Soups", "x" * 121, "8"], "name"),
        (["Soups", "onion  SOUP", "8"], "name"),
        (["C" * 81, "Fish Soup", "8"], "category"),
    ],
)
def test_one_bad_row_and_nothing_changes(house, owner, row, column):
    before = version(house)
    page = preview(owner, sheet(["Soups", "Onion Soup", "8.50"], row))
    (bad,) = page.context["result"].invalid_rows
    assert bad.number == 2
    assert column in bad.field_specific_errors
    assert "confirm_form" not in page.context
    assert (version(house), Category.objects.filter(name="Soups").exists()) == (before, False)


@pytest.mark.parametrize(
    ("columns", "row"),
    [
        (("allergens",), ["dust"]),
        (("diets",), ["paleo"]),
        (("portions_left",), ["-1"]),
        (("prep_minutes",), ["soon"]),
        (("popular",), ["perhaps"]),
        (("tax",), ["200"]),
        (("options",), ["Side"]),
        (("options",), ["Side [3-1]: Fries"]),
        (("options",), ["Side [0-1]: Fries; fries"]),
    ],
)
def test_every_column_is_checked(house, owner, columns, row):
    page = preview(owner, sheet(["S", "Soup", "8", *row], columns=("category", "name", "price", *columns)))
    (bad,) = page.context["result"].invalid_rows
    assert list(bad.field_specific_errors) == [columns[0]]


def test_a_column_that_the_file_lacks_stays_as_it_is(house, owner):
    item = ItemFactory(category=house.category, name="Soup", description="Hot", prep_minutes=3)
    state(item, ["milk"], ["nuts"], ["eggs"])
    confirm(owner, preview(owner, sheet([house.category.name, "Soup", "9"])))
    item.refresh_from_db()
    assert (item.price, item.description, item.prep_minutes) == (Decimal("9.00"), "Hot", 3)
    assert stated(item) == {"milk": "contains", "nuts": "may_contain", "eggs": "free_of"}


def test_a_column_that_it_has_is_taken(house, owner):
    item = ItemFactory(category=house.category, name="Soup", portions_left=4)
    state(item, ["milk"])
    columns = ("category", "name", "price", "allergens", "may_contain", "free_of", "portions_left", "options")
    row = [
        "Hot",
        "Soup",
        "9,50",
        "Celery; nuts",
        "fish",
        "Eggs, lupin",
        "99",
        "Size [1-1]: Small *; Large +1.50\nAllergies: No nuts !nuts",
    ]
    confirm(owner, preview(owner, sheet(row, columns=columns)))
    item.refresh_from_db()
    assert (item.category.name, item.price) == ("Hot", Decimal("9.50"))
    assert stated(item) == {
        "celery": "contains", "nuts": "contains", "fish": "may_contain", "eggs": "free_of", "lupin": "free_of",
    }  # fmt: skip
    assert {row.checked_by for row in item.statements.all()} == {house.staff("owner").name}
    assert item.portions_left == 4, "what is left tonight is not in yesterday's file"
    groups = {g.name: (g.min, g.max) for g in ModifierGroup.objects.filter(item_groups__item=item)}
    assert groups == {"Size": (1, 1), "Allergies": (0, 1)}
    large = Modifier.objects.get(group__item_groups__item=item, name="Large")
    assert (large.price, Modifier.objects.get(group__item_groups__item=item, is_default=True).name) == (
        Decimal("1.50"),
        "Small",
    )
    assert Modifier.objects.get(group__item_groups__item=item, name="No nuts").allergen == "nuts"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name,price\nSoup,8\n", "category"),
        ("category,name,price,colour\nS,Soup,8,red\n", "colour"),
    ],
)
def test_a_file_with_the_wrong_columns_says_so(owner, text, says):
    page = preview(owner, text)
    assert says in str(page.context["result"].base_errors[0].error)
    assert "confirm_form" not in page.context


@pytest.mark.parametrize("data", [b"", b"\xff\xfe\x00", b"\x00" * 100, "category,name\n".encode("utf-16")])
@pytest.mark.parametrize("format_", [CSV_FORMAT, XLSX_FORMAT])
def test_what_is_no_spreadsheet_is_refused(owner, data, format_):
    page = preview(owner, data, format_=format_)
    assert page.status_code == 200
    assert "confirm_form" not in page.context


def test_a_workbook_comes_in_with_its_own_types(house, owner):
    book = Workbook()
    book.active.append(["category", "name", "price", "prep_minutes", "popular"])
    book.active.append(["Soups", "Onion Soup", 8.5, 7, True])
    out = io.BytesIO()
    book.save(out)
    confirm(owner, preview(owner, out.getvalue(), "menu.xlsx", XLSX_FORMAT))
    item = Item.objects.get(name="Onion Soup")
    assert (item.price, item.prep_minutes, item.popular) == (Decimal("8.50"), 7, True)


def test_a_confirmation_sent_twice_is_a_message(owner, house):
    page = preview(owner, sheet(["Soups", "Onion Soup", "8.50"]))
    assert confirm(owner, page).status_code == 302
    assert confirm(owner, page).status_code == 302
    assert Item.objects.filter(name="Onion Soup").count() == 1


def test_another_restaurants_dish_of_the_same_name_is_left_alone(house, other_house, owner):
    foreign = ItemFactory(category=other_house.category, name="Soup", price=Decimal("3.00"))
    page = preview(owner, sheet(["Soups", "Soup", "8.50"]))
    assert [row.import_type for row in page.context["result"].rows] == ["new"]
    confirm(owner, page)
    foreign.refresh_from_db()
    assert foreign.price == Decimal("3.00")


@pytest.mark.parametrize("role", ["waiter", "kitchen", "cashier", "host"])
def test_only_managers_import_and_export(house, role):
    client = house.browser(role)
    for path in (IMPORT, EXPORT):
        assert client.get(path).status_code == 302


def test_an_export_holds_our_dishes_and_runs_nothing(house, other_house, owner):
    ItemFactory(category=house.category, name="=1+1", description="@evil")
    answer = owner.post(EXPORT, {"format": CSV_FORMAT, "resource": "0"})
    rows = {row["name"]: row for row in csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))}
    assert set(rows) == {house.item.name, "'=1+1"}
    assert rows["'=1+1"]["description"] == "'@evil"
    assert rows[house.item.name]["price"] == "10.00"


def test_what_goes_out_comes_in_unchanged(house, owner):
    group = ModifierGroupFactory(item=house.item, name="Side", min=1, max=1)
    ModifierFactory(group=group, name="Fries", price=Decimal("0.00"), is_default=True)
    ModifierFactory(group=group, name="Salad", price=Decimal("1.50"))
    ItemFactory(category=house.category, name="+Plus", description="-minus", portions_left=3, diets=["vegan"])
    before = {item.pk: item for item in Item.objects.filter(restaurant=house.restaurant)}
    for format_, name in ((CSV_FORMAT, "menu.csv"), (XLSX_FORMAT, "menu.xlsx")):
        data = owner.post(EXPORT, {"format": format_, "resource": "0"}).content
        page = preview(owner, data, name, format_)
        assert [row.import_type for row in page.context["result"].rows] == ["skip", "skip"]
        confirm(owner, page)
    for pk, old in before.items():
        now = Item.objects.get(pk=pk)
        assert all(getattr(now, f.attname) == getattr(old, f.attname) for f in Item._meta.concrete_fields)
    assert Modifier.objects.filter(group__item_groups__item=house.item).count() == 2


@pytest.mark.parametrize("cell", ["=A1", "+1", "-1", "@x", "\tx", "\rx", "\n=x"])
def test_a_cell_that_would_be_run_is_marked_and_unmarked(cell):
    assert harmless(cell).startswith("'")
    assert plain_text(harmless(cell)) == cell.strip() or plain_text(harmless(cell)) == cell


def test_names_that_begin_with_an_apostrophe_stay():
    assert plain_text("'s Gravenhage") == "'s Gravenhage"


def test_options_are_written_as_they_are_read(house):
    text = "Side [1-1]: Fries *; Salad +1.50; None -0.50\nAllergies [0-2]: Nut allergy !nuts; Milk allergy !milk"
    for group in read_options(text):
        row = ModifierGroupFactory(item=house.item, name=group.name, min=group.min, max=group.max)
        for place, choice in enumerate(group.modifiers):
            ModifierFactory(
                group=row, name=choice.name, price=choice.price, is_default=choice.is_default,
                allergen=choice.allergen, position=place,
            )  # fmt: skip
    assert write_options((link.group for link in house.item.item_groups.all()), "EUR") == text


def test_a_workbook_that_unpacks_to_gigabytes_is_refused(monkeypatch, owner):
    monkeypatch.setattr("menu.resources.MOST_BYTES", 100)
    book = Workbook()
    out = io.BytesIO()
    book.save(out)
    page = preview(owner, out.getvalue(), "menu.xlsx", XLSX_FORMAT)
    assert "import_file" in page.context["form"].errors


def test_columns_are_the_documented_ones():
    assert COLUMNS[:3] == ("category", "name", "description")
    assert XLSX().can_import()


# --- taxes ----------------------------------------------------------------------------------------------------------
def test_taxes_by_their_components(house, owner):
    rows = (
        ["Food", "Poutine", "9.50", "GST 5 + QST 9.975", ""],
        ["Food", "Bento", "8", "10", "8"],
        ["Food", "Tap water", "0", "0", ""],
    )
    page = preview(owner, sheet(*rows, columns=WITH_TAXES))
    confirm(owner, page)
    menu, day = current_menu(house.restaurant.pk), date(2026, 1, 1)
    taxes = {
        item.name: (item.taxes_for("dine_in", day), item.taxes_for("take_away", day)) for item in menu.by_id.values()
    }
    both = (("GST", 5), ("QST", Decimal("9.975")))
    assert taxes["Poutine"] == (both, both)
    assert taxes["Bento"] == ((("Tax", 10),), (("Tax", 8),))
    assert taxes["Tap water"] == ((), ())
    assert taxes[house.item.name][0] == (("Food", 10),), "the default of the house stays"


@pytest.mark.parametrize("cells", [["VAT", ""], ["GST 5 + GST 7", ""], ["", "8"], ["10", "much"]])
def test_a_tax_that_cannot_be_read(house, owner, cells):
    with nothing_changes():
        page = preview(owner, sheet(["Food", "Soup", "5", *cells], columns=WITH_TAXES))
    (bad,) = page.context["result"].invalid_rows
    assert list(bad.field_specific_errors) == ["tax"]


def test_an_exported_tax_comes_back_as_it_was(house, owner):
    tax = TaxFactory(restaurant=house.restaurant, name="Mixed", percent=None, is_default=False)
    for kind, percent in (("", 19), ("take_away", 7)):
        TaxComponentFactory(tax=tax, percent=percent, order_kind=kind)
    TaxComponentFactory(tax=tax, percent=8, order_kind="take_away", valid_from=date(2100, 1, 1))
    house.item.tax = tax
    house.item.save()
    exported = owner.post(EXPORT, {"format": CSV_FORMAT, "resource": "0"}).content.decode("utf-8-sig")
    assert "VAT 19,VAT 7," in exported
    page = preview(owner, exported)
    assert [row.import_type for row in page.context["result"].rows] == ["skip"]
    confirm(owner, page)
    house.item.refresh_from_db()
    assert (house.item.tax, Tax.objects.filter(restaurant=house.restaurant).count()) == (tax, 2)
