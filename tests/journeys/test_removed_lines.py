"""Lines that leave an order: stored and marked, present in events, and neither shown nor counted anywhere."""

import json
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from bistro.core.kernel.errors import InvalidInput
from bistro.core.live import event_log
from bistro.core.models import Event
from bistro.core.tests.http import nothing_changes, refused
from kitchen.expo.board import read_expo
from kitchen.expo.live import ExpoView
from kitchen.models import Ticket, TicketLine
from kitchen.printing.models import PrintJob
from kitchen.printing.tests.printers import FakePrinter, printer_at
from kitchen.services import bump_ticket
from kitchen.wall.all_day import to_make
from kitchen.wall.live import KitchenView
from menu.compiled import current_menu, forget
from menu.services import set_portions
from orders.floor.live import FloorView
from orders.floor.plan import read_floor
from orders.floor.table_sheet import read_sheet
from orders.models import Order, OrderLine, PlannedCourse
from orders.order_commands import LineRequest
from orders.program_feed import OrderFeed
from orders.services import (
    cancel_order,
    deliver_order,
    fire_course,
    fire_due_courses,
    plan_course,
    remove_course,
    replace_lines,
    withdraw_order,
)
from tests.journeys.house import open_house

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]
STAYS, EDITED, DROPPED = "Stays", "Went by edit", "Went by course"


def name(item, word):
    item.name, item.name_key = word, word.casefold()
    item.save()
    forget()


@pytest.fixture
def house():
    """Return an order of three dishes: one stays, one was removed by an edit, one left with its held course.

    The dishes were renamed since, so that the old names exist on lines alone.
    """
    house = open_house(hold_courses=True)
    house.menu_items = [house.item, house.add_item(price="7.00"), house.add_item(price="5.00")]
    for item, word in zip(house.menu_items, (STAYS, EDITED, DROPPED), strict=True):
        name(item, word)
    with FakePrinter() as paper:
        house.printer = printer_at(house, paper.port)
    house.placed = house.place(
        "waiter",
        lines=[
            {"item": item.pk, "quantity": 1, "course": course, "note": item.name}
            for item, course in zip(house.menu_items, (1, 1, 2), strict=True)
        ],
    )
    house.order_pk, house.waiter = house.placed["id"], house.actor("waiter")
    for nth, item in enumerate(house.menu_items):
        name(item, f"Dish {nth}")
    return house


@pytest.fixture
def left(house):
    """Return the house after both lines have left."""
    kept = [
        LineRequest(id=line["id"], item=line["item"], quantity=1, course=line["course"], note=line["note"])
        for line in house.placed["lines"]
        if line["name"] != EDITED
    ]
    for item, word in zip(house.menu_items, (STAYS, EDITED, DROPPED), strict=True):
        name(item, word)  # an edit copies the names again
    replace_lines(order_id=house.order_pk, lines=kept, note=None, actor=house.waiter)
    for nth, item in enumerate(house.menu_items):
        name(item, f"Dish {nth}")
    remove_course(order_id=house.order_pk, course=2, reason="Full", actor=house.waiter)
    return house


def rows_of(house):
    return {row.name: row for row in OrderLine.with_removed.filter(order=house.order_pk)}


def snapshot(view, house):
    return "".join(frame.text for frame in view.snapshot(event_log.position(house.restaurant.pk)))


# --- rows that are kept ----------------------------------------------------------------------------------------------
def test_the_rows_stay_and_say_when_and_by_whom(left):
    rows = rows_of(left)
    assert {word for word, row in rows.items() if row.removed_at is not None} == {EDITED, DROPPED}
    label = left.waiter.label
    assert [rows[word].removed_by for word in (STAYS, EDITED, DROPPED)] == ["", label, label]
    at = {event.action: event.at for event in Event.objects.filter(action__in=["edited", "lines_removed"])}
    assert (rows[EDITED].removed_at, rows[DROPPED].removed_at) == (at["edited"], at["lines_removed"])
    assert (rows[EDITED].total, rows[DROPPED].total) == (Decimal("7.00"), Decimal("5.00"))
    assert rows[DROPPED].status == "held", "as it was when it left"


