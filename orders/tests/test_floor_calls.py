"""Service calls on the floor: the table that calls, the act that answers, its undo, and the count."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from bistro.core.live.event_log import events_after, position
from bistro.core.tests.http import nothing_changes
from orders.floor.plan import read_floor
from orders.program_feed import OrderFeed
from tables.services import call_staff, close_call, ring_again, take_call

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]
HTMX = {"HX-Request": "true"}


def call(house, reason="waiter"):
    return call_staff(table_id=house.table.pk, reason=reason, actor=house.pad_actor)[0]


def need(house):
    (table,) = read_floor(house.actor("waiter")).needs
    return table.state, table.need.words, table.need.act.name


@pytest.mark.parametrize(
    ("reason", "state", "words"),
    [("waiter", "calls", "Waiter wanted"), ("help", "calls", "Help needed"), ("bill", "bill", "Bill wanted")],
)
def test_a_call_is_shown_until_it_is_done(house, reason, state, words):
    made = call(house, reason)
    assert need(house) == (state, words, "take")
    assert len(read_floor(house.actor("waiter")).calls) == 1
    waiter = house.actor("waiter")
    take_call(call_id=made.pk, actor=waiter)
    assert need(house) == ("free", f"{waiter.label} is going: {words}", "close")
    close_call(call_id=made.pk, actor=waiter)
    assert read_floor(waiter).needs == ()


def test_ready_food_is_named_beside_a_call(house):
    house.reach("ready")
    call(house)
    (table,) = read_floor(house.actor("waiter")).needs
    assert (table.need.mark, table.need.also) == ("calls", ("Food ready at the pass",))


def test_the_oldest_call_for_help_comes_first(house):
    call(house)
    with time_machine.travel(timezone.now() + timedelta(minutes=1)):
        call(house, "help")
        assert need(house) == ("calls", "Help needed", "take")


def test_the_list_answers_a_call_and_can_take_that_back(house):
    made, browser = call(house), house.browser("waiter")
    response = browser.post(f"/floor/calls/{made.pk}/take/", {"from": "list"}, headers=HTMX)
    text = response.content.decode()
    assert response.status_code == 200
    assert f'formaction="/floor/calls/{made.pk}/close/"' in text
    assert f'action="/floor/calls/{made.pk}/release/"' in text
    assert browser.post(f"/floor/calls/{made.pk}/release/", headers=HTMX).status_code == 204
    assert need(house)[2] == "take"


def test_the_second_waiter_reads_who_is_going(house):
    made = call(house)
    take_call(call_id=made.pk, actor=house.actor("waiter"))
    with nothing_changes():
        path = f"/floor/calls/{made.pk}/take/"
        response = house.browser("manager").post(path, {"from": "list"}, headers=HTMX)
    assert response.status_code == 409
    assert 'role="alert"' in response.content.decode()


def test_without_scripts_the_floor_comes_back(house):
    made = call(house)
    response = house.browser("waiter").post(f"/floor/calls/{made.pk}/take/", {"from": "list"})
    assert (response.status_code, response["Location"]) == (302, "/floor/")


@pytest.mark.parametrize("with_menu", [True, False])
def test_the_feed_tells_of_calls_to_clients_of_our_subprotocol(house, with_menu):
    call, _new = call_staff(table_id=house.table.pk, reason="bill", actor=house.pad_actor)
    ring_again(now=timezone.now() + timedelta(minutes=1))
    take_call(call_id=call.pk, actor=house.actor("waiter"))
    told = {}
    for where in (None, house.table.pk, house.add_table().pk):
        feed = OrderFeed(house.restaurant.pk, house.actor("owner"), where, with_menu=with_menu)
        events, now = list(events_after(house.restaurant.pk, 0)), position(house.restaurant.pk)
        frames = [json.loads(frame.text) for frame in feed.changes(events, now)]
        told[where] = [(each["type"], each["action"]) for each in frames if each["type"].startswith("service_call")]
    new, taken = ("service_call_created", "called"), ("service_call_updated", "taken")
    programs, pad, elsewhere = told.values()
    if not with_menu:
        assert (programs, pad, elsewhere) == ([], [], [])
        return
    assert programs == [new, ("service_call_updated", "rang"), taken]
    assert (pad, elsewhere) == ([new, taken], [])
