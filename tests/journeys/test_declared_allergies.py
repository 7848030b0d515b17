"""Guests' declared allergies: for a seat, for the whole party, for a line; on open tickets as a change to read."""

import pytest

from bistro.core.models import Event
from bistro.core.tests.http import nothing_changes, refused
from kitchen.models import Ticket
from kitchen.printing.models import PrintJob
from kitchen.printing.services import serve_printer
from kitchen.printing.tests.printers import FakePrinter, printer_at
from menu.tests.factories import state
from orders.models import Order, OrderLine
from tables.declarations import declare, declared_for
from tables.models import Party

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]


@pytest.fixture
def four(house):
    """Return a house with an order of a line for seats 1 and 3, and of one without a seat."""
    house.placed = house.place(lines=[line(house, 1), line(house, 3), line(house)])
    return house


def line(house, seat=None, **more):
    return {"item": house.item.pk, "quantity": 1, **({"seat": seat} if seat else {}), **more}


def say(house, *codes, role="waiter", party=None, **seat):
    path = f"/api/v1/parties/{party or house.placed['party']}/allergies"
    return house.api(role).post(path, {"allergies": list(codes), **seat})


def told(house, order=None):
    """Return the allergies of each line of an order."""
    answer = house.api("waiter").get(f"/api/v1/orders/{(order or house.placed)['id']}")
    return [each["allergies"] for each in answer.json()["lines"]]


def marks(house):
    """Return (changed, allergies) of each line of the one ticket, and whether there is something to read."""
    (ticket,) = house.tickets(house.placed)
    return [(row["changed"], row["allergies"]) for row in ticket["lines"]], ticket["alert_at"] is not None


# --- the rule --------------------------------------------------------------------------------------------------------
def test_a_seat_has_its_own_and_those_of_the_party_and_food_without_a_seat_has_all():
    declared = declare(declare(declare({}, 10, ["fish"]), 3, ["milk", "nuts", "milk"]), None, ["nuts"])
    assert declared == {"": ["nuts"], "3": ["milk", "nuts"], "10": ["fish"]}
    assert list(declared) == ["", "3", "10"]
    assert declared_for(declared, 3) == ["nuts", "milk"]
    assert declared_for(declared, 1) == ["nuts"]
    assert declared_for(declared, None) == ["nuts", "milk", "fish"]
    assert declare(declared, 3, []) == {"": ["nuts"], "10": ["fish"]}
    assert declared_for({}, 3) == []


# --- over HTTP -------------------------------------------------------------------------------------------------------
def test_the_answer_is_the_party(four):
    party = Party.objects.get()
    body = four.done(say(four, "nuts", "milk", seat=3))
    assert body == {
        "id": party.pk,
        "uid": str(party.uid),
        "table": four.table.pk,
        "table_name": four.table.name,
        "tables": [four.table.pk],
        "size": None,
        "server": None,
        "status": "seated",
        "seated_at": party.seated_at.isoformat(),
        "allergies": [],
        "seats": [{"seat": 3, "allergies": ["nuts", "milk"]}],
        "version": party.version + 1,
    }
    pad = four.api().get("/api/v1/pad").json()
    assert (pad["allergies"], pad["seats"]) == (body["allergies"], body["seats"])


def test_a_list_replaces_that_seats_list_and_no_other(four):
    four.done(say(four, "nuts", "milk", seat=3))
    four.done(say(four, "fish"))
    body = four.done(say(four, "eggs", seat=3))
    assert (body["allergies"], body["seats"]) == (["fish"], [{"seat": 3, "allergies": ["eggs"]}])
    assert told(four) == [["fish"], ["fish", "eggs"], ["fish", "eggs"]]
    body = four.done(say(four, seat=None))
    assert (body["allergies"], body["seats"]) == ([], [{"seat": 3, "allergies": ["eggs"]}])
    assert told(four) == [[], ["eggs"], ["eggs"]]


def test_future_orders_of_the_party_have_them_and_others_do_not(four, other_house):
    four.done(say(four, "nuts", seat=3))
    order = four.place(lines=[line(four, 1), line(four, 3, allergies=["milk"]), line(four)])
    assert told(four, order) == [[], ["milk", "nuts"], ["nuts"]]
    assert order["lines"][1]["conflicts"][0] == {"allergen": "milk", "where": four.item.name, "level": "not_stated"}
    elsewhere = four.place("waiter", table=four.add_table().pk)
    assert told(four, elsewhere) == [[]]
    assert other_house.place()["lines"][0]["allergies"] == []


