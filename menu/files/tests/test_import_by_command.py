"""`manage.py import_menu` and `export_menu`: all of a file or nothing."""

import csv
import io
import json
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from factory import Sequence

from menu.files.headers import COLUMNS
from menu.files.tests.workbook_bytes import workbook
from menu.models import Category, Item, MenuVersion, Modifier, Tax
from menu.tests.factories import ItemFactory, ModifierFactory, ModifierGroupFactory

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]


@pytest.fixture
def run(house, tmp_path):
    """Return a function that imports a file and returns its JSON and its exit status."""

    def run(content, *options, name="menu.csv"):
        file = tmp_path / name
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        out, status = io.StringIO(), 0
        try:
            call_command(
                "import_menu", str(file), "--restaurant", str(house.restaurant.pk), "--json", *options, stdout=out
            )
        except SystemExit as ended:
            status = ended.code
        return json.loads(out.getvalue()), status

    return run


def nothing(new=0, changed=0, unchanged=0, ignored=(), errors=()):
    return {
        "new": new,
        "changed": changed,
        "unchanged": unchanged,
        "ignored_columns": list(ignored),
        "errors": list(errors),
    }


def error(row, column, message):
    return {"row": row, "column": column, "message": message}


def exported(house):
    out = io.StringIO()
    call_command("export_menu", "--restaurant", str(house.restaurant.pk), stdout=out)
    return out.getvalue()


def test_dishes_are_added_changed_and_left(house, other_house, run):
    house.add_item(name="Tea", price="2.00")
    foreign = ItemFactory(category=other_house.category, name="Tea", price=Decimal("9.00"))
    known = f"{house.category.name},{house.item.name},10.00,x"
    text = f"category,name,price,colour\n{known}\nDrinks,Tea,2.50,\nDrinks,Cola,3,\n"
    assert run(text) == (nothing(new=1, changed=1, unchanged=1, ignored=["colour"]), 0)
    assert Item.objects.get(restaurant=house.restaurant, name="Cola").price == Decimal("3.00")
    assert Item.objects.get(restaurant=house.restaurant, name="Tea").price == Decimal("2.50")
    foreign.refresh_from_db()
    assert foreign.price == Decimal("9.00")
    assert run(text) == (nothing(unchanged=3, ignored=["colour"]), 0)


def test_the_first_tax_of_a_file_does_not_tax_other_dishes(house, run):
    house.restaurant.items.update(tax=None)
    Tax.objects.all().delete()
    assert run("category,name,price,tax\nDrinks,Water,1,\nDrinks,Soda,1,Excise 25\n") == (nothing(new=2), 0)
    lines = [{"item": name, "quantity": 1} for name in (house.item.name, "Water", "Soda")]
    order = house.api().post("/api/v1/orders", {"lines": lines}, key="k").json()
    assert [line["tax"] for line in order["lines"]] == ["0.00", "0.00", "0.20"]


def test_the_first_tax_is_the_default_where_every_dish_has_a_tax(house, run):
    house.restaurant.items.update(tax=None)
    Tax.objects.all().delete()
    known = f"{house.category.name},{house.item.name},10.00"
    assert run(f"category,name,price,tax\n{known},VAT 7\nDrinks,Soda,1,VAT 19\n") == (nothing(new=1, changed=1), 0)
    assert Tax.objects.get(restaurant=house.restaurant, is_default=True) == Item.objects.get(pk=house.item.pk).tax


@pytest.mark.parametrize("row", ["Drinks,Cola,12,50", "Drinks,Cola,1,,extra"])
def test_a_row_with_more_cells_than_the_header_is_refused(house, run, row):
    """An unquoted decimal comma must not become a price of 12."""
    told = "The row has more cells than the header. Put what holds a “,” in quotes."
    answer, status = run(f"category,name,price\nDrinks,Tea,2,,\n{row}\n")
    assert (answer["errors"], status) == ([error(3, "Column D", told)], 1)
    assert not Item.objects.filter(restaurant=house.restaurant, name__in=("Tea", "Cola")).exists()


def test_a_dry_run_says_the_same_and_writes_nothing(house, run):
    before = MenuVersion.objects.get(pk=house.restaurant.pk).version
    assert run("category,name,price\nA,Cola,3\n", "--dry-run") == (nothing(new=1), 0)
    assert not Item.objects.filter(name="Cola").exists()
    assert MenuVersion.objects.get(pk=house.restaurant.pk).version == before


