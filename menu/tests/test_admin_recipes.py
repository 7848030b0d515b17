"""Admin pages of ingredients and recipes."""

import json
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bistro.core.models import Event
from menu.compiled import current_menu
from menu.models import Ingredient, MenuVersion, RecipePart
from menu.recipes import recipes_for
from menu.tests.factories import IngredientFactory, ModifierFactory, ModifierGroupFactory, RecipePartFactory

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]
INGREDIENTS = "/admin/menu/ingredient/"


@pytest.fixture
def owner(house):
    return house.browser("owner")


@pytest.fixture
def patty(house):
    return IngredientFactory(restaurant=house.restaurant, name="Patty")


@pytest.fixture
def choice(house):
    return ModifierFactory(group=ModifierGroupFactory(item=house.item), name="Second patty")


def recipe(*rows, initial=0):
    data = {"recipe-TOTAL_FORMS": len(rows), "recipe-INITIAL_FORMS": initial}
    for place, row in enumerate(rows):
        data |= {f"recipe-{place}-{name}": value for name, value in row.items()}
    return data


def save_dish(house, owner, *rows, initial=0):
    """Save the page of the house's dish with this recipe."""
    item = house.item
    fields = {"name": item.name, "category": item.category_id, "price": item.price, "prep_minutes": item.prep_minutes}
    groups = {"item_groups-TOTAL_FORMS": 0, "item_groups-INITIAL_FORMS": 0}
    return owner.post(f"/admin/menu/item/{item.pk}/change/", fields | groups | recipe(*rows, initial=initial))


def problems(answer):
    """Return the page's errors of the recipe rows."""
    assert answer.status_code == 200
    (formset,) = (each for each in answer.context["inline_admin_formsets"] if each.opts.model is RecipePart)
    said = [message for errors in formset.formset.errors for messages in errors.values() for message in messages]
    return [*said, *formset.formset.non_form_errors()]


def version(house):
    return MenuVersion.objects.get(pk=house.restaurant.pk).version


def told(house, type_):
    return [json.loads(e.data) for e in Event.objects.filter(restaurant=house.restaurant, type=type_).order_by("seq")]


def test_a_new_ingredient(house, other_house, owner):
    IngredientFactory(restaurant=other_house.restaurant, name="Beef patty")
    before = version(house)
    answer = owner.post(f"{INGREDIENTS}add/", {"name": "Beef patty", "unit": "g", **recipe_parts()})
    assert answer.status_code == 302
    row = Ingredient.objects.get(restaurant=house.restaurant)
    assert (row.name, row.name_key, row.unit) == ("Beef patty", "beef patty", "g")
    assert version(house) == before + 1
    (logged,) = told(house, "configuration_updated")
    assert (logged["what"], logged["name"], logged["changed"]["unit"]["after"]) == ("ingredient", "Beef patty", "g")
    assert row.history.get().history_user == house.staff("owner")
    answer = owner.post(f"{INGREDIENTS}add/", {"name": " beef  PATTY ", "unit": "piece", **recipe_parts()})
    assert answer.context["adminform"].form.errors["name"] == ["This name is already in use."]


def recipe_parts():
    return {"recipe_parts-TOTAL_FORMS": 0, "recipe_parts-INITIAL_FORMS": 0}


def test_an_unknown_unit_is_refused(house, owner):
    answer = owner.post(f"{INGREDIENTS}add/", {"name": "Beef", "unit": "stone", **recipe_parts()})
    assert "unit" in answer.context["adminform"].form.errors
    assert not Ingredient.objects.exists()


