"""Routes of dishes to stations: an item's, otherwise its category's, otherwise the catch-all."""

from decimal import Decimal

import pytest

from bistro.core.kernel.errors import DomainError, InvalidInput, NotPermitted, NotYours
from bistro.core.tests.factories import DeviceFactory
from bistro.core.tests.http import nothing_changes
from kitchen.models import ModifierRoute, Route, Screen, Station
from kitchen.services.stations import place_screen, set_up_kitchen
from kitchen.tests.factories import StationFactory
from menu.imported import ImportedCategory, ImportedGroup, ImportedItem, ImportedModifier
from menu.models import Modifier
from menu.services import import_menu
from menu.tests.factories import CategoryFactory, ItemGroupFactory, ModifierFactory, ModifierGroupFactory

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]


def stations_of(house, *items) -> list[str]:
    """Return the stations of each of these dishes."""
    order = house.place(lines=[{"item": item.pk, "quantity": 1} for item in items])
    place = {line["line"]: ticket["station_name"] for ticket in house.tickets(order) for line in ticket["lines"]}
    return [place[line["id"]] for line in order["lines"]]


@pytest.fixture
def routed(house):
    """Route drinks to the bar and coffee to the machine; all other dishes go to the first station."""
    drinks = CategoryFactory(restaurant=house.restaurant, name="Drinks")
    house.beer = house.add_item(category=drinks, name="Beer")
    house.coffee = house.add_item(category=drinks, name="Coffee")
    house.station.delete()
    set_up_kitchen(
        stations=[("pass", "ExpoView", 0), ("bar", "Bar", 1), ("machine", "Coffee machine", 2)],
        routes={"drinks": "bar"},
        items={" COFFEE ": "machine"},
        actor=house.actor("manager"),
    )
    return house


def test_item_before_category_before_catch_all(routed):
    assert stations_of(routed, routed.coffee, routed.beer, routed.item) == ["Coffee machine", "Bar", "ExpoView"]


def test_lines_of_one_station_are_one_ticket(routed):
    order = routed.place(lines=[{"item": routed.beer.pk, "quantity": 1}] * 3)
    (ticket,) = routed.tickets(order)
    assert len(ticket["lines"]) == 3


def test_a_new_dish_of_a_routed_category_goes_the_same_way(routed):
    stations_of(routed, routed.beer)
    assert stations_of(routed, routed.add_item(category=routed.beer.category)) == ["Bar"]


def test_routes_to_a_closed_station_fall_to_the_catch_all(routed):
    Station.objects.filter(name="Bar").update(archived_at="2026-05-04T00:00:00Z")
    assert stations_of(routed, routed.beer) == ["ExpoView"]


def test_without_a_catch_all_the_first_station_takes_it(routed):
    Station.objects.update(is_catch_all=False)
    assert stations_of(routed, routed.item) == ["ExpoView"]


def test_routes_of_another_restaurant_do_not_count(routed, other_house):
    stranger = StationFactory(restaurant=other_house.restaurant, name="Elsewhere")
    Route.objects.create(restaurant=other_house.restaurant, station=stranger, category=other_house.category)
    assert stations_of(routed, routed.item) == ["ExpoView"]


def test_an_edit_to_another_dish_moves_the_line(routed):
    order = routed.place(lines=[{"item": routed.beer.pk, "quantity": 1}])
    line = {"id": order["lines"][0]["id"], "item": routed.coffee.pk, "quantity": 1}
    routed.done(routed.api().put(f"/api/v1/orders/{order['id']}", {"lines": [line]}))
    assert [(t["station_name"], t["status"], len(t["lines"])) for t in routed.tickets(order)] == [
        ("Bar", "cancelled", 0),
        ("Coffee machine", "queued", 1),
    ]


def test_an_edit_back_brings_the_old_ticket_back(routed):
    order = routed.place(lines=[{"item": routed.beer.pk, "quantity": 1}])
    for item in (routed.coffee, routed.beer):
        line = {"id": order["lines"][0]["id"], "item": item.pk, "quantity": 1}
        routed.done(routed.api().put(f"/api/v1/orders/{order['id']}", {"lines": [line]}))
    assert [(t["station_name"], t["status"]) for t in routed.tickets(order)] == [
        ("Bar", "queued"),
        ("Coffee machine", "cancelled"),
    ]


# --- setting up ------------------------------------------------------------------------------------------------------
def test_unknown_names_are_refused_whole(house):
    none = {"routes": {}, "items": {}, "modifiers": {}}
    for wrong in (none | {name: {"Nonsense": "a"}} for name in none):
        manager = house.actor("manager")
        Station.objects.update(is_catch_all=False)
        with nothing_changes(), pytest.raises(InvalidInput) as caught:
            set_up_kitchen(stations=[("a", "A", 0)], actor=manager, **wrong)
        assert caught.value.fields == {"routes": ["Nonsense"]}