@pytest.mark.parametrize(
    ("row", "column", "says"),
    [
        ("A,Soup,much", "price", "“much” is not a price."),
        ("A,Soup,1e3", "price", "“1e3” is not a price."),
        ("A,Soup,1_000", "price", "“1_000” is not a price."),
        ("A,Soup,NaN", "price", "“NaN” is not a price."),
        ("A,Soup,-1", "price", "“-1” is below zero."),
        ("A,Soup,2.345", "price", None),
        ("A,,2.00", "name", "The name is missing."),
        (",Soup,2.00", "category", "The category is missing."),
        (f"A,{'x' * 121},2.00", "name", None),
        (f"{'C' * 81},Soup,2.00", "category", None),
        ("A,  COLA ,2.00", "name", "“COLA” is also in row 2."),
    ],
)
def test_one_bad_row_and_nothing_is_written(house, run, row, column, says):
    before = MenuVersion.objects.get(pk=house.restaurant.pk).version
    answer, status = run(f"category,name,price\nA,Cola,3.50\n\n{row}\n")
    (problem,) = answer["errors"]
    assert status == 1
    assert (problem["row"], problem["column"]) == (4, column)
    assert problem["message"].endswith(".")
    assert says in (None, problem["message"])
    assert (answer["new"], answer["changed"], answer["unchanged"]) == (0, 0, 0)
    assert not Item.objects.filter(name="Cola").exists()
    assert not Category.objects.filter(name="A").exists()
    assert MenuVersion.objects.get(pk=house.restaurant.pk).version == before


@pytest.mark.parametrize(
    ("columns", "cell"),
    [("allergens", "dust"), ("diets", "paleo"), ("portions_left", "-1"), ("prep_minutes", "soon"),
     ("popular", "perhaps"), ("tax", "200"), ("options", "Side [3-1]: Fries"), ("options", "Side [0-1]: Fries; fries"),
     ("options", "Side: " + "x" * 33_000)],
)  # fmt: skip
def test_every_column_is_checked(run, columns, cell):
    answer, status = run(f"category,name,price,{columns}\nS,Soup,8.50,{cell}\n")
    assert [(each["row"], each["column"]) for each in answer["errors"]] == [(2, columns)]
    assert status == 1


def test_all_bad_rows_are_named_at_once(run):
    answer, _status = run("category,name,price\nA,Soup,much\nA,,2\nA,Tea,2\n")
    assert [(each["row"], each["column"]) for each in answer["errors"]] == [(2, "price"), (3, "name")]


def test_columns_are_mapped(house, run):
    text = "gruppe2;item;cost\nBier;Pils;3,90\n"
    assert run(text, "--map", "gruppe2=category,item=name,cost=price") == (nothing(new=1), 0)
    assert Item.objects.get(name="Pils").price == Decimal("3.90")
    answer, status = run(text, "--map", "item=name,cost=price")
    assert (answer["errors"][0]["row"], answer["errors"][0]["column"], status) == (1, "category", 1)
    answer, status = run(text, "--map", "price=cost")
    assert "no column “price”" in answer["errors"][0]["message"]
    assert status == 1


def test_a_file_without_categories_gets_one(house, run):
    assert run("name;price\nPils;3,90\n", "--category", "Beer") == (nothing(new=1), 0)
    assert Item.objects.get(name="Pils").category.name == "Beer"


def test_an_ambiguous_price_is_asked_for(house, run):
    text = "category,name,price\nA,Wine,1.234\n"
    answer, status = run(text)
    assert (answer["errors"][0]["row"], answer["errors"][0]["column"], status) == (2, "price", 1)
    assert not Item.objects.filter(name="Wine").exists()
    assert run(text, "--decimal", ",") == (nothing(new=1), 0)
    assert Item.objects.get(name="Wine").price == Decimal(1234)


def test_letters_of_windows(run):
    assert run("category;name;price\nGetränke;Kölsch;2,40\n".encode("cp1252")) == (nothing(new=1), 0)
    assert Item.objects.get(name="Kölsch").category.name == "Getränke"


def test_a_percent_cell_is_nineteen(house, run):
    data = workbook(["Menu"], ["category", "name", "price", "tax"], ["Drinks", "Cola", 3.5, 0.19], formats={"D3": "0%"})
    assert run(data, name="menu.xlsx") == (nothing(new=1), 0)


def test_a_file_that_is_no_menu_is_one_sentence(run):
    answer, status = run(b"%PDF-1.4")
    assert (answer, status) == (
        nothing(errors=[error(1, "", "This is a PDF. Save the table as .xlsx or as CSV.")]), 1,
    )  # fmt: skip


