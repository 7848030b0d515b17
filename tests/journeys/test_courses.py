"""Hold and fire: held courses, the person who fires them, and the effects on each step of the order's life."""

import json
from decimal import Decimal

import pytest

from bistro.core.kernel.errors import IllegalTransition, InvalidInput, LostRace
from bistro.core.models import Event
from bistro.core.tests.http import nothing_changes, refused
from kitchen.models import Ticket
from kitchen.services import acknowledge_tickets, bump_ticket, push_ticket, start_ticket
from kitchen.tests.factories import StationFactory
from kitchen.wall.board import read_board
from menu.services import set_portions
from orders.floor.plan import read_floor
from orders.floor.table_sheet import read_sheet
from orders.models import Order, OrderLine
from orders.order_commands import LineRequest
from orders.services import cancel_order, deliver_order, fire_course, remove_course, replace_lines, withdraw_order
from tests.journeys.house import open_house

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]


@pytest.fixture
def house():
    """Return a restaurant that holds later courses."""
    return open_house(hold_courses=True)


def wish(house, *courses: int) -> tuple[LineRequest, ...]:
    return tuple(LineRequest(item=house.item.pk, quantity=1, course=course) for course in courses)


def order_of(house, *courses: int) -> Order:
    return read(house.order(lines=wish(house, *courses)).id)


def read(pk: int) -> Order:
    return Order.objects.with_lines().get(pk=pk)


def statuses(order: Order) -> list[tuple[int, str]]:
    return [(line.course, line.status) for line in read(order.pk).lines.all()]


def fire(house, order, course, role="waiter") -> Order:
    return fire_course(order_id=order.pk, course=course, actor=house.actor(role))


def bump_all(house, order) -> None:
    for ticket in Ticket.objects.filter(order=order).open():
        bump_ticket(ticket_id=ticket.pk, actor=house.actor("kitchen"))


def deliver(house, order) -> Order:
    return deliver_order(order_id=order.pk, actor=house.actor("waiter"))


def test_later_courses_wait_and_the_kitchen_gets_the_first(house):
    order = order_of(house, 1, 2, 3, 1)
    assert statuses(order) == [(1, "queued"), (2, "held"), (3, "held"), (1, "queued")]
    (ticket,) = Ticket.objects.filter(order=order)
    assert (ticket.lines.count(), ticket.fired_course) == (2, 0)


def test_a_dessert_alone_does_not_wait(house):
    assert statuses(order_of(house, 3)) == [(3, "queued")]


def test_without_the_setting_nothing_waits():
    house = open_house()
    order = order_of(house, 1, 2)
    assert statuses(order) == [(1, "queued"), (2, "queued")]
    with nothing_changes(), pytest.raises(LostRace) as caught:
        fire(house, order, 2)
    assert caught.value.code == "already_fired"


def test_firing_opens_tickets_of_its_own_aged_from_now(house):
    order = order_of(house, 1, 2)
    fired = fire(house, order, 2)
    first, second = Ticket.objects.filter(order=order).order_by("pk")
    assert (first.fired_course, second.fired_course) == (0, 2)
    assert first.station == second.station
    assert second.fired_at == fired.fired_at > first.fired_at
    event = Event.objects.latest("seq")
    assert (event.action, event.subject) == ("course_fired", f"order:{order.pk}")
    board = read_board(house.actor("kitchen"), None)
    assert [(each.course, each.fired, each.also_at) for each in board.tickets] == [(1, False, []), (2, True, [])]


def test_only_once_only_what_is_there_only_while_the_order_lives(house):
    order = order_of(house, 1, 2)
    for course, error, code in [(1, LostRace, "already_fired"), (7, InvalidInput, "unknown_course")]:
        with nothing_changes(), pytest.raises(error) as caught:
            fire(house, order, course)
        assert caught.value.code == code
    fire(house, order, 2)
    with nothing_changes(), pytest.raises(LostRace):
        fire(house, order, 2)
    cancel_order(order_id=order.pk, reason="Left", actor=house.actor("waiter"))
    with nothing_changes(), pytest.raises(IllegalTransition):
        fire(house, order, 2)


def test_over_http(house):
    order = order_of(house, 1, 2)
    path = f"/api/v1/orders/{order.pk}/fire"
    answer = house.api("waiter").post(path, {"course": 2})
    assert answer.status_code == 200
    assert [line["status"] for line in answer.json()["lines"]] == ["queued", "queued"]
    assert answer.json()["fired_at"] is not None
    refused(house.api("waiter").post(path, {"course": 2}), 409, "already_fired")
    refused(house.api("waiter").post(path, {"course": 9}), 422, "unknown_course")
    for body in ({}, {"course": "2"}, {"course": 0}, {"course": 2, "now": True}):
        with nothing_changes():
            refused(house.api("waiter").post(path, body), 422, "validation_error")