def test_events_tell_of_them(left):
    placed, edited, out = (
        json.loads(Event.objects.get(action=action).data) for action in ("placed", "edited", "lines_removed")
    )
    assert [line["name"] for line in placed["lines"]] == [STAYS, EDITED, DROPPED]
    assert [line["name"] for line in edited["lines"]] == [STAYS, DROPPED]
    assert [line["name"] for line in out["lines"]] == [DROPPED]
    assert (out["total_before"], out["total_after"]) == ("15.00", "10.00")


# --- readers that do not find them -----------------------------------------------------------------------------------
def test_the_managers_of_the_models(left):
    assert [line.name for line in OrderLine.objects.all()] == [STAYS]
    order = Order.objects.get(pk=left.order_pk)
    assert [line.name for line in order.lines.all()] == [STAYS]
    (order,) = Order.objects.with_lines()
    assert [line.name for line in order.lines.all()] == [STAYS]
    assert (order.total, order.lines.count()) == (Decimal("10.00"), 1)


def texts(house):
    """Return (place, text) of every page and answer that shows orders."""
    waiter, cook, manager = house.browser("waiter"), house.browser("kitchen"), house.browser("manager")
    ticket, restaurant = Ticket.objects.get(order=house.order_pk), house.restaurant.pk
    paths = {
        "API, order": (house.api("waiter"), f"/api/v1/orders/{house.order_pk}"),
        "API, orders": (house.api("waiter"), "/api/v1/orders"),
        "API, open orders": (house.api("waiter"), "/api/v1/orders?status=open"),
        "API, orders of the day": (house.api("integration"), "/api/orders"),
        "API, recent lines": (house.api("waiter"), "/api/v1/orders/recent"),
        "API, tickets": (house.api("kitchen"), "/api/v1/tickets"),
        "API, orders of the pad": (house.api(), "/api/v1/pad/orders"),
        "wall": (cook, "/kitchen/"),
        "wall, a ticket": (cook, f"/kitchen/tickets/{ticket.pk}/"),
        "pass": (cook, "/kitchen/expo/"),
        "slip in the browser": (cook, f"/kitchen/tickets/{ticket.pk}/print/"),
        "floor": (waiter, "/floor/"),
        "sheet": (waiter, f"/floor/tables/{house.table.pk}/"),
        "admin, order": (manager, f"/admin/orders/order/{house.order_pk}/change/"),
        "admin, ticket": (manager, f"/admin/kitchen/ticket/{ticket.pk}/change/"),
    }
    for where, (client, path) in paths.items():
        answer = client.get(path)
        assert answer.status_code == 200, (where, answer.content)
        yield where, answer.content.decode()
    actor = house.actor("manager")
    views = [KitchenView(restaurant, actor, None), ExpoView(restaurant, actor), OrderFeed(restaurant, actor, None)]
    for view in (*views, OrderFeed(restaurant, actor, house.table.pk), FloorView(restaurant, actor)):
        yield f"socket, {view.key}", snapshot(view, house)


def test_no_screen_slip_or_answer_shows_them(left):
    found = dict(texts(left))
    assert {where for where, text in found.items() if EDITED in text or DROPPED in text} == set()
    without = {where for where, text in found.items() if STAYS not in text}
    assert without == {"floor", f"socket, {FloorView(left.restaurant.pk, left.actor('manager')).key}"}


def test_all_of_these_places_do_show_what_is_on_the_order(house):
    """Control."""
    without = {where for where, text in texts(house) if EDITED not in text}
    assert without == {"floor", f"socket, {FloorView(house.restaurant.pk, house.actor('manager')).key}"}


