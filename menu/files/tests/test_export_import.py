"""Export and import: the same house changes nothing, a new house gets the same menu, whatever the names."""

import csv
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from bistro.core.models import Event
from bistro.core.tests.factories import RestaurantFactory, actor_as
from menu.files.exporting import export_menu
from menu.files.meanings import FileSettings
from menu.files.services import import_file
from menu.models import AllergenStatement, Item, ItemGroup, Modifier, ModifierGroup, Tax
from menu.setup_steps import add_catalogue
from menu.tests.factories import ItemFactory, ModifierFactory, ModifierGroupFactory
from menu.tests.menus import ARCHIVED, ODD_NAMES, build, menus

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]
WRITES = ("INSERT", "UPDATE", "DELETE")


def exported(actor, file_format="csv"):
    return export_menu(actor, file_format)


def imported(actor, file):
    """Import a file and return the numbers of new, changed and unchanged dishes."""
    answer = import_file(data=file, settings=FileSettings(), actor=actor)
    assert not answer["errors"]
    assert not answer["ignored_columns"]
    return answer["new"], answer["changed"], answer["unchanged"]


@settings(max_examples=25)
@given(menus(), st.sampled_from(["csv", "xlsx"]))
def test_any_menu_goes_out_and_comes_in(menu, file_format):
    ours, new = RestaurantFactory(), RestaurantFactory()
    here, there = actor_as("owner", ours), actor_as("owner", new)
    build(ours, menu)
    add_catalogue(new.pk)
    dishes, before = len(menu[0]), counts()
    file = exported(here, file_format)
    with CaptureQueriesContext(connection) as asked:
        assert imported(here, file) == (0, 0, dishes)
    assert not [query["sql"] for query in asked if query["sql"].startswith(WRITES)]
    assert counts() == before
    assert imported(there, file) == (dishes, 0, 0)
    assert exported(there) == exported(here)
    assert imported(there, file) == (0, 0, dishes)


def counts():
    return [
        model.objects.count() for model in (Item, ItemGroup, Modifier, ModifierGroup, AllergenStatement, Tax, Event)
    ]


@pytest.mark.parametrize("name", ODD_NAMES)
def test_odd_names_change_nothing(house, name):
    actor = house.actor("owner")
    group = ModifierGroupFactory(item=ItemFactory(category=house.category, name=name), name=name)
    ModifierFactory(group=group, name=name, price="-1.50")
    file = exported(actor)
    before = counts()
    assert imported(actor, file) == (0, 0, 2)
    assert counts() == before


def test_what_is_archived_neither_appears_nor_blocks(house):
    actor = house.actor("owner")
    ModifierFactory(group__item=house.item, group__name="Sauce", name="Pepper", archived_at=ARCHIVED)
    ModifierGroupFactory(item=house.item, name="Gone", archived_at=ARCHIVED)
    few = ModifierGroupFactory(item=house.item, name="Sides", min=2, max=3)
    for name, gone in (("Fries", None), ("Salad", ARCHIVED)):
        ModifierFactory(group=few, name=name, archived_at=gone)
    file = exported(actor)
    (row,) = csv.DictReader(io.StringIO(file.decode("utf-8-sig")))
    assert row["options"] == "Sauce [0-1]:\nSides [2-3]: Fries +1.00"
    assert imported(actor, file) == (0, 0, 1)
    new = RestaurantFactory()
    assert imported(actor_as("owner", new), file) == (1, 0, 0)
    assert exported(actor_as("owner", new)) == file
    assert [group.name for group in ModifierGroup.objects.filter(restaurant=new)] == ["Sauce", "Sides"]


def test_the_same_choices_of_several_dishes_are_one_group_in_a_new_house(house):
    for number, off in enumerate((None, None, ARCHIVED)):
        group = ModifierGroupFactory(item=house.add_item(name=f"Plate {number}"), name="Doneness")
        for name in ("Rare", "Done"):
            ModifierFactory(group=group, name=name, off_since=off)
    file = exported(house.actor("owner"))
    new = RestaurantFactory()
    imported(actor_as("owner", new), file)
    offered = [link.group_id for link in ItemGroup.objects.filter(restaurant=new).order_by("item__name")]
    assert offered[0] == offered[1] != offered[2], "what is off at one dish is not off at the others"
    assert exported(actor_as("owner", new)) == file
