"""Admin pages of the menu."""

import json
from decimal import Decimal

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from bistro.core.models import Event
from menu.compiled import current_menu
from menu.models import Category, Item, MenuVersion
from menu.tests.factories import (
    CategoryFactory,
    ItemFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]

ADD = "/admin/menu/item/add/"
ITEMS = "/admin/menu/item/"


@pytest.fixture
def owner(house):
    return house.browser("owner")


def groups(*rows, initial=0):
    data = {"item_groups-TOTAL_FORMS": len(rows), "item_groups-INITIAL_FORMS": initial}
    for place, row in enumerate(rows):
        data |= {f"item_groups-{place}-{name}": value for name, value in row.items()}
    return data


def dish(house, **fields):
    return {
        "name": "Soup", "category": house.category.pk, "price": "7.50", "prep_minutes": "5",
        "recipe-TOTAL_FORMS": 0, "recipe-INITIAL_FORMS": 0, **groups(), **fields,
    }  # fmt: skip


def version(house):
    return MenuVersion.objects.get(pk=house.restaurant.pk).version


def events(house, type_):
    return [json.loads(e.data) for e in Event.objects.filter(restaurant=house.restaurant, type=type_)]


def said(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def test_a_new_dish_is_on_the_menu_and_in_the_audit_trail(house, owner):
    before = version(house)
    answer = owner.post(ADD, dish(house, contains=["celery", "milk"]))
    assert answer.status_code == 302
    item = Item.objects.get(name="Soup")
    assert (item.restaurant, item.price) == (house.restaurant, Decimal("7.50"))
    assert version(house) == before + 1
    assert current_menu(house.restaurant.pk).by_id[item.pk].name == "Soup"
    (logged,) = events(house, "configuration_updated")
    assert logged["name"] == "Soup"
    assert logged["changed"]["price"] == {"before": None, "after": "7.50"}
    assert logged["changed"]["category"]["after"] == house.category.name
    event = Event.objects.get(type="configuration_updated")
    assert (event.subject, event.action, event.actor) == (
        f"item:{item.pk}", "added", f"staff:{house.staff('owner').pk}"
    )  # fmt: skip


def test_a_change_is_logged_with_before_and_after_and_nothing_else(house, owner):
    item = house.item
    answer = owner.post(
        f"{ITEMS}{item.pk}/change/", dish(house, name=item.name, price="11.00", prep_minutes=item.prep_minutes)
    )
    assert answer.status_code == 302
    (logged,) = events(house, "configuration_updated")
    assert logged["changed"] == {"price": {"before": "10.00", "after": "11.00"}}
    assert [row.price for row in item.history.all()] == [Decimal("11.00"), Decimal("10.00")]
    assert item.history.first().history_user == house.staff("owner")


def test_saving_without_a_change_raises_no_version(house, owner):
    item, before = house.item, version(house)
    owner.post(f"{ITEMS}{item.pk}/change/", dish(house, name=item.name, price="10.00", prep_minutes=item.prep_minutes))
    assert version(house) == before
    assert events(house, "configuration_updated") == []


def test_another_restaurants_category_is_no_choice_and_is_refused(house, other_house, owner):
    form = owner.get(ADD).context["adminform"].form
    assert list(form.fields["category"].queryset) == [house.category]
    answer = owner.post(ADD, dish(house, category=other_house.category.pk))
    assert answer.status_code == 200
    assert "category" in answer.context["adminform"].form.errors
    assert not Item.objects.filter(name="Soup").exists()


def test_another_restaurants_dish_cannot_be_saved(house, other_house, owner):
    path = f"{ITEMS}{other_house.item.pk}/change/"
    answer = owner.post(path, dish(house, name="Stolen"))
    assert (answer.status_code, answer.url) == (302, "/admin/")
    other_house.item.refresh_from_db()
    assert other_house.item.name != "Stolen"


@pytest.mark.parametrize("name", ["Soup", " soup ", "SOUP"])
def test_a_name_that_is_taken_is_a_message_beside_the_field(house, owner, name):
    ItemFactory(category=house.category, name="Soup")
    answer = owner.post(ADD, dish(house, name=name))
    assert answer.status_code == 200
    assert answer.context["adminform"].form.errors["name"] == ["This name is already in use."]


def test_the_name_of_an_archived_dish_is_free_again(house, owner):
    old = ItemFactory(category=house.category, name="Soup")
    owner.post(ITEMS, {"action": "archive_chosen", "_selected_action": [old.pk]})
    assert owner.post(ADD, dish(house)).status_code == 302
    answer = owner.post(ITEMS + "?state=all", {"action": "bring_back_chosen", "_selected_action": [old.pk]})
    assert said(answer)[-1:] == ["“Soup” cannot be restored: the name is in use again."]
    old.refresh_from_db()
    assert old.archived_at is not None


@pytest.mark.parametrize(
    "wrong",
    [
        {"price": "-1"},
        {"price": "1e99"},
        {"name": ""},
        {"contains": ["dust"]},
        {"contains": ["milk"], "free_of": ["milk"]},
        {"prep_minutes": "x"},
    ],
)
def test_nonsense_is_refused_and_nothing_is_saved(house, owner, wrong):
    before = version(house)
    assert owner.post(ADD, dish(house, **wrong)).status_code == 200
    assert Item.objects.filter(restaurant=house.restaurant).count() == 1
    assert version(house) == before


def test_archiving_takes_a_dish_off_the_menu_but_not_out_of_orders(house, owner):
    order = house.order()
    owner.post(ITEMS, {"action": "archive_chosen", "_selected_action": [house.item.pk]})
    assert house.item.pk not in current_menu(house.restaurant.pk).by_id
    assert house.item.lines.get().order_id == order.id
    assert events(house, "configuration_updated")[0]["changed"]["archived_at"]["before"] is None


def test_there_is_no_way_to_delete_a_dish(house, owner):
    assert owner.post(f"{ITEMS}{house.item.pk}/delete/", {"post": "yes"}).status_code == 403
    owner.post(ITEMS, {"action": "delete_selected", "_selected_action": [house.item.pk], "post": "yes"})
    assert Item.objects.filter(pk=house.item.pk).exists()


def test_86_and_back(house, owner):
    item = house.item
    answer = owner.post(ITEMS, {"action": "take_off", "_selected_action": [item.pk]})
    assert said(answer) == ["1 marked 86."]
    item.refresh_from_db()
    assert not item.available
    owner.post(ITEMS, {"action": "put_on", "_selected_action": [item.pk]})
    item.refresh_from_db()
    assert item.available


def test_portions_are_asked_for_and_then_counted(house, owner):
    item = house.item
    page = owner.post(ITEMS, {"action": "count_portions", "_selected_action": [item.pk]})
    assert page.status_code == 200
    hidden = dict(page.context["hidden"])
    assert hidden["action"] == "count_portions"
    wrong = owner.post(ITEMS, {**hidden, "portions_left": "-3"})
    assert "portions_left" in wrong.context["form"].errors
    owner.post(ITEMS, {**hidden, "portions_left": "12"})
    item.refresh_from_db()
    assert item.portions_left == 12
    owner.post(ITEMS, {**hidden, "portions_left": ""})
    item.refresh_from_db()
    assert item.portions_left is None


def test_another_restaurants_dish_is_not_taken_off(house, other_house, owner):
    owner.post(ITEMS, {"action": "take_off", "_selected_action": [other_house.item.pk]})
    other_house.item.refresh_from_db()
    assert other_house.item.available


def test_history_shows_prices_and_takes_no_revert(house, other_house, owner):
    item = house.item
    owner.post(f"{ITEMS}{item.pk}/change/", dish(house, name=item.name, price="12.00", prep_minutes=10))
    version_id = item.history.first().pk
    path = reverse("admin:menu_item_simple_history", args=[item.pk, version_id])
    assert owner.get(path).status_code == 200
    assert owner.post(path, dish(house)).status_code == 403
    other = other_house.item
    other.save()
    foreign = reverse("admin:menu_item_simple_history", args=[other.pk, other.history.first().pk])
    assert owner.get(foreign).status_code == 404


def test_a_new_category_comes_last(house, owner):
    CategoryFactory(restaurant=house.restaurant, position=7)
    data = {"name": "Cheese", "course": 3, "items-TOTAL_FORMS": 0, "items-INITIAL_FORMS": 0}
    assert owner.post("/admin/menu/category/add/", data).status_code == 302
    assert Category.objects.get(name="Cheese").position == 8
