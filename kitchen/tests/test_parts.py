"""The words of a dish at a station: its own part first, left out choices marked, and parts of other stations named."""

import pytest

from kitchen.models import ModifierRoute, Route
from kitchen.tests.factories import StationFactory
from kitchen.wall.board import read_board
from kitchen.wall.parts import Choice, leaves_out, what_is_left_out
from menu.compiled import forget
from menu.tests.factories import ModifierFactory, ModifierGroupFactory

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]


@pytest.fixture
def steak(house):
    """Return a steak at the grill whose fries the fryer makes, ordered with both sides of "Onion"."""
    grill, fry = (StationFactory(restaurant=house.restaurant, name=name) for name in ("Grill", "Fryer"))
    house.grill, house.fry = grill, fry
    house.steak = house.add_item(name="Steak Frites")
    Route.objects.create(restaurant=house.restaurant, station=grill, item=house.steak)
    sides = ModifierGroupFactory(item=house.steak, name="Side", max=3)
    names = ("With fries", "Pepper sauce", "No onion")
    fries, sauce, onion = (ModifierFactory(group=sides, name=name) for name in names)
    ModifierRoute.objects.create(restaurant=house.restaurant, station=fry, modifier=fries)
    out = ModifierFactory(group=ModifierGroupFactory(item=house.steak, name="Leave out", max=3), name="Salad")
    forget()
    chosen = [row.pk for row in (fries, sauce, onion, out)]
    house.place("waiter", lines=[{"item": house.steak.pk, "quantity": 2, "modifiers": chosen}])
    return house


def line_at(house, station):
    (ticket,) = read_board(house.actor("kitchen"), station.pk if station else None).tickets
    return ticket.lines[0]


def test_the_station_of_the_dish_reads_the_dish(steak):
    line = line_at(steak, steak.grill)
    assert (line.name, line.of) == ("Steak Frites", "")
    assert line.modifiers == [
        Choice("With fries", elsewhere=True),
        Choice("Pepper sauce"),
        Choice("onion", left_out=True),
        Choice("Salad", left_out=True),
    ]


def test_the_station_of_a_choice_reads_its_part_first(steak):
    line = line_at(steak, steak.fry)
    assert (line.quantity, line.name, line.of) == (2, "With fries", "Steak Frites")
    assert all(choice.elsewhere for choice in line.modifiers)


def test_the_board_of_all_stations_reads_the_whole_dish(steak):
    line = line_at(steak, None)
    assert (line.name, line.of) == ("Steak Frites", "")
    assert not any(choice.elsewhere for choice in line.modifiers)


def test_all_day_counts_the_part(steak):
    def counted(station):
        making = read_board(steak.actor("kitchen"), station.pk if station else None).all_day
        return {each.name: (each.quantity, dict(each.modifiers)) for each in making}

    assert counted(steak.fry) == {"With fries": (2, {})}
    assert counted(steak.grill) == {"Steak Frites": (2, {"Pepper sauce": 2, "No onion": 2, "Salad": 2})}
    assert counted(None)["Steak Frites"][1]["With fries"] == 2


def test_the_page_marks_what_is_left_out_by_a_word_and_a_mark(steak):
    page = steak.browser("kitchen").get(f"/kitchen/{steak.grill.pk}/").content.decode()
    assert page.count('class="line__no"') == 2
    assert "#i-x" in page
    assert "for Steak Frites" in steak.browser("kitchen").get(f"/kitchen/{steak.fry.pk}/").content.decode()


@pytest.mark.parametrize(
    ("name", "left_out"),
    [
        ("No onion", "onion"),
        ("WITHOUT the bun", "the bun"),
        ("ohne Zwiebeln", "Zwiebeln"),
        ("بدون بصل", "بصل"),
        ("With onion", ""),
        ("No. 5 sauce", ""),
        ("Noodles", ""),
        ("Nori and no egg", ""),
        ("No", ""),
    ],
)
def test_what_a_choice_leaves_out(name, left_out):
    assert what_is_left_out(name) == left_out


def test_a_group_leaves_out_by_its_first_word():
    assert leaves_out("Leave out")
    assert not leaves_out("Extras")
    assert not leaves_out("")
