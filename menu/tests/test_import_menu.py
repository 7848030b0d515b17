"""The service `import_menu`: dishes and choices by name, shared groups, history, few statements, refusal as a whole."""

import json
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bistro.core.kernel.errors import InvalidInput, NotPermitted
from bistro.core.models import Event
from bistro.core.tests.http import nothing_changes
from menu.compiled import current_menu
from menu.import_plan import plan_import
from menu.import_plan.known import groups_of
from menu.imported import ImportedCategory, ImportedGroup, ImportedItem, ImportedModifier
from menu.models import Category, Item, ItemGroup, MenuVersion, Modifier, ModifierGroup
from menu.options_text import read_options, write_options
from menu.services import import_menu
from menu.taxes import DishTax
from menu.tests.factories import ModifierFactory, RecipePartFactory

pytestmark = pytest.mark.django_db
VAT = DishTax((("VAT", Decimal(7)),))


@pytest.fixture
def owner(house):
    return house.actor("owner")


def dish(name, options=None, price="10.00", **more):
    groups = None if options is None else read_options(options)
    return ImportedItem(name, Decimal(price), groups=groups, **more)


def category(*dishes, name="Mains"):
    return [ImportedCategory(name, dishes)]


def options(name):
    return write_options(groups_of(Item.objects.get(name=name)), "EUR")


def changes(plan, name):
    (found,) = (each for each in plan.dishes if each.name == name)
    return [str(change) for change in found.changes]


def version(house):
    return MenuVersion.objects.get(pk=house.restaurant.pk).version


@pytest.fixture
def sides(house, owner):
    """Three dishes with one group. Steak's fries have a history."""
    text = "Sides [0-1]: Fries +3.00; Salad +2.50 *; Soup"
    import_menu(categories=category(*(dish(name, text) for name in ("Steak", "Fish", "Tofu"))), actor=owner)
    return ModifierGroup.objects.get()


def test_dishes_with_the_same_choices_share_a_group(house, owner, sides):
    assert sides.item_groups.count() == 3
    assert options("Steak") == options("Tofu") == "Sides [0-1]: Fries +3.00; Salad +2.50 *; Soup"
    import_menu(categories=category(dish("Pie", "Sides [0-1]: Fries +3.00; Salad +2.50 *; Soup")), actor=owner)
    assert ModifierGroup.objects.get().item_groups.count() == 4
    import_menu(categories=category(dish("Bun", "Sides [0-1]: Fries +3.50")), actor=owner)
    assert ModifierGroup.objects.count() == 2


def test_choices_are_changed_added_archived_and_sorted(house, owner, sides):
    text = "Sides [1-2]: Soup; fries +3.50 *; Rice"
    before = version(house)
    rows = {choice.name: choice.pk for choice in sides.modifiers.all()}
    every = category(*(dish(name, text) for name in ("Steak", "Fish", "Tofu")))
    plan = import_menu(categories=every, actor=owner)
    assert changes(plan, "Fish") == [
        "Sides, how many: 0-1 → 1-2",
        "Sides: Fries +€3.00 → fries +€3.50 *",
        "Sides: Rice added",
        "Sides: Salad +€2.50 * archived",
        "Sides, order: Fries, Salad, Soup → Soup, fries, Rice",
    ]
    assert options("Steak") == options("Tofu") == text
    assert {c.name: c.pk for c in sides.modifiers.filter(archived_at=None)} == {
        "Soup": rows["Soup"], "fries": rows["Fries"], "Rice": Modifier.objects.get(name="Rice").pk
    }  # fmt: skip
    assert Modifier.objects.get(name="Salad").archived_at is not None
    assert version(house) == before + 1
    assert [choice.name for choice in current_menu(house.restaurant.pk).by_name["fish"].modifiers()] == [
        "Soup", "fries", "Rice"
    ]  # fmt: skip
    assert [row.price for row in Modifier.objects.get(name="fries").history.all()] == [Decimal("3.50"), Decimal("3.00")]
    told = {(event.subject, event.action) for event in Event.objects.filter(type="configuration_updated")}
    assert told >= {
        (f"modifiergroup:{sides.pk}", "changed"),
        (f"modifier:{rows['Fries']}", "changed"),
        (f"modifier:{rows['Salad']}", "changed"),
        (f"modifier:{Modifier.objects.get(name='Rice').pk}", "added"),
    }


