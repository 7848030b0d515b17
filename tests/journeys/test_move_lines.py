"""Moving of single lines to another table: price, tax and tickets follow, no dish is cooked twice (ADR 0042)."""

from decimal import Decimal

import pytest

from bistro.core.models import Event
from bistro.core.tests.http import nothing_changes, refused
from kitchen.models import Ticket, TicketLine
from kitchen.tests.factories import StationFactory
from menu.compiled import forget
from orders.models import Order, OrderLine, PlannedCourse
from tables.models import Party

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]


@pytest.fixture
def two(house):
    """Return the house with a second table, and an order of two dishes and a soup at the first."""
    house.soup = house.add_item(name="Soup", price="4.00")
    forget()
    house.second = house.add_table(name="Two")
    lines = [{"item": house.item.pk, "quantity": 2, "seat": 1}, {"item": house.soup.pk, "quantity": 1}]
    house.placed = house.place("waiter", lines=lines, note="Birthday")
    house.dish, house.bowl = house.placed["lines"]
    return house


def move(house, *lines, role="waiter", order=None, **more):
    headers = {"if_match": more.pop("if_match")} if "if_match" in more else {}
    body = {"lines": list(lines), **(more or {"table": house.second.pk})}
    return house.api(role).post(f"/api/v1/orders/{order or house.placed['id']}/move-lines", body, **headers)


def read(house, order):
    return house.done(house.api("waiter").get(f"/api/v1/orders/{order}"))


def shown(order):
    return [(line["name"], line["quantity"], line["total"]) for line in order["lines"]]


def states(order):
    tickets = Ticket.objects.filter(order_id=order)
    return [(t.status, sorted(t.lines.values_list("line__name", "status"))) for t in tickets.order_by("pk")]


# --- money -----------------------------------------------------------------------------------------------------------
def test_a_line_becomes_an_order_of_the_other_table(two):
    neighbours = two.place("waiter", table=two.second.pk)
    moved = two.done(move(two, {"id": two.bowl["id"]}))
    assert (moved["table"], moved["party"]) == (two.second.pk, neighbours["party"])
    assert shown(moved) == [("Soup", 1, "4.00")]
    assert moved["lines"][0]["id"] == two.bowl["id"]
    stays = read(two, two.placed["id"])
    assert shown(stays) == [(two.item.name, 2, "20.00")]
    assert (stays["total"], moved["total"]) == ("20.00", "4.00")
    assert Decimal(stays["tax"]) + Decimal(moved["tax"]) == Decimal(two.placed["tax"])
    assert (stays["version"], moved["version"]) == (two.placed["version"] + 1, 1)
    assert (moved["note"], moved["placed_at"]) == ("Birthday", two.placed["placed_at"])
    assert moved["number"] == neighbours["number"] + 1


def test_a_part_of_a_line_moves_at_the_price_it_was_sold_for(two):
    two.item.price = Decimal("99.00")
    two.item.save()
    forget()
    moved = two.done(move(two, {"id": two.dish["id"], "quantity": 1}))
    assert shown(moved) == [(two.item.name, 1, "10.00")]
    assert shown(read(two, two.placed["id"])) == [(two.item.name, 1, "10.00"), ("Soup", 1, "4.00")]
    assert OrderLine.objects.count() == 3


def test_a_free_table_seats_new_guests_of_the_waiter(two):
    moved = two.done(move(two, {"id": two.bowl["id"]}))
    party = Party.objects.get(pk=moved["party"])
    assert (party.table, party.server, party.size) == (two.second, two.staff("waiter"), None)
    assert two.place("waiter", table=two.second.pk)["party"] == party.pk