def test_a_choice_is_routed_in_every_group_that_holds_it(house, other_house):
    soup = house.add_item(name="Soup")
    dishes = [house.item, soup, other_house.item]
    fries = [ModifierFactory(group=ModifierGroupFactory(item=dish), name="With fries") for dish in dishes]
    gone = ModifierFactory(
        group=ModifierGroupFactory(item=house.add_item()), name="With fries", archived_at="2026-01-01T00:00Z"
    )
    house.station.delete()
    set_up_kitchen(
        stations=[("grill", "Grill", 0), ("fry", "Fryer", 1)],
        routes={house.category.name: "grill"},
        items={},
        modifiers={"with FRIES": "fry"},
        actor=house.actor("manager"),
    )
    assert set(ModifierRoute.objects.values_list("station__name", "modifier_id")) == {
        ("Fryer", fries[0].pk),
        ("Fryer", fries[1].pk),
    }
    assert gone.pk not in ModifierRoute.objects.values_list("modifier_id", flat=True)
    order = house.place(lines=[{"item": soup.pk, "quantity": 1, "modifiers": [fries[1].pk]}])
    assert [ticket["station_name"] for ticket in house.tickets(order)] == ["Grill", "Fryer"]


def test_only_a_manager_sets_it_up(house):
    for role in ("waiter", "kitchen", "screen"):
        actor = house.actor(role)
        with nothing_changes(), pytest.raises(NotPermitted):
            set_up_kitchen(stations=[("a", "A", 0)], routes={}, items={}, actor=actor)
        with nothing_changes(), pytest.raises(NotPermitted):
            place_screen(device_id=1, station_ids=[], actor=actor)


def test_a_screen_hangs_at_stations(house):
    device = DeviceFactory(restaurant=house.restaurant, kind="kitchen")
    bar = StationFactory(restaurant=house.restaurant)
    manager = house.actor("manager")
    place_screen(device_id=device.pk, station_ids=[bar.pk, house.station.pk], actor=manager)
    place_screen(device_id=device.pk, station_ids=[bar.pk, bar.pk], actor=manager)
    assert list(Screen.objects.get().stations.all()) == [bar]
    device.refresh_from_db()
    assert device.version == 2  # its open sockets read again


@pytest.mark.parametrize("wrong", ["pad", "missing", "foreign device", "foreign station"])
def test_what_cannot_hang_there(house, other_house, wrong):
    screen = DeviceFactory(restaurant=house.restaurant, kind="kitchen")
    foreign = DeviceFactory(restaurant=other_house.restaurant, kind="kitchen")
    device = {"pad": house.pad.device_id, "missing": 999_999, "foreign device": foreign.pk}.get(wrong, screen.pk)
    station = other_house.station if wrong == "foreign station" else house.station
    manager = house.actor("manager")
    with nothing_changes(), pytest.raises(DomainError) as caught:
        place_screen(device_id=device, station_ids=[station.pk], actor=manager)
    assert isinstance(caught.value, InvalidInput if wrong == "pad" else NotYours)
    assert Screen.objects.count() == 0


def test_a_dish_with_a_group_of_its_own_keeps_the_routes_of_its_choices(house):
    sides = ModifierGroupFactory(item=house.item, name="Sides")
    fries = ModifierFactory(group=sides, name="Fries")
    ItemGroupFactory(item=house.add_item(name="Fish"), group=sides)
    house.station.delete()
    set_up_kitchen(
        stations=[("grill", "Grill", 0), ("fry", "Fryer", 1)],
        routes={house.category.name: "grill"},
        items={},
        modifiers={"Fries": "fry"},
        actor=house.actor("manager"),
    )
    groups = (ImportedGroup("Sides", 0, 1, (ImportedModifier("Fries", Decimal("2.00")),)),)
    dish = ImportedItem(house.item.name, house.item.price, groups=groups)
    import_menu(categories=[ImportedCategory(house.category.name, (dish,))], actor=house.actor("manager"))
    own = Modifier.objects.exclude(pk=fries.pk).get(name="Fries")
    order = house.place(lines=[{"item": house.item.pk, "quantity": 1, "modifiers": [own.pk]}])
    assert [ticket["station_name"] for ticket in house.tickets(order)] == ["Grill", "Fryer"]
    assert ModifierRoute.objects.filter(modifier=fries).count() == 1