def test_a_choice_comes_back_with_its_own_row(house, owner, sides):
    def every(text):
        return category(*(dish(name, text) for name in ("Steak", "Fish", "Tofu")))

    salad = Modifier.objects.get(name="Salad").pk
    import_menu(categories=every("Sides [0-1]: Fries +3.00; Soup"), actor=owner)
    import_menu(categories=every("Sides [0-1]: Fries +3.00; Salad +2.75; Soup"), actor=owner)
    row = Modifier.objects.get(name="Salad")
    assert (row.pk, row.price, row.is_default, row.archived_at) == (salad, Decimal("2.75"), False, None)
    assert options("Fish") == "Sides [0-1]: Fries +3.00; Salad +2.75; Soup"


@pytest.mark.parametrize("named", [("Steak",), ("Steak", "Fish")])
def test_a_change_for_some_dishes_gives_them_a_group_of_their_own(house, owner, sides, named):
    plan = import_menu(categories=category(*(dish(name, "Sides [0-1]: Fries +4.00") for name in named)), actor=owner)
    for name in named:
        assert options(name) == "Sides [0-1]: Fries +4.00"
    assert options("Tofu") == "Sides [0-1]: Fries +3.00; Salad +2.50 *; Soup"
    assert ModifierGroup.objects.count() == 2
    assert sides.item_groups.count() == 3 - len(named)
    assert ItemGroup.objects.filter(item__name__in=named).values("group").distinct().count() == 1
    assert "Sides: Salad +€2.50 * removed" in changes(plan, "Steak")
    assert "“Sides” stays as it is for" in plan.dishes[0].remarks[0]


def test_a_group_of_its_own_keeps_what_belongs_to_a_choice(house, owner, sides):
    fries = sides.modifiers.get(name="Fries")
    Modifier.objects.filter(pk=fries.pk).update(off_since="2026-01-01T00:00Z")
    potatoes = RecipePartFactory(modifier=fries, quantity=150).ingredient
    import_menu(categories=category(dish("Steak", "Sides [0-1]: Fries +3.50; Rice")), actor=owner)
    own = Modifier.objects.get(name="Fries", group__item_groups__item__name="Steak")
    assert own.pk != fries.pk
    assert (own.off_since is not None, own.recipe.get().ingredient, own.recipe.get().quantity) == (True, potatoes, 150)
    assert fries.recipe.count() == 1
    copied = Event.objects.get(action="choices_copied")
    assert json.loads(copied.data) == {"copies": [{"id": own.pk, "of": fries.pk}]}


def test_dishes_that_want_different_things_part(house, owner, sides):
    wanted = {"Steak": "Sides [0-1]: Fries +4.00", "Fish": "Sides [0-1]: Rice", "Tofu": "Sides [0-1]: Rice"}
    import_menu(categories=category(*(dish(*each) for each in wanted.items())), actor=owner)
    assert {name: options(name) for name in wanted} == wanted
    assert sides.item_groups.count() == 2, "the group follows the wish of most dishes"


def test_groups_are_linked_sorted_and_removed(house, owner, sides):
    cooked = "Doneness [1-1]: Rare; Done *"
    import_menu(categories=category(dish("Steak", f"{cooked}\n{options('Fish')}")), actor=owner)
    assert options("Steak") == f"{cooked}\n{options('Fish')}"
    plan = import_menu(categories=category(dish("Steak", f"{options('Fish')}\n{cooked}")), actor=owner)
    assert changes(plan, "Steak") == ["order of the choice groups: Doneness, Sides → Sides, Doneness"]
    assert options("Steak") == f"{options('Fish')}\n{cooked}"
    plan = import_menu(categories=category(dish("Steak", cooked)), actor=owner)
    shown = options("Fish").replace("+", "+€")
    assert changes(plan, "Steak") == [f"choice group: {shown} removed"]
    assert sides.item_groups.count() == 2
    assert ModifierGroup.objects.count() == 2, "a group stays, for the next dish"
    assert [row.history_type for row in ItemGroup.history.filter(item__name="Steak", group=sides)] == ["-", "+"]
    import_menu(categories=category(dish("Steak", "none")), actor=owner)
    assert options("Steak") == ""


