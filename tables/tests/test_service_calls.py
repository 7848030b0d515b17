"""Service calls: guests call, staff answer, a sweep rings again. The pad's and the staff's API."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from bistro.core.kernel.errors import InvalidInput, LostRace, NotPermitted, NotYours
from bistro.core.kernel.events import Audience, audiences_of
from bistro.core.models import Event, Restaurant
from bistro.core.tests.http import nothing_changes, refused
from tables.models import Party, ServiceCall
from tables.services import call_staff, close_call, release_call, ring_again, take_call, withdraw_call

pytestmark = pytest.mark.django_db
PAD, CALLS = "/api/v1/pad/calls", "/api/v1/calls"


@pytest.fixture
def evening():
    with time_machine.travel("2026-03-01T19:00:00Z", tick=False) as clock:
        yield clock


@pytest.fixture
def call(house):
    return call_staff(table_id=house.table.pk, reason="bill", actor=house.pad_actor)[0]


def actions_of_calls():
    events = Event.objects.filter(subject__startswith="call:").order_by("seq")
    return [(event.type, event.action) for event in events]


def again(call):
    return ServiceCall.objects.get(pk=call.pk)


# --- calling ---------------------------------------------------------------------------------------------------------
def test_a_call_and_its_repetition(house, evening):
    house.place()
    first, new = call_staff(table_id=house.table.pk, reason="waiter", actor=house.pad_actor)
    assert (new, first.state, first.rings, first.number, first.party) == (True, "open", 1, 1, Party.objects.get())
    with nothing_changes():
        second, new = call_staff(table_id=house.table.pk, reason="waiter", actor=house.pad_actor)
    assert (second.pk, new) == (first.pk, False)
    other, new = call_staff(table_id=house.table.pk, reason="bill", actor=house.pad_actor)
    assert (new, other.number) == (True, 2)
    close_call(call_id=first.pk, actor=house.actor("waiter"))
    third, new = call_staff(table_id=house.table.pk, reason="waiter", actor=house.pad_actor)
    assert (new, third.number) == (True, 3)
    (event,) = Event.objects.filter(subject=f"call:{first.pk}", action="called")
    assert (event.table_id, json.loads(event.data)["reason"]) == (house.table.pk, "waiter")
    assert audiences_of(event.type, event.action) == {Audience.FLOOR, Audience.PROGRAMS, Audience.TABLE}


def test_before_a_party_sits(call):
    assert (call.party, call.number) == (None, 1)


def test_the_database_refuses_a_second_open_call(house, call):
    with pytest.raises(IntegrityError), transaction.atomic():
        ServiceCall.objects.create(
            restaurant=house.restaurant, table=house.table, reason="bill", at=call.at, last_rung_at=call.at
        )


def test_calls_that_are_refused(house, other_house):
    with nothing_changes():
        with pytest.raises(InvalidInput):
            call_staff(table_id=house.table.pk, reason="song", actor=house.pad_actor)
        with pytest.raises(NotYours):
            call_staff(table_id=other_house.table.pk, reason="bill", actor=house.pad_actor)
        for role in ("waiter", "host", "kitchen", "cashier", "screen", "integration"):
            with pytest.raises(NotPermitted):
                call_staff(table_id=house.table.pk, reason="bill", actor=house.actor(role))
    assert not ServiceCall.objects.exists()


# --- answering -------------------------------------------------------------------------------------------------------
def test_taken_and_closed(house, call):
    ana = house.actor("waiter")
    taken = take_call(call_id=call.pk, actor=ana)
    assert (taken.state, taken.taken_by_id, taken.taken_by_name) == ("taken", ana.id, ana.label)
    with nothing_changes():
        assert take_call(call_id=call.pk, actor=ana).taken_at == taken.taken_at
    closed = close_call(call_id=call.pk, actor=house.actor("host"))
    assert (closed.state, closed.taken_by_name) == ("closed", ana.label)
    with nothing_changes():
        assert close_call(call_id=call.pk, actor=ana).closed_at == closed.closed_at
    assert [action for _type, action in actions_of_calls()] == ["called", "taken", "closed"]


def test_closed_at_once_is_taken_too(house, call):
    ana = house.actor("waiter")
    closed = close_call(call_id=call.pk, actor=ana)
    assert (closed.taken_by_name, closed.closed_by_name, closed.taken_at) == (ana.label, ana.label, closed.closed_at)


def test_somebody_else_was_first(house, call):
    ana, ben = house.actor("waiter"), house.actor("waiter")
    take_call(call_id=call.pk, actor=ana)
    with nothing_changes(), pytest.raises(LostRace) as caught:
        take_call(call_id=call.pk, actor=ben)
    assert (caught.value.code, ana.label in caught.value.message) == ("call_taken", True)
    close_call(call_id=call.pk, actor=ana)
    with nothing_changes(), pytest.raises(LostRace) as caught:
        take_call(call_id=call.pk, actor=ben)
    assert caught.value.code == "call_closed"


def test_an_undo_rings_again(house, call, evening):
    ana = house.actor("waiter")
    with nothing_changes():
        release_call(call_id=call.pk, actor=ana)
    for act in (take_call, close_call):
        act(call_id=call.pk, actor=ana)
        back = release_call(call_id=call.pk, actor=ana)
        assert (back.state, back.taken_by_name, back.closed_by_name) == ("open", "", "")


def test_a_repeated_undo_does_not_take_the_call_from_a_colleague(house, call):
    ana, ben = house.actor("waiter"), house.actor("waiter")
    take_call(call_id=call.pk, actor=ana)
    release_call(call_id=call.pk, actor=ana)
    take_call(call_id=call.pk, actor=ben)
    with nothing_changes(), pytest.raises(LostRace) as caught:
        release_call(call_id=call.pk, actor=ana)
    assert (caught.value.code, again(call).taken_by_id) == ("call_taken", ben.id)


def test_no_undo_after_another_call_or_after_the_guests_have_left(house):
    ana = house.actor("waiter")
    house.reach("delivered")
    first, _new = call_staff(table_id=house.table.pk, reason="help", actor=house.pad_actor)
    close_call(call_id=first.pk, actor=ana)
    second, _new = call_staff(table_id=house.table.pk, reason="help", actor=house.pad_actor)
    with nothing_changes(), pytest.raises(LostRace) as caught:
        release_call(call_id=first.pk, actor=ana)
    assert caught.value.code == "call_again"
    house.done(house.api("waiter").post(f"/api/v1/tables/{house.table.pk}/clear"))
    assert again(second).state == "closed"
    with nothing_changes(), pytest.raises(LostRace):
        release_call(call_id=second.pk, actor=ana)


def test_calls_of_others_and_roles_that_do_not_answer(house, other_house, call):
    with nothing_changes():
        for service in (take_call, close_call, release_call):
            with pytest.raises(NotYours):
                service(call_id=call.pk, actor=other_house.actor("waiter"))
            for role in ("kitchen", "cashier", "screen", "integration", "pad"):
                with pytest.raises(NotPermitted):
                    service(call_id=call.pk, actor=house.actor(role))


# --- ringing ---------------------------------------------------------------------------------------------------------
def test_rings_until_somebody_takes_it(house, other_house, evening):
    call, _new = call_staff(table_id=house.table.pk, reason="bill", actor=house.pad_actor)
    start = timezone.now()
    with nothing_changes():
        assert ring_again(now=start + timedelta(seconds=29)) == 0
    assert ring_again(now=start + timedelta(seconds=30)) == 1
    with nothing_changes():
        assert ring_again(now=start + timedelta(seconds=45)) == 0
    assert ring_again(now=start + timedelta(seconds=61)) == 1
    assert (again(call).rings, again(call).last_rung_at) == (3, start + timedelta(seconds=61))
    take_call(call_id=call.pk, actor=house.actor("waiter"))
    with nothing_changes():
        assert ring_again(now=start + timedelta(minutes=5)) == 0
    assert actions_of_calls()[1:3] == [("service_call_updated", "rang")] * 2
    assert Audience.TABLE not in audiences_of("service_call_updated", "rang")


@pytest.mark.parametrize(("pause", "after", "rang"), [(5, 6, 1), (300, 60, 0), (None, 60, 0), (5, 3601, 0)])
def test_the_restaurants_setting_and_the_end_after_an_hour(house, evening, pause, after, rang):
    Restaurant.objects.filter(pk=house.restaurant.pk).update(calls_ring_seconds=pause)
    call_staff(table_id=house.table.pk, reason="bill", actor=house.pad_actor)
    assert ring_again(now=timezone.now() + timedelta(seconds=after)) == rang


def test_a_call_that_was_taken_meanwhile_does_not_ring(house, evening, monkeypatch):
    from tables.services import calls

    call, _new = call_staff(table_id=house.table.pk, reason="bill", actor=house.pad_actor)
    ring_in = calls._ring_in

    def somebody_was_faster(*args):
        take_call(call_id=call.pk, actor=house.actor("waiter"))
        return ring_in(*args)

    monkeypatch.setattr(calls, "_ring_in", somebody_was_faster)
    assert ring_again(now=timezone.now() + timedelta(minutes=1)) == 0


# --- the API ---------------------------------------------------------------------------------------------------------
def test_a_call_over_http(house, evening):
    pad, waiter = house.api(), house.api("waiter")
    first = pad.post(PAD, {"reason": "bill"})
    assert first.status_code == 201
    body = first.json()
    assert (body["reason"], body["state"], body["table"], body["taken_by"]) == ("bill", "open", house.table.pk, None)
    second = pad.post(PAD, {"reason": "bill"})
    assert (second.status_code, second.json()) == (200, body)
    assert waiter.get(CALLS).json()["results"] == [body]
    assert house.api("cashier").get(CALLS).json()["count"] == 1
    taken = house.done(waiter.post(f"{CALLS}/{body['id']}/take"))
    assert taken["taken_by"] == house.staff("waiter").name
    refused(house.api("manager").post(f"{CALLS}/{body['id']}/take"), 409, "call_taken")
    assert [each["state"] for each in pad.get(PAD).json()] == ["taken"]
    house.done(waiter.post(f"{CALLS}/{body['id']}/close"))
    assert waiter.get(CALLS).json()["results"] == []
    assert house.done(waiter.post(f"{CALLS}/{body['id']}/release"))["state"] == "open"


def test_a_pad_sees_its_own_table_and_its_party_alone(house, call):
    other = house.add_pad()
    assert other.get(PAD).json() == []
    close_call(call_id=call.pk, actor=house.actor("waiter"))
    assert house.api().get(PAD).json() == []


@pytest.mark.parametrize(
    "body", [{}, {"reason": "song"}, {"reason": None}, {"reason": 1}, {"reason": "bill", "table": 1}]
)
def test_bodies_that_are_refused(house, body):
    with nothing_changes():
        refused(house.api().post(PAD, body), 422, "validation_error")


def test_refusals_over_http(house, other_house, call):
    theirs, _new = call_staff(table_id=other_house.table.pk, reason="bill", actor=other_house.pad_actor)
    with nothing_changes():
        refused(house.api("waiter").post(PAD, {"reason": "bill"}), 404, "pad_not_found")
        refused(house.api("waiter").get(PAD), 404, "pad_not_found")
        refused(house.api().get(CALLS), 403, "permission_denied")
        for act in ("take", "close", "release"):
            refused(house.api("waiter").post(f"{CALLS}/{theirs.pk}/{act}"), 404, "call_not_found")
            refused(house.api("kitchen").post(f"{CALLS}/{call.pk}/{act}"), 403, "permission_denied")
            refused(house.api().post(f"{CALLS}/{call.pk}/{act}"), 403, "permission_denied")


def test_a_pad_that_calls_all_the_time_is_slowed_down(house, settings):
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "pad-call": "3/h"}
    answers = [house.api().post(PAD, {"reason": "bill"}).status_code for _ in range(4)]
    assert answers == [201, 200, 200, 429]
    assert house.api().get(PAD).status_code == 200
    assert house.add_pad().post(PAD, {"reason": "bill"}).status_code == 201


def test_a_pad_withdraws_the_call_of_its_table(house, evening):
    house.place()
    pad, other, waiter = house.api(), house.add_pad(), house.api("waiter")
    call = house.done(pad.post(PAD, {"reason": "bill"}))
    house.done(waiter.post(f"{CALLS}/{call['id']}/take"))
    with nothing_changes():
        refused(other.delete(f"{PAD}/{call['id']}"), 404, "call_not_found")
        refused(waiter.delete(f"{PAD}/{call['id']}"), 404, "pad_not_found")
    assert pad.delete(f"{PAD}/{call['id']}").status_code == 204
    assert waiter.get(CALLS).json()["results"] == []
    assert actions_of_calls()[-1] == ("service_call_updated", "withdrawn")
    with nothing_changes():
        assert pad.delete(f"{PAD}/{call['id']}").status_code == 204
        refused(waiter.post(f"{CALLS}/{call['id']}/release"), 409, "call_withdrawn")
    (shown,) = pad.get(PAD).json()
    assert (shown["state"], shown["withdrawn"], shown["taken_by"]) == ("closed", True, house.staff("waiter").name)
    assert house.done(pad.post(PAD, {"reason": "bill"}))["number"] == 2, "a withdrawn call counts"


def test_managers_find_calls_by_their_state(house, call):
    withdraw_call(call_id=call.pk, table_id=house.table.pk, actor=house.pad_actor)
    browser = house.browser("manager")
    for state, found in (("withdrawn", True), ("open", False), ("taken", False), ("closed", False)):
        page = browser.get("/admin/tables/servicecall/", {"state": state}).content.decode()
        assert (f"/admin/tables/servicecall/{call.pk}/change/" in page) is found, state
    page = browser.get(f"/admin/tables/servicecall/{call.pk}/change/").content.decode()
    assert "Withdrawn" in page
    with nothing_changes():
        assert browser.post(f"/admin/tables/servicecall/{call.pk}/change/", {"number": 9}).status_code == 403
        assert browser.get("/admin/tables/servicecall/add/").status_code == 403


# --- pages -----------------------------------------------------------------------------------------------------------
def test_the_floor_answers_by_plain_forms(house, call):
    browser = house.browser("waiter")
    for act, state in (("take", "taken"), ("close", "closed"), ("release", "open")):
        answer = browser.post(f"/floor/calls/{call.pk}/{act}/")
        assert (answer.status_code, answer["Location"], again(call).state) == (302, "/floor/", state)
    answer = browser.post(f"/floor/calls/{call.pk}/take/", headers={"HX-Request": "true"})
    assert answer.status_code == 204
    answer = house.browser("manager").post(f"/floor/calls/{call.pk}/take/", headers={"HX-Request": "true"})
    assert (answer.status_code, b"has taken this call" in answer.content) == (409, True)


def test_roles_that_do_not_answer_by_form(house, call):
    with nothing_changes():
        assert house.browser("cashier").post(f"/floor/calls/{call.pk}/take/").status_code == 403
