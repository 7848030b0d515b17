"""The waiters' plan shows the drawn floors with walls, side by side with a tab each, and tables without a place."""

import re

import pytest

from bistro.core.kernel.actors import Actor
from bistro.core.live.event_log import position
from bistro.core.models import Event
from orders.floor.live import FloorView
from orders.floor.plan import read_floor
from tables.floor_plans import read_plan
from tables.models import Floor
from tables.plan_inputs import wanted_plan
from tables.services import save_plan
from tables.tests.plans import new_fixture, new_floor

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]


def draw(house, change):
    """Save the plan after `change(body)`."""
    body = read_plan(house.restaurant.pk).content()
    change(body)
    save_plan(wanted=wanted_plan(body), layout_uid=None, versions=None, actor=house.actor("owner"))


def second_floor(body):
    garden = new_floor(name="Garden", fixtures=[new_fixture(x=10, rotation=90, text="<Hedge>")])
    body["floors"].append(garden)
    body["tables"][1]["floor"] = garden["id"]


def test_a_plain_room_is_drawn_by_its_tables_alone(house):
    floor = read_floor(house.actor("waiter"))
    assert floor.rooms == ()
    assert [table.floor for table in floor.tables] == [""]


def test_floors_stand_side_by_side_and_programs_read_true_coordinates(house):
    other = house.add_table(x=20, y=30)
    draw(house, second_floor)
    floor = read_floor(house.actor("waiter"))
    assert [(room.name, room.x, room.y) for room in floor.rooms] == [("Room", 0, 0), ("Garden", 1080, 0)]
    drawn = next(table for table in floor.tables if table.id == other.pk)
    assert (drawn.x, drawn.middle) == (20, "1140 70")
    answer = house.api("waiter").get("/api/v1/tables").json()["results"]
    assert next(row["x"] for row in answer if row["id"] == other.pk) == 20


def test_each_floor_is_a_tab_and_its_walls_are_drawn(house):
    house.add_table()
    draw(house, second_floor)
    garden = Floor.objects.get(name="Garden")
    html = house.browser("waiter").get(f"/floor/?tab=floor-{garden.pk}").content.decode()
    assert re.search(rf'data-tab="floor-{garden.pk}" aria-current="true">\s*<bdi>Garden</bdi>', html)
    assert html.count("data-outside") == 1
    assert 'transform="translate(210 305) rotate(90)"' in html
    assert "&lt;Hedge&gt;" in html


def test_a_table_without_a_place_stays_in_sight(house):
    def into_the_tray(body):
        body["tables"][0]["floor"] = None

    draw(house, into_the_tray)
    (table,) = read_floor(house.actor("waiter")).tables
    assert table.middle == "40 820"


def test_a_changed_plan_is_pushed_as_a_whole(house):
    draw(house, lambda body: body["floors"][0].update(name="Hall"))
    event = Event.objects.of_restaurant(house.restaurant.pk).order_by("-seq").first()
    view = FloorView(house.restaurant.pk, Actor.system(house.restaurant.pk, "test"))
    (frame,) = view.changes([event], position(house.restaurant.pk))
    assert b'"snapshot"' in frame.text.encode()