def test_counts_and_sums(left):
    recent = left.api("waiter").get("/api/v1/orders/recent").json()
    assert (recent["count"], [row["item_name"] for row in recent["results"]]) == (1, [STAYS])
    assert left.api().get("/api/v1/pad/orders").json()["total"] == "10.00"
    sheet = read_sheet(left.actor("waiter"), left.table)
    (shown,) = sheet.orders
    assert ([line.name for line in shown.lines], shown.held_courses) == ([STAYS], [])
    assert "10.00" in sheet.total
    assert "10.00" in left.browser("manager").get("/admin/").content.decode()
    assert TicketLine.objects.count() == 1
    making = to_make(left.actor("kitchen"), None, current_menu(left.restaurant.pk))
    assert [(item.name, item.quantity) for item in making.items] == [(STAYS, 1)]
    (station,) = left.api("kitchen").get("/api/v1/kitchen/load").json()["stations"]
    assert station["open_tickets"] == 1
    assert PrintJob.objects.latest("pk").paper["lines"].keys() == {str(rows_of(left)[STAYS].pk)}


def test_what_the_kitchen_reports(left):
    bump_ticket(ticket_id=Ticket.objects.get().pk, actor=left.actor("kitchen"))
    report = left.api("manager").get("/api/v1/kitchen/metrics").json()
    assert (report["count"], [(row["name"], row["count"]) for row in report["items"]]) == (1, [("Dish 0", 1)])


def test_nothing_of_them_waits_or_fires(left):
    waiter = left.actor("waiter")
    assert read_expo(waiter).coming == []
    (table,) = read_floor(waiter).tables
    assert table.state != "held"
    for act in (fire_course, remove_course, plan_course):
        more = {"remove_course": {"reason": "Full"}, "plan_course": {"minutes": 5}}.get(act.__name__, {})
        with nothing_changes(), pytest.raises(InvalidInput) as caught:
            act(order_id=left.order_pk, course=2, actor=waiter, **more)
        assert caught.value.code == "unknown_course"


def test_the_order_goes_its_way_without_them(left):
    cook, waiter = left.actor("kitchen"), left.actor("waiter")
    bump_ticket(ticket_id=Ticket.objects.get().pk, actor=cook)
    assert Order.objects.get().status == "ready"
    assert deliver_order(order_id=left.order_pk, actor=waiter).status == "delivered"
    assert PlannedCourse.objects.count() == 0


def test_the_next_course_is_one_that_is_still_there(house):
    """The second course left; when the first was served, the third is planned."""
    house.restaurant.fire_after_served_minutes = 5
    house.restaurant.save()
    forget()
    order = house.place("waiter", lines=[{"item": house.item.pk, "quantity": 1, "course": n} for n in (1, 2, 3)])
    waiter = house.actor("waiter")
    remove_course(order_id=order["id"], course=2, reason="Full", actor=waiter)
    bump_ticket(ticket_id=Ticket.objects.get(order=order["id"]).pk, actor=house.actor("kitchen"))
    assert deliver_order(order_id=order["id"], actor=waiter).status == "preparing"
    assert list(PlannedCourse.objects.values_list("course", flat=True)) == [3]


def test_a_plan_for_a_course_goes_with_it(house):
    waiter = house.actor("waiter")
    planned = plan_course(order_id=house.order_pk, course=2, minutes=0, actor=waiter)
    remove_course(order_id=house.order_pk, course=2, reason="Full", actor=waiter)
    assert fire_due_courses(now=planned.placed_at.replace(year=planned.placed_at.year + 1)) == 0


