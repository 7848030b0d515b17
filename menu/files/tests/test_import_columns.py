"""The meaning of the columns of a file: what it has is taken, what it lacks stays."""

import csv
import io
import json
from datetime import date
from decimal import Decimal

import pytest

from bistro.core.models import Event
from bistro.core.tests.http import nothing_changes
from menu.compiled import current_menu
from menu.files.exporting import export_menu
from menu.files.meanings import FileSettings
from menu.files.services import import_file
from menu.files.tests.workbook_bytes import workbook
from menu.models import Category, Item, Modifier, ModifierGroup, Tax, TaxComponent
from menu.tests.factories import (
    ItemFactory,
    ModifierFactory,
    TaxComponentFactory,
    TaxFactory,
    state,
)

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]
WITH_TAXES = ("category", "name", "price", "tax", "tax_take_away")


def imported(house, *rows, columns=("category", "name", "price")):
    """Import rows and return the answer."""
    out = io.StringIO()
    csv.writer(out).writerows([columns, *rows])
    return import_file(data=out.getvalue().encode(), settings=FileSettings(), actor=house.actor("owner"))


def stated(item):
    return {row.allergen.code: row.level for row in item.statements.select_related("allergen")}


def test_a_changed_price_is_in_the_log(house):
    imported(house, [house.category.name, house.item.name, "11.00"])
    (logged,) = Event.objects.filter(restaurant=house.restaurant, type="configuration_updated")
    assert json.loads(logged.data)["changed"] == {"price": {"before": "10.00", "after": "11.00"}}


def test_a_column_that_the_file_lacks_stays_as_it_is(house):
    item = ItemFactory(category=house.category, name="Soup", description="Hot", prep_minutes=3)
    state(item, ["milk"], ["nuts"], ["eggs"])
    imported(house, [house.category.name, "Soup", "9"])
    item.refresh_from_db()
    assert (item.price, item.description, item.prep_minutes) == (Decimal("9.00"), "Hot", 3)
    assert stated(item) == {"milk": "contains", "nuts": "may_contain", "eggs": "free_of"}


def test_a_column_that_it_has_is_taken(house):
    item = ItemFactory(category=house.category, name="Soup", portions_left=4)
    state(item, ["milk"])
    columns = ("category", "name", "price", "allergens", "may_contain", "free_of", "portions_left", "options")
    options = "Size [1-1]: Small *; Large +1.50\nSauce: Pesto (contains nuts)"
    row = ["Hot", "Soup", "9,50", "Celery; nuts", "fish", "Eggs, lupin", "99", options]
    imported(house, row, columns=columns)
    item.refresh_from_db()
    assert (item.category.name, item.price) == ("Hot", Decimal("9.50"))
    assert stated(item) == {
        "celery": "contains", "nuts": "contains", "fish": "may_contain", "eggs": "free_of", "lupin": "free_of",
    }  # fmt: skip
    assert item.portions_left == 4, "what is left tonight is not in yesterday's file"
    groups = {g.name: (g.min, g.max) for g in ModifierGroup.objects.filter(item_groups__item=item)}
    assert groups == {"Size": (1, 1), "Sauce": (0, 1)}
    choices = {choice.name: choice for choice in Modifier.objects.filter(group__item_groups__item=item)}
    assert choices["Large"].price == Decimal("1.50")
    assert [name for name, choice in choices.items() if choice.is_default] == ["Small"]
    assert stated(choices["Pesto"]) == {"nuts": "contains"}


def test_a_workbook_comes_in_with_its_own_types(house):
    data = workbook(
        ["category", "name", "price", "prep_minutes", "popular"], ["Soups", "Onion Soup", 8.5, 7, True],
        ["Soups", "1664", 0.1 + 0.2, None, False], ["Soups", 7, 5, None, None],
    )  # fmt: skip
    import_file(data=data, settings=FileSettings(), actor=house.actor("owner"))
    item = Item.objects.get(name="Onion Soup")
    assert (item.price, item.prep_minutes, item.popular) == (Decimal("8.50"), 7, True)
    assert Item.objects.get(name="1664").price == Decimal("0.30")
    assert Item.objects.get(name="7").price == Decimal("5.00")


