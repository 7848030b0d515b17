"""The creation of the demo restaurant: complete or repeated, so that its passwords are always known."""

import io
import json

import pytest
from django.core.management import call_command

from bistro.core.kernel.actors import Actor
from bistro.core.kernel.ids import uuid7
from bistro.core.models import Restaurant, Staff
from bistro.core.tests.factories import RestaurantFactory
from bistro.demo import seed as seeding
from kitchen.wall.board import read_board
from orders.order_commands import LineRequest, OrderRequest
from orders.services import place_order

pytestmark = pytest.mark.django_db(transaction=True)


class PowerCut(BaseException):
    """A stop of the machine; no code after it runs."""


@pytest.fixture
def var(settings, tmp_path):
    settings.VAR = tmp_path
    return tmp_path


def seed_demo() -> str:
    said = io.StringIO()
    call_command("seed_demo", stdout=said, stderr=said)
    return said.getvalue()


def cut_short(monkeypatch, where: str) -> None:
    def stop(*given, **more):
        raise PowerCut

    with monkeypatch.context() as patch:
        patch.setattr(seeding, where, stop)
        with pytest.raises(PowerCut):
            seed_demo()


def logs_in(var) -> bool:
    owner = json.loads((var / "demo.json").read_text())["staff"]["owner"]
    return Staff.objects.get(email=owner["email"]).check_password(owner["password"])


@pytest.mark.parametrize(
    "where", ["import_menu", "write_recipes", "set_up_kitchen", "_people", "_pads", "add_screen_and_integration"]
)
def test_a_start_that_was_cut_short_is_made_good_by_the_next(var, monkeypatch, where):
    cut_short(monkeypatch, where)
    assert Restaurant.objects.count() == 1
    assert not (var / "demo.json").exists()

    seed_demo()
    assert Restaurant.objects.count() == 1
    assert logs_in(var)
    assert not (var / "demo.unfinished").exists()


def test_the_control_without_the_mark_nobody_can_get_in(var, monkeypatch):
    cut_short(monkeypatch, "_people")
    (var / "demo.unfinished").unlink()

    assert "make fresh" in seed_demo()
    assert not (var / "demo.json").exists()


@pytest.mark.database_agnostic
@pytest.mark.parametrize("what", ["another restaurant", "another database", "an operator", "an order"])
def test_nothing_that_somebody_else_made_is_thrown_away(var, monkeypatch, what):
    cut_short(monkeypatch, "add_screen_and_integration")
    begun = Restaurant.objects.get()
    if what == "another restaurant":
        RestaurantFactory()
    elif what == "another database":
        Restaurant.objects.update(uid=uuid7())
    elif what == "an operator":
        Staff.objects.create_superuser("operator@bistro.example")
    else:
        actor, table = Actor.system(begun.pk, "test"), begun.tables.first()
        lines = (LineRequest(item=begun.items.get(name="Burger").pk, quantity=1),)
        place_order(OrderRequest(actor=actor, lines=lines, table_id=table.pk))
    before = Restaurant.objects.count()
    assert "make fresh" in seed_demo()
    assert Restaurant.objects.count() == before
    assert Restaurant.objects.filter(pk=begun.pk).exists()


def test_a_newcomer_sees_fries_at_the_fryer_and_what_they_are_made_of(var):
    seed_demo()
    here = Restaurant.objects.get()
    steak = LineRequest(item=here.items.get(name="Steak Frites").pk, quantity=2, allergies=("milk", "nuts"))
    waiter = Actor.system(here.pk, "test")
    place_order(OrderRequest(actor=waiter, lines=(steak,), table_id=here.tables.first().pk))
    wall = Actor("staff", 1, here.pk, frozenset({"kitchen"}))
    grill, fryer = (read_board(wall, station.pk) for station in here.stations.order_by("position")[:2])
    assert [ticket.also_at for board in (grill, fryer) for ticket in board.tickets] == [["Fryer"], ["Grill and Stove"]]
    marks = [(mark.allergen, mark.level) for mark in grill.tickets[0].lines[0].allergies]
    assert marks == [("milk", "contains"), ("nuts", "")], "the demo's kitchen has checked its dishes and choices"
    assert [(row.name, row.amount) for row in grill.ingredients.needed] == [("Sirloin", "2")]
    assert [(row.name, row.amount) for row in fryer.ingredients.needed] == [("Potatoes", "300 g")]


def test_a_restaurant_that_is_there_is_left_alone(var):
    seed_demo()
    said = (var / "demo.json").read_text()
    pk = Restaurant.objects.get().pk
    (var / "demo.unfinished").touch()  # stopped before the mark was removed

    assert seed_demo() == ""
    assert (Restaurant.objects.get().pk, (var / "demo.json").read_text()) == (pk, said)

    (var / "demo.json").unlink()
    assert "make fresh" in seed_demo()
    assert Restaurant.objects.get().pk == pk
