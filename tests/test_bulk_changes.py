"""Bulk changes of dishes: the preview, what is refused, and the undo."""

import json
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bistro.core.kernel.errors import InvalidInput, LostRace, NotPermitted, NotYours
from bistro.core.kernel.money import to_step
from bistro.core.models import Event
from bistro.core.tests.racing import race
from kitchen.models import Route
from kitchen.tests.factories import StationFactory
from menu.bulk.models import BulkChange
from menu.bulk.services import apply_bulk, plan_bulk, undo_bulk
from menu.compiled import menu_now
from menu.models import Item
from menu.services import set_price
from menu.tests.factories import CategoryFactory, ItemFactory
from tests.journeys.house import open_house

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]
ADD = "/admin/menu_bulk/bulkchange/add/"


@pytest.fixture
def house():
    house = open_house()
    Item.objects.filter(pk=house.item.pk).update(name="Burger", price=Decimal("10.00"))
    for name, price in (("Steak", "21.30"), ("Water", "0")):
        ItemFactory(category=house.item.category, name=name, price=Decimal(price))
    return house


def prices():
    return {item.name: str(item.price.quantize(Decimal("0.01"))) for item in Item.objects.filter(archived_at=None)}


def sent(answer):
    """Return the hidden fields of a preview."""
    fields = {}
    for name, value in answer.context["hidden"]:
        fields.setdefault(name, []).append(value)
    return fields


def preview(house, **said):
    answer = house.browser("owner").post(ADD, {"dishes": "all", "rounding": "", **said})
    return answer if "rows" in answer.context else answer.context["form"].errors


def apply(house, **said):
    return house.browser("owner").post(ADD, sent(preview(house, **said)))


@pytest.mark.parametrize(
    ("amount", "step", "ending", "rounded"),
    [
        ("10.42", "0.05", "0", "10.40"), ("10.425", "0.05", "0", "10.45"), ("10.75", "0.50", "0", "11.00"),
        ("10.44", "0.10", "0", "10.40"), ("10.30", "1", "0.90", "9.90"), ("10.40", "1", "0.90", "10.90"),
        ("0.20", "1", "0.90", "0.90"), ("10.005", "0", "0", "10.01"), ("0.01", "0.50", "0", "0.00"),
    ],
)  # fmt: skip
def test_amounts_are_rounded_to_a_step(amount, step, ending, rounded):
    assert str(to_step(Decimal(amount), "EUR", Decimal(step), Decimal(ending))) == rounded


def test_prices_are_raised_after_a_preview_and_restored(house):
    version = menu_now(house.restaurant.pk).menu.version
    shown = preview(house, what="prices", percent="5", rounding="0.10")
    rows = [(row.item.name, row.before_words, row.after_words) for row in shown.context["rows"]]
    assert rows == [("Burger", "€10.00", "€10.50"), ("Steak", "€21.30", "€22.40")]
    assert shown.context["same"] == 1  # a price of 0 stays
    assert prices() == {"Burger": "10.00", "Steak": "21.30", "Water": "0.00"}
    answer = house.browser("owner").post(ADD, sent(shown))
    change = BulkChange.objects.get()
    assert answer.url == reverse("admin:menu_bulk_bulkchange_change", args=[change.pk])
    assert prices() == {"Burger": "10.50", "Steak": "22.40", "Water": "0.00"}
    assert menu_now(house.restaurant.pk).menu.version == version + 1
    item = Item.objects.get(name="Burger")
    assert item.history.first().price == Decimal("10.50")
    event = Event.objects.filter(subject=f"item:{item.pk}", action="changed").latest("seq")
    assert json.loads(event.data)["changed"] == {"prices": {"before": "10.00", "after": "10.50"}}
    house.browser("owner").post(answer.url)
    assert prices() == {"Burger": "10.00", "Steak": "21.30", "Water": "0.00"}
    change.refresh_from_db()
    assert change.undone_at is not None
    assert change.left == []
    with pytest.raises(LostRace):
        undo_bulk(change_id=change.pk, actor=house.actor("owner"))


def test_an_undo_leaves_what_was_changed_again_and_names_it(house):
    apply(house, what="prices", percent="10")
    steak = Item.objects.get(name="Steak")
    set_price(item_id=steak.pk, price=Decimal(30), seen=None, actor=house.actor("owner"))
    change = undo_bulk(change_id=BulkChange.objects.get().pk, actor=house.actor("owner"))
    assert change.left == ["Steak"]
    assert prices() == {"Burger": "10.00", "Steak": "30.00", "Water": "0.00"}
    page = house.browser("owner").get(reverse("admin:menu_bulk_bulkchange_change", args=[change.pk])).content.decode()
    assert "not restored: Steak" in page