def test_a_choice_that_the_cell_lacks_is_archived(house):
    ModifierFactory(group__item=house.item, group__name="Side", name="Fries")
    ModifierFactory(group=ModifierGroup.objects.get(), name="Salad")
    columns = ("category", "name", "price", "options")
    imported(house, [house.category.name, house.item.name, "10", "Side [0-1]: Fries +1.50; Rice"], columns=columns)
    in_use = ModifierGroup.objects.get().modifiers.filter(archived_at=None)
    assert [(choice.name, choice.price) for choice in in_use] == [("Fries", Decimal("1.50")), ("Rice", Decimal(0))]


# --- taxes -----------------------------------------------------------------------------------------------------
def test_taxes_by_their_components(house):
    rows = (
        ["Food", "Poutine", "9.50", "GST 5 + QST 9,975", ""],
        ["Food", "Bento", "8", "10 %", "8"],
        ["Food", "Tap water", "0", "0", ""],
    )
    assert imported(house, *rows, columns=WITH_TAXES)["new"] == 3
    menu, day = current_menu(house.restaurant.pk), date(2026, 1, 1)
    taxes = {
        item.name: (item.taxes_for("dine_in", day), item.taxes_for("take_away", day)) for item in menu.by_id.values()
    }
    both = (("GST", 5), ("QST", Decimal("9.975")))
    assert taxes["Poutine"] == (both, both)
    assert taxes["Bento"] == ((("Tax", 10),), (("Tax", 8),))
    assert taxes["Tap water"] == ((), ())
    assert taxes[house.item.name][0] == (("Food", 10),), "the default of the house stays"


def test_a_percent_cell_is_the_tax_that_people_see(house):
    """Tax of 350.00 at 19 % inside is 55.88; read as 0.19 % it was 55.22 less."""
    data = workbook(["category", "name", "price", "tax"], ["Drinks", "Cola", 3.5, 0.19], formats={"D2": "0%"})
    import_file(data=data, settings=FileSettings(), actor=house.actor("owner"))
    cola = Item.objects.get(name="Cola")
    (component,) = current_menu(house.restaurant.pk).by_id[cola.pk].taxes_for("dine_in", date(2026, 1, 1))
    assert component[1] == 19


@pytest.mark.parametrize("cells", [["VAT", ""], ["GST 5 + GST 7", ""], ["", "8"], ["10", "much"], ["200", ""]])
def test_a_tax_that_cannot_be_read(house, cells):
    with nothing_changes():
        answer = imported(house, ["Food", "Soup", "5", *cells], columns=WITH_TAXES)
    assert [(each["row"], each["column"]) for each in answer["errors"]] == [(2, "tax")]


def test_an_exported_tax_comes_back_as_it_was(house):
    tax = TaxFactory(restaurant=house.restaurant, name="Mixed", percent=None, is_default=False)
    for kind, percent in (("", 19), ("take_away", 7)):
        TaxComponentFactory(tax=tax, percent=percent, order_kind=kind)
    TaxComponentFactory(tax=tax, percent=8, order_kind="take_away", valid_from=date(2100, 1, 1))
    house.item.tax = tax
    house.item.save()
    data = export_menu(house.actor("owner"), "csv")
    assert b"VAT 19,VAT 7," in data
    assert import_file(data=data, settings=FileSettings(), actor=house.actor("owner"))["unchanged"] == 1
    house.item.refresh_from_db()
    assert (house.item.tax, Tax.objects.filter(restaurant=house.restaurant).count()) == (tax, 2)