def test_a_course_is_ready_and_served_before_the_next_is_fired(house):
    order = order_of(house, 1, 2)
    bump_all(house, order)
    assert read(order.pk).status == "ready"
    served = deliver(house, order)
    assert (served.status, served.delivered_at) == ("preparing", None)
    assert served.served_at is not None
    assert Event.objects.latest("seq").action == "course_served"
    fire(house, order, 2)
    bump_all(house, order)
    assert read(order.pk).status == "ready"
    assert deliver(house, order).status == "delivered"


def test_a_course_is_ready_although_the_next_is_already_being_made(house):
    order = order_of(house, 1, 2)
    fire(house, order, 2)
    first, second = Ticket.objects.filter(order=order).order_by("pk")
    bump_ticket(ticket_id=first.pk, actor=house.actor("kitchen"))
    assert read(order.pk).status == "ready"
    assert deliver(house, order).status == "preparing"
    bump_ticket(ticket_id=second.pk, actor=house.actor("kitchen"))
    assert read(order.pk).status == "ready"


def test_an_edit_keeps_on_hold_what_was_and_takes_off_the_wall_what_is_moved_to_later(house):
    order = order_of(house, 1, 2)
    one, two = order.lines.all()
    acknowledge_tickets(
        ticket_ids=Ticket.objects.values_list("pk", flat=True), screen="Wall", actor=house.actor("kitchen")
    )
    lines = [
        LineRequest(item=house.item.pk, quantity=2, course=1),
        LineRequest(id=one.pk, item=house.item.pk, quantity=1, course=3),
        LineRequest(id=two.pk, item=house.item.pk, quantity=1, course=2),
    ]
    replace_lines(order_id=order.pk, lines=lines, note=None, actor=house.actor("waiter"))
    assert statuses(order) == [(1, "queued"), (3, "held"), (2, "held")]
    (ticket,) = Ticket.objects.filter(order=order)
    assert [row.line.quantity for row in ticket.lines.all()] == [2]


def test_an_edit_that_leaves_only_held_courses_fires_the_first_of_them(house):
    order = order_of(house, 1, 2, 3)
    _, two, three = order.lines.all()
    lines = [LineRequest(id=line.pk, item=house.item.pk, quantity=1, course=line.course) for line in (two, three)]
    replace_lines(order_id=order.pk, lines=lines, note=None, actor=house.actor("waiter"))
    assert statuses(order) == [(2, "queued"), (3, "held")]
    (ticket,) = Ticket.objects.filter(order=order).open()
    assert [row.line_id for row in ticket.lines.all()] == [two.pk]


def test_a_course_that_an_edit_emptied_and_refilled_can_be_fired_again(house):
    order = order_of(house, 1, 2)
    one, _two = order.lines.all()
    fire(house, order, 2)
    keep = LineRequest(id=one.pk, item=house.item.pk, quantity=1, course=1)
    waiter = house.actor("waiter")
    replace_lines(order_id=order.pk, lines=[keep], note=None, actor=waiter)
    replace_lines(order_id=order.pk, lines=[keep, *wish(house, 2)], note=None, actor=waiter)
    assert statuses(order) == [(1, "queued"), (2, "held")]
    fire(house, order, 2)
    assert Ticket.objects.filter(order=order).open().count() == 2


def test_a_pushed_course_joins_only_tickets_of_its_own_firing(house):
    order = order_of(house, 1, 2)
    fire(house, order, 2)
    bar = StationFactory(restaurant=house.restaurant)
    first, second = Ticket.objects.filter(order=order).order_by("pk")
    cook = house.actor("kitchen")
    push_ticket(ticket_id=first.pk, station_id=bar.pk, actor=cook)
    push_ticket(ticket_id=second.pk, station_id=bar.pk, actor=cook)
    assert Ticket.objects.filter(order=order, station=bar).open().count() == 2


def test_a_course_that_nobody_wants_leaves_the_bill_and_its_portions_return(house):
    set_portions(item_id=house.item.pk, portions_left=10, actor=house.actor("manager"))
    order = order_of(house, 1, 2)
    bump_all(house, order)
    dropped = remove_course(order_id=order.pk, course=2, reason="Full", actor=house.actor("waiter"))
    assert (dropped.total, dropped.status) == (Decimal("10.00"), "ready")
    house.item.refresh_from_db()
    assert (statuses(order), house.item.portions_left) == ([(1, "done")], 9)
    update, trail = Event.objects.order_by("seq")[Event.objects.count() - 2 :]
    assert (update.action, trail.action) == ("course_removed", "lines_removed")
    gone = json.loads(trail.data)
    assert (gone["course"], gone["total_before"], gone["total_after"]) == (2, "20.00", "10.00")
    assert [(line["name"], line["total"]) for line in gone["lines"]] == [(house.item.name, "10.00")]
    assert json.loads(trail.private) == {"reason": "Full"}
    assert deliver(house, order).status == "delivered"


