"""The kitchen in the admin: managers set up stations and look at tickets."""

import pytest
from django.contrib.messages import get_messages

from bistro.core.models import Event
from kitchen.models import Route, Station, Ticket
from kitchen.tests.factories import StationFactory
from menu.tests.factories import CategoryFactory, ModifierFactory, ModifierGroupFactory

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]

STATIONS, TICKETS = "/admin/kitchen/station/", "/admin/kitchen/ticket/"


@pytest.fixture
def owner(house):
    return house.browser("owner")


def said(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def test_a_station_cooks_what_it_is_told_from_the_next_order_on(house, owner):
    grill = StationFactory(restaurant=house.restaurant, name="Grill")
    house.order()
    assert Ticket.objects.get().station == house.station
    path = f"{STATIONS}{grill.pk}/change/"
    answer = owner.post(path, {"name": "Grill", "position": 1, "categories": [house.category.pk]})
    assert answer.status_code == 302
    house.order()
    assert set(Ticket.objects.values_list("station", flat=True)) == {house.station.pk, grill.pk}
    kinds = Event.objects.filter(restaurant=house.restaurant).values_list("type", flat=True)
    assert {"configuration_updated", "kitchen_updated", "menu_updated"} <= set(kinds)
    logged = Event.objects.get(type="configuration_updated").data
    assert f'"categories":{{"before":[],"after":["{house.category.name}"]}}' in logged


def test_several_stations_may_cook_a_category_and_an_item_counts_first(house, owner):
    grill, cold = (StationFactory(restaurant=house.restaurant, name=name) for name in ("Grill", "Cold"))
    category = CategoryFactory(restaurant=house.restaurant)
    for station, fields in (
        (grill, {"categories": [house.category.pk, category.pk]}),
        (cold, {"items": [house.item.pk]}),
    ):
        assert (
            owner.post(f"{STATIONS}{station.pk}/change/", {"name": station.name, "position": 1, **fields}).status_code
            == 302
        )
    owner.post(
        f"{STATIONS}{cold.pk}/change/",
        {"name": "Cold", "position": 1, "categories": [category.pk], "items": [house.item.pk]},
    )
    routes = {(r.station.name, r.category_id, r.item_id) for r in Route.objects.all()}
    assert routes == {
        ("Grill", house.category.pk, None), ("Grill", category.pk, None),
        ("Cold", category.pk, None), ("Cold", None, house.item.pk),
    }  # fmt: skip
    house.order()
    assert Ticket.objects.get().station == cold
    shared = house.add_item(category=category)
    house.place(lines=[{"item": shared.pk, "quantity": 1}])
    assert set(Ticket.objects.filter(lines__line__item=shared).values_list("station", flat=True)) == {grill.pk, cold.pk}


def test_a_choice_gives_a_station_work_of_its_own(house, owner):
    fry = StationFactory(restaurant=house.restaurant, name="Fry")
    fries = ModifierFactory(group=ModifierGroupFactory(item=house.item, name="Sides"), name="Fries")
    path = f"{STATIONS}{fry.pk}/change/"
    assert f"Sides: Fries ({house.item})" in owner.get(path).text
    for modifiers, stations in (([fries.pk], 2), ([], 1)):
        assert owner.post(path, {"name": "Fry", "position": 1, "modifiers": modifiers}).status_code == 302
        lines = [{"item": house.item.pk, "quantity": 1, "modifiers": [fries.pk]}]
        assert len(house.tickets(house.place(lines=lines))) == stations


def test_another_restaurants_category_is_refused(house, other_house, owner):
    answer = owner.post(
        f"{STATIONS}{house.station.pk}/change/",
        {"name": house.station.name, "position": 0, "categories": [other_house.category.pk]},
    )
    assert "categories" in answer.context["adminform"].form.errors
    assert not Route.objects.exists()


def test_there_is_always_one_catch_all(house, owner):
    grill = StationFactory(restaurant=house.restaurant, name="Grill")
    owner.post(f"{STATIONS}{grill.pk}/change/", {"name": "Grill", "position": 1, "is_catch_all": "on"})
    assert Station.objects.get(restaurant=house.restaurant, is_catch_all=True) == grill
    owner.post(f"{STATIONS}{grill.pk}/change/", {"name": "Grill", "position": 1})
    assert Station.objects.get(restaurant=house.restaurant, is_catch_all=True) == grill
    answer = owner.post(STATIONS, {"action": "archive_chosen", "_selected_action": [grill.pk]})
    assert "without a station" in said(answer)[-1]


def test_a_station_that_nobody_looks_at_is_taken_out_of_the_alarms(house, owner):
    path, said = f"{STATIONS}{house.station.pk}/change/", {"name": house.station.name, "position": 0}
    for watched in (False, True):
        owner.post(path, said | ({"watched": "on"} if watched else {}))
        assert Station.objects.get(pk=house.station.pk).watched is watched


def test_a_station_with_open_tickets_is_not_archived(house, owner):
    house.order()
    grill = StationFactory(restaurant=house.restaurant, name="Grill")
    owner.post(f"{STATIONS}{grill.pk}/change/", {"name": "Grill", "position": 1, "is_catch_all": "on"})
    answer = owner.post(STATIONS, {"action": "archive_chosen", "_selected_action": [house.station.pk]})
    assert "open tickets" in said(answer)[-1]
    house.station.refresh_from_db()
    assert house.station.archived_at is None


def test_tickets_are_bumped_and_recalled_by_services(house, owner):
    house.order()
    ticket = Ticket.objects.get()
    assert said(owner.post(TICKETS, {"action": "bump", "_selected_action": [ticket.pk]})) == ["1 bumped."]
    ticket.refresh_from_db()
    assert (ticket.status, ticket.order.status, ticket.done_by) == ("done", "ready", house.staff("owner").name)
    answer = owner.post(TICKETS, {"action": "bump", "_selected_action": [ticket.pk]})
    assert "already bumped" in said(answer)[-1]
    owner.post(TICKETS, {"action": "recall", "_selected_action": [ticket.pk]})
    ticket.refresh_from_db()
    assert ticket.status == "started"


def test_a_ticket_cannot_be_edited(house, owner):
    house.order()
    ticket = Ticket.objects.get()
    answer = owner.post(f"{TICKETS}{ticket.pk}/change/", {"status": "done"})
    assert answer.status_code == 403
    assert owner.post(f"{TICKETS}{ticket.pk}/delete/", {"post": "yes"}).status_code == 403
    ticket.refresh_from_db()
    assert ticket.status == "queued"


def test_tickets_are_found_by_the_orders_number(house, owner):
    house.order()
    number = Ticket.objects.get().order.number
    assert len(owner.get(f"{TICKETS}?q={number}").context["cl"].result_list) == 1
    assert len(owner.get(f"{TICKETS}?q=%23{number}").context["cl"].result_list) == 1
    for nothing in (number + 1, "soup", "9" * 30):
        assert len(owner.get(f"{TICKETS}?q={nothing}").context["cl"].result_list) == 0


def test_another_restaurants_ticket_is_not_bumped(house, other_house, owner):
    other_house.order()
    ticket = Ticket.objects.get()
    owner.post(TICKETS, {"action": "bump", "_selected_action": [ticket.pk]})
    ticket.refresh_from_db()
    assert ticket.status == "queued"
