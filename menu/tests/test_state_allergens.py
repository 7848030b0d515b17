"""Statements about allergens: contains, may contain, free of, not stated; with who checked them and when."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from bistro.core.kernel.actors import Actor
from bistro.core.models import Event
from bistro.core.services.restaurants import open_restaurant
from bistro.core.writing.unit_of_work import UnitOfWork
from menu.allergens import ALLERGENS, declared_by, words_of
from menu.compiled import current_menu
from menu.models import Allergen, AllergenStatement, MenuVersion
from menu.statements import levels_of, state_allergens
from menu.tests.factories import ModifierFactory, ModifierGroupFactory, state

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]


def stated(subject):
    return {row.allergen.code: row.level for row in subject.statements.select_related("allergen")}


def write(house, wanted, *, by="Ana", **more):
    with UnitOfWork(Actor.system(house.restaurant.pk, by)) as work:
        return state_allergens(work, wanted, **more)


# --- the catalogue ---------------------------------------------------------------------------------------------------
def test_a_new_restaurant_has_the_allergens_of_the_eu(house):
    new = open_restaurant(name="New", currency="EUR", actor=Actor.system(None, "test"))
    rows = Allergen.objects.of_restaurant(new.pk).values_list("code", "name")
    assert tuple(rows) == ALLERGENS
    assert Allergen.objects.of_restaurant(house.restaurant.pk).count() == 14, "the others are not touched"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Nut allergy", "nuts"),
        ("nuts ALLERGY", "nuts"),
        ("Gluten allergy", "gluten"),
        ("Cereals with gluten allergy", "gluten"),
        ("Crustacean allergy", "crustaceans"),
        ("Egg allergy", "eggs"),
        ("Fish allergy", "fish"),
        ("Peanut allergy", "peanuts"),
        ("Soy allergy", "soybeans"),
        ("Soybean allergy", "soybeans"),
        ("Milk allergy", "milk"),
        ("Celery allergy", "celery"),
        ("Mustard allergy", "mustard"),
        ("Sesame allergy", "sesame"),
        ("Sulphite allergy", "sulphites"),
        ("Lupin allergy", "lupin"),
        ("Mollusc allergy", "molluscs"),
        ("Kiwi allergy", "kiwi"),
        ("Dust allergy", None),
        ("allergy", None),
        ("Nuts", None),
        ("No nuts", None),
    ],
)
def test_a_choice_named_allergy_declares_one(name, code):
    assert declared_by(name, words_of([*ALLERGENS, ("kiwi", "Kiwi fruit")])) == code


def test_a_name_of_the_catalogue_precedes_a_synonym():
    words = words_of([("milk", "Milk"), ("lactose", "Lactose"), ("nuts", "Tree nuts"), ("nut", "Nut of our own")])
    assert (words["lactose"], words["nut"], words["dairy"]) == ("lactose", "nut", "milk")


# --- the statements --------------------------------------------------------------------------------------------------
def test_a_statement_has_who_and_when(house):
    before = timezone.now()
    write(house, {house.item: levels_of(["nuts"], ["milk"], ["fish"])})
    assert stated(house.item) == {"milk": "may_contain", "fish": "free_of", "nuts": "contains"}
    assert all(row.checked_by == "Ana" and row.checked_at >= before for row in house.item.statements.all())


def test_only_what_changed_gets_a_new_name_unless_all_were_checked(house):
    write(house, {house.item: levels_of(["nuts"], ["milk"], ["fish"])})
    had = write(house, {house.item: levels_of(["nuts", "milk"], ["eggs"])}, by="Bo")
    assert had == {house.item: {"milk": "may_contain", "fish": "free_of", "nuts": "contains"}}
    by = dict(house.item.statements.values_list("allergen__code", "checked_by"))
    assert by == {"nuts": "Ana", "milk": "Bo", "eggs": "Bo"}
    assert write(house, {house.item: levels_of(["nuts", "milk"], ["eggs"])}, by="Cem", checked=True) == {}
    assert set(house.item.statements.values_list("checked_by", flat=True)) == {"Cem"}


def test_choices_have_statements_of_their_own(house):
    choice = ModifierFactory(group=ModifierGroupFactory(item=house.item))
    write(house, {house.item: {"nuts": "free_of"}, choice: {"nuts": "contains"}})
    assert (stated(house.item), stated(choice)) == ({"nuts": "free_of"}, {"nuts": "contains"})


def test_the_more_serious_level_wins_and_unknown_codes_are_left_out(house, other_house):
    state(other_house.item, ["fish"])
    write(house, {house.item: levels_of(["nuts", "dust"], ["nuts", "milk"], ["milk", "nuts"])})
    assert stated(house.item) == {"nuts": "contains", "milk": "may_contain"}
    assert stated(other_house.item) == {"fish": "contains"}


def test_any_number_of_dishes_costs_the_same_queries(house, django_assert_num_queries):
    dishes = [house.item, *(house.add_item() for _ in range(12))]
    levels = levels_of(["nuts"], ["milk"], ["fish"])
    with UnitOfWork(Actor.system(house.restaurant.pk, "Ana")) as work, django_assert_num_queries(3):
        state_allergens(work, dict.fromkeys(dishes, levels))
    assert AllergenStatement.objects.count() == 39


def test_a_statement_is_of_a_dish_or_of_a_choice(house):
    nuts = Allergen.objects.get(restaurant=house.restaurant, code="nuts")
    facts = {"restaurant": house.restaurant, "allergen": nuts, "checked_by": "Ana", "checked_at": timezone.now()}
    for wrong in ({"item": None}, {"item": house.item, "level": "perhaps"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            AllergenStatement.objects.create(**{"level": "contains", **facts, **wrong})


def test_the_compiled_menu_and_the_oldest_check(house, django_assert_num_queries):
    state(house.item, ["nuts"], free_of=["fish"])
    long_ago = timezone.now() - timedelta(days=90)
    AllergenStatement.objects.filter(allergen__code="fish").update(checked_at=long_ago)
    menu = current_menu(house.restaurant.pk)
    with django_assert_num_queries(1):
        menu = current_menu(house.restaurant.pk)
    dish = menu.by_id[house.item.pk]
    assert (dish.stated, dish.allergens_checked_at) == ({"nuts": "contains", "fish": "free_of"}, long_ago)
    assert menu.allergens.names["soybeans"] == "Soybeans"
    assert menu.allergens.words["soy"] == "soybeans"


# --- the admin -------------------------------------------------------------------------------------------------------
@pytest.fixture
def owner(house):
    return house.browser("owner")


def forms(*prefixes):
    return {f"{prefix}-{name}_FORMS": 0 for prefix in prefixes for name in ("TOTAL", "INITIAL")}


def test_a_manager_states_the_allergens_of_a_dish(house, owner):
    page = f"/admin/menu/item/{house.item.pk}/change/"
    dish = {
        "name": house.item.name, "category": house.category.pk, "price": "10.00", "prep_minutes": "10",
        **forms("item_groups", "recipe"),
    }  # fmt: skip
    version = MenuVersion.objects.get(pk=house.restaurant.pk).version
    assert owner.post(page, {**dish, "contains": ["nuts"], "free_of": ["milk", "fish"]}).status_code == 302
    assert stated(house.item) == {"nuts": "contains", "milk": "free_of", "fish": "free_of"}
    assert MenuVersion.objects.get(pk=house.restaurant.pk).version == version + 1
    event = Event.objects.get(type="configuration_updated")
    assert '"contains":{"before":[],"after":["nuts"]}' in event.data.replace(" ", "")
    AllergenStatement.objects.update(checked_at=timezone.now() - timedelta(days=3), checked_by="Zoe")
    assert "Zoe, " in owner.get(page).content.decode()
    again = {**dish, "contains": ["nuts"], "free_of": ["milk", "fish"], "checked": "on"}
    assert owner.post(page, again).status_code == 302
    assert set(house.item.statements.values_list("checked_by", flat=True)) == {house.staff("owner").name}


def test_a_manager_states_the_allergens_of_a_choice(house, owner):
    choice = ModifierFactory(group=ModifierGroupFactory(item=house.item), name="Pesto")
    page = f"/admin/menu/modifier/{choice.pk}/change/"
    assert owner.post(page, {**forms("recipe"), "contains": ["nuts"]}).status_code == 302
    assert stated(choice) == {"nuts": "contains"}
    assert current_menu(house.restaurant.pk).by_id[house.item.pk].groups[0].modifiers[0].stated == {"nuts": "contains"}


def test_a_manager_adds_an_allergen_of_the_house(house, owner, other_house):
    page = "/admin/menu/allergen/add/"
    for wrong in (
        {"code": "Kiwi!", "name": "Kiwi"},
        {"code": "nuts", "name": "Kiwi"},
        {"code": "kiwi", "name": "NUTS"},
    ):
        assert owner.post(page, wrong).status_code == 200
    assert Allergen.objects.of_restaurant(house.restaurant.pk).count() == 14
    assert owner.post(page, {"code": "kiwi", "name": "Kiwi"}).status_code == 302
    assert current_menu(house.restaurant.pk).allergens.names["kiwi"] == "Kiwi"
    assert "kiwi" not in current_menu(other_house.restaurant.pk).allergens.names


def test_an_archived_allergen_is_neither_offered_nor_compiled(house, owner):
    state(house.item, ["lupin", "nuts"])
    lupin = Allergen.objects.get(restaurant=house.restaurant, code="lupin")
    owner.post("/admin/menu/allergen/", {"action": "archive_chosen", "_selected_action": [lupin.pk]})
    menu = current_menu(house.restaurant.pk)
    assert "lupin" not in menu.allergens.names
    assert menu.by_id[house.item.pk].stated == {"nuts": "contains"}
    assert 'value="lupin"' not in owner.get(f"/admin/menu/item/{house.item.pk}/change/").content.decode()
    write(house, {house.item: {"nuts": "may_contain"}})
    assert stated(house.item) == {"nuts": "may_contain", "lupin": "contains"}, "it may come back"