def test_the_recipe_of_a_dish(house, owner, patty):
    before = version(house)
    answer = save_dish(house, owner, {"ingredient": patty.pk, "quantity": "2"})
    assert answer.status_code == 302
    part = RecipePart.objects.get()
    assert (part.restaurant, part.item, part.modifier) == (house.restaurant, house.item, None)
    assert version(house) == before + 1
    assert recipes_for(current_menu(house.restaurant.pk)).items == {house.item.pk: {patty.pk: Decimal(2)}}
    (logged,) = told(house, "configuration_updated")
    assert (logged["name"], logged["changed"]["ingredient"]["after"]) == (f"recipe of {house.item.name}", "Patty")
    assert logged["changed"]["quantity"]["after"] == "2"

    row = {"id": part.pk, "ingredient": patty.pk, "quantity": "0.125"}
    assert save_dish(house, owner, row, initial=1).status_code == 302
    part.refresh_from_db()
    assert part.quantity == Decimal("0.125")
    assert [row.quantity for row in part.history.all()] == [Decimal("0.125"), 2]
    assert told(house, "configuration_updated")[-1]["changed"] == {"quantity": {"before": "2", "after": "0.125"}}
    assert save_dish(house, owner, row | {"DELETE": "on"}, initial=1).status_code == 302
    assert not RecipePart.objects.exists()
    assert [event["name"] for event in told(house, "configuration_updated")] == [f"recipe of {house.item.name}"] * 3
    assert not recipes_for(current_menu(house.restaurant.pk))


def test_the_recipe_of_a_choice_may_take_away(house, owner, patty, choice):
    group = owner.get(f"/admin/menu/modifiergroup/{choice.group_id}/change/").content.decode()
    page = f"/admin/menu/modifier/{choice.pk}/change/"
    assert page in group
    assert owner.post(page, recipe({"ingredient": patty.pk, "quantity": "-1.5"})).status_code == 302
    part = RecipePart.objects.get()
    assert (part.item, part.modifier, part.quantity) == (None, choice, Decimal("-1.5"))
    assert part.restaurant == house.restaurant
    assert "-1.5 Patty" in owner.get(f"/admin/menu/modifiergroup/{choice.group_id}/change/").content.decode()
    choice.refresh_from_db()
    assert (choice.name, choice.archived_at) == ("Second patty", None)


@pytest.mark.parametrize("quantity", ["0", "-1", "", "many", "1e9", "0.0001"])
def test_a_dish_needs_more_than_nothing(house, owner, patty, quantity):
    before = version(house)
    assert problems(save_dish(house, owner, {"ingredient": patty.pk, "quantity": quantity}))
    assert not RecipePart.objects.exists()
    assert version(house) == before


def test_a_choice_that_changes_nothing_is_refused(house, owner, patty, choice):
    path = f"/admin/menu/modifier/{choice.pk}/change/"
    assert problems(owner.post(path, recipe({"ingredient": patty.pk, "quantity": "0"}))) == [
        "Must be more than 0. Only a choice may be negative, as in −1."
    ]
    assert not RecipePart.objects.exists()


def test_an_ingredient_stands_once_in_a_recipe(house, owner, patty):
    row = {"ingredient": patty.pk, "quantity": "2"}
    assert problems(save_dish(house, owner, row, row))
    assert not RecipePart.objects.exists()
    part = RecipePartFactory(item=house.item, ingredient=patty)
    kept = {"id": part.pk, "ingredient": patty.pk, "quantity": "1"}
    assert problems(save_dish(house, owner, kept, row, initial=1))
    assert RecipePart.objects.count() == 1


def test_only_own_ingredients_in_use_can_be_chosen(house, other_house, owner, patty):
    gone = IngredientFactory(restaurant=house.restaurant, archived_at="2026-01-01T00:00Z")
    theirs = IngredientFactory(restaurant=other_house.restaurant, name="Theirs")
    page = owner.get(f"/admin/menu/item/{house.item.pk}/change/")
    (formset,) = (each for each in page.context["inline_admin_formsets"] if each.opts.model is RecipePart)
    assert list(formset.formset.empty_form.fields["ingredient"].choices) == [("", "–"), (patty.pk, "Patty (pieces)")]
    for row in (gone, theirs):
        assert problems(save_dish(house, owner, {"ingredient": row.pk, "quantity": "1"}))
    assert not RecipePart.objects.exists()


def test_another_restaurants_recipes_are_out_of_reach(house, other_house, owner):
    theirs = ModifierFactory(group=ModifierGroupFactory(item=other_house.item))
    part = RecipePartFactory(modifier=theirs)
    for path in (f"{INGREDIENTS}{part.ingredient_id}/change/", f"/admin/menu/modifier/{theirs.pk}/change/"):
        for ask in (owner.get, owner.post):
            answer = ask(path)
            assert (answer.status_code, answer.url) == (302, "/admin/")
    mine = IngredientFactory(restaurant=house.restaurant)
    row = {"id": part.pk, "ingredient": mine.pk, "quantity": "9"}
    save_dish(house, owner, row, initial=1)
    part.refresh_from_db()
    assert (part.quantity, part.modifier) == (1, theirs)


