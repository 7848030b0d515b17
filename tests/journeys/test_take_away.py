"""A take-away order through every app: kitchen wall, pass, slip, alarms of the floor, admin."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from bistro.core.models import Restaurant
from bistro.core.tests.http import nothing_changes, refused
from kitchen.models import Ticket
from kitchen.printing.escpos import as_escpos
from kitchen.printing.models import Printer, PrintJob
from kitchen.services import raise_unseen_ticket_alarms
from menu.compiled import forget as forget_menus
from orders.models import Order
from orders.pickup import pickup_facts
from orders.services import confirm_order
from tables.models import Party

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]
NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


@pytest.fixture
def order(house):
    """Return a take-away order for Ana, to be picked up in five minutes, with a dish in a held course."""
    house.hold_courses()
    lines = [{"item": house.item.pk, "quantity": 1, "course": course} for course in (1, 2)]
    at = (timezone.now() + timedelta(minutes=5)).isoformat()
    return house.place("waiter", table=None, kind="take_away", name="Ana", pickup_at=at, lines=lines)


def pickup_time(house, order):
    return f"pick-up {timezone.localtime(Order.objects.get(pk=order['id']).pickup_at, house.restaurant.tz):%H:%M}"


def test_every_screen_of_the_kitchen_shows_what_it_is(house, order):
    cook = house.browser("kitchen")
    (ticket,) = house.tickets(order)
    assert (ticket["table"], ticket["table_name"], ticket["kind"]) == (None, "", "take_away")
    assert ticket["pickup_at"] == order["pickup_at"]
    pages = ["/kitchen/", f"/kitchen/{house.station.pk}/", "/kitchen/expo/"]
    for page in pages:
        text = cook.get(page).content.decode()
        assert text.count(">Take-away</h2>") == 1, page
        assert "<strong>Ana</strong>" in text, page
        assert f"<strong>{pickup_time(house, order)}</strong>" in text, page
    assert "<strong hx-disable>Take-away</strong>" in cook.get("/kitchen/expo/").content.decode()  # the held course
    assert "Take-away" in cook.get(f"/kitchen/tickets/{ticket['id']}/").content.decode()


def test_a_cook_bumps_it_recalls_it_and_a_runner_hands_it_over(house, order):
    cook, htmx = house.browser("kitchen"), {"HX-Request": "true"}
    (ticket,) = house.tickets(order)
    done = cook.post(f"/kitchen/tickets/{ticket['id']}/bump/", headers=htmx)
    assert (done.status_code, f"Take-away #{order['number']} is done." in done.content.decode()) == (200, True)
    assert "Take-away" in cook.get("/kitchen/recalls/").content.decode()
    assert cook.post(f"/kitchen/tickets/{ticket['id']}/recall/", headers=htmx).status_code == 200
    cook.post(f"/kitchen/tickets/{ticket['id']}/bump/", headers=htmx)
    for course in (1, 2):
        assert cook.post(f"/kitchen/orders/{order['id']}/deliver/", headers=htmx).status_code == 200
        if course == 1:
            cook.post(f"/kitchen/orders/{order['id']}/courses/2/fire/", headers=htmx)
            second = Ticket.objects.get(fired_course=2)
            cook.post(f"/kitchen/tickets/{second.pk}/bump/", headers=htmx)
    assert (house.status(order), Party.objects.get().status) == ("delivered", "completed")


def test_the_slip_says_who_fetches_it_and_when(house):
    Printer.objects.create(
        restaurant=house.restaurant, station=house.station, name="Grill", prints=Printer.When.ALWAYS, host="10.0.0.9"
    )
    forget_menus()
    at = timezone.now() + timedelta(minutes=5)
    order = house.place("waiter", table=None, kind="counter", name="Zoë", pickup_at=at.isoformat())
    packed = house.place("waiter", kind="take_away")
    alone, at_table = (job.slip for job in PrintJob.objects.order_by("pk"))
    assert (alone["table"], alone["pickup"]) == ("Counter", ["Zoë", pickup_time(house, order)])
    assert (at_table["table"], at_table["pickup"]) == (packed["table_name"], ["Take-away"])
    text = as_escpos(alone, columns=32, code_page="cp858").data.decode("cp858")
    assert all(fact in text for fact in ("Counter", "Zoë", pickup_time(house, order)))
    ticket = Ticket.objects.get(order_id=order["id"])
    page = house.browser("kitchen").get(f"/kitchen/tickets/{ticket.pk}/print/").content.decode()
    assert f"Counter · Zoë · {pickup_time(house, order)}" in page


@pytest.mark.parametrize(
    ("pickup_at", "said"),
    [
        (None, ["Ana"]),
        (NOON + timedelta(hours=6), ["Ana", "pick-up 20:00"]),
        (NOON + timedelta(hours=11), ["Ana", "pick-up 5 May 01:00"]),
    ],
)
def test_a_pick_up_on_another_day_names_the_day(house, pickup_at, said):
    Restaurant.objects.filter(pk=house.restaurant.pk).update(timezone="Europe/Berlin")
    house.restaurant.refresh_from_db()
    order = Order(kind="take_away", name="Ana", pickup_at=pickup_at, placed_at=NOON)
    assert pickup_facts(order, house.restaurant.tz) == said


# --- the floor ---------------------------------------------------------------------------------------------------
def test_an_alarm_without_a_table_is_settled_where_it_stands(house, order):
    waiter = house.browser("waiter")
    with time_machine.travel(timezone.now() + timedelta(seconds=30)):
        text = waiter.get("/floor/").content.decode()
    assert f"Take-away: The kitchen has not seen order {order['number']} yet" in text
    assert f'hx-post="/floor/orders/{order["id"]}/confirm/"' in text
    assert "/floor/tables/None/" not in text
    answer = waiter.post(f"/floor/orders/{order['id']}/confirm/", headers={"HX-Request": "true"})
    assert (answer.status_code, house.status(order)) == (204, "confirmed")
    assert "has not seen" not in waiter.get("/floor/").content.decode()


def test_without_htmx_its_actions_lead_to_the_floor(house, order):
    waiter = house.browser("waiter")
    answer = waiter.post(f"/floor/orders/{order['id']}/confirm/")
    assert (answer.status_code, answer["Location"], house.status(order)) == (302, "/floor/", "confirmed")
    with nothing_changes():
        again = waiter.post(f"/floor/orders/{order['id']}/deliver/", headers={"HX-Request": "true"})
    assert again.status_code == 422


def test_the_alarm_of_its_ticket_has_no_table_either(house, order):
    confirm_order(order_id=order["id"], actor=house.actor("waiter"))
    house.done(house.api("waiter").post(f"/api/v1/orders/{order['id']}/fire", {"course": 2}))
    ticket = Ticket.objects.get(fired_course=2)
    late = ticket.awaited_since + timedelta(seconds=30)
    assert raise_unseen_ticket_alarms(now=late) == 1
    with time_machine.travel(late):
        text = house.browser("waiter").get("/floor/").content.decode()
    assert f"Take-away: {house.station.name} has not seen course 2 of order {order['number']} yet" in text
    assert f'hx-post="/kitchen/tickets/{ticket.pk}/confirm/"' in text


def test_a_table_sheet_names_what_is_packed(house):
    house.place("waiter", kind="take_away", name="Ana")
    text = house.browser("waiter").get(f"/floor/tables/{house.table.pk}/").content.decode()
    assert "<strong hx-disable>Take-away</strong>" in text
    assert "<strong hx-disable>Ana</strong>" in text


def test_tables_are_free_all_the_while(house, order):
    (table,) = house.api("waiter").get("/api/v1/tables").json()["results"]
    assert (table["state"], table["guests"]) == ("free", None)
    with nothing_changes():
        house.done(house.api("waiter").post(f"/api/v1/tables/{house.table.pk}/clear"))
        refused(house.api("waiter").post("/api/v1/tables/0/clear"), 404, "table_not_found")


def test_the_admin_shows_it(house, order):
    manager = house.browser("manager")
    assert "Take-away" in manager.get("/admin/orders/order/?kind__exact=take_away").content.decode()
    page = manager.get(f"/admin/orders/order/{order['id']}/change/").content.decode()
    assert "Ana" in page
    assert "Take-away" in manager.get("/admin/kitchen/ticket/").content.decode()
    (ticket,) = house.tickets(order)
    assert "Take-away" in manager.get(f"/admin/kitchen/ticket/{ticket['id']}/change/").content.decode()
