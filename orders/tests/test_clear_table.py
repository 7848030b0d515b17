"""Clearing of a table after the party has left, and the API of the floor (docs/contracts/floor.md)."""

import pytest

from bistro.core.models import Event
from bistro.core.tests.http import nothing_changes, refused
from bistro.core.tests.round_trips import FEED_POSITION
from orders.services import remove_course
from tables.models import Party

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]


def clear(house, role="waiter", pk=None):
    return house.api(role).post(f"/api/v1/tables/{pk or house.table.pk}/clear")


def shown(house, role="waiter"):
    return house.api(role).get("/api/v1/tables").json()["results"]


@pytest.mark.parametrize("status", ["delivered", "cancelled"])
def test_the_party_is_completed(house, status):
    house.reach(status)
    response = clear(house)
    assert (response.status_code, response.content) == (204, b"")
    party = Party.objects.get()
    assert party.status == "completed"
    assert party.completed_at is not None
    event = Event.objects.latest("seq")
    assert (event.type, event.action, event.subject) == ("guest_updated", "completed", f"party:{party.pk}")
    assert shown(house)[0]["state"] == "free"


@pytest.mark.parametrize("status", ["placed", "confirmed", "preparing", "ready"])
def test_refused_while_an_order_is_open(house, status):
    order = house.reach(status)
    with nothing_changes():
        body = refused(clear(house), 422, "orders_open")
    assert body["orders"] == [order["number"]]
    words = "Deliver" if status == "ready" else "Deliver or cancel"  # a ready order cannot be cancelled
    assert body["detail"] == f"{words} #1 first."


@pytest.fixture
def two_courses(house):
    """Place an order with a course on hold, and return a function that cooks and serves the first one."""
    house.hold_courses()
    order = house.place(lines=[{"item": house.item.pk, "quantity": 1, "course": course} for course in (1, 2)])

    def serve():
        (ticket,) = house.tickets(order)
        house.done(house.api("kitchen").post(f"/api/v1/tickets/{ticket['id']}/bump"))
        return house.done(house.api("waiter").post(f"/api/v1/orders/{order['id']}/deliver"))

    return order, serve


def test_a_course_on_hold_is_named(house, two_courses):
    order, serve = two_courses
    with nothing_changes():
        body = refused(clear(house), 422, "orders_open")
        assert body["detail"] == "Deliver or cancel #1 (on hold: course 2 of #1) first."
    serve()
    with nothing_changes():
        body = refused(clear(house), 422, "course_on_hold")
        assert body["detail"] == "Remove the course on hold first: course 2 of #1."
        assert body["orders"] == [order["number"]]
        sheet = house.browser("waiter").post(f"/floor/tables/{house.table.pk}/clear/")
        assert (sheet.status_code, body["detail"] in sheet.content.decode()) == (422, True)
    remove_course(order_id=order["id"], course=2, reason="Left", actor=house.actor("waiter"))
    assert clear(house).status_code == 204


def test_each_order_that_is_in_the_way_is_named(house, two_courses):
    _order, serve = two_courses
    serve()
    house.place()
    ready = house.place()
    for ticket in house.tickets(ready):
        house.done(house.api("kitchen").post(f"/api/v1/tickets/{ticket['id']}/bump"))
    with nothing_changes():
        body = refused(clear(house), 422, "orders_open")
    sentences = ["Remove the course on hold first: course 2 of #1.", "Deliver or cancel #2 first.", "Deliver #3 first."]
    assert body["detail"] == " ".join(sentences)
    assert body["orders"] == [1, 2, 3]


def test_a_withdrawn_order_is_not_open(house):
    order = house.place()
    house.done(house.api().delete(f"/api/v1/orders/{order['id']}"))
    assert clear(house).status_code == 204


def test_a_free_table_stays_free(house):
    with nothing_changes():
        assert clear(house).status_code == 204