def test_after_the_last_course_was_served_dropping_the_rest_delivers_the_order(house):
    order = order_of(house, 1, 2)
    bump_all(house, order)
    deliver(house, order)
    dropped = remove_course(order_id=order.pk, course=2, reason="Full", actor=house.actor("waiter"))
    assert dropped.status == "delivered"
    assert dropped.delivered_at is not None
    assert Event.objects.latest("seq").action == "delivered"


def test_dropping_with_added_tax_takes_the_tax_off_too():
    house = open_house(hold_courses=True, tax_mode="added")
    order = order_of(house, 1, 2)
    alone = order_of(house, 1)
    dropped = remove_course(order_id=order.pk, course=2, reason="Full", actor=house.actor("waiter"))
    assert (dropped.total, dropped.tax) == (alone.total, alone.tax)
    assert dropped.total > Decimal("10.00")


def test_what_cannot_be_dropped(house):
    order = order_of(house, 1, 2)
    waiter = house.actor("waiter")
    for course, reason, code in [(1, "Full", "already_fired"), (7, "Full", "unknown_course"), (2, " ", None)]:
        with nothing_changes(), pytest.raises((InvalidInput, LostRace)) as caught:
            remove_course(order_id=order.pk, course=course, reason=reason, actor=waiter)
        assert caught.value.code == (code or "validation_error")
    cancel_order(order_id=order.pk, reason="Left", actor=waiter)
    with nothing_changes(), pytest.raises(IllegalTransition):
        remove_course(order_id=order.pk, course=2, reason="Full", actor=waiter)


def test_cancelling_a_begun_order_returns_the_portions_of_what_was_held(house):
    set_portions(item_id=house.item.pk, portions_left=10, actor=house.actor("manager"))
    order = order_of(house, 1, 2, 2)
    start_ticket(ticket_id=Ticket.objects.get().pk, actor=house.actor("kitchen"))
    cancel_order(order_id=order.pk, reason="Left", actor=house.actor("waiter"))
    house.item.refresh_from_db()
    assert house.item.portions_left == 9


def test_what_was_served_is_owed(house):
    order = order_of(house, 1, 2)
    bump_all(house, order)
    deliver(house, order)
    with nothing_changes(), pytest.raises(IllegalTransition) as caught:
        cancel_order(order_id=order.pk, reason="Left", actor=house.actor("waiter"))
    assert caught.value.extra == {"current": "preparing", "allowed": ["ready"]}
    (shown,) = read_sheet(house.actor("waiter"), house.table).orders
    assert not shown.can_cancel


def test_firing_early_does_not_hide_how_long_the_guests_wait(house):
    order = order_of(house, 1, 2)
    acknowledge_tickets(ticket_ids=[Ticket.objects.get().pk], screen="Wall", actor=house.actor("kitchen"))
    fire(house, order, 2)
    (table,) = read_floor(house.actor("waiter")).tables
    assert (table.state, table.since) == ("waiting", read(order.pk).placed_at)


def test_an_order_with_held_courses_can_be_withdrawn(house):
    order = order_of(house, 1, 2)
    withdraw_order(order_id=order.pk, actor=house.pad_actor)
    assert not Ticket.objects.open().exists()
    assert OrderLine.objects.filter(status="held").count() == 1


def test_the_floor_says_that_a_course_waits(house):
    order = order_of(house, 1, 2)
    bump_all(house, order)
    deliver(house, order)
    waiter = house.actor("waiter")
    (table,) = read_floor(waiter).tables
    assert (table.state, table.need.act.label) == ("held", "Fire")
    (shown,) = read_sheet(waiter, house.table).orders
    assert ([course.number for course in shown.held_courses], shown.can_fire, shown.can_remove) == ([2], True, True)
    fired = fire(house, order, 2)
    (table,) = read_floor(waiter).tables
    assert (table.state, table.since) == ("waiting", fired.fired_at)


def test_the_sheet_fires_and_leaves_out(house):
    order = order_of(house, 1, 2, 3)
    browser = house.browser("waiter")
    page = browser.get(f"/floor/tables/{house.table.pk}/").content.decode()
    assert "Course 2 is on hold" in page
    assert browser.post(f"/floor/orders/{order.pk}/courses/2/fire/").status_code == 302
    again = browser.post(f"/floor/orders/{order.pk}/courses/2/fire/")
    assert again.status_code == 409
    assert "already fired" in again.content.decode()
    assert browser.post(f"/floor/orders/{order.pk}/courses/3/remove/", {"reason": "changed_mind"}).status_code == 302
    assert statuses(order) == [(1, "queued"), (2, "queued")]
