"""Bump and recall of single lines."""

import pytest

from bistro.core.models import Event
from bistro.core.tests.http import nothing_changes, refused

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]
PATH = "/api/v1/ticket-lines"


@pytest.fixture
def two(house):
    """Place an order of two lines on one ticket."""
    soup = house.add_item(name="Soup")
    house.order_json = house.place(lines=[{"item": house.item.pk, "quantity": 1}, {"item": soup.pk, "quantity": 1}])
    (house.ticket,) = house.tickets(house.order_json)
    house.first, house.second = house.ticket["lines"]
    return house


def act(house, line, what, role="kitchen"):
    return house.api(role).post(f"{PATH}/{line['id']}/{what}")


def statuses(house):
    """Return the statuses of (order, ticket, ticket lines, order lines)."""
    order = house.api("manager").get(f"/api/v1/orders/{house.order_json['id']}").json()
    (ticket,) = house.tickets(order)
    return (
        order["status"],
        ticket["status"],
        [line["status"] for line in ticket["lines"]],
        [line["status"] for line in order["lines"]],
    )


def test_the_first_line_starts_the_ticket_the_last_bumps_it(two):
    ticket = two.done(act(two, two.first, "bump"))
    assert ticket["id"] == two.ticket["id"]
    assert statuses(two) == ("preparing", "started", ["done", "queued"], ["done", "queued"])
    ticket = two.done(act(two, two.second, "bump"))
    assert (ticket["status"], ticket["done_by"]) == ("done", two.staff("kitchen").name)
    assert statuses(two) == ("ready", "done", ["done", "done"], ["done", "done"])


def test_each_tells_what_it_was(two):
    two.done(act(two, two.first, "bump"))
    two.done(act(two, two.second, "bump"))
    two.done(act(two, two.second, "recall"))
    actions = Event.objects.filter(type="ticket_updated").order_by("seq").values_list("action", flat=True)
    assert list(actions) == ["line_bumped", "bumped", "recalled"]


def test_a_second_bump_is_too_late(two):
    two.done(act(two, two.first, "bump"))
    with nothing_changes():
        body = refused(act(two, two.first, "bump"), 409, "conflict")
    assert body["detail"] == "This line was already bumped."


def test_lines_of_a_bumped_ticket_are_bumped(two):
    two.done(two.api("kitchen").post(f"/api/v1/tickets/{two.ticket['id']}/bump"))
    with nothing_changes():
        refused(act(two, two.second, "bump"), 409, "conflict")


def test_recall_one_line_of_an_open_ticket(two):
    two.done(act(two, two.first, "bump"))
    two.done(act(two, two.first, "recall"))
    assert statuses(two) == ("preparing", "started", ["started", "queued"], ["started", "queued"])


def test_recall_one_line_of_a_bumped_ticket(two):
    two.done(two.api("kitchen").post(f"/api/v1/tickets/{two.ticket['id']}/bump"))
    ticket = two.done(act(two, two.first, "recall"))
    assert (ticket["done_at"], ticket["done_by"]) == (None, "")
    assert statuses(two) == ("preparing", "started", ["started", "done"], ["started", "done"])
    two.done(act(two, two.first, "bump"))
    assert statuses(two)[:2] == ("ready", "done")


def test_only_what_is_bumped_is_recalled(two):
    with nothing_changes():
        body = refused(act(two, two.first, "recall"), 409, "conflict")
    assert body["detail"] == "This line is not bumped."


@pytest.mark.parametrize("what", ["bump", "recall"])
@pytest.mark.parametrize("over", ["cancelled", "delivered"])
def test_nothing_once_the_order_is_over(house, what, over):
    order = house.reach(over)
    (ticket,) = house.tickets(order)
    with nothing_changes():
        body = refused(act(house, ticket["lines"][0], what), 422, "invalid_order_status")
    assert body["current"] == over


@pytest.mark.parametrize("what", ["bump", "recall"])
def test_missing_or_not_yours(house, other_house, what):
    (foreign,) = other_house.tickets(other_house.place())
    with nothing_changes():
        missing = act(house, {"id": 999_999}, what, "owner")
        refused(missing, 404, "ticket_line_not_found")
        assert act(house, foreign["lines"][0], what, "owner").content == missing.content
        for pk in (2**63, 10**30):
            refused(act(house, {"id": pk}, what, "owner"), 404, "ticket_line_not_found")
