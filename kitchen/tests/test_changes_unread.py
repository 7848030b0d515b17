"""Changes after the kitchen has received a ticket: marked, acknowledged before the bump, and never cooked twice."""

from datetime import timedelta

import pytest
from django.utils import timezone

from bistro.core.models import Event
from bistro.core.tests.http import nothing_changes, refused
from kitchen.models import ModifierRoute, Route, Ticket
from kitchen.tests.factories import StationFactory
from kitchen.wall.board import read_board
from menu.compiled import forget
from menu.tests.factories import ModifierFactory, ModifierGroupFactory

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]


@pytest.fixture
def two(house):
    """Place an order of the house's dish and a soup that the kitchen has received."""
    house.soup = house.add_item(name="Soup", price="6.00")
    lines = [{"item": house.item.pk, "quantity": 1}, {"item": house.soup.pk, "quantity": 1}]
    house.order_json = house.place(lines=lines)
    house.done(house.api("waiter").post(f"/api/v1/orders/{house.order_json['id']}/confirm"))
    return house


def edit(house, *lines):
    house.done(house.api().put(f"/api/v1/orders/{house.order_json['id']}", {"lines": list(lines)}))


def kept(house, place, **more):
    line = house.order_json["lines"][place]
    return {"id": line["id"], "item": line["item"], "quantity": line["quantity"], **more}


def act(house, what, role="kitchen"):
    (ticket,) = house.tickets(house.order_json)
    return house.api(role).post(f"/api/v1/tickets/{ticket['id']}/{what}")


def test_added_changed_and_void_stand_where_they_were(two):
    edit(two, kept(two, 1, quantity=3), {"item": two.item.pk, "quantity": 2})
    (ticket,) = two.tickets(two.order_json)
    assert [(line["name"], line["quantity"], line["added"], line["changed"]) for line in ticket["lines"]] == [
        ("Soup", 1, False, False),
        ("Soup", 2, True, True),
        (two.item.name, 2, True, True),
    ]
    assert ticket["lines"][0]["line"] == two.order_json["lines"][1]["id"]
    assert ticket["voided"] == [
        {
            "line": two.order_json["lines"][0]["id"],
            "name": two.item.name,
            "quantity": 1,
            "modifiers": [],
            "allergies": [],
        }
    ]
    assert ticket["alert_at"] is not None


def test_nobody_is_done_with_what_they_have_not_read(two):
    edit(two, kept(two, 0, quantity=2))
    line = two.tickets(two.order_json)[0]["lines"][0]["id"]
    for answer in (
        lambda: act(two, "start"),
        lambda: act(two, "bump"),
        lambda: two.api("kitchen").post(f"/api/v1/ticket-lines/{line}/bump"),
    ):
        with nothing_changes():
            refused(answer(), 409, "changes_unread")
    ticket = two.done(act(two, "read"))
    assert (ticket["alert_at"], ticket["voided"], ticket["lines"][0]["changed"]) == (None, [], False)
    with nothing_changes():
        two.done(act(two, "read"))
    assert two.done(act(two, "bump"))["status"] == "done"
    assert Event.objects.filter(action="changes_read").count() == 1


def test_another_dish_is_told_as_both(two):
    edit(two, kept(two, 0, item=two.soup.pk), kept(two, 1))
    (ticket,) = two.tickets(two.order_json)
    assert [(line["name"], line["changed"]) for line in ticket["lines"]] == [("Soup", True), ("Soup", False)]
    assert [line["name"] for line in ticket["voided"]] == [two.item.name]


def test_what_the_kitchen_never_had_changes_without_a_word(house):
    house.order_json = house.place(lines=[{"item": house.item.pk, "quantity": 1}] * 2)
    edit(house, kept(house, 0, quantity=2))
    (ticket,) = house.tickets(house.order_json)
    assert (ticket["alert_at"], ticket["voided"]) == (None, [])
    house.done(act(house, "bump"))


