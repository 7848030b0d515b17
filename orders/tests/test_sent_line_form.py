"""The form of a sent line: what it does not name stays, and what it cannot read is refused."""

import pytest

from bistro.core.tests.http import nothing_changes
from menu.compiled import forget as forget_menus
from menu.models import Modifier
from menu.tests.factories import ModifierFactory, ModifierGroupFactory
from orders.models import Order, OrderLine

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiter(house):
    return house.browser("waiter")


@pytest.fixture
def sent(house):
    """Place an order of three dishes for seat 2."""
    house.place(lines=[{"item": house.item.pk, "quantity": 3, "seat": 2}])
    return OrderLine.objects.get()


@pytest.mark.parametrize("typed", ["-1", "1.5", "x", "1000", "9" * 30, "\u00b2", "0", "4"])
def test_a_void_of_an_unreadable_quantity_takes_nothing_off(sent, waiter, typed):
    with nothing_changes():
        answer = waiter.post(f"/floor/lines/{sent.pk}/void/", {"quantity": typed, "reason_text": "Left"})
    assert answer.status_code == 422


def test_a_void_without_a_quantity_is_the_whole_line(sent, waiter):
    assert waiter.post(f"/floor/lines/{sent.pk}/void/", {"reason_text": "Left"}).status_code == 302
    assert Order.objects.get().status == "cancelled"


def test_a_change_keeps_a_choice_that_left_the_menu(house, waiter):
    group = ModifierGroupFactory(item=house.item, name="Extras", min=0, max=3)
    gone, stays = (ModifierFactory(group=group, name=name, price="1.50") for name in ("No nuts", "Cheese"))
    forget_menus()
    house.place(lines=[{"item": house.item.pk, "quantity": 1, "modifiers": [gone.pk, stays.pk]}])
    Modifier.objects.get(pk=gone.pk).delete()
    forget_menus()
    line = OrderLine.objects.get()
    form = {"quantity": 1, "note": "quick", f"choice-{group.pk}": stays.pk}
    assert waiter.post(f"/floor/lines/{line.pk}/", form).status_code == 302
    line.refresh_from_db()
    assert ({each["name"] for each in line.modifiers}, line.note) == ({"No nuts", "Cheese"}, "quick")
    assert Order.objects.get().total == line.total == 13


@pytest.mark.parametrize("typed", ["x", "-2", "0", "2a", "9999"])
def test_a_seat_that_is_none_is_refused(sent, waiter, typed):
    with nothing_changes():
        answer = waiter.post(f"/floor/lines/{sent.pk}/", {"quantity": 3, "seat": typed})
    assert answer.status_code == 422
    assert "is not a seat" in answer.content.decode()


def test_a_note_is_cleaned_for_the_kitchen(sent, waiter):
    assert waiter.post(f"/floor/lines/{sent.pk}/", {"quantity": 3, "note": "a\x1b@\u202eb\nc"}).status_code == 302
    assert OrderLine.objects.get().note == "a @b c"
