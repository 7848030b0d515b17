"""Concurrent imports and saves: each dish once, and no dish with two choices of one name.

The controls take away the lock with the second plan, and the check after a save.
"""

from decimal import Decimal

import pytest
from django.db import IntegrityError

from bistro.core.tests.racing import race
from menu.admin import base
from menu.imported import ImportedCategory, ImportedItem
from menu.models import Item, ItemGroup
from menu.options_text import read_options
from menu.services import import_menu, importing
from menu.tests.factories import ModifierFactory
from menu.tests.test_admin_menu import dish, groups

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]


def run_import(house):
    sides = read_options("Side [0-1]: Fries; Salad")
    dishes = tuple(ImportedItem(f"Plate {number}", Decimal(5), groups=sides) for number in range(20))
    return import_menu(categories=[ImportedCategory("Mains", dishes)], actor=house.actor("owner"))


def test_the_second_import_finds_the_dishes_of_the_first(house):
    plans = race([lambda: run_import(house)] * 4)
    assert sorted(plan.count("new") for plan in plans) == [0, 0, 0, 20]
    assert Item.objects.filter(name__startswith="Plate").count() == 20
    assert ItemGroup.objects.values("group").distinct().count() == 1


def test_control_without_the_second_plan(house, monkeypatch):
    """Every import writes the plan that it made before the lock."""
    monkeypatch.setattr(importing, "_locked_version", lambda work: plans[0].version)
    categories = [ImportedCategory("Mains", (ImportedItem("Soup", Decimal(5)),))]
    plans = [importing.plan_import(categories=categories, actor=house.actor("owner")) for _ in range(2)]
    made = iter(plans)
    monkeypatch.setattr(importing, "plan_import", lambda **given: next(made))
    import_menu(categories=categories, actor=house.actor("owner"))
    with pytest.raises(IntegrityError):
        import_menu(categories=categories, actor=house.actor("owner"))


def link_both(house):
    """Two managers each add a group with fries to the same dish."""
    offered = [
        ModifierFactory(group__item=None, group__restaurant=house.restaurant, name="Fries").group for _ in range(2)
    ]

    def link(browser, group):
        data = dish(house, name=house.item.name, price="10.00", prep_minutes=house.item.prep_minutes)
        data |= groups({"id": "", "group": group.pk, "position": 0})
        return browser.post(f"/admin/menu/item/{house.item.pk}/change/", data).status_code

    browsers = [house.browser("owner"), house.browser("manager")]
    pairs = zip(browsers, offered, strict=True)
    return race([lambda browser=browser, group=group: link(browser, group) for browser, group in pairs])


def test_two_managers_cannot_each_add_the_same_choice(house):
    assert sorted(link_both(house)) == [200, 302]
    assert ItemGroup.objects.filter(item=house.item).count() == 1


def test_control_without_the_check(house, monkeypatch):
    monkeypatch.setattr(base, "refuse_doubled_choices", lambda work: None)
    assert link_both(house) == [302, 302]
    assert ItemGroup.objects.filter(item=house.item).count() == 2