def test_all_lines_move_as_the_order_that_they_are(two):
    neighbours = two.place("waiter", table=two.second.pk)["party"]
    moved = two.done(move(two, {"id": two.dish["id"], "quantity": 2}, {"id": two.bowl["id"]}, party=neighbours))
    assert (moved["id"], moved["number"], moved["party"]) == (two.placed["id"], two.placed["number"], neighbours)
    assert (moved["table"], moved["version"]) == (two.second.pk, two.placed["version"] + 1)
    assert shown(moved) == shown(two.placed)
    assert two.api("waiter").post(f"/api/v1/tables/{two.table.pk}/clear").status_code == 204


# --- the kitchen -----------------------------------------------------------------------------------------------------
def test_a_cooked_line_moves_without_a_change_of_its_ticket(two):
    (ticket,) = two.tickets(two.placed)
    cooked, _waiting = sorted(ticket["lines"], key=lambda row: row["line"] != two.bowl["id"])
    two.done(two.api("kitchen").post(f"/api/v1/ticket-lines/{cooked['id']}/bump"))
    moved = two.done(move(two, {"id": two.bowl["id"]}))
    assert (moved["status"], moved["ready_at"] is not None) == ("ready", True)
    assert states(moved["id"]) == [("done", [("Soup", "done")])]
    assert states(two.placed["id"]) == [("started", [(two.item.name, "queued")])]
    assert TicketLine.objects.get(pk=cooked["id"]).done_at is not None
    two.done(two.api("waiter").post(f"/api/v1/orders/{moved['id']}/deliver"))
    two.done(two.api("kitchen").post(f"/api/v1/tickets/{ticket['id']}/bump"))
    assert two.status(two.placed) == "ready"


def test_what_stays_is_ready_when_the_last_dish_in_work_leaves(two):
    (ticket,) = two.tickets(two.placed)
    cooked = next(row for row in ticket["lines"] if row["line"] == two.bowl["id"])
    two.done(two.api("kitchen").post(f"/api/v1/ticket-lines/{cooked['id']}/bump"))
    moved = two.done(move(two, {"id": two.dish["id"]}))
    assert (two.status(two.placed), states(two.placed["id"])) == ("ready", [("done", [("Soup", "done")])])
    assert (moved["status"], states(moved["id"])) == ("confirmed", [("queued", [(two.item.name, "queued")])])
    (left,) = Ticket.objects.filter(order_id=moved["id"])
    two.done(two.api("kitchen").post(f"/api/v1/tickets/{left.pk}/bump"))
    assert two.status(moved) == "ready"


def test_a_ticket_of_moved_lines_alone_keeps_its_identity(two):
    from kitchen.models import Route

    bar = StationFactory(restaurant=two.restaurant, name="Bar")
    Route.objects.create(restaurant=two.restaurant, station=bar, item=two.soup)
    forget()
    lines = [{"item": two.item.pk, "quantity": 1}, {"item": two.soup.pk, "quantity": 1}]
    order = two.place("waiter", lines=lines)
    mine = next(ticket for ticket in two.tickets(order) if ticket["station"] == bar.pk)
    two.done(two.api("kitchen").post(f"/api/v1/tickets/{mine['id']}/start"))
    moved = two.done(move(two, {"id": order["lines"][1]["id"]}, order=order["id"]))
    (ticket,) = two.tickets(moved)
    assert (ticket["id"], ticket["status"], ticket["table_name"]) == (mine["id"], "started", "Two")
    assert (moved["status"], two.status(order)) == ("preparing", "preparing")


def test_delivered_lines_move_for_the_bill(two):
    done = two.reach("delivered", quantity=3)
    moved = two.done(move(two, {"id": done["lines"][0]["id"], "quantity": 1}, order=done["id"]))
    assert (moved["status"], moved["total"]) == ("delivered", "10.00")
    assert read(two, done["id"])["total"] == "20.00"
    assert read(two, done["id"])["status"] == "delivered"


