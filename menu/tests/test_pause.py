"""Pauses of items, categories and pads. Refused orders: orders/tests/test_paused.py."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.db import DatabaseError, transaction
from django.utils import timezone

from bistro.core.kernel.errors import InvalidInput, NotPermitted, NotYours
from bistro.core.models import Event
from bistro.core.tests.http import nothing_changes, refused
from menu.compiled import menu_now
from menu.models import MenuVersion, Pause
from menu.services import end_pauses, pause, resume

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]
MENU, PAUSES = "/api/v1/menu", "/api/v1/pauses"
EVENING = "2026-03-01T19:00:00Z"


def told():
    return list(Event.objects.filter(subject__startswith="pause:").order_by("seq"))


def stamps(house):
    row = MenuVersion.objects.get(restaurant=house.restaurant)
    return row.version, row.availability, row.pauses


@pytest.fixture
def cook(house):
    return house.actor("kitchen")


@pytest.fixture
def evening():
    with time_machine.travel(EVENING, tick=False) as clock:
        yield clock


def targets(house):
    return {"item_id": house.item.pk}, {"category_id": house.category.pk}, {}


@pytest.mark.parametrize("which", [0, 1, 2])
def test_pause_and_resume(house, other_house, cook, evening, which):
    target, before = targets(house)[which], stamps(house)
    theirs = stamps(other_house)
    row = pause(minutes=20, reason=" fryer is broken ", actor=cook, **target)
    assert row.until == timezone.now() + timedelta(minutes=20)
    assert (row.item_id, row.category_id) == (target.get("item_id"), target.get("category_id"))
    assert (row.reason, row.by, row.restaurant_id) == ("fryer is broken", cook.label, house.restaurant.pk)
    version, availability, pauses = before
    assert stamps(house) == (version, availability + 1, pauses + 1)
    evening.shift(60)
    assert resume(pause_id=row.pk, actor=cook).ended_at == timezone.now()
    assert stamps(house) == (version, availability + 2, pauses + 2)
    assert stamps(other_house) == theirs
    assert [(event.type, event.action) for event in told()] == [
        ("menu_updated", "paused"), ("menu_updated", "resumed")
    ]  # fmt: skip


def test_the_event_tells_guests_no_reasons(house, cook, evening):
    row = pause(item_id=house.item.pk, minutes=20, reason="fryer", actor=cook)
    (event,) = told()
    assert json.loads(event.data) == {
        "id": row.pk,
        "item": house.item.pk,
        "category": None,
        "name": house.item.name,
        "paused_at": "2026-03-01T19:00:00+00:00",
        "until": "2026-03-01T19:20:00+00:00",
        "ended_at": None,
    }
    assert json.loads(event.private) == {"reason": "fryer"}


def test_paused_already_is_paused_until_then_instead(house, cook, evening):
    first = pause(item_id=house.item.pk, minutes=20, actor=cook)
    again = pause(item_id=house.item.pk, minutes=5, reason="nearly there", actor=cook)
    assert again.pk == first.pk
    assert Pause.objects.get().until == timezone.now() + timedelta(minutes=5)
    assert len(told()) == 2


def test_to_resume_twice_is_to_resume_once(house, cook):
    row = pause(minutes=20, actor=cook)
    resume(pause_id=row.pk, actor=cook)
    with nothing_changes():
        resume(pause_id=row.pk, actor=cook)


def test_what_was_resumed_can_be_paused_again(house, cook):
    first = pause(item_id=house.item.pk, minutes=20, actor=cook)
    resume(pause_id=first.pk, actor=cook)
    assert pause(item_id=house.item.pk, minutes=20, actor=cook).pk != first.pk


@pytest.mark.parametrize("minutes", [0, -1, 721])
def test_absurd_minutes(house, cook, minutes):
    with nothing_changes(), pytest.raises(InvalidInput) as caught:
        pause(item_id=house.item.pk, minutes=minutes, actor=cook)
    assert list(caught.value.fields) == ["minutes"]


def test_an_item_or_a_category(house, cook):
    with nothing_changes(), pytest.raises(InvalidInput) as caught:
        pause(item_id=house.item.pk, category_id=house.category.pk, minutes=5, actor=cook)
    assert list(caught.value.fields) == ["category"]
    with pytest.raises(InvalidInput) as caught:
        pause(item_id=house.item.pk, category_id=house.category.pk, minutes=721, actor=cook)
    assert {*caught.value.fields} == {"minutes", "category"}


@pytest.mark.parametrize("role", ["waiter", "host", "cashier", "pad", "integration"])
def test_only_the_kitchen_and_managers(house, cook, role):
    row, actor = pause(minutes=5, actor=cook), house.actor(role)
    with nothing_changes(), pytest.raises(NotPermitted):
        pause(item_id=house.item.pk, minutes=5, actor=actor)
    with nothing_changes(), pytest.raises(NotPermitted):
        resume(pause_id=row.pk, actor=actor)


def test_missing_archived_or_not_yours(house, other_house, cook):
    theirs = pause(minutes=5, actor=other_house.actor("kitchen"))
    gone = house.add_item(archived_at="2026-05-04T00:00:00Z")
    for pk in (other_house.item.pk, gone.pk, 999_999):
        with nothing_changes(), pytest.raises(NotYours) as caught:
            pause(item_id=pk, minutes=5, actor=cook)
        assert caught.value.code == "item_not_found"
    for pk in (other_house.category.pk, 999_999):
        with nothing_changes(), pytest.raises(NotYours) as caught:
            pause(category_id=pk, minutes=5, actor=cook)
        assert caught.value.code == "category_not_found"
    for pk in (theirs.pk, 999_999):
        with nothing_changes(), pytest.raises(NotYours) as caught:
            resume(pause_id=pk, actor=cook)
        assert caught.value.code == "pause_not_found"


def test_the_database_refuses_nonsense(house, cook):
    row = pause(item_id=house.item.pk, minutes=5, actor=cook)
    pads = pause(minutes=5, actor=cook)
    for pk, twin in ((row.pk, {"item": house.item}), (pads.pk, {})):
        known = Pause.objects.get(pk=pk)
        copy = Pause(restaurant=house.restaurant, until=known.until, paused_at=known.paused_at, by="x", **twin)
        with pytest.raises(DatabaseError), transaction.atomic():
            copy.save()
    with pytest.raises(DatabaseError), transaction.atomic():
        Pause.objects.filter(pk=row.pk).update(category=house.category)


# --- pauses in force -------------------------------------------------------------------------------------------------
def test_the_clock_says_whether_it_holds(house, cook, evening):
    pause(item_id=house.item.pk, minutes=20, actor=cook)
    pause(category_id=house.category.pk, minutes=30, actor=cook)
    pause(minutes=10, actor=cook)
    pauses, start = menu_now(house.restaurant.pk).pauses, timezone.now()
    item, category = house.item.pk, house.category.pk
    assert pauses.of_item(item, category, start) == start + timedelta(minutes=30)
    assert pauses.of_item(item, 0, start) == start + timedelta(minutes=20)
    assert pauses.of_item(item, 0, start + timedelta(minutes=20)) is None
    assert pauses.of_item(0, 0, start) is None
    assert pauses.of_pads(start + timedelta(minutes=9, seconds=59)) == start + timedelta(minutes=10)
    assert pauses.of_pads(start + timedelta(minutes=10)) is None


def test_the_menu_in_force_is_asked_for_once(house, cook, django_assert_num_queries):
    pause(item_id=house.item.pk, minutes=20, actor=cook)
    menu_now(house.restaurant.pk)
    with django_assert_num_queries(1):
        menu_now(house.restaurant.pk)
    MenuVersion.objects.update(availability=999)  # after a sold portion only the items that are off are read again
    with django_assert_num_queries(2):
        menu_now(house.restaurant.pk)


# --- the sweep -------------------------------------------------------------------------------------------------------
def test_a_pause_that_is_over_is_told_once(house, other_house, cook, evening, django_assert_num_queries):
    row = pause(item_id=house.item.pk, minutes=20, actor=cook)
    later = pause(minutes=30, actor=cook)
    pause(minutes=20, actor=other_house.actor("kitchen"))
    with nothing_changes(), django_assert_num_queries(1):
        assert end_pauses(now=timezone.now()) == 0
    before = stamps(house)
    evening.shift(20 * 60)
    assert end_pauses(now=timezone.now()) == 2
    assert Pause.objects.get(pk=row.pk).ended_at == timezone.now()
    assert Pause.objects.get(pk=later.pk).ended_at is None
    assert stamps(house) == (before[0], before[1] + 1, before[2] + 1)
    events = Event.objects.filter(restaurant=house.restaurant, action="resumed")
    assert [(event.subject, event.actor_label) for event in events] == [(f"pause:{row.pk}", "pause is over")]
    with nothing_changes():
        assert end_pauses(now=timezone.now()) == 0


def test_what_was_paused_again_meanwhile_is_left_alone(house, cook, evening, monkeypatch):
    row = pause(item_id=house.item.pk, minutes=20, actor=cook)
    evening.shift(21 * 60)
    now = timezone.now()
    from menu.services import pausing

    end_in = pausing._end_in

    def somebody_was_faster(*args):
        pause(item_id=house.item.pk, minutes=20, actor=cook)
        return end_in(*args)

    monkeypatch.setattr(pausing, "_end_in", somebody_was_faster)
    assert end_pauses(now=now) == 0
    assert Pause.objects.get(pk=row.pk).ended_at is None


# --- the menu --------------------------------------------------------------------------------------------------------
def test_the_menu_says_until_when(house, cook, evening):
    soup = house.add_item()
    api, first = house.api(), house.api().get(MENU)
    assert first.json()["pads_paused_until"] is None
    pause(item_id=house.item.pk, minutes=20, actor=cook)
    pause(minutes=5, actor=cook)
    second = api.get(MENU, If_None_Match=first["ETag"])
    assert second.status_code == 200
    body = second.json()
    assert body["pads_paused_until"] == "2026-03-01T19:05:00+00:00"
    items = {item["id"]: item for item in body["categories"][0]["items"]}
    paused = items[house.item.pk]
    assert (paused["paused_until"], paused["available"]) == ("2026-03-01T19:20:00+00:00", False)
    assert (items[soup.pk]["paused_until"], items[soup.pk]["available"]) == (None, True)
    assert api.get(MENU, If_None_Match=second["ETag"]).status_code == 304
    evening.shift(20 * 60)
    end_pauses(now=timezone.now())
    third = api.get(MENU, If_None_Match=second["ETag"])
    assert third.status_code == 200
    assert [item["available"] for item in third.json()["categories"][0]["items"]] == [True, True]
    assert third.json()["pads_paused_until"] is None


# --- the API ---------------------------------------------------------------------------------------------------------
def test_pause_look_and_resume_over_http(house, other_house, evening):
    screen, waiter = house.api("screen"), house.api("waiter")
    answer = screen.post(PAUSES, {"category": house.category.pk, "minutes": 15, "reason": "rush"})
    assert answer.status_code == 201
    body = answer.json()
    assert answer["Location"] == f"{PAUSES}/{body['id']}"
    assert (body["name"], body["reason"], body["until"]) == (
        house.category.name, "rush", "2026-03-01T19:15:00+00:00"
    )  # fmt: skip
    pads = house.api("kitchen").post(PAUSES, {"minutes": 5}).json()
    assert (pads["item"], pads["category"], pads["name"]) == (None, None, "Orders from pads")
    other_house.api("kitchen").post(PAUSES, {"minutes": 5})
    assert waiter.get(PAUSES).json() == [pads, body]
    assert screen.delete(f"{PAUSES}/{body['id']}").status_code == 204
    assert screen.delete(f"{PAUSES}/{body['id']}").status_code == 204
    assert waiter.get(PAUSES).json() == [pads]
    evening.shift(5 * 60)
    assert waiter.get(PAUSES).json() == []


def test_refusals_over_http(house, other_house):
    theirs = pause(minutes=5, actor=other_house.actor("kitchen"))
    kitchen, waiter, pad = house.api("kitchen"), house.api("waiter"), house.api("pad")
    with nothing_changes():
        for body in ({}, {"minutes": 0}, {"minutes": "5"}, {"minutes": 721}, {"minutes": 5, "pads": True},
                     {"minutes": 5, "item": house.item.pk, "category": house.category.pk}):  # fmt: skip
            refused(kitchen.post(PAUSES, body), 422, "validation_error")
        refused(kitchen.post(PAUSES, {"minutes": 5, "item": other_house.item.pk}), 404, "item_not_found")
        refused(kitchen.delete(f"{PAUSES}/{theirs.pk}"), 404, "pause_not_found")
        refused(waiter.post(PAUSES, {"minutes": 5}), 403, "permission_denied")
        refused(waiter.delete(f"{PAUSES}/{theirs.pk}"), 403, "permission_denied")
        refused(pad.get(PAUSES), 403, "permission_denied")