def test_a_category_gets_the_course_of_its_rows(house):
    columns, name = ("category", "course", "name", "price"), house.item.name
    soup, wine = ["Soups", "1", "Onion Soup", "5"], ["Wines", "", "Red", "6"]
    dish = [house.category.name, "3", name, "12.50"]
    answer = imported(house, soup, wine, dish, columns=columns)
    assert (answer["new"], answer["changed"], answer["errors"]) == (2, 1, [])
    courses = dict(Category.objects.filter(restaurant=house.restaurant).values_list("name", "course"))
    assert courses == {"Soups": 1, "Wines": 1, house.category.name: 3}
    (logged,) = Event.objects.filter(restaurant=house.restaurant, type="configuration_updated", data__contains="course")
    assert json.loads(logged.data)["changed"] == {"course": {"before": 1, "after": 3}}
    again = imported(house, soup, wine, [house.category.name, "", name, "12.50"], columns=columns)
    assert (again["new"], again["changed"], again["unchanged"]) == (0, 0, 3)
    assert current_menu(house.restaurant.pk).by_id[house.item.pk].course == 3


@pytest.mark.parametrize(
    ("courses", "row", "says"),
    [(("1", "2"), 3, "“Soups” has the course 1 in row 2."), (("", "first"), 3, "“first” is not a whole number")],
)
def test_a_course_that_is_none_or_another_in_each_row_is_refused(house, courses, row, says):
    rows = [["Soups", course, f"Soup {place}", "5"] for place, course in enumerate(courses)]
    house.actor("owner")
    with nothing_changes():
        answer = imported(house, *rows, columns=("category", "course", "name", "price"))
    (error,) = answer["errors"]
    assert (error["row"], error["column"]) == (row, "course")
    assert says in error["message"]


def tax_of(name):
    return Item.objects.get(name=name).tax


def named_tax(house, name, percent):
    tax = Tax.objects.create(restaurant=house.restaurant, name=name)
    TaxComponent.objects.create(restaurant=house.restaurant, tax=tax, name="MwSt", percent=Decimal(percent))
    return tax


def test_a_rate_without_a_name_means_the_tax_of_that_rate(house):
    Tax.objects.of_restaurant(house.restaurant.pk).delete()
    seven, nineteen = named_tax(house, "Reduced", "7"), named_tax(house, "Full", "19")
    rows = [("A", "Tea", "2", "7 %"), ("A", "Wine", "5", "19"), ("A", "Cake", "4", "MwSt 7")]
    assert imported(house, *rows, columns=("category", "name", "price", "tax"))["errors"] == []
    assert [tax_of(name) for name in ("Tea", "Wine", "Cake")] == [seven, nineteen, seven]
    assert Tax.objects.count() == 2


def test_a_rate_of_several_taxes_is_a_tax_of_its_own(house):
    """Nothing decides between two names for 7 %, and another named tax is another tax."""
    Tax.objects.of_restaurant(house.restaurant.pk).delete()
    named_tax(house, "Reduced", "7")
    named_tax(house, "Books", "7")
    rows = [("A", "Tea", "2", "7"), ("A", "Cake", "4", "VAT 7")]
    assert imported(house, *rows, columns=("category", "name", "price", "tax"))["errors"] == []
    assert {tax_of("Tea").name, tax_of("Cake").name} == {"7 %", "VAT 7 %"}


def test_letters_of_taxes_are_refused_with_the_way_out(house):
    with nothing_changes():
        answer = imported(house, ("A", "Tea", "2", "B"), columns=("category", "name", "price", "tax"))
    (error,) = answer["errors"]
    assert error["column"] == "tax"
    assert "the preview asks what they mean" in error["message"]


@pytest.mark.parametrize(
    ("cell", "course"), [("2", 2), ("2. Gang", 2), ("Course 3", 3), ("Vorspeise", 1), ("Hauptgang", 2), ("Dessert", 3)]
)
def test_a_course_is_a_number_or_a_name(house, cell, course):
    columns = ("category", "name", "price", "Gang")
    assert imported(house, ("A", "Tea", "2", cell), columns=columns)["errors"] == []
    assert Category.objects.get(name="A").course == course


def test_an_unknown_course_is_refused(house):
    with nothing_changes():
        answer = imported(house, ("A", "Tea", "2", "soon"), columns=("category", "name", "price", "course"))
    assert [error["column"] for error in answer["errors"]] == ["course"]
