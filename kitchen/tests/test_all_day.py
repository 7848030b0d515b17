"""The all-day list: the number of each dish still to be made, and the quantities of ingredients."""

import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kitchen.models import ModifierRoute, Route
from kitchen.tests.factories import StationFactory
from kitchen.wall.all_day import Ingredients, Needed
from kitchen.wall.board import read_board
from menu.compiled import forget
from menu.imported import ImportedPart, ImportedRecipe
from menu.models import Ingredient, Item
from menu.services import write_recipes
from menu.tests.factories import ModifierFactory, ModifierGroupFactory

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]


def recipe(house, dish, modifier="", **parts):
    """Set the recipe of a dish or of its choice; `bun=1`, `sauce="20 ml"`."""
    rows = []
    for name, said in parts.items():
        quantity, _, unit = str(said).partition(" ")
        rows.append(ImportedPart(name, Decimal(quantity), unit or "piece"))
    write_recipes(recipes=[ImportedRecipe(dish.name, tuple(rows), modifier)], actor=house.actor("manager"))


@pytest.fixture
def grill(house):
    """Return a double cheeseburger with the choices "without cheese" and "with fries"."""
    house.burger = house.add_item(name="Double cheeseburger")
    group = ModifierGroupFactory(item=house.burger, max=3)
    for name in ("No cheese", "With fries", "Third patty"):
        setattr(house, name.split()[1], ModifierFactory(group=group, name=name))
    recipe(house, house.burger, patty=2, bun=1, cheese=2, sauce="20 ml")
    recipe(house, house.burger, "No cheese", cheese=-5)
    recipe(house, house.burger, "With fries", potato="150 g")
    recipe(house, house.burger, "Third patty", patty=1)
    return house


def place(house, quantity, *modifiers, item=None, **more):
    line = {"item": (item or house.burger).pk, "quantity": quantity, "modifiers": [row.pk for row in modifiers]}
    return house.place("waiter", lines=[line | more.pop("line", {})], **more)


def board(house, station=None):
    return read_board(house.actor("kitchen"), station.pk if station else None)


def counted(house, station=None):
    """Return {ingredient: amount} of a wall."""
    return {row.name: row.amount for row in board(house, station).ingredients.needed}


def act(house, order, what, **body):
    (ticket,) = house.tickets(order)
    return house.done(house.api("kitchen").post(f"/api/v1/tickets/{ticket['id']}/{what}", body or None))


# --- counted dishes --------------------------------------------------------------------------------------------------
def test_five_double_cheeseburgers_are_ten_patties(grill):
    place(grill, 3)
    place(grill, 2)
    assert board(grill).ingredients == Ingredients(
        [Needed("cheese", "10"), Needed("patty", "10"), Needed("bun", "5"), Needed("sauce", "100 ml")], 0
    )


def test_a_choice_adds_and_takes_away_never_more_than_there_is(grill):
    place(grill, 4, grill.fries, grill.patty)
    place(grill, 1, grill.cheese)
    assert counted(grill) == {"patty": "14", "cheese": "8", "bun": "5", "sauce": "100 ml", "potato": "600 g"}


def test_taking_away_from_one_dish_takes_nothing_from_another(grill):
    bare = grill.add_item(name="Bare burger")
    without = ModifierFactory(group=ModifierGroupFactory(item=bare), name="No cheese")
    recipe(grill, bare, patty=1)
    recipe(grill, bare, "No cheese", cheese=-2)
    place(grill, 1)
    place(grill, 3, without, item=bare)
    assert counted(grill) == {"patty": "5", "cheese": "2", "bun": "1", "sauce": "20 ml"}


def test_amounts_as_people_say_them(grill):
    recipe(grill, grill.item, bun="0.5", potato="333.333 g", broth="250 ml")
    place(grill, 3, item=grill.item)
    assert counted(grill) == {"bun": "1.5", "potato": "999.999 g", "broth": "750 ml"}
    place(grill, 7, item=grill.item)
    assert counted(grill) == {"bun": "5", "potato": "3.33 kg", "broth": "2.5 l"}


