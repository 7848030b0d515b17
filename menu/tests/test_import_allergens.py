"""Allergens and taxes of an import: what is stated changes, what is not stated stays, contradictions are refused."""

from decimal import Decimal

import pytest

from bistro.core.kernel.errors import InvalidInput
from bistro.core.tests.http import nothing_changes
from menu.imported import ImportedCategory, ImportedItem
from menu.models import AllergenStatement, Item, Modifier
from menu.options_text import read_options
from menu.services import import_menu
from menu.taxes import DishTax
from menu.tests.factories import AllergenFactory, ItemGroupFactory, ModifierFactory, state

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]
EATEN_IN, TAKEN_AWAY = (("VAT", Decimal(19)),), (("VAT", Decimal(7)),)


def imported(house, **facts):
    """Import the house's dish with these facts, and return its changes."""
    if isinstance(facts.get("groups"), str):
        facts["groups"] = read_options(facts["groups"])
    dish = ImportedItem(house.item.name, house.item.price, **facts)
    plan = import_menu(categories=[ImportedCategory(house.category.name, (dish,))], actor=house.actor("owner"))
    return [str(change) for change in plan.dishes[0].changes]


def stated(row):
    rows = AllergenStatement.objects.filter(**{type(row).__name__.lower(): row})
    return {row.allergen.code: row.level for row in rows.select_related("allergen")}


def test_lists_that_are_given_replace_and_others_stay(house):
    state(house.item, contains=["milk"], may_contain=["nuts"], free_of=["fish"])
    assert imported(house, contains=("eggs",)) == ["allergens: milk → eggs"]
    assert stated(house.item) == {"eggs": "contains", "nuts": "may_contain", "fish": "free_of"}
    assert imported(house, may_contain=()) == ["may contain: nuts removed"]
    assert stated(house.item) == {"eggs": "contains", "fish": "free_of"}
    assert imported(house) == []


def test_only_changed_statements_are_checked_anew(house):
    state(house.item, contains=["milk"])
    imported(house, contains=("milk", "eggs"))
    checked = dict(AllergenStatement.objects.filter(item=house.item).values_list("allergen__code", "checked_by"))
    assert checked["milk"] == "Ana"
    assert checked["eggs"] != "Ana"


def test_names_synonyms_and_own_allergens_are_understood(house):
    AllergenFactory(restaurant=house.restaurant, code="kiwi", name="Kiwi fruit", position=20)
    imported(house, contains=("Cereals with gluten", "SOY", "kiwi FRUIT"))
    assert stated(house.item) == dict.fromkeys(("gluten", "soybeans", "kiwi"), "contains")


@pytest.mark.parametrize(
    ("facts", "field", "says"),
    [
        ({"contains": ("dust",)}, "allergens", "“dust” is not an allergen of the list."),
        ({"contains": ("milk",), "free_of": ("milk",)}, "allergens", "“milk” cannot be both: contains and free of."),
        ({"groups": "Side: Fries (contains dust)"}, "options", "“dust” is not an allergen of the list."),
        ({"groups": "Side: a (contains milk) (may contain milk)"}, "options", "both: contains and may contain."),
    ],
)  # fmt: skip
def test_what_cannot_be_understood_is_refused(house, facts, field, says):
    house.actor("owner")
    with nothing_changes(), pytest.raises(InvalidInput) as caught:
        imported(house, **facts)
    assert list(caught.value.fields) == [f"{house.item.name}.{field}"]
    assert says in caught.value.message


def test_a_choice_keeps_its_statements_unless_the_cell_speaks_of_allergens(house):
    fries = ModifierFactory(group__item=house.item, group__name="Side", name="Fries", price=Decimal("0.00"))
    state(fries, contains=["gluten"])
    assert imported(house, groups="Side [0-1]: Fries") == []
    assert imported(house, groups="Side [0-1]: Fries +1.00") == [
        "Side: Fries (contains gluten) → Fries +€1.00 (contains gluten)"
    ]
    assert stated(fries) == {"gluten": "contains"}
    assert imported(house, groups="Side [0-1]: Fries +1.00 (may contain gluten, Milk)") == [
        "Side: Fries +€1.00 (contains gluten) → Fries +€1.00 (may contain gluten, milk)"
    ]
    assert stated(fries) == {"gluten": "may_contain", "milk": "may_contain"}


def test_a_group_of_its_own_keeps_the_statements_of_its_choices(house):
    fries = ModifierFactory(group__item=house.item, group__name="Side", name="Fries")
    ItemGroupFactory(item=house.add_item(name="Fish"), group=fries.group)
    state(fries, contains=["gluten"])
    imported(house, groups="Side [0-1]: Fries +9.00")
    own = Modifier.objects.exclude(pk=fries.pk).get()
    assert stated(own) == stated(fries) == {"gluten": "contains"}


def test_a_new_dish_shares_a_group_whose_statements_the_cell_leaves_out(house):
    fries = ModifierFactory(group__item=house.item, group__name="Side", name="Fries")
    state(fries, contains=["gluten"])
    for name, text, shared in (
        ("Fish", "Side [0-1]: Fries +1.00", True),
        ("Tofu", "Side [0-1]: Fries +1.00 (contains gluten)", True),
        ("Pie", "Side [0-1]: Fries +1.00 (free of gluten)", False),
    ):
        dish = ImportedItem(name, Decimal(9), groups=read_options(text))
        import_menu(categories=[ImportedCategory("Mains", (dish,))], actor=house.actor("owner"))
        offered = Item.objects.get(name=name).item_groups.get().group
        assert (offered == fries.group) is shared


def test_a_file_without_take_away_keeps_the_tax_of_take_away(house):
    imported(house, tax=DishTax(EATEN_IN, TAKEN_AWAY))
    both = Item.objects.get(pk=house.item.pk).tax
    assert imported(house, tax=DishTax(EATEN_IN), take_away_given=False) == []
    assert Item.objects.get(pk=house.item.pk).tax == both
    assert len(imported(house, tax=DishTax(EATEN_IN))) == 1
    assert Item.objects.get(pk=house.item.pk).tax != both
