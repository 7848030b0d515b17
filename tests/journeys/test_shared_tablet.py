"""An order from a shared tablet: it carries the person and the device, and the next person gets the page back."""

import pytest

from bistro.core.models import Event, Membership
from bistro.core.tests.factories import DeviceFactory, give_pin, tablet_browser
from orders.models import Draft, Order

pytestmark = pytest.mark.django_db

PIN = "2468"


@pytest.fixture
def tablet(house):
    return DeviceFactory(restaurant=house.restaurant, kind="tablet", name="Bar tablet")


@pytest.fixture
def browser(tablet):
    return tablet_browser(tablet)


@pytest.fixture
def enter(house, browser):
    """Return a function that lets the house's person with a role come by PIN."""

    def come(role):
        member = Membership.objects.get(restaurant=house.restaurant, staff=house.staff(role))
        if not hasattr(member, "pin"):
            give_pin(member, PIN)
        answer = browser.post("/tablet/", {"person": member.pk, "pin": PIN})
        assert answer.status_code == 302, answer.content
        return member.staff

    return come


def order(house, browser, key):
    headers = {"Idempotency-Key": key}
    body = {"table": house.table.pk, "lines": [{"item": house.item.pk, "quantity": 1}]}
    return browser.post("/api/v1/orders", body, "application/json", headers=headers)


def test_an_order_and_its_event_carry_the_person_and_the_device(house, browser, enter, tablet):
    for role in ("waiter", "manager"):
        staff = enter(role)
        answer = order(house, browser, f"key of {role}")
        assert answer.status_code == 201, answer.content
        placed = Order.objects.get(pk=answer.json()["id"])
        assert (placed.placed_by_staff_id, placed.placed_by_device_id) == (staff.pk, tablet.pk)
        assert (placed.placed_by, placed.credential) == (staff.name, f"staff:{staff.pk}")
        event = Event.objects.get(subject=f"order:{placed.pk}", action="placed")
        assert (event.actor, event.actor_label, event.device_id) == (f"staff:{staff.pk}", staff.name, tablet.pk)


def test_a_form_of_the_person_before_does_not_act_in_the_new_name(house, browser, enter):
    enter("waiter")
    browser.post("/tablet/lock/")
    assert order(house, browser, "k").status_code == 401
    assert not Order.objects.exists()


def test_a_repeated_send_of_one_person_is_one_order_and_another_persons_is_another(house, browser, enter):
    enter("waiter")
    first = [order(house, browser, "same key").json()["id"] for _ in range(2)]
    assert first[0] == first[1]
    enter("manager")
    assert order(house, browser, "same key").json()["id"] != first[0]


def test_the_person_sees_what_the_role_sees(house, browser, enter):
    house.order()
    enter("waiter")
    for path in ("/floor/", f"/floor/tables/{house.table.pk}/", "/kitchen/", "/kitchen/expo/"):
        assert browser.get(path).status_code == 200, path
    enter("cashier")
    assert browser.get("/kitchen/").status_code == 403
    assert browser.get("/floor/").status_code == 200


def test_a_draft_is_kept_for_the_next_person(house, browser, enter):
    first = enter("waiter")
    line = {"key": "a", "item": house.item.pk, "quantity": 2, "modifiers": []}
    page = f"/floor/tables/{house.table.pk}/order/"
    assert browser.post(f"{page}draft/", {"put": [line]}, "application/json").status_code == 200
    locked = browser.post("/tablet/lock/", {"next": page})
    assert browser.post(f"{page}draft/", {"removed": ["a"]}, "application/json").status_code == 302, "locked"
    manager = Membership.objects.get(restaurant=house.restaurant, staff=house.staff("manager"))
    give_pin(manager, PIN)
    back = browser.post(locked["Location"], {"person": manager.pk, "pin": PIN, "next": page})
    assert back["Location"] == page
    assert browser.get(page).status_code == 200
    (kept,) = Draft.objects.get(table=house.table).lines
    assert (kept["key"], kept["quantity"], kept["by"]) == ("a", 2, first.name)