def test_a_second_clear_changes_nothing(house):
    house.reach("delivered")
    clear(house)
    with nothing_changes():
        assert clear(house).status_code == 204


def test_the_next_order_seats_the_next_party(house):
    first = house.reach("delivered")
    clear(house)
    second = house.place()
    assert second["party"] != first["party"]
    assert list(Party.objects.values_list("status", flat=True)) == ["completed", "seated"]


def test_missing_or_not_yours(house, other_house):
    other_house.reach("delivered")
    with nothing_changes():
        missing = clear(house, "owner", 999_999)
        refused(missing, 404, "table_not_found")
        assert clear(house, "owner", other_house.table.pk).content == missing.content
        refused(clear(house, "owner", 10**30), 404, "table_not_found")


# --- the floor for programs --------------------------------------------------------------------------------------
def test_a_free_table(house):
    body = house.api("waiter").get("/api/v1/tables").json()
    assert body["count"] == 1
    assert body["seq"] == 0
    assert body["epoch"]
    assert body["results"] == [
        {
            "id": house.table.pk,
            "name": house.table.name,
            "section": house.table.section_id,
            "seats": 4,
            "guests": None,
            "party": None,
            "state": "free",
            "state_word": "free",
            "since": None,
            "shape": "square",
            "x": 0,
            "y": 0,
            "rotation": 0,
        }
    ]


@pytest.mark.parametrize(
    ("status", "state", "word", "since"),
    [
        ("placed", "ordering", "ordered, kitchen has not confirmed", "placed_at"),
        ("confirmed", "waiting", "waiting for food 0 min", "placed_at"),
        ("preparing", "waiting", "waiting for food 0 min", "placed_at"),
        ("ready", "ready", "food ready", "ready_at"),
        ("delivered", "eating", "everything served", "delivered_at"),
        ("cancelled", "occupied", "seated", None),
    ],
)
def test_the_state_follows_the_order(house, status, state, word, since):
    order = house.reach(status)
    (table,) = shown(house)
    assert (table["state"], table["state_word"]) == (state, word)
    assert table["since"] == (order[since] if since else Party.objects.get().seated_at.isoformat())


def test_what_needs_somebody_most_wins(house):
    house.place()
    house.reach("preparing")
    assert shown(house)[0]["state"] == "waiting"
    house.reach("ready")
    assert shown(house)[0]["state"] == "ready"


def test_waiting_too_long_is_late(house):
    from datetime import timedelta

    import time_machine
    from django.utils import timezone

    house.reach("confirmed")
    api = house.api("integration")
    for seconds, state, word in ((599, "waiting", "waiting for food 9 min"), (601, "late", "waiting for food 10 min")):
        with time_machine.travel(timezone.now() + timedelta(seconds=seconds)):
            (table,) = api.get("/api/v1/tables").json()["results"]
        assert (table["state"], table["state_word"]) == (state, word)


def test_out_of_service(house):
    house.table.out_of_service = True
    house.table.save()
    assert shown(house)[0]["state"] == "out_of_service"


def test_other_restaurants_tables_never_appear(house, other_house):
    assert [table["id"] for table in shown(house, "owner")] == [house.table.pk]


def test_a_pad_does_not_see_the_floor(house):
    refused(house.api().get("/api/v1/tables"), 403, "permission_denied")


def test_the_number_of_queries_does_not_grow(house, django_assert_num_queries):
    api = house.api("integration")
    api.get("/api/v1/tables")  # the first use creates the feed's epoch
    house.place()
    # device, feed, restaurant, tables, parties, orders, courses, plans, calls, sections, alarms 4, pauses
    with django_assert_num_queries(15 + FEED_POSITION):
        api.get("/api/v1/tables")
    for _ in range(29):
        house.place("waiter", table=house.add_table().pk)
    with django_assert_num_queries(15 + FEED_POSITION):
        assert api.get("/api/v1/tables").json()["count"] == 30
