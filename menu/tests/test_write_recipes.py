"""The service `write_recipes`: rows by name, refusal as a whole, audit trail, nothing for pads."""

import json
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from bistro.core.kernel.errors import InvalidInput, NotPermitted
from bistro.core.models import Event
from bistro.core.tests.http import nothing_changes
from menu.compiled import current_menu
from menu.imported import ImportedPart, ImportedRecipe
from menu.models import Ingredient, MenuVersion, RecipePart
from menu.recipes import recipes_for
from menu.services import write_recipes
from menu.tests.factories import IngredientFactory, ItemGroupFactory, ModifierFactory, ModifierGroupFactory

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]
BUN, SAUCE = ImportedPart("Bun", Decimal(1)), ImportedPart("House sauce", Decimal("12.5"), "ml")


@pytest.fixture
def manager(house):
    return house.actor("manager")


@pytest.fixture
def choice(house):
    return ModifierFactory(group=ModifierGroupFactory(item=house.item), name="No bun")


def write(actor, *recipes):
    return write_recipes(recipes=recipes, actor=actor)


def parts(**owner):
    rows = RecipePart.objects.filter(**owner).select_related("ingredient").order_by("ingredient__name")
    return [(row.ingredient.name, row.ingredient.unit, row.quantity) for row in rows]


def test_a_dish_and_a_choice(house, other_house, manager, choice):
    version = MenuVersion.objects.get(pk=house.restaurant.pk).version
    name = house.item.name
    minus = ImportedPart(" BUN ", Decimal(-1))
    assert write(manager, ImportedRecipe(name.upper(), (BUN, SAUCE)), ImportedRecipe(name, (minus,), "no bun")) == 2
    assert parts(item=house.item) == [("Bun", "piece", Decimal(1)), ("House sauce", "ml", Decimal("12.5"))]
    assert parts(modifier=choice) == [("Bun", "piece", Decimal(-1))]
    assert Ingredient.objects.filter(restaurant=house.restaurant).count() == 2
    assert MenuVersion.objects.get(pk=house.restaurant.pk).version == version + 1
    assert not Ingredient.objects.filter(restaurant=other_house.restaurant).exists()
    sauce = Ingredient.objects.get(name="House sauce").pk
    assert recipes_for(current_menu(house.restaurant.pk)).portion(house.item.pk, [choice.pk]) == {
        sauce: Decimal("12.5")
    }
    assert not recipes_for(current_menu(other_house.restaurant.pk))


def test_a_choice_of_several_dishes_has_one_recipe(house, manager, choice):
    name, other = house.item.name, house.add_item(name="Toast")
    ItemGroupFactory(item=other, group=choice.group)
    same = (ImportedPart("Bun", Decimal(1)),)
    assert write(manager, ImportedRecipe(name, same, "no bun"), ImportedRecipe("Toast", same, "no bun")) == 1
    assert parts(modifier=choice) == [("Bun", "piece", Decimal(1))]
    with nothing_changes(), pytest.raises(InvalidInput) as caught:
        write(manager, ImportedRecipe(name, same, "no bun"), ImportedRecipe("Toast", (SAUCE,), "no bun"))
    assert list(caught.value.fields) == ["Toast: no bun"]


def test_again_it_replaces_and_leaves_the_rest(house, manager, choice):
    name = house.item.name
    write(manager, ImportedRecipe(name, (BUN, SAUCE)), ImportedRecipe(name, (BUN,), "No bun"))
    assert write(manager, ImportedRecipe(name, (BUN, SAUCE))) == 0
    bun = RecipePart.objects.get(item=house.item, ingredient__name="Bun")
    assert (
        write(manager, ImportedRecipe(name, (ImportedPart("Bun", Decimal(2)), ImportedPart("Salt", Decimal(3), "g"))))
        == 1
    )
    assert parts(item=house.item) == [("Bun", "piece", Decimal(2)), ("Salt", "g", Decimal(3))]
    assert parts(modifier=choice) == [("Bun", "piece", Decimal(1))]
    assert [row.quantity for row in bun.history.all()] == [Decimal(2), Decimal(1)]
    assert write(manager, ImportedRecipe(name, ())) == 1
    assert parts(item=house.item) == []
    assert {row.name for row in Ingredient.objects.all()} == {"Bun", "House sauce", "Salt"}