def test_declaring_costs_an_order_no_query(four, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as before:
        four.order()
    four.done(say(four, "nuts"))
    with CaptureQueriesContext(connection) as after:
        four.order()
    assert len(after) == len(before)
    assert OrderLine.objects.last().allergies == ["nuts"]


def test_an_edit_keeps_what_guests_declared(four):
    four.done(say(four, "nuts", seat=3))
    kept = {**line(four), "id": four.placed["lines"][1]["id"]}
    for seat, found in ((3, ["nuts"]), (1, []), (None, ["nuts"])):
        body = {"lines": [{**kept, "seat": seat, "allergies": []}]}
        four.done(four.api().put(f"/api/v1/orders/{four.placed['id']}", body))
        assert told(four) == [found]


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({"allergies": ["dust"]}, "unknown_allergen", "allergies"),
        ({"allergies": ["nuts", "Nuts"], "seat": 1}, "unknown_allergen", "allergies"),
        ({"seat": 1}, "validation_error", "allergies"),
        ({"allergies": "nuts"}, "validation_error", "allergies"),
        ({"allergies": ["nuts"], "seat": 0}, "validation_error", "seat"),
        ({"allergies": ["nuts"], "seat": "3"}, "validation_error", "seat"),
        ({"allergies": ["nuts"], "guest": 3}, "validation_error", "guest"),
    ],
)
def test_bad_input_is_refused_and_changes_nothing(four, body, code, field):
    four.done(say(four, "milk"))
    with nothing_changes():
        answer = four.api("waiter").post(f"/api/v1/parties/{four.placed['party']}/allergies", body)
        assert list(refused(answer, 422, code)["errors"]) == [field]
    assert told(four) == [["milk"]] * 3


@pytest.mark.parametrize("role", ["owner", "manager", "waiter", "host", "pad", "integration"])
def test_who_takes_orders_or_seats_guests_may_declare(four, role):
    assert four.done(say(four, "nuts", role=role))["allergies"] == ["nuts"]


@pytest.mark.parametrize("role", ["kitchen", "cashier", "screen"])
def test_others_may_not(four, role):
    with nothing_changes():
        refused(say(four, "nuts", role=role), 403, "permission_denied")


def test_another_partys_guests_are_not_found(four, other_house):
    theirs = other_house.place()["party"]
    table = four.add_table()
    neighbours = four.place("waiter", table=table.pk)["party"]
    with nothing_changes():
        refused(say(four, "nuts", party=theirs), 404, "party_not_found")
        refused(say(four, "nuts", party=999_999), 404, "party_not_found")
        refused(say(four, "nuts", party=neighbours, role="pad"), 404, "party_not_found")


def test_guests_who_have_left(house):
    house.placed = house.reach("delivered")
    house.done(house.api("waiter").post(f"/api/v1/tables/{house.table.pk}/clear"))
    with nothing_changes():
        refused(say(house, "nuts"), 422, "party_left")
        refused(say(house, "nuts", role="pad"), 404, "party_not_found")


def test_the_same_list_again_changes_nothing(four):
    four.done(say(four, "nuts"))
    with nothing_changes():
        four.done(say(four, "nuts"))


def test_a_guest_without_a_table(house):
    lines = [{"item": house.item.pk, "quantity": 1}]
    body = {"kind": "take_away", "name": "Ann", "lines": lines}
    house.placed = house.done(house.api("waiter").post("/api/v1/orders", body, key="take-away"))
    answer = house.done(say(house, "nuts"))
    assert (answer["table"], answer["table_name"], answer["allergies"]) == (None, "", ["nuts"])
    assert told(house) == [["nuts"]]


def test_the_log_keeps_health_data_private(four):
    four.done(say(four, "nuts"))
    declared = Event.objects.get(action="allergies_declared")
    assert ("nuts" in declared.data, "nuts" in (declared.private or "")) == (False, True)
    changed = Event.objects.get(action="allergies_changed")
    assert (changed.type, changed.subject) == ("order_updated", f"order:{four.placed['id']}")


# --- open tickets ----------------------------------------------------------------------------------------------------
def received(house):
    house.done(house.api("waiter").post(f"/api/v1/orders/{house.placed['id']}/confirm"))


def test_a_change_on_an_open_ticket_must_be_read(four):
    received(four)
    version = Order.objects.get().version
    four.done(say(four, "nuts", seat=3))
    assert marks(four) == ([(False, []), (True, ["nuts"]), (True, ["nuts"])], True)
    assert Order.objects.get().version == version + 1
    ticket = Ticket.objects.get()
    with nothing_changes():
        refused(four.api("kitchen").post(f"/api/v1/tickets/{ticket.pk}/bump"), 409, "changes_unread")
    page = four.browser("kitchen").get("/kitchen/").content.decode()
    assert ("CHANGED" in page, "⚠ ALLERGY nuts" in page, "GOT IT" in page) == (True, True, True)
    four.done(four.api("kitchen").post(f"/api/v1/tickets/{ticket.pk}/read"))
    assert marks(four) == ([(False, []), (False, ["nuts"]), (False, ["nuts"])], False)
    four.done(say(four, seat=3))
    assert marks(four) == ([(False, []), (True, []), (True, [])], True)


def test_a_started_ticket_too(four):
    received(four)
    ticket = Ticket.objects.get()
    four.done(four.api("kitchen").post(f"/api/v1/tickets/{ticket.pk}/start"))
    four.done(say(four, "nuts"))
    assert marks(four) == ([(True, ["nuts"])] * 3, True)
    with nothing_changes():
        refused(four.api("kitchen").post(f"/api/v1/tickets/{ticket.pk}/bump"), 409, "changes_unread")