@pytest.mark.parametrize("end", [cancel_order, withdraw_order])
def test_portions_return_once(house, end):
    for item in house.menu_items:
        set_portions(item_id=item.pk, portions_left=10, actor=house.actor("manager"))
    lines = [{"item": item.pk, "quantity": 2, "course": n} for item, n in zip(house.menu_items, (1, 1, 2), strict=True)]
    order, waiter = house.place("waiter", lines=lines), house.actor("waiter")
    keep = [
        LineRequest(id=line["id"], item=line["item"], quantity=2, course=line["course"])
        for line in (order["lines"][0], order["lines"][2])
    ]
    replace_lines(order_id=order["id"], lines=keep, note=None, actor=waiter)
    remove_course(order_id=order["id"], course=2, reason="Full", actor=waiter)
    left = [8, 10, 10]
    for item, portions in zip(house.menu_items, left, strict=True):
        item.refresh_from_db()
        assert item.portions_left == portions
    end(order_id=order["id"], actor=house.actor("manager"), **({"reason": "Left"} if end is cancel_order else {}))
    for item in house.menu_items:
        item.refresh_from_db()
        assert item.portions_left == 10


def test_an_edit_cannot_bring_one_back(left):
    gone = rows_of(left)[EDITED]
    body = {"lines": [{"id": gone.pk, "item": gone.item_id, "quantity": 1}]}
    with nothing_changes():
        refused(left.api("waiter").put(f"/api/v1/orders/{left.order_pk}", body), 422, "unknown_line")


def test_a_retry_with_the_same_key_answers_without_them(left):
    lines = [
        {"item": item.pk, "quantity": 1, "course": course, "note": note}
        for item, course, note in zip(left.menu_items, (1, 1, 2), (STAYS, EDITED, DROPPED), strict=True)
    ]
    key = Order.objects.get().key
    again = left.api("waiter").post("/api/v1/orders", {"lines": lines, "table": left.table.pk}, key=key)
    assert (again.status_code, again["Idempotent-Replayed"]) == (200, "true")
    assert [line["name"] for line in again.json()["lines"]] == [STAYS]


def test_an_order_may_lose_all_its_lines_one_after_the_other(house):
    """Each edit keeps all earlier lines, because nothing is deleted."""
    waiter = house.actor("waiter")
    for _ in range(3):
        lines = [LineRequest(item=house.item.pk, quantity=1)]
        replace_lines(order_id=house.order_pk, lines=lines, note=None, actor=waiter)
    assert (OrderLine.with_removed.count(), OrderLine.objects.count()) == (6, 1)


# --- the tax mode -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(("mode", "total"), [("inclusive", "10"), ("added", "11")])
def test_an_order_knows_how_its_tax_was_counted(mode, total):
    house = open_house(tax_mode=mode, hold_courses=True)
    tax_of(house, "10.00")
    order = house.place(lines=[{"item": house.item.pk, "quantity": 1, "course": n} for n in (1, 2)])
    house.restaurant.tax_mode = "added" if mode == "inclusive" else "inclusive"
    house.restaurant.save()
    forget()
    assert Order.objects.get().tax_mode == mode
    dropped = remove_course(order_id=order["id"], course=2, reason="Full", actor=house.actor("waiter"))
    assert (dropped.total, dropped.tax_mode) == (Decimal(total), mode)


def test_a_free_order_with_added_tax_keeps_its_mode():
    """The amounts are all zero and do not show the mode."""
    house = open_house(tax_mode="added")
    tax_of(house, "0.00")
    house.place()
    assert Order.objects.get().tax_mode == "added"


def test_an_edit_counts_as_prices_were_counted_when_it_was_placed():
    house = open_house(tax_mode="inclusive")
    tax_of(house, "10.00")
    order = house.place()
    house.restaurant.tax_mode = "added"
    house.restaurant.save()
    forget()
    line = {"id": order["lines"][0]["id"], "item": house.item.pk, "quantity": 2}
    edited = house.done(house.api().put(f"/api/v1/orders/{order['id']}", {"lines": [line]}))
    assert (edited["total"], edited["tax"], Order.objects.get().tax_mode) == ("20.00", "1.82", "inclusive")


def test_the_database_knows_both_modes(house):
    with pytest.raises(IntegrityError, match="order_tax_mode_known"), transaction.atomic():
        Order.objects.update(tax_mode="none")


def tax_of(house, percent):
    house.restaurant.tax_components.update(name="VAT", percent=Decimal(percent))
    forget()