def test_without_options_choices_stay(house, owner, sides):
    before = options("Steak")
    plan = import_menu(categories=category(dish("Steak", price="12.00")), actor=owner)
    assert (options("Steak"), changes(plan, "Steak")) == (before, ["price: €10.00 → €12.00"])


def test_what_the_import_does_not_state_stays(house, owner):
    first = dish("Soup", description="Hot", prep_minutes=3, popular=True, tax=VAT, diets=("vegan",))
    import_menu(categories=category(first, name="Soups"), actor=owner)
    plan = import_menu(categories=category(dish("Soup"), name="Soups"), actor=owner)
    assert [each.state for each in plan.dishes] == ["unchanged"]
    row = Item.objects.get(name="Soup")
    assert (row.description, row.prep_minutes, row.popular, row.diets) == ("Hot", 3, True, ["vegan"])
    assert str(row.tax) == "VAT 7 %"


def test_86_and_portions_are_those_of_tonight(house, owner):
    text = "Sides [0-1]: Fries (86); Salad"
    import_menu(categories=category(dish("Steak", text, available=False, portions_left=4)), actor=owner)
    row, fries = Item.objects.get(name="Steak"), Modifier.objects.get(name="Fries")
    assert (row.off_since is not None, row.portions_left, fries.off_since is not None) == (True, 4, True)
    again = dish("Steak", "Sides [0-1]: Fries; Salad (86)", portions_left=9)
    assert not import_menu(categories=category(again), actor=owner).rows
    row.refresh_from_db()
    assert (row.off_since is not None, row.portions_left) == (True, 4)


def test_add_only_keeps_known_dishes_and_adds_what_they_lack(house, owner):
    import_menu(categories=category(dish("Steak", "Sides [0-1]: Fries +3.00")), actor=owner)
    more = dish("Steak", "Sides [0-2]: Fries; Rice\nExtras [0-1]: Bacon", price="99.00", description="New")
    import_menu(categories=category(more, dish("Fish", "Sides [0-1]: Rice")), actor=owner, add_only=True)
    assert options("Steak") == "Sides [0-2]: Fries +3.00; Rice\nExtras [0-1]: Bacon"
    row = Item.objects.get(name="Steak")
    assert (row.price, row.description) == (Decimal("10.00"), "")
    assert options("Fish") == "Sides [0-1]: Rice"


def test_a_dish_whose_category_is_archived_stays_in_it(house, owner):
    Category.objects.filter(pk=house.category.pk).update(archived_at="2026-01-01T00:00Z")
    again = category(dish(house.item.name), name=house.category.name)
    assert not import_menu(categories=again, actor=owner).rows


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        (dish("Soup", price="-1"), "Soup.price"),
        (dish("Soup", price="1.999"), "Soup.price"),
        (dish("Soup", price="NaN"), "Soup.price"),
        (dish("x" * 121), f"{'x' * 121}.name"),
        (dish("FISH"), "FISH.name"),
        (dish("Soup", prep_minutes=99_999), "Soup.prep_minutes"),
        (dish("Soup", "Side: Fries +1.999"), "Soup.options"),
        (dish("Soup", f"{'g' * 81}: Fries"), "Soup.options"),
        (dish("Soup", f"Side: {'c' * 81}"), "Soup.options"),
        (
            ImportedItem("Soup", Decimal(1), groups=(ImportedGroup("A", 0, 1, (ImportedModifier("x"),)),
                                                     ImportedGroup("B", 0, 1, (ImportedModifier("X"),)))),
            "Soup.options",
        ),
        (ImportedItem("Soup", Decimal(1), groups=(ImportedGroup("A", 2, 1, ()),)), "Soup.options"),
    ],
)  # fmt: skip
def test_one_problem_refuses_the_whole_import(house, other_house, owner, wrong, where):
    categories = category(dish("Fish"), wrong)
    problems = plan_import(categories=categories, actor=owner).problems
    assert [f"{problem.dish}.{problem.field}" for problem in problems] == [where]
    with nothing_changes(), pytest.raises(InvalidInput) as caught:
        import_menu(categories=categories, actor=owner)
    assert list(caught.value.fields) == [where]