def test_without_json_people_read_sentences(house, tmp_path):
    file, out = tmp_path / "menu.csv", io.StringIO()
    file.write_text("category,name,price,x\nA,Tea,2.00,\nA,Soup,much,\n")
    with pytest.raises(SystemExit):
        call_command("import_menu", str(file), stdout=out)
    assert out.getvalue() == ("Row 3, price: “much” is not a price.\nIgnored columns: x.\nNothing was imported.\n")


def test_the_restaurant_is_needed_when_there_are_several(house, other_house, tmp_path):
    file = tmp_path / "menu.csv"
    file.write_text("category,name,price\nA,Cola,3\n")
    with pytest.raises(CommandError, match="several restaurants"):
        call_command("import_menu", str(file))
    for wrong, says in [("999999", "no restaurant 999999"), ("x", "neither an id nor a uid")]:
        with pytest.raises(CommandError, match=says):
            call_command("import_menu", str(file), "--restaurant", wrong)
    call_command("import_menu", str(file), "--restaurant", str(other_house.restaurant.uid), stdout=io.StringIO())
    assert [item.restaurant for item in Item.objects.filter(name="Cola")] == [other_house.restaurant]


def test_a_missing_file_is_a_sentence(house, tmp_path):
    with pytest.raises(CommandError, match="cannot be read: No such file"):
        call_command("import_menu", str(tmp_path / "menu.csv"))


def test_an_export_holds_our_dishes_and_runs_nothing(house, other_house):
    house.add_item(name="=1+1", description="@evil")
    house.add_item(name="'=quoted")
    text = exported(house)
    assert text.startswith("\ufeff")
    rows = {row["name"]: row for row in csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))}
    assert set(rows) == {house.item.name, "'=1+1", "''=quoted"}
    assert rows["'=1+1"]["description"] == "'@evil"
    assert rows[house.item.name]["price"] == "10.00"
    assert tuple(rows[house.item.name]) == COLUMNS


@pytest.mark.parametrize("name", ["menu.csv", "menu.xlsx"])
def test_an_export_comes_in_unchanged(house, run, tmp_path, name):
    for odd in ("=1+1", "'=quoted", "#N/A", "7-Up -1.50", "007", "1e3", "TRUE", "'s Gravenhage", "Süß; ”x”", "x\tabc"):
        house.add_item(name=odd, description=odd, price="1234.50")
    target = tmp_path / f"out-{name}"
    call_command("export_menu", str(target), "--restaurant", str(house.restaurant.pk))
    count = Item.objects.filter(restaurant=house.restaurant).count()
    assert run(target.read_bytes(), name=name) == (nothing(unchanged=count), 0)
    assert Item.objects.filter(restaurant=house.restaurant).count() == count


def test_a_choice_for_thousands_is_never_one_yen(house, run):
    """Yen have no decimals, so `+1,000` is a thousand; in euros it is a question."""
    text = 'category,name,price,options\nA,Ramen,900,"Topping: Wagyu +1,000"\n'
    answer, status = run(text)
    assert ([(each["row"], each["column"]) for each in answer["errors"]], status) == ([(2, "options")], 1)
    assert not Item.objects.filter(name="Ramen").exists()
    house.restaurant.currency = "JPY"
    house.restaurant.save()
    assert run(text) == (nothing(new=1), 0)
    assert Modifier.objects.get(name="Wagyu").price == 1000


def test_an_export_in_dinars_comes_in_unchanged(house, run):
    house.restaurant.currency = "KWD"
    house.restaurant.save()
    Item.objects.filter(pk=house.item.pk).update(price=Decimal("1.250"))
    text = exported(house)
    assert "1.250" in text
    assert run(text) == (nothing(unchanged=1), 0)


def test_other_formats_are_refused(house, tmp_path):
    with pytest.raises(CommandError, match=r"\.csv or \.xlsx"):
        call_command("export_menu", str(tmp_path / "menu.pdf"))


def test_a_workbook_never_cuts_a_text_off(house, run, tmp_path):
    group = ModifierGroupFactory(item=house.item)
    ModifierFactory.create_batch(450, group=group, name=Sequence("{:080}".format))
    with pytest.raises(CommandError, match="column options has more than 32,767 characters"):
        call_command("export_menu", str(tmp_path / "menu.xlsx"))
    assert not (tmp_path / "menu.xlsx").exists()
    assert run(exported(house)) == (nothing(unchanged=1), 0)


def test_queries_do_not_grow_with_the_menu(house, django_assert_max_num_queries):
    for number in range(30):
        house.add_item(name=f"Plate {number}")
    with django_assert_max_num_queries(12):
        exported(house)