def test_a_ticket_that_nobody_has_seen_needs_no_reading(four):
    four.done(say(four, "nuts"))
    lines, alert = marks(four)
    assert ([allergies for _changed, allergies in lines], alert) == ([["nuts"]] * 3, False)


def test_food_on_the_pass_says_it_and_its_ticket_stays_done(house):
    house.placed = house.reach("ready")
    house.done(say(house, "nuts"))
    (ticket,) = house.tickets(house.placed)
    assert (ticket["status"], ticket["alert_at"], ticket["lines"][0]["allergies"]) == ("done", None, ["nuts"])
    assert "⚠ ALLERGY nuts" in house.browser("kitchen").get("/kitchen/expo/").content.decode()


@pytest.mark.parametrize("status", ["delivered", "cancelled"])
def test_orders_that_are_over_stay_as_they_were(house, status):
    house.placed = house.reach(status)
    house.done(say(house, "nuts"))
    assert told(house) == [[]]


def test_a_course_on_hold_follows_and_is_fired_with_it(house):
    house.hold_courses()
    house.placed = house.place(lines=[line(house), line(house, course=2)])
    house.done(say(house, "nuts"))
    assert told(house) == [["nuts"], ["nuts"]]
    coming = house.browser("kitchen").get("/kitchen/expo/").content.decode().split('id="coming"')[1]
    assert "⚠ ALLERGY nuts · NOT STATED, ASK" in coming
    house.done(house.api("waiter").post(f"/api/v1/orders/{house.placed['id']}/fire", {"course": 2}))
    (_first, second) = house.tickets(house.placed)
    assert (second["lines"][0]["allergies"], second["lines"][0]["changed"]) == (["nuts"], False)


def test_paper_gets_a_slip_with_the_change(four):
    state(four.item, ["nuts"])
    with FakePrinter() as paper:
        printer = printer_at(four, paper.port)
        four.placed = four.place(lines=[line(four, 1), line(four, 3)])
        serve_printer(printer_id=printer.pk)
        four.done(say(four, "nuts", seat=3))
        serve_printer(printer_id=printer.pk)
    slip = PrintJob.objects.filter(ticket__order=four.placed["id"]).order_by("pk").last()
    assert slip.kind == "changed"
    warned = [{"allergen": "nuts", "warning": "THE DISH CONTAINS IT"}]
    found = [(row["mark"], row["seat"], row["allergies"]) for row in slip.slip["lines"]]
    assert found == [("void", 3, []), ("new", 3, warned)]


def test_a_finished_dish_gets_no_slip(house):
    printer_at(house, 9100)
    house.placed = house.reach("ready")
    before = PrintJob.objects.count()
    house.done(say(house, "nuts"))
    assert PrintJob.objects.count() == before


def test_any_number_of_orders_and_lines_costs_few_queries(four, django_assert_max_num_queries):
    for _ in range(3):
        four.place(lines=[line(four) for _ in range(10)])
    received(four)
    with django_assert_max_num_queries(45):
        four.done(say(four, "nuts"))


# --- the table sheet -------------------------------------------------------------------------------------------------
def post(house, role="waiter", **form):
    return house.browser(role).post(f"/floor/tables/{house.table.pk}/allergies/", form)


def test_a_waiter_declares_on_the_table_sheet(four):
    state(four.item, ["nuts"])
    assert post(four, seat="3", allergy=["nuts", "milk"]).status_code == 302
    assert post(four, seat="", allergy=["fish"]).status_code == 302
    assert Party.objects.get().allergies == {"": ["fish"], "3": ["nuts", "milk"]}
    page = four.browser("waiter").get(f"/floor/tables/{four.table.pk}/").content.decode()
    assert "Seat 3: <strong" in page
    assert '<option value="3">' not in page
    screen = four.browser("waiter").get(f"/floor/tables/{four.table.pk}/order/").content.decode()
    assert '<span class="allergy">not for seat 3</span>' in screen, "the order screen warns before the dish is ordered"
    assert post(four, seat="3").status_code == 302
    assert Party.objects.get().allergies == {"": ["fish"]}


def test_the_sheet_refuses_with_words(four):
    for form, words in (
        ({"seat": "x", "allergy": ["nuts"]}, "Choose a seat or the whole party."),
        ({"seat": "1", "allergy": ["dust"]}, "“dust” is not in the catalogue of allergens."),
    ):
        with nothing_changes():
            assert words in post(four, **form).content.decode()


def test_a_free_table_has_nobody_to_declare_for(house):
    with nothing_changes():
        assert "Nobody sits here." in post(house, allergy=["nuts"]).content.decode()
    assert (
        "No guest has declared" not in house.browser("waiter").get(f"/floor/tables/{house.table.pk}/").content.decode()
    )


def test_a_cashier_cannot_declare(four):
    with nothing_changes():
        assert post(four, "cashier", allergy=["nuts"]).status_code == 403
    assert "Add allergies" not in four.browser("cashier").get(f"/floor/tables/{four.table.pk}/").content.decode()