def test_all_problems_are_told_at_once(house, owner):
    with nothing_changes(), pytest.raises(InvalidInput) as caught:
        import_menu(categories=category(dish("Fish", price="-1"), dish("Soup", "Side: a +0.001")), actor=owner)
    assert list(caught.value.fields) == ["Fish.price", "Soup.options"]


@pytest.mark.parametrize("role", ["waiter", "kitchen", "cashier", "host", "pad"])
def test_only_managers_import(house, role):
    with nothing_changes(), pytest.raises(NotPermitted):
        import_menu(categories=category(dish("Fish")), actor=house.actor(role))


def test_another_restaurants_menu_is_left_alone(house, other_house, owner):
    theirs = ModifierFactory(group__item=other_house.add_item(name="Steak"), group__name="Sides", name="Fries")
    import_menu(categories=category(dish("Steak", "Sides [0-1]: Fries +9.00")), actor=owner)
    theirs.refresh_from_db()
    assert theirs.price == Decimal("1.00")
    assert Item.objects.filter(restaurant=other_house.restaurant).count() == 2


def test_a_plan_is_made_again_when_the_menu_has_changed(house, owner, monkeypatch):
    """Another manager adds the dish after the plan and before the lock."""
    from menu.services import importing

    calls = []

    def raced(**given):
        plan = plan_import(**given)
        calls.append(plan)
        if len(calls) == 1:
            monkeypatch.setattr(importing, "plan_import", plan_import)
            import_menu(categories=category(dish("Soup", price="8.00")), actor=owner)
        return plan

    monkeypatch.setattr(importing, "plan_import", raced)
    plan = import_menu(categories=category(dish("Soup", price="9.00")), actor=owner)
    assert calls[0].count("new") == 1
    assert (plan.count("new"), plan.count("changed")) == (0, 1)
    assert Item.objects.get(name="Soup").price == Decimal("9.00")


def big(count, price):
    def sizes(n):
        return f"Size {n} [1-1]: S *; L +{n + 1}.00"

    more = {"tax": VAT, "contains": ("nuts", "milk")}
    plates = (dish(f"Plate {n}", sizes(n % 7), price, prep_minutes=n % 30, **more) for n in range(count))
    return category(*plates, dish("Steak", "Own [0-1]: Rice"))


def test_an_import_takes_a_handful_of_statements(house, owner):
    counted = []
    for count, price in ((20, "8.00"), (300, "8.00"), (300, "9.00")):
        with CaptureQueriesContext(connection) as asked:
            plan = import_menu(categories=big(count, price), actor=owner)
        writes = [query["sql"] for query in asked if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
        counted.append((plan.count("new"), plan.count("changed"), len(writes), len(asked)))
    assert [each[:2] for each in counted] == [(21, 0), (280, 0), (0, 300)]
    assert all(writes <= 20 and queries <= 50 for _new, _changed, writes, queries in counted), counted
    row = Item.objects.get(name="Plate 299")
    assert [each.price for each in row.history.all()] == [Decimal("9.00"), Decimal("8.00")]
    assert row.history.first().history_user_id == owner.id
    assert Event.objects.filter(subject=f"item:{row.pk}", action="changed").count() == 1
    assert ModifierGroup.objects.filter(name__startswith="Size").count() == 7
    assert Modifier.history.filter(name="L").count() == 7