@pytest.mark.parametrize("how", ["cancelled", "withdrawn"])
def test_a_cancelled_order_stays_on_the_board_until_it_is_read(two, how):
    address = f"/api/v1/orders/{two.order_json['id']}"
    if how == "cancelled":
        two.done(two.api("waiter").post(f"{address}/cancel", {"reason": "left"}))
    else:
        two.done(two.api().delete(address))
    (shown,) = read_board(two.actor("kitchen"), None).tickets
    assert (shown.cancelled, shown.alert) == (True, True)
    ticket = two.done(act(two, "read"))
    assert (ticket["status"], ticket["alert_at"]) == ("cancelled", None)
    assert read_board(two.actor("kitchen"), None).tickets == []


def test_what_nobody_has_read_is_listed_and_forgotten_after_the_shift(two):
    address = f"/api/v1/orders/{two.order_json['id']}"
    two.done(two.api("waiter").post(f"{address}/cancel", {"reason": "left"}))
    other = two.place()
    listed = [
        [ticket["order"] for ticket in two.api("screen").get(f"/api/v1/tickets?{asked}").json()["results"]]
        for asked in ("status=unread", f"order={other['id']}", f"status=unread&order={other['id']}")
    ]
    assert listed == [[two.order_json["id"]], [other["id"]], []]
    Ticket.objects.filter(order_id=two.order_json["id"]).update(alert_at=timezone.now() - timedelta(hours=13))
    assert [ticket.order_id for ticket in read_board(two.actor("kitchen"), None).tickets] == [other["id"]]


def test_a_cancelled_order_that_nobody_saw_or_that_was_done_just_goes(house):
    for status in ("placed", "ready"):
        order = house.reach(status)
        if status == "ready":
            continue  # a ready order cannot be cancelled
        house.done(house.api("waiter").post(f"/api/v1/orders/{order['id']}/cancel", {"reason": "left"}))
    assert read_board(house.actor("kitchen"), None).tickets == []


def test_a_line_of_several_stations_is_void_at_each(two):
    fry = StationFactory(restaurant=two.restaurant, name="Fry")
    for station in (fry, two.station):
        Route.objects.create(restaurant=two.restaurant, station=station, item=two.item)
    forget()
    order = two.order_json = two.place("waiter", lines=[{"item": two.item.pk, "quantity": 1}] * 2)
    two.done(two.api("waiter").post(f"/api/v1/orders/{order['id']}/confirm"))
    two.done(two.api("waiter").put(f"/api/v1/orders/{order['id']}", {"lines": [kept(two, 0)]}))
    assert [(t["station_name"], len(t["lines"]), len(t["voided"])) for t in two.tickets(order)] == [
        (two.station.name, 1, 1),
        ("Fry", 1, 1),
    ]


def test_a_side_dish_comes_and_goes_with_its_choice(two):
    fry = StationFactory(restaurant=two.restaurant, name="Fry")
    fries = ModifierFactory(group=ModifierGroupFactory(item=two.item), name="Fries")
    ModifierRoute.objects.create(restaurant=two.restaurant, station=fry, modifier=fries)
    forget()
    edit(two, kept(two, 0, modifiers=[fries.pk]), kept(two, 1))
    assert [(t["station_name"], t["status"], len(t["lines"])) for t in two.tickets(two.order_json)] == [
        (two.station.name, "queued", 2),
        ("Fry", "queued", 1),
    ]
    edit(two, kept(two, 0, modifiers=[]), kept(two, 1))
    assert [(t["station_name"], t["status"], len(t["lines"])) for t in two.tickets(two.order_json)] == [
        (two.station.name, "queued", 2),
        ("Fry", "cancelled", 0),
    ]


