"""The form of a sent line: what it does not name stays, and what it cannot read is refused."""

import json
import re

import pytest

from bistro.core.models import Event
from bistro.core.tests.factories import MembershipFactory, give_pin
from bistro.core.tests.http import nothing_changes
from menu.compiled import forget as forget_menus
from menu.models import Modifier
from menu.tests.factories import ModifierFactory, ModifierGroupFactory
from orders.models import Order, OrderLine

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]


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


def test_a_cooked_dish_leaves_with_the_pin_of_a_manager(house, sent, waiter):
    bosses = [
        give_pin(MembershipFactory(restaurant=house.restaurant, role=role), "8642") for role in ("manager", "owner")
    ]
    address = f"/floor/lines/{sent.pk}/"
    assert 'name="pin"' not in waiter.get(address).content.decode(), "nobody is asked before a cook has begun"
    (ticket,) = Order.objects.get().tickets.all()
    house.done(house.api("kitchen").post(f"/api/v1/tickets/{ticket.pk}/bump"))

    def void(**more):
        return waiter.post(f"{address}void/", {"quantity": 1, "reason_text": "Cold", **more})

    with nothing_changes():
        answer = void(approver=bosses[0].pk)
    assert answer.status_code == 409
    assert "is cooked already. Ask a manager to void it." in answer.content.decode()
    for tries in (4, 3, 2, 1):
        answer = void(approver=bosses[0].pk, pin="9753")
        page = answer.content.decode()
        assert answer.status_code == 422
        assert re.search(rf'role="alert">This is not the PIN of [^<]+ {tries} tr(?:y is|ies are) left', page)
        assert 'value="Cold"' in page
    for pin in ("9753", "8642"):
        assert "Too many wrong tries" in void(approver=bosses[0].pk, pin=pin).content.decode()
    assert void(approver="x", pin="8642").status_code == 422
    assert (OrderLine.objects.get().quantity, Order.objects.get().status) == (3, "ready")
    assert void(approver=bosses[1].pk, pin="8642").status_code == 302
    assert OrderLine.objects.get().quantity == 2
    assert json.loads(Event.objects.get(type="bill_reduced").data)["approver"] == bosses[1].staff.name
    assert void(quantity=2, approver=bosses[1].pk, pin="8642").status_code == 302
    assert Order.objects.get().status == "cancelled"
    assert json.loads(Event.objects.get(action="cancelled").private)["approver"] == bosses[1].staff.name
