"""Names in every script: what the menu shows can be ordered, and the longest name fits once its case is folded."""

import csv
import io

import pytest
from django.apps import apps

from bistro.core.kernel.names import NameKeyField, name_key
from bistro.core.tests.http import refused
from kitchen.models import Station
from kitchen.tests.factories import StationFactory
from menu.files import services
from menu.models import Allergen, Category, Ingredient, Item, Modifier
from menu.tests.factories import (
    AllergenFactory,
    CategoryFactory,
    IngredientFactory,
    ItemFactory,
    ModifierFactory,
    ModifierGroupFactory,
)
from orders.api.fast_path import parse_pad_order
from orders.billing.models import HouseAccount
from orders.billing.tests.vouchers import account_of
from orders.models import Order
from tables.guests.models import Guest
from tables.guests.services import add_guest
from tables.models import Section, Table
from tables.tests.factories import SectionFactory, TableFactory

pytestmark = pytest.mark.django_db

NAMES = ["چلو\u200cکباب", "അവന\u0d4d\u200d", "👨\u200d👩\u200d👧 platter", "Crème brûlée", "北京烤鸭"]
INVISIBLE = "\u200b{}\u2069 "


@pytest.mark.parametrize("name", NAMES)
def test_the_menus_own_name_can_be_ordered(house, name):
    item = house.add_item(name=name)
    modifier = ModifierFactory(group=ModifierGroupFactory(item=item), name=name)
    house.table.name = name
    house.table.save()
    (dish,) = [
        row
        for category in house.api().get("/api/v1/menu").json()["categories"]
        for row in category["items"]
        if row["id"] == item.pk
    ]
    assert dish["name"] == name
    line = {"name": dish["name"], "quantity": 2, "modifiers": [dish["modifier_groups"][0]["modifiers"][0]["name"]]}
    body = {"table": name, "items": [{**line, "note": f"{name}!"}], "note": INVISIBLE.format(name)}
    assert parse_pad_order({**body, "note": ""}) is not None  # the fast path takes it
    placed = house.api().post("/api/order", body)
    assert placed.status_code == 201, placed.content
    assert placed.json()["table"] == name
    assert placed.json()["items"] == [{"name": name, "quantity": 2, "modifiers": [name], "note": f"{name}!"}]
    assert Order.objects.get().note == name
    assert Order.objects.get().lines.get().modifiers[0]["id"] == modifier.pk
    by_id = house.place(lines=[{"item": INVISIBLE.format(name), "quantity": 1, "modifiers": [name]}])
    assert by_id["lines"][0]["item"] == item.pk


def test_a_name_of_invisible_characters_is_no_name(house):
    for body in ({"item": "\u200b\u200d", "quantity": 1}, {"item": "\u2069", "quantity": 1}):
        refused(house.api().post("/api/v1/orders", {"lines": [body]}, key="k"), 422, "validation_error")
    assert Order.objects.count() == 0


def category(name):
    return {"name": name, "course": 1, "items-TOTAL_FORMS": 0, "items-INITIAL_FORMS": 0}


@pytest.mark.parametrize("name", NAMES)
def test_the_admin_keeps_joiners_and_drops_what_hides_text(house, name):
    owner = house.browser("owner")
    for typed in (name, f"\u202e\u200b{name}\u200b "):
        answer = owner.post("/admin/menu/category/add/", category(typed))
        if typed == name:
            assert answer.status_code == 302
    assert answer.status_code == 200  # the second is the same name
    assert "already in use" in answer.content.decode()
    assert [row.name for row in Category.objects.filter(name_key=name_key(name))] == [name]


def test_the_admin_refuses_a_name_that_nobody_can_see(house):
    answer = house.browser("owner").post("/admin/menu/category/add/", category("\u200b\u200d\u2069"))
    assert answer.context["adminform"].form.errors == {"name": ["This field is required."]}


def test_a_file_names_dishes_as_the_menu_does(house):
    known, actor = [house.add_item(name=name) for name in NAMES], house.actor("owner")
    out = io.StringIO()
    rows = [[house.category.name, f"\u200b{name}\u2069", "12.00"] for name in NAMES]
    csv.writer(out).writerows([("category", "name", "price"), *rows])
    file = services.upload_menu(data=out.getvalue().encode(), file_name="menu.csv", actor=actor)
    services.confirm_import(import_id=file.pk, actor=actor)
    services.run_import(import_id=file.pk)
    assert list(Item.objects.filter(pk__in=[item.pk for item in known]).values_list("name", flat=True)) == NAMES
    assert set(Item.objects.exclude(pk=house.item.pk).values_list("price", flat=True)) == {12}
    assert Item.objects.count() == len(NAMES) + 1


MAKERS = {
    Allergen: lambda house, name: AllergenFactory(restaurant=house.restaurant, name=name),
    Category: lambda house, name: CategoryFactory(restaurant=house.restaurant, name=name),
    Guest: lambda house, name: add_guest(fields={"name": name, "phone": "030 1234"}, actor=house.actor("manager")),
    HouseAccount: lambda house, name: account_of(house, name),
    Ingredient: lambda house, name: IngredientFactory(restaurant=house.restaurant, name=name),
    Item: lambda house, name: ItemFactory(category=house.category, name=name),
    Modifier: lambda house, name: ModifierFactory(group=ModifierGroupFactory(item=house.item), name=name),
    Section: lambda house, name: SectionFactory(restaurant=house.restaurant, name=name),
    Station: lambda house, name: StationFactory(restaurant=house.restaurant, name=name),
    Table: lambda house, name: TableFactory(section=house.table.section, name=name),
}


def test_every_compared_name_is_tried_below():
    keyed = {model for model in apps.get_models() if any(type(f) is NameKeyField for f in model._meta.concrete_fields)}
    assert {model for model in keyed if not model.__name__.startswith("Historical")} <= set(MAKERS)


@pytest.mark.parametrize("letter", ["ß", "ΐ", "\u0958", "\U0001d160"])
@pytest.mark.parametrize("model", MAKERS, ids=lambda model: model.__name__)
def test_the_longest_name_is_stored(house, other_house, model, letter):
    """PostgreSQL refuses what is longer than its column; SQLite does not."""
    name = letter * model._meta.get_field("name").max_length
    row = MAKERS[model](house, name)
    model._meta.get_field("name").clean(name, row)
    assert model.objects.get(pk=row.pk).name == name
    MAKERS[model](other_house, name)
    for field in model._meta.concrete_fields:
        if isinstance(field, NameKeyField):
            assert model.objects.get(pk=row.pk).name_key == name_key(name.upper() if letter == "ß" else name)


def test_a_dish_of_a_hundred_sharp_s_is_sold(house):
    name = "ß" * 100
    item = house.add_item(name=name)
    answer = house.browser("owner").post("/admin/menu/category/add/", category("ß" * 80))
    assert answer.status_code == 302
    placed = house.api().post("/api/order", {"table": house.table.name, "items": [{"name": name, "quantity": 1}]})
    assert placed.status_code == 201, placed.content
    assert Order.objects.get().lines.get().item_id == item.pk
    assert placed.json()["items"] == [{"name": name, "quantity": 1}]