def test_a_side_dish_that_was_pushed_stays_where_it_is_while_it_is_chosen(two):
    fry, bar = (StationFactory(restaurant=two.restaurant, name=name) for name in ("Fry", "Bar"))
    fries = ModifierFactory(group=ModifierGroupFactory(item=two.item), name="Fries")
    ModifierRoute.objects.create(restaurant=two.restaurant, station=fry, modifier=fries)
    forget()
    edit(two, kept(two, 0, modifiers=[fries.pk]), kept(two, 1))
    there = next(ticket for ticket in two.tickets(two.order_json) if ticket["station"] == fry.pk)
    two.done(two.api("kitchen").post(f"/api/v1/tickets/{there['id']}/push", {"station": bar.pk}))
    edit(two, kept(two, 0, modifiers=[fries.pk], quantity=3), kept(two, 1))
    assert [(t["station_name"], [line["quantity"] for line in t["lines"]]) for t in two.tickets(two.order_json)] == [
        (two.station.name, [1, 2, 1]),
        ("Bar", [1, 2]),
    ]


def test_a_ticket_that_an_edit_opens_is_new_and_not_changed(two):
    bar = StationFactory(restaurant=two.restaurant, name="Bar")
    beer = two.add_item(name="Beer")
    Route.objects.create(restaurant=two.restaurant, station=bar, item=beer)
    forget()
    edit(two, kept(two, 0), kept(two, 1), *[{"item": beer.pk, "quantity": 1}] * 2)
    _, at_bar = two.tickets(two.order_json)
    assert (at_bar["alert_at"], [line["added"] for line in at_bar["lines"]]) == (None, [False, False])


def test_what_changed_after_the_look_is_not_read(two):
    """Two edits: an acknowledgement of the first does not include the second."""
    edit(two, kept(two, 0, quantity=2), kept(two, 1))
    (seen,) = two.tickets(two.order_json)
    edit(two, kept(two, 0, quantity=5), kept(two, 1))
    path = f"/api/v1/tickets/{seen['id']}/read"
    cook, page = two.browser("kitchen"), f"/kitchen/tickets/{seen['id']}/read/"
    with nothing_changes():
        refused(two.api("kitchen").post(path, {"version": seen["version"]}), 412, "precondition_failed")
        answer = cook.post(page, {"version": str(seen["version"])}, headers={"HX-Request": "true"})
    assert (answer.status_code, "The ticket changed again" in answer.text) == (412, True)
    now = two.tickets(two.order_json)[0]["version"]
    assert f'name="version" value="{now}"' in " ".join(answer.text.split())
    assert cook.post(page, {"version": str(now)}, headers={"HX-Request": "true"}).status_code == 200
    assert two.tickets(two.order_json)[0]["alert_at"] is None


@pytest.mark.parametrize("version", ["", "-1", "1e3", "9" * 20])
def test_an_unreadable_version_acknowledges_nothing(two, version):
    edit(two, kept(two, 0, quantity=2), kept(two, 1))
    (ticket,) = two.tickets(two.order_json)
    with nothing_changes():
        answer = two.browser("kitchen").post(f"/kitchen/tickets/{ticket['id']}/read/", {"version": version})
    assert answer.status_code == 412


def test_what_is_unread_is_not_handed_on_line_by_line(two):
    fry = StationFactory(restaurant=two.restaurant, name="Fry")
    edit(two, kept(two, 0, quantity=2), kept(two, 1))
    line = two.tickets(two.order_json)[0]["lines"][0]["id"]
    with nothing_changes():
        refused(
            two.api("kitchen").post(f"/api/v1/ticket-lines/{line}/push", {"station": fry.pk}), 409, "changes_unread"
        )


def test_another_dish_that_waits_for_a_later_course_is_on_no_ticket(two):
    two.hold_courses()
    edit(two, kept(two, 0), kept(two, 1, item=two.item.pk, course=2))
    (ticket,) = two.tickets(two.order_json)
    assert [line["name"] for line in ticket["lines"]] == [two.item.name]
    assert [line["name"] for line in ticket["voided"]] == ["Soup"]