def test_dishes_without_a_recipe_are_said_not_guessed(grill):
    soup = grill.add_item(name="Soup")
    extra = ModifierFactory(group=ModifierGroupFactory(item=soup), name="Croutons")
    recipe(grill, soup, "Croutons", croutons="10 g")
    place(grill, 1)
    place(grill, 2, item=grill.item)
    place(grill, 1, extra, item=soup)
    shown = board(grill).ingredients
    assert (shown.without, shown.needed[-2]) == (3, Needed("croutons", "10 g"))


def test_what_is_done_is_made_and_a_recall_brings_it_back(grill):
    order = place(grill, 2)
    assert counted(grill)["patty"] == "4"
    act(grill, order, "bump")
    assert counted(grill) == {}
    act(grill, order, "recall")
    assert counted(grill)["patty"] == "4"


def test_a_line_that_is_done_alone(grill):
    other = grill.add_item(name="Toast")
    recipe(grill, other, bread=2)
    order = grill.place("waiter", lines=[{"item": row.pk, "quantity": 1} for row in (grill.burger, other)])
    (ticket,) = grill.tickets(order)
    grill.done(grill.api("kitchen").post(f"/api/v1/ticket-lines/{ticket['lines'][0]['id']}/bump"))
    assert counted(grill) == {"bread": "2"}


def test_a_ticket_on_hold_is_not_counted(grill):
    order = place(grill, 2)
    act(grill, order, "hold")
    assert counted(grill) == {}
    act(grill, order, "release")
    assert counted(grill)["patty"] == "4"


def test_a_course_that_waits_is_counted_once_it_is_fired(grill):
    grill.hold_courses()
    burger = {"item": grill.burger.pk, "quantity": 1}
    order = grill.place("waiter", lines=[burger | {"course": 1}, burger | {"course": 2, "quantity": 3}])
    assert counted(grill)["patty"] == "2"
    grill.done(grill.api("waiter").post(f"/api/v1/orders/{order['id']}/fire", {"course": 2}))
    assert counted(grill)["patty"] == "8"


@pytest.mark.parametrize("seen", [True, False])
def test_an_edit_and_a_void_count_at_once(grill, seen):
    order = grill.place("waiter", lines=[{"item": grill.burger.pk, "quantity": 1}] * 2)
    path = f"/api/v1/orders/{order['id']}"
    if seen:
        grill.done(grill.api("waiter").post(f"{path}/confirm"))
    first, second = ({"id": line["id"], "item": grill.burger.pk} for line in order["lines"])
    changed = [first | {"quantity": 4, "modifiers": [grill.patty.pk]}, second | {"quantity": 1}]
    grill.done(grill.api("waiter").put(path, {"lines": changed}))
    assert counted(grill)["patty"] == "14"
    grill.done(grill.api("waiter").put(path, {"lines": changed[1:]}))
    assert counted(grill)["patty"] == "2"
    grill.done(grill.api("waiter").post(f"{path}/cancel", {"reason": "Left"}))
    assert counted(grill) == {}


def test_a_dish_off_the_menu_is_still_cooked_from_its_recipe(grill):
    place(grill, 2)
    Item.objects.filter(pk=grill.burger.pk).update(off_since="2026-01-01T00:00Z", archived_at="2026-01-01T00:00Z")
    forget()
    assert counted(grill)["patty"] == "4"


def test_a_new_recipe_counts_at_once_for_what_is_open(grill):
    place(grill, 2)
    recipe(grill, grill.burger, patty=3)
    assert counted(grill) == {"patty": "6"}


def test_an_archived_ingredient_is_in_no_recipe(grill):
    place(grill, 1)
    Ingredient.objects.filter(name__in=("cheese", "bun", "sauce")).update(archived_at="2026-01-01T00:00Z")
    forget()
    assert counted(grill) == {"patty": "2"}


# --- stations --------------------------------------------------------------------------------------------------------
@pytest.fixture
def fryer(grill):
    """Route the burger's fries to a station of their own."""
    station = StationFactory(restaurant=grill.restaurant, name="Fryer")
    ModifierRoute.objects.create(restaurant=grill.restaurant, station=station, modifier=grill.fries)
    forget()
    return station


