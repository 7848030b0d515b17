"""Admin pages of choice groups, which several dishes offer, and the links on the page of a dish."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bistro.core.models import Event
from menu.compiled import current_menu
from menu.models import ItemGroup, Modifier, ModifierGroup
from menu.tests.factories import ItemGroupFactory, ModifierFactory, ModifierGroupFactory
from menu.tests.test_admin_menu import ITEMS, dish, events, groups, said, version

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]

GROUPS = "/admin/menu/modifiergroup/"


@pytest.fixture
def owner(house):
    return house.browser("owner")


def test_groups_are_linked_and_sorted_on_the_page_of_the_dish(house, owner):
    first, second = (ModifierGroupFactory(item=house.item, name=name, position=i) for i, name in enumerate("AB"))
    third = ModifierGroupFactory(item=house.add_item(), name="C")
    links = [group.item_groups.get() for group in (first, second)]
    rows = [
        {"id": links[0].pk, "group": first.pk, "position": 1},
        {"id": links[1].pk, "group": second.pk, "position": 0},
        {"id": "", "group": third.pk, "position": 2},
    ]
    data = dish(house, name=house.item.name, price="10.00", prep_minutes=10) | groups(*rows, initial=2)
    answer = owner.post(f"{ITEMS}{house.item.pk}/change/", data)
    assert answer.status_code == 302
    assert [group.name for group in current_menu(house.restaurant.pk).by_id[house.item.pk].groups] == ["B", "A", "C"]
    added = ItemGroup.objects.get(item=house.item, group=third)
    assert added.restaurant == house.restaurant
    subjects = {(e.subject, e.action) for e in Event.objects.filter(type="configuration_updated")}
    assert (f"itemgroup:{added.pk}", "added") in subjects
    assert (f"itemgroup:{links[0].pk}", "changed") in subjects


def test_a_group_removed_from_a_dish_stays_with_the_others(house, owner):
    group = ModifierGroupFactory(item=house.item, name="Sides")
    other = ItemGroupFactory(item=house.add_item(), group=group)
    row = {"id": group.item_groups.get(item=house.item).pk, "group": group.pk, "position": 0, "DELETE": "on"}
    data = dish(house, name=house.item.name, price="10.00", prep_minutes=10) | groups(row, initial=1)
    assert owner.post(f"{ITEMS}{house.item.pk}/change/", data).status_code == 302
    assert list(group.item_groups.all()) == [other]


@pytest.mark.parametrize("wrong", ["twice", "doubled choice", "another restaurant's", "archived"])
def test_a_group_that_does_not_fit_is_refused(house, other_house, owner, wrong):
    sides = ModifierGroupFactory(item=house.item, name="Sides")
    ModifierFactory(group=sides, name="Fries")
    group = {
        "twice": sides,
        "doubled choice": ModifierFactory(group__item=None, group__restaurant=house.restaurant, name="FRIES").group,
        "another restaurant's": ModifierGroupFactory(item=other_house.item),
        "archived": ModifierGroupFactory(item=None, restaurant=house.restaurant, archived_at="2026-01-01T00:00Z"),
    }[wrong]
    before = version(house)
    kept = {"id": sides.item_groups.get().pk, "group": sides.pk, "position": 0}
    data = dish(house, name=house.item.name, price="10.00", prep_minutes=10)
    data |= groups(kept, {"id": "", "group": group.pk, "position": 1}, initial=1)
    assert owner.post(f"{ITEMS}{house.item.pk}/change/", data).status_code == 200
    assert [link.group for link in ItemGroup.objects.filter(item=house.item)] == [sides]
    assert (version(house), events(house, "configuration_updated")) == (before, [])


def group_page(name, *choices, least=0, most=2, initial=0):
    data = {"name": name, "min": least, "max": most}
    data |= {"modifiers-TOTAL_FORMS": len(choices), "modifiers-INITIAL_FORMS": initial}
    for place, choice in enumerate(choices):
        row = {"id": "", "price": "1.00", "position": place} | choice
        data |= {f"modifiers-{place}-{column}": value for column, value in row.items()}
    return data


def test_a_group_is_created_with_its_choices_and_offered_by_no_dish_yet(house, owner):
    answer = owner.post(f"{GROUPS}add/", group_page("Doneness", {"name": "Rare"}, {"name": "Done"}, least=1, most=1))
    assert answer.status_code == 302
    group = ModifierGroup.objects.get()
    assert (group.restaurant, group.name, group.min, group.max) == (house.restaurant, "Doneness", 1, 1)
    assert [choice.name for choice in group.modifiers.all()] == ["Rare", "Done"]
    assert "No dish." in owner.get(f"{GROUPS}{group.pk}/change/").content.decode()


def test_a_group_with_more_minimum_than_maximum_is_refused(owner):
    answer = owner.post(f"{GROUPS}add/", group_page("Doneness", least=3, most=1))
    assert answer.status_code == 200
    assert not ModifierGroup.objects.exists()


def test_a_choice_is_edited_once_for_all_dishes_of_its_group(house, owner):
    group = ModifierGroupFactory(item=house.item)
    other = house.add_item()
    ItemGroupFactory(item=other, group=group)
    cheese = ModifierFactory(group=group, name="Cheese")
    data = group_page(
        group.name,
        {"id": cheese.pk, "group": group.pk, "name": "Cheese", "price": "1.75"},
        {"group": group.pk, "name": "No nuts", "price": "0.00"},
        initial=1,
    )
    assert owner.post(f"{GROUPS}{group.pk}/change/", data).status_code == 302
    new = Modifier.objects.get(name="No nuts")
    assert (new.group, new.restaurant) == (group, house.restaurant)
    menu = current_menu(house.restaurant.pk)
    for item in (house.item, other):
        sold = [(choice.id, choice.price) for choice in menu.by_id[item.pk].modifiers()]
        assert sold == [(cheese.pk, Decimal("1.75")), (new.pk, Decimal("0.00"))]


def test_a_choice_is_taken_off_and_removed(house, owner):
    group = ModifierGroupFactory(item=house.item)
    cheese = ModifierFactory(group=group, name="Cheese")
    row = {"id": cheese.pk, "group": group.pk, "name": "Cheese"}
    path = f"{GROUPS}{group.pk}/change/"
    assert owner.post(path, group_page(group.name, row | {"off": "on"}, initial=1)).status_code == 302
    cheese.refresh_from_db()
    assert cheese.off_since is not None
    assert owner.post(path, group_page(group.name, row | {"DELETE": "on"}, initial=1)).status_code == 302
    assert not Modifier.objects.filter(pk=cheese.pk).exists()
    removed = Event.objects.get(type="configuration_updated", action="removed")
    assert removed.subject == f"modifier:{cheese.pk}"


@pytest.mark.parametrize("where", ["same group", "other group of the dish"])
def test_a_doubled_choice_is_a_message(house, owner, where):
    group = ModifierGroupFactory(item=house.item)
    ModifierFactory(group=group, name="Cheese")
    edited = group if where == "same group" else ModifierGroupFactory(item=house.item)
    data = group_page(edited.name, {"group": edited.pk, "name": "cheese"})
    answer = owner.post(f"{GROUPS}{edited.pk}/change/", data)
    assert answer.status_code == 200
    assert Modifier.objects.count() == 1
    if edited is not group:
        said = f"{house.item.name} would have the choice “cheese” twice."
        assert answer.context["adminform"].form.non_field_errors() == [said]


def test_two_dishes_may_have_choices_of_one_name(house, owner):
    ModifierFactory(group__item=house.item, name="Cheese")
    other = ModifierGroupFactory(item=house.add_item())
    assert owner.post(f"{GROUPS}{other.pk}/change/", group_page(other.name, {"name": "Cheese"})).status_code == 302
    assert Modifier.objects.count() == 2


def test_a_group_that_dishes_offer_is_not_archived(house, owner):
    group = ModifierGroupFactory(item=house.item, name="Sides")
    answer = owner.post(GROUPS, {"action": "archive_chosen", "_selected_action": [group.pk]})
    assert said(answer) == [f"“Sides” is offered by {house.item.name}. Remove it from these dishes first."]
    group.refresh_from_db()
    assert group.archived_at is None
    group.item_groups.get().delete()
    owner.post(GROUPS, {"action": "archive_chosen", "_selected_action": [group.pk]})
    group.refresh_from_db()
    assert group.archived_at is not None


def test_a_dish_is_not_restored_with_a_choice_twice(house, owner):
    dish = house.add_item(name="Soup", archived_at="2026-01-01T00:00Z")
    groups = [ModifierFactory(group__item=dish, name="Bread").group for _ in range(2)]
    answer = owner.post(ITEMS + "?state=all", {"action": "bring_back_chosen", "_selected_action": [dish.pk]})
    assert said(answer) == ["Soup would have the choice “bread” twice."]
    dish.refresh_from_db()
    assert dish.archived_at is not None
    groups[0].modifiers.all().delete()
    owner.post(ITEMS + "?state=all", {"action": "bring_back_chosen", "_selected_action": [dish.pk]})
    dish.refresh_from_db()
    assert dish.archived_at is None


def test_the_list_of_groups_names_the_dishes_of_each(house, owner):
    group = ModifierGroupFactory(item=house.item, name="Sides")
    ItemGroupFactory(item=house.add_item(name="Soup"), group=group)
    gone = house.add_item(name="Gone", archived_at="2026-01-01T00:00Z")
    ItemGroupFactory(item=gone, group=group)
    page = owner.get(GROUPS).content.decode()
    assert f"{house.item.name}, Soup" in page
    assert "Gone" not in page


def test_the_pages_cost_the_same_for_any_number_of_groups(house, owner):
    def cost(path):
        owner.get(path)  # content types are read only once
        with CaptureQueriesContext(connection) as asked:
            assert owner.get(path).status_code == 200
        return len(asked)

    shared = ModifierFactory(group__item=house.item).group
    paths = (f"{ITEMS}{house.item.pk}/change/", f"{GROUPS}{shared.pk}/change/", GROUPS)
    before = [cost(path) for path in paths]
    for _ in range(8):
        ModifierFactory(group__item=house.item)
        ModifierFactory(group=shared)
        ItemGroupFactory(item=house.add_item(), group=shared)
    assert [cost(path) for path in paths] == before