def test_the_audit_trail_tells_all_and_pads_learn_nothing(house, manager):
    write(manager, ImportedRecipe(house.item.name, (BUN,)))
    write(manager, ImportedRecipe(house.item.name, (SAUCE,)))
    changes = Event.objects.filter(type="configuration_updated", subject=f"item:{house.item.pk}").order_by("seq")
    assert [json.loads(event.data)["changed"]["recipe"] for event in changes] == [
        {"before": [], "after": ["1 Bun"]},
        {"before": ["1 Bun"], "after": ["12.5 ml House sauce"]},
    ]
    assert Event.objects.filter(type="configuration_updated", subject__startswith="ingredient:").count() == 2
    public = [event.data for event in Event.objects.filter(type="menu_updated")]
    assert len(public) == 2
    assert not any("Bun" in data or "sauce" in data for data in public)
    menu = house.api().get("/api/v1/menu").content.decode()
    assert "Bun" not in menu
    assert "recipe" not in menu


@pytest.mark.parametrize(
    ("dish", "modifier", "wrong"),
    [
        ("Nonsense", "", [BUN]),
        (None, "Nonsense", [BUN]),
        (None, "", [BUN, ImportedPart("bun", Decimal(2))]),
        (None, "", [ImportedPart("Bun", Decimal(0))]),
        (None, "", [ImportedPart("Bun", Decimal(-1))]),
        (None, "No bun", [ImportedPart("Bun", Decimal(0))]),
        (None, "", [ImportedPart("Bun", Decimal(1), "g")]),
        (None, "", [ImportedPart("Water", Decimal(1), "cup")]),
        (None, "", [ImportedPart("Water", Decimal("0.0001"), "ml")]),
        (None, "", [ImportedPart("Water", Decimal(10) ** 7, "ml")]),
        (None, "", [ImportedPart("", Decimal(1))]),
        (None, "", [ImportedPart("x" * 81, Decimal(1))]),
    ],
)
def test_what_is_wrong_is_refused_whole(house, manager, choice, dish, modifier, wrong):
    IngredientFactory(restaurant=house.restaurant, name="Bun")
    soup = house.add_item(name="Soup")
    named = dish or house.item.name
    with nothing_changes(), pytest.raises(InvalidInput) as caught:
        write(manager, ImportedRecipe(soup.name, (BUN,)), ImportedRecipe(named, tuple(wrong), modifier))
    assert caught.value.code == "validation_error"
    assert list(caught.value.fields) == [f"{named}: {modifier}" if modifier else named]
    assert not RecipePart.objects.exists()


def test_another_restaurants_dish_is_not_on_the_menu(house, other_house, manager):
    theirs = other_house.add_item(name="Secret")
    IngredientFactory(restaurant=other_house.restaurant, name="Bun", unit="g")
    with nothing_changes(), pytest.raises(InvalidInput):
        write(manager, ImportedRecipe(theirs.name, (BUN,)))
    write(manager, ImportedRecipe(house.item.name, (BUN,)))
    assert parts(item=house.item) == [("Bun", "piece", Decimal(1))]


@pytest.mark.parametrize("role", ["waiter", "host", "kitchen", "cashier", "pad", "screen", "integration"])
def test_only_managers_write_recipes(house, role):
    actor = house.pad_actor if role == "pad" else house.actor(role)
    with nothing_changes(), pytest.raises(NotPermitted):
        write(actor, ImportedRecipe(house.item.name, (BUN,)))


# --- constraints of the database --------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "wrong",
    [
        {"quantity": 0},
        {"quantity": -1},
        {"modifier": True},
        {"item": None},
        {"item": None, "modifier": True, "quantity": 0},
    ],
)
def test_no_row_is_nonsense(house, choice, wrong):
    mine = {"restaurant": house.restaurant, "ingredient": IngredientFactory(restaurant=house.restaurant)}
    row = mine | {"item": house.item, "quantity": 1} | wrong
    if row.get("modifier"):
        row["modifier"] = choice
    with pytest.raises(IntegrityError), transaction.atomic():
        RecipePart.objects.create(**row)


def test_an_ingredient_stands_once_in_a_recipe_and_once_in_a_restaurant(house, other_house, choice):
    bun = IngredientFactory(restaurant=house.restaurant, name="Bun")
    mine = {"restaurant": house.restaurant, "ingredient": bun}
    for owner in ({"item": house.item}, {"modifier": choice}):
        RecipePart.objects.create(quantity=1, **mine, **owner)
        with pytest.raises(IntegrityError), transaction.atomic():
            RecipePart.objects.create(quantity=2, **mine, **owner)
    with pytest.raises(IntegrityError), transaction.atomic():
        IngredientFactory(restaurant=house.restaurant, name=" BUN")
    with pytest.raises(IntegrityError), transaction.atomic():
        IngredientFactory(restaurant=house.restaurant, name="Salt", unit="cup")
    IngredientFactory(restaurant=other_house.restaurant, name="Bun")
    Ingredient.objects.filter(pk=bun.pk).update(archived_at="2026-01-01T00:00Z")
    IngredientFactory(restaurant=house.restaurant, name="bun")