def test_archive_and_bring_back(house, owner, patty):
    RecipePartFactory(item=house.item, ingredient=patty)
    owner.post(INGREDIENTS, {"action": "archive_chosen", "_selected_action": [patty.pk]})
    patty.refresh_from_db()
    assert patty.archived_at is not None
    assert not recipes_for(current_menu(house.restaurant.pk))
    assert owner.post(f"{INGREDIENTS}{patty.pk}/delete/", {"post": "yes"}).status_code == 403
    owner.post(f"{INGREDIENTS}?state=all", {"action": "bring_back_chosen", "_selected_action": [patty.pk]})
    assert recipes_for(current_menu(house.restaurant.pk)).items == {house.item.pk: {patty.pk: Decimal(1)}}


def test_an_ingredients_page_says_where_it_goes(house, owner, patty, choice):
    RecipePartFactory(item=house.item, ingredient=patty, quantity=2)
    RecipePartFactory(modifier=choice, ingredient=patty)
    page = owner.get(f"{INGREDIENTS}{patty.pk}/change/").content.decode()
    assert f"/admin/menu/item/{house.item.pk}/change/" in page
    assert f"{choice.group}: Second patty" in page
    assert "2 Patty" in page


def test_pads_learn_that_the_menu_changed_and_no_more(house, owner, patty, choice):
    save_dish(house, owner, {"ingredient": patty.pk, "quantity": "2"})
    owner.post(f"/admin/menu/modifier/{choice.pk}/change/", recipe({"ingredient": patty.pk, "quantity": "1"}))
    owner.post(f"{INGREDIENTS}{patty.pk}/change/", {"name": "Wagyu patty", "unit": "piece", **recipe_parts()})
    owner.post(INGREDIENTS, {"action": "archive_chosen", "_selected_action": [patty.pk]})
    public = [event["what"] for event in told(house, "menu_updated")]
    assert public == [
        f"recipe of {house.item.name}", "recipe of Second patty", "ingredients", "ingredients"
    ]  # fmt: skip
    assert "Wagyu" not in house.api().get("/api/v1/menu").content.decode()


def test_a_spreadsheet_leaves_recipes_alone(house, owner, patty):
    from menu.imported import ImportedCategory, ImportedItem
    from menu.services import import_menu

    part = RecipePartFactory(item=house.item, ingredient=patty)
    again = ImportedCategory(house.category.name, (ImportedItem(house.item.name, Decimal("12.00")),))
    import_menu(categories=[again], actor=house.actor("manager"))
    house.item.refresh_from_db()
    assert house.item.price == 12
    assert list(RecipePart.objects.values_list("pk", "quantity")) == [(part.pk, Decimal(1))]


def test_a_long_recipe_costs_no_more_queries(house, owner, choice):
    def cost(path):
        owner.get(path)
        with CaptureQueriesContext(connection) as asked:
            assert owner.get(path).status_code == 200
        return len(asked)

    paths = [
        f"/admin/menu/item/{house.item.pk}/change/",
        f"/admin/menu/modifier/{choice.pk}/change/",
        f"/admin/menu/modifiergroup/{choice.group_id}/change/",
    ]
    for owner_of in ({"item": house.item}, {"modifier": choice}):
        RecipePartFactory.create_batch(2, **owner_of)
    short = [cost(path) for path in paths]
    for owner_of in ({"item": house.item}, {"modifier": choice}):
        RecipePartFactory.create_batch(5, **owner_of)
    assert [cost(path) for path in paths] == short


@pytest.mark.parametrize("used", [True, False])
def test_the_unit_of_what_recipes_use_stays(house, owner, patty, used):
    if used:
        RecipePartFactory(item=house.item, ingredient=patty)
    empty = {"recipe_parts-TOTAL_FORMS": 0, "recipe_parts-INITIAL_FORMS": 0}
    answer = owner.post(f"{INGREDIENTS}{patty.pk}/change/", {"name": "Patty", "unit": "g"} | empty)
    assert answer.status_code == 302
    patty.refresh_from_db()
    assert patty.unit == ("piece" if used else "g")
