"""Start, bump and recall of a ticket."""

import pytest

from bistro.core.models import Event
from bistro.core.tests.http import nothing_changes, refused
from kitchen.models import Route
from kitchen.tests.factories import StationFactory

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]
PATH = "/api/v1/tickets"


@pytest.fixture
def pass_(house):
    """Place an order with two tickets: the house's dish at the first station, a beer at the bar."""
    bar = StationFactory(restaurant=house.restaurant, name="Bar")
    beer = house.add_item(name="Beer")
    Route.objects.create(restaurant=house.restaurant, station=bar, item=beer)
    house.order_json = house.place(lines=[{"item": house.item.pk, "quantity": 1}, {"item": beer.pk, "quantity": 2}])
    house.first, house.second = house.tickets(house.order_json)
    return house


def act(house, ticket, what, role="kitchen", body=None):
    return house.api(role).post(f"{PATH}/{ticket['id']}/{what}", body)


def order_of(house):
    return house.api("manager").get(f"/api/v1/orders/{house.order_json['id']}").json()


def test_one_ticket_a_station(pass_):
    assert [ticket["station_name"] for ticket in (pass_.first, pass_.second)] == [pass_.station.name, "Bar"]
    assert [[line["name"] for line in t["lines"]] for t in (pass_.first, pass_.second)] == [[pass_.item.name], ["Beer"]]


def test_start(pass_):
    ticket = pass_.done(act(pass_, pass_.first, "start"))
    assert (ticket["status"], ticket["version"]) == ("started", 2)
    assert ticket["started_at"] is not None
    assert [line["status"] for line in ticket["lines"]] == ["started"]
    order = order_of(pass_)
    assert order["status"] == "preparing"
    assert [line["status"] for line in order["lines"]] == ["started", "queued"]
    assert order["confirmed_at"] == order["preparing_at"]  # both stamped in the same transaction


def test_a_second_start_changes_nothing(pass_):
    first = pass_.done(act(pass_, pass_.first, "start"))
    with nothing_changes():
        again = pass_.done(act(pass_, pass_.first, "start"))
    assert again == first


def test_bump_the_last_one_makes_the_order_ready(pass_):
    ticket = pass_.done(act(pass_, pass_.first, "bump"))
    assert (ticket["status"], ticket["done_by"]) == ("done", pass_.staff("kitchen").name)
    assert ticket["done_at"] is not None
    assert [line["status"] for line in ticket["lines"]] == ["done"]
    assert (order_of(pass_)["status"], order_of(pass_)["ready_at"]) == ("preparing", None)
    pass_.done(act(pass_, pass_.second, "bump"))
    order = order_of(pass_)
    assert order["status"] == "ready"
    assert order["ready_at"] is not None
    assert [line["status"] for line in order["lines"]] == ["done", "done"]


def test_a_second_bump_is_too_late(pass_):
    pass_.done(act(pass_, pass_.first, "bump"))
    with nothing_changes():
        body = refused(act(pass_, pass_.first, "bump", "screen"), 409, "conflict")
    assert body["detail"] == "This ticket was already bumped."


def test_a_bumped_ticket_is_not_started_again(pass_):
    """Only a recall reopens the ticket; started, it would be open while its order is ready."""
    pass_.done(act(pass_, pass_.first, "bump"))
    with nothing_changes():
        refused(act(pass_, pass_.first, "start"), 409, "conflict")
    pass_.done(act(pass_, pass_.second, "bump"))
    with nothing_changes():
        refused(act(pass_, pass_.first, "start"), 409, "conflict")
    assert order_of(pass_)["status"] == "ready"


def test_recall_brings_it_back_to_its_old_place(pass_):
    pass_.done(act(pass_, pass_.first, "bump"))
    pass_.done(act(pass_, pass_.second, "bump"))
    ticket = pass_.done(act(pass_, pass_.first, "recall"))
    assert (ticket["status"], ticket["done_at"], ticket["done_by"]) == ("started", None, "")
    assert ticket["fired_at"] == pass_.first["fired_at"]
    assert [line["status"] for line in ticket["lines"]] == ["started"]
    order = order_of(pass_)
    assert order["status"] == "preparing"
    assert [line["status"] for line in order["lines"]] == ["started", "done"]


def test_recalled_and_bumped_it_is_ready_again(pass_):
    for ticket in (pass_.first, pass_.second):
        pass_.done(act(pass_, ticket, "bump"))
    pass_.done(act(pass_, pass_.second, "recall"))
    pass_.done(act(pass_, pass_.second, "bump"))
    assert order_of(pass_)["status"] == "ready"


def test_only_what_is_bumped_is_recalled(pass_):
    for prepare in (None, "start"):
        if prepare:
            pass_.done(act(pass_, pass_.first, prepare))
        with nothing_changes():
            body = refused(act(pass_, pass_.first, "recall"), 409, "conflict")
        assert body["detail"] == "This ticket is not bumped."


@pytest.mark.parametrize("what", ["start", "bump", "recall"])
def test_nothing_once_it_is_delivered(pass_, what):
    for ticket in (pass_.first, pass_.second):
        pass_.done(act(pass_, ticket, "bump"))
    pass_.done(pass_.api("waiter").post(f"/api/v1/orders/{pass_.order_json['id']}/deliver"))
    with nothing_changes():
        body = refused(act(pass_, pass_.first, what), 422, "invalid_order_status")
    assert (body["current"], body["allowed"]) == ("delivered", [])


@pytest.mark.parametrize("what", ["start", "bump", "recall"])
def test_nothing_once_it_is_cancelled(pass_, what):
    pass_.done(pass_.api("waiter").post(f"/api/v1/orders/{pass_.order_json['id']}/cancel", {"reason": "Left"}))
    with nothing_changes():
        body = refused(act(pass_, pass_.first, what), 422, "invalid_order_status")
    assert (body["current"], body["allowed"]) == ("cancelled", [])


@pytest.mark.parametrize("what", ["start", "bump", "recall", "push"])
def test_missing_or_not_yours(house, other_house, what):
    (foreign,) = other_house.tickets(other_house.place())
    body = {"station": house.station.pk} if what == "push" else None
    with nothing_changes():
        missing = act(house, {"id": 999_999}, what, "owner", body)
        refused(missing, 404, "ticket_not_found")
        assert act(house, foreign, what, "owner", body).content == missing.content
        for pk in (2**63, 10**30):
            refused(act(house, {"id": pk}, what, "owner", body), 404, "ticket_not_found")


def test_what_stands_in_the_log(pass_):
    for what in ("start", "bump", "recall"):
        pass_.done(act(pass_, pass_.first, what))
    events = Event.objects.filter(subject=f"ticket:{pass_.first['id']}").order_by("seq")
    assert [(event.type, event.action, event.actor) for event in events] == [
        ("ticket_updated", action, f"staff:{pass_.staff('kitchen').pk}") for action in ("started", "bumped", "recalled")
    ]


def test_reading_an_act_is_not_one(pass_):
    for what in ("start", "bump", "recall", "push"):
        refused(pass_.api("kitchen").get(f"{PATH}/{pass_.first['id']}/{what}"), 405, "method_not_allowed")


def test_the_order_of_bumping_does_not_matter_for_a_placed_order(pass_):
    """Without a confirmation and an open screen the bump passes through all statuses and stamps them."""
    for ticket in (pass_.second, pass_.first):
        pass_.done(act(pass_, ticket, "bump"))
    order = order_of(pass_)
    assert None not in [order[f"{step}_at"] for step in ("confirmed", "preparing", "ready")]
