"""Columns of a file with texts in other languages: what they change, and what they refuse."""

import pytest

from menu.files.checking import check_file
from menu.files.exporting import export_menu
from menu.files.meanings import FileSettings
from menu.files.services import import_file
from menu.models import Category, Item, Modifier, ModifierGroup
from menu.tests.factories import ModifierFactory, ModifierGroupFactory

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]
HEADER = "category,name,price,options,category:fr,Name (FR),description:fr,options:fr\n"
ROW = "Mains,Steak,20.00,Side [1-1]: Fries; Salad,Plats,Steak grillé,Saignant,Accompagnement: Frites; Salade\n"


def imported(house, text):
    return import_file(data=text.encode(), settings=FileSettings(), actor=house.actor("owner"))


def french(model, **found):
    return model.objects.get(**found).translations.get("fr")


def test_a_file_brings_all_texts(house):
    assert imported(house, HEADER + ROW)["new"] == 1
    assert french(Category, name="Mains") == {"name": "Plats"}
    assert french(Item, name="Steak") == {"name": "Steak grillé", "description": "Saignant"}
    assert french(ModifierGroup, name="Side") == {"name": "Accompagnement"}
    assert [french(Modifier, name=name) for name in ("Fries", "Salad")] == [{"name": "Frites"}, {"name": "Salade"}]
    again = imported(house, HEADER + ROW)
    assert (again["unchanged"], again["changed"]) == (1, 0)


def test_a_known_dish_is_changed_and_keeps_what_the_file_does_not_say(house):
    imported(house, HEADER + ROW)
    Item.objects.filter(name="Steak").update(
        translations={"fr": {"name": "Steak grillé", "description": "Saignant"}, "es": {"name": "Bistec"}}
    )
    text = HEADER + "Mains,Steak,20.00,Side [1-1]: Fries; Salad,,Entrecôte,,Garniture: Frites; Mesclun\n"
    checked = check_file(text.encode(), actor=house.actor("owner"), settings=FileSettings())
    (dish,) = checked.plan.dishes
    assert sorted(map(str, dish.changes)) == [
        "Salad, name (fr): Salade → Mesclun",
        "Side, name (fr): Accompagnement → Garniture",
        "name (fr): Steak grillé → Entrecôte",
    ]
    assert imported(house, text)["changed"] == 1
    assert Item.objects.get(name="Steak").translations == {
        "fr": {"name": "Entrecôte", "description": "Saignant"},
        "es": {"name": "Bistec"},
    }
    assert french(Category, name="Mains") == {"name": "Plats"}
    assert french(Modifier, name="Salad") == {"name": "Mesclun"}


def test_dishes_without_a_say_about_languages_share_a_translated_group(house):
    imported(house, HEADER + ROW)
    assert imported(house, "category,name,price,options\nMains,Fish,18.00,Side [1-1]: Fries; Salad\n")["new"] == 1
    assert ModifierGroup.objects.filter(name="Side").count() == 1


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (ROW.replace("Frites; Salade", "Frites"), "options:fr"),
        (ROW.replace("Side [1-1]: Fries; Salad", ""), "options:fr"),
        (ROW.replace("Steak grillé", "x" * 121), "Name (FR)"),
        (ROW.replace("Plats", "x" * 81), "category:fr"),
        (ROW + "Mains,Fish,18.00,,Principaux,,,\n", "category:fr"),
    ],
)
def test_what_is_refused_changes_nothing(house, row, column):
    answer = imported(house, HEADER + row)
    assert [error["column"] for error in answer["errors"]] == [column]
    assert not Item.objects.filter(name="Steak").exists()


def test_the_export_has_the_columns_that_the_menu_uses(house):
    group = ModifierGroupFactory(item=house.item, name="Side", translations={"fr": {"name": "Plat"}})
    ModifierFactory(group=group, name="Fries", price="0.00")
    for file_format in ("csv", "xlsx"):
        assert not imported_bytes(house, file_format)["errors"]
    lines = export_menu(house.actor("owner"), "csv").decode("utf-8-sig").splitlines()
    assert lines[0].endswith("options,options:fr")
    assert lines[1].endswith("Side [0-1]: Fries,Plat: Fries")


def imported_bytes(house, file_format):
    file = export_menu(house.actor("owner"), file_format)
    answer = import_file(data=file, settings=FileSettings(), actor=house.actor("owner"))
    assert answer["unchanged"] == 1
    return answer
