"""The menu as sold now: its shape, its ETag and the data it hides (docs/contracts/bistro.md)."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from bistro.core.kernel.jsontext import moment
from bistro.core.tests.http import Api, refused
from menu.allergens import ALLERGENS
from menu.models import AllergenStatement, MenuVersion
from menu.services import set_available, set_portions
from menu.tests.factories import CategoryFactory, ItemGroupFactory, ModifierFactory, ModifierGroupFactory, state

pytestmark = pytest.mark.django_db
PATH = "/api/v1/menu"
NOTHING = {"allergens": [], "may_contain": [], "free_of": []}
LONG_AGO = datetime(2026, 5, 4, tzinfo=UTC)


def test_the_whole_shape(house):
    soup = house.add_item(
        name="Onion soup", price="7.50", description="Gratinated.", diets=["vegetarian"],
        prep_minutes=12, popular=True, portions_left=3,
    )  # fmt: skip
    group = ModifierGroupFactory(item=soup, name="Bread", min=1, max=2)
    white = ModifierFactory(group=group, name="White", price=Decimal("0.00"))
    dark = ModifierFactory(group=group, name="Dark", price=Decimal("0.50"))
    state(soup, ["milk", "gluten"], ["nuts"], ["fish"])
    state(dark, may_contain=["sesame"])
    checked_at = moment(AllergenStatement.objects.filter(item=soup).first().checked_at)
    body = house.api().get(PATH).json()
    version = MenuVersion.objects.get()
    assert body == {
        "version": f"{version.version}.{version.availability}",
        "language": "en",
        "languages": ["en"],
        "currency": "EUR",
        "allergens": [{"code": code, "name": name} for code, name in ALLERGENS],
        "pads_paused_until": None,
        "categories": [
            {
                "id": house.category.pk,
                "name": house.category.name,
                "items": [
                    {
                        "id": house.item.pk,
                        "name": house.item.name,
                        "description": "",
                        "price": "10.00",
                        "available": True,
                        "off_until": None,
                        "paused_until": None,
                        "portions_left": None,
                        **NOTHING,
                        "allergens_checked_at": None,
                        "diets": [],
                        "prep_minutes": 10,
                        "popular": False,
                        "image": None,
                        "modifier_groups": [],
                    },
                    {
                        "id": soup.pk,
                        "name": "Onion soup",
                        "description": "Gratinated.",
                        "price": "7.50",
                        "available": True,
                        "off_until": None,
                        "paused_until": None,
                        "portions_left": 3,
                        "allergens": ["gluten", "milk"],
                        "may_contain": ["nuts"],
                        "free_of": ["fish"],
                        "allergens_checked_at": checked_at,
                        "diets": ["vegetarian"],
                        "prep_minutes": 12,
                        "popular": True,
                        "image": None,
                        "modifier_groups": [
                            {
                                "id": group.pk,
                                "name": "Bread",
                                "min": 1,
                                "max": 2,
                                "modifiers": [
                                    {"id": white.pk, "name": "White", "price": "0.00", **NOTHING},
                                    {
                                        "id": dark.pk,
                                        "name": "Dark",
                                        "price": "0.50",
                                        **NOTHING,
                                        "may_contain": ["sesame"],
                                    },
                                ],
                            }
                        ],
                    },
                ],
            }
        ],
    }


def test_what_is_archived_or_off_is_not_offered(house):
    gone = house.add_item(archived_at=LONG_AGO)
    closed = CategoryFactory(restaurant=house.restaurant, archived_at=LONG_AGO)
    house.add_item(category=closed)
    CategoryFactory(restaurant=house.restaurant, name="Empty")
    group = ModifierGroupFactory(item=house.item)
    ModifierFactory(group=group, name="Off", off_since=LONG_AGO)
    ModifierFactory(group=group, name="Archived", archived_at=LONG_AGO)
    ModifierFactory(group=group, name="There")
    ModifierGroupFactory(item=house.item, name="Old group", archived_at=LONG_AGO)
    (category,) = house.api().get(PATH).json()["categories"]
    (item,) = category["items"]
    assert item["id"] != gone.pk
    (shown,) = item["modifier_groups"]
    assert [modifier["name"] for modifier in shown["modifiers"]] == ["There"]


def test_sold_out_items_stay_on_it(house):
    set_available(item_id=house.item.pk, available=False, actor=house.actor("manager"))
    empty = house.add_item(portions_left=0)
    items = {item["id"]: item for item in house.api().get(PATH).json()["categories"][0]["items"]}
    assert (items[house.item.pk]["available"], items[house.item.pk]["portions_left"]) == (False, None)
    assert (items[empty.pk]["available"], items[empty.pk]["portions_left"]) == (False, 0)


def test_who_has_it_already_gets_304(house):
    first = house.api().get(PATH)
    again = house.api("waiter").get(PATH, if_none_match=first["ETag"])
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert first["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize("change", ["price", "modifier", "86", "portions", "countdown ends"])
def test_every_change_gives_a_new_etag(house, change):
    manager = house.actor("manager")
    set_portions(item_id=house.item.pk, portions_left=5, actor=manager)
    before = house.api().get(PATH)
    if change == "price":
        from menu.imported import ImportedCategory, ImportedItem
        from menu.services import import_menu

        dearer = ImportedCategory(house.category.name, (ImportedItem(house.item.name, Decimal("11.00")),))
        import_menu(categories=[dearer], actor=manager)
    elif change == "modifier":
        ModifierFactory(group=ModifierGroupFactory(item=house.item))
    elif change == "86":
        set_available(item_id=house.item.pk, available=False, actor=manager)
    elif change == "portions":
        house.place()
    else:
        set_portions(item_id=house.item.pk, portions_left=None, actor=manager)
    after = house.api().get(PATH, if_none_match=before["ETag"])
    assert after.status_code == 200
    assert after["ETag"] != before["ETag"]
    assert after.json()["version"] != before.json()["version"]


def test_portions_do_not_make_a_new_version_of_the_menu(house):
    """Selling a counted portion raises only the availability stamp, so that the menu is not compiled again."""
    set_portions(item_id=house.item.pk, portions_left=50, actor=house.actor("manager"))
    before = MenuVersion.objects.get()
    house.place()
    after = MenuVersion.objects.get()
    assert after.version == before.version
    assert after.availability > before.availability


def test_each_restaurant_its_own(house, other_house):
    mine, theirs = house.api().get(PATH), other_house.api().get(PATH)
    assert mine["ETag"] != theirs["ETag"]
    assert [item["id"] for item in theirs.json()["categories"][0]["items"]] == [other_house.item.pk]


def test_everybody_with_a_credential_reads_it(house):
    for role in ("pad", "screen", "integration", "waiter", "kitchen", "cashier", "host"):
        assert house.api(role).get(PATH).status_code == 200
    assert house.browser("waiter").get(PATH).status_code == 200
    refused(Api().get(PATH), 401, "not_authenticated")
    refused(house.api().post(PATH, {}), 405, "method_not_allowed")


def test_a_shared_group_is_at_its_own_place_in_each_dish(house):
    sides = ModifierGroupFactory(item=house.item, name="Sides", position=1)
    fries = ModifierFactory(group=sides, name="Fries")
    ModifierGroupFactory(item=house.item, name="Doneness", position=0)
    other = house.add_item(name="Fish")
    ItemGroupFactory(item=other, group=sides)
    ModifierGroupFactory(item=other, name="Gone", archived_at="2026-01-01T00:00Z")
    items = {item["id"]: item["modifier_groups"] for item in house.api().get(PATH).json()["categories"][0]["items"]}
    assert [group["name"] for group in items[house.item.pk]] == ["Doneness", "Sides"]
    assert [group["name"] for group in items[other.pk]] == ["Sides"]
    for item in (house.item, other):
        lines = [{"item": item.pk, "quantity": 1, "modifiers": ["fries"]}]
        assert house.place(lines=lines)["lines"][0]["modifiers"][0]["id"] == fries.pk


def test_the_number_of_queries_does_not_grow(house, django_assert_num_queries):
    for count in (1, 20):
        for _ in range(count):
            group = ModifierGroupFactory(item=house.add_item())
            ModifierFactory(group=group)
        house.api().get(PATH)  # compiled
        with django_assert_num_queries(6):  # device, restaurant, stamp, version, availability, stamp again
            house.api().get(PATH)