def test_a_held_course_takes_its_plan_along(two):
    two.hold_courses()
    lines = [{"item": two.item.pk, "quantity": 1, "course": 1}, {"item": two.soup.pk, "quantity": 1, "course": 2}]
    order = two.place("waiter", lines=lines)
    two.done(two.api("waiter").post(f"/api/v1/orders/{order['id']}/plan", {"course": 2, "minutes": 5}))
    moved = two.done(move(two, {"id": order["lines"][1]["id"]}, order=order["id"]))
    assert moved["status"] == "confirmed"
    assert moved["lines"][0]["status"] == "held"
    assert list(PlannedCourse.objects.values_list("order_id", flat=True)) == [moved["id"]]
    two.done(two.api("waiter").post(f"/api/v1/orders/{moved['id']}/fire", {"course": 2}))
    assert [status for status, _lines in states(moved["id"])] == ["queued"]
    assert PlannedCourse.objects.count() == 0


def test_allergies_never_get_fewer(two):
    mine, say = two.placed["party"], {"allergies": ["nuts"], "seat": 1}
    two.done(two.api("waiter").post(f"/api/v1/parties/{mine}/allergies", say))
    party = two.place("waiter", table=two.second.pk)["party"]
    two.done(two.api("waiter").post(f"/api/v1/parties/{party}/allergies", {"allergies": ["milk"], "seat": 2}))
    moved = two.done(move(two, {"id": two.dish["id"]}))
    assert (moved["lines"][0]["allergies"], moved["lines"][0]["seat"]) == (["nuts", "milk"], None)
    assert Event.objects.filter(action="allergies_changed", subject=f"order:{moved['id']}").count() == 1


def test_everybody_hears_of_both_orders(two):
    moved = two.done(move(two, {"id": two.bowl["id"]}))
    left = Event.objects.get(action="lines_moved")
    new = Event.objects.get(action="split_off")
    assert (left.subject, left.table_id) == (f"order:{two.placed['id']}", two.table.pk)
    assert (new.type, new.subject, new.table_id) == ("order_created", f"order:{moved['id']}", two.second.pk)


# --- refusals --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("lines", "code", "field"),
    [
        ([{"id": 999_999}], "unknown_line", "lines.0.id"),
        ([{"id": "bowl"}, {"id": "bowl"}], "unknown_line", "lines.1.id"),
        ([{"id": "bowl", "quantity": 2}], "validation_error", "lines.0.quantity"),
        ([], "validation_error", "lines"),
    ],
)
def test_wrong_lines_are_refused(two, lines, code, field):
    lines = [{**line, "id": two.bowl["id"]} if line["id"] == "bowl" else line for line in lines]
    with nothing_changes():
        assert field in refused(move(two, *lines), 422, code)["errors"]


def test_wrong_places_are_refused(two, other_house):
    line = {"id": two.bowl["id"]}
    with nothing_changes():
        refused(move(two, line, table=two.table.pk), 422, "same_party")
        refused(move(two, line, table=other_house.table.pk), 404, "table_not_found")
        refused(move(two, line, party=999_999), 404, "party_not_found")
        refused(move(two, line, table=two.second.pk, party=two.placed["party"]), 422, "validation_error")
    two.second.out_of_service = True
    two.second.save()
    with nothing_changes():
        refused(move(two, line), 422, "table_out_of_service")


def test_an_old_version_and_a_cancelled_order_are_refused(two):
    line = {"id": two.bowl["id"]}
    two.done(two.api("waiter").post(f"/api/v1/orders/{two.placed['id']}/cancel", {"reason": "Left"}))
    with nothing_changes():
        refused(move(two, line, if_match='"1"', table=two.second.pk), 412, "precondition_failed")
        refused(move(two, line), 422, "invalid_order_status")


@pytest.mark.parametrize("role", ["host", "pad", "kitchen", "cashier"])
def test_others_move_no_lines(two, role):
    with nothing_changes():
        assert move(two, {"id": two.bowl["id"]}, role=role).status_code in (403, 404)


def test_two_orders_never_have_one_line(two):
    two.done(move(two, {"id": two.bowl["id"]}))
    with nothing_changes():
        refused(move(two, {"id": two.bowl["id"]}), 422, "unknown_line")
    assert Order.objects.count() == 2