def test_a_choice_with_a_route_is_counted_where_it_is_made(grill, fryer):
    order = place(grill, 2, grill.fries, grill.patty)
    place(grill, 1)
    assert counted(grill, fryer) == {"potato": "300 g"}
    assert counted(grill, grill.station) == {"patty": "8", "cheese": "6", "bun": "3", "sauce": "60 ml"}
    assert board(grill, fryer).ingredients.without == 0
    for ticket in grill.tickets(order):
        if ticket["station"] == fryer.pk:
            grill.done(grill.api("kitchen").post(f"/api/v1/tickets/{ticket['id']}/bump"))
    assert counted(grill, fryer) == {}
    assert counted(grill, grill.station)["patty"] == "8"


def test_all_stations_together_count_a_line_of_two_stations_once(grill, fryer):
    place(grill, 2, grill.fries)
    assert counted(grill) == {"patty": "4", "cheese": "4", "bun": "2", "sauce": "40 ml", "potato": "300 g"}
    assert [(row.name, row.quantity) for row in board(grill).all_day] == [("Double cheeseburger", 2)]


def test_what_was_pushed_elsewhere_is_made_there_whole(grill, fryer):
    elsewhere = StationFactory(restaurant=grill.restaurant, name="Terrace")
    order = place(grill, 1, grill.fries)
    (ticket,) = (each for each in grill.tickets(order) if each["station"] == grill.station.pk)
    path = f"/api/v1/tickets/{ticket['id']}/push"
    grill.done(grill.api("kitchen").post(path, {"station": elsewhere.pk}))
    assert counted(grill, elsewhere) == {"patty": "2", "cheese": "2", "bun": "1", "sauce": "20 ml", "potato": "150 g"}
    assert counted(grill, grill.station) == {}


def test_a_dish_of_two_stations_is_counted_at_each(grill):
    second = StationFactory(restaurant=grill.restaurant, name="Fryer")
    for station in (second, grill.station):
        Route.objects.create(restaurant=grill.restaurant, station=station, item=grill.burger)
    forget()
    place(grill, 1)
    assert counted(grill, second)["patty"] == counted(grill, grill.station)["patty"] == counted(grill)["patty"] == "2"


def test_another_restaurant_counts_its_own(grill, other_house):
    place(grill, 5)
    other_house.place("waiter")
    assert board(other_house).ingredients is None
    recipe(other_house, other_house.item, patty=7)
    assert counted(other_house) == {"patty": "7"}
    assert counted(grill)["patty"] == "10"


# --- the page and its queries ----------------------------------------------------------------------------------------
def aside(text):
    return re.search(r'<aside id="all-day".*?</aside>', text, re.DOTALL)[0]


def test_the_list_on_the_page(grill):
    place(grill, 5)
    place(grill, 1, item=grill.item)
    text = aside(grill.browser("kitchen").get("/kitchen/").content.decode())
    assert " data-recipes" in text
    ingredient = r'<li class="all-day__ingredient"><span class="all-day__quantity">10</span>\s*<span[^>]*>patty<'
    assert re.search(ingredient, text)
    assert "1 dish without a recipe" in text


def test_without_recipes_there_is_no_word_of_it(house):
    house.place("waiter")
    Ingredient.objects.create(restaurant=house.restaurant, name="Flour")
    text = aside(house.browser("kitchen").get("/kitchen/").content.decode())
    assert "made-of" not in text
    assert "data-recipes" not in text
    assert "without a recipe" not in text


def queries(house, station=None):
    board(house, station)  # recipes and routes are read once per menu
    with CaptureQueriesContext(connection) as asked:
        board(house, station)
    return len(asked)


def test_it_costs_no_query_more_than_a_kitchen_without_recipes(house, other_house):
    house.place("waiter")
    plain = queries(house), queries(house, house.station)
    for name in ("Bread", "Soup", "Salad"):
        dish = house.add_item(name=name)
        recipe(house, dish, flour=1, water="100 ml")
        for _ in range(5):
            place(house, 2, item=dish)
    assert (queries(house), queries(house, house.station)) == plain
    assert counted(house)["flour"] == "30"