def test_a_dish_that_changed_since_the_preview_refuses_all(house):
    fields = sent(preview(house, what="prices", percent="10"))
    steak = Item.objects.get(name="Steak")
    set_price(item_id=steak.pk, price=Decimal(30), seen=None, actor=house.actor("owner"))
    answer = house.browser("owner").post(ADD, fields)
    assert "Steak" in answer.context["refusal"]
    assert prices()["Burger"] == "10.00"
    house.browser("owner").post(ADD, sent(answer))  # the new preview shows the new price
    assert prices() == {"Burger": "11.00", "Steak": "33.00", "Water": "0.00"}


def test_dishes_move_to_another_category_and_back(house):
    other = CategoryFactory(restaurant=house.restaurant, name="Mains")
    old = house.item.category
    answer = house.browser("owner").post(
        ADD, {"items": str(house.item.pk), "dishes": "chosen", "what": "categories", "category": other.pk}
    )
    house.browser("owner").post(ADD, sent(answer))
    assert [item.name for item in other.items.all()] == ["Burger"]
    undo_bulk(change_id=BulkChange.objects.get().pk, actor=house.actor("owner"))
    assert Item.objects.get(name="Burger").category == old


def test_dishes_get_other_stations_and_their_former_ones_back(house):
    grill, bar = (StationFactory(restaurant=house.restaurant, name=name) for name in ("Charcoal", "Back bar"))
    Route.objects.create(restaurant=house.restaurant, item=house.item, station=bar)
    scope = f"category-{house.item.category_id}"
    apply(house, dishes=scope, what="stations", stations=[grill.pk])
    assert set(Route.objects.exclude(item=None).values_list("item__name", "station__name")) == {
        (name, "Charcoal") for name in ("Burger", "Steak", "Water")
    }
    undo_bulk(change_id=BulkChange.objects.get().pk, actor=house.actor("owner"))
    assert list(Route.objects.exclude(item=None).values_list("item__name", "station__name")) == [("Burger", "Back bar")]


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"what": "prices"}, "percent"), ({"what": "prices", "percent": "-100"}, "percent"),
        ({"what": "prices", "percent": "5.123"}, "percent"), ({"what": "prices", "percent": "NaN"}, "percent"),
        ({"what": "prices", "percent": "5", "rounding": "0.03"}, "rounding"), ({"what": "categories"}, "category"),
        ({"what": "categories", "category": "999999"}, "category"), ({"what": "magic"}, "what"),
        ({"what": "prices", "percent": "0"}, "__all__"), ({"dishes": "category-x", "what": "prices"}, "dishes"),
        ({"what": "stations", "stations": "x"}, "stations"),
    ],
)  # fmt: skip
def test_bad_input_is_refused_beside_its_field(house, said, field):
    assert field in preview(house, **said)
    assert not BulkChange.objects.exists()


@pytest.mark.parametrize("seen", ["", "[", "[[1]]", "{}", '[["a", 1]]', "[" * 5000, '[[1,"x"]]'])
def test_a_forged_preview_changes_nothing(house, seen):
    fields = sent(preview(house, what="prices", percent="10")) | {"_seen": [seen]}
    assert "rows" in house.browser("owner").post(ADD, fields).context
    assert prices()["Burger"] == "10.00"


def test_nothing_of_another_restaurant_is_touched(house):
    other = open_house(name="Elsewhere")
    stranger = other.actor("owner")
    said = {"percent": Decimal(5), "rounding": ""}
    assert plan_bulk(kind="prices", item_ids=[house.item.pk], said=said, actor=stranger) == []
    with pytest.raises(LostRace):
        apply_bulk(kind="prices", seen={house.item.pk: "10.00"}, said=said, actor=stranger)
    change = apply_bulk(kind="prices", seen={house.item.pk: "10.00"}, said=said, actor=house.actor("owner"))
    with pytest.raises(NotYours):
        undo_bulk(change_id=change.pk, actor=stranger)
    with pytest.raises(NotPermitted):
        undo_bulk(change_id=change.pk, actor=house.actor("waiter"))
    with pytest.raises(InvalidInput):
        apply_bulk(kind="magic", seen={}, said=said, actor=house.actor("owner"))


def test_a_bulk_change_costs_the_same_queries_for_any_number_of_dishes(house):
    said = {"percent": Decimal(5), "rounding": ""}

    def count():
        seen = {item.pk: f"{item.price:.2f}" for item in Item.objects.filter(price__gt=0)}
        with CaptureQueriesContext(connection) as caught:
            apply_bulk(kind="prices", seen=seen, said=said, actor=house.actor("owner"))
        return len(caught)

    count()
    few = count()
    for number in range(30):
        ItemFactory(category=house.item.category, name=f"Dish no. {number}", price=Decimal(8))
    assert count() <= few + 2


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_two_undos_at_the_same_moment_one_is_refused():
    house = open_house()
    owner = house.actor("owner")
    said = {"percent": Decimal(50), "rounding": ""}
    change = apply_bulk(kind="prices", seen={house.item.pk: "10.00"}, said=said, actor=owner)
    outcomes = race([lambda: undo_bulk(change_id=change.pk, actor=owner)] * 2)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["BulkChange", "LostRace"]
