"""Heartbeats of pads: a wrong digest or an opened case locks the pad until a manager unlocks it."""

import json

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bistro.core.auth import last_seen
from bistro.core.auth.authentication import DEVICE_COOKIE
from bistro.core.kernel.errors import DomainError
from bistro.core.models import Event
from bistro.core.services.devices import enrol, give_token, make_enrolment_code, revoke, rotate
from bistro.core.services.heartbeats import Heartbeat, report_heartbeat, unlock_device
from bistro.core.tests.factories import token_of
from bistro.core.tests.http import Api, nothing_changes, refused

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]

BEAT = "/api/v1/pad/heartbeat"


@pytest.fixture(autouse=True)
def _nothing_heard(monkeypatch):
    monkeypatch.setattr(last_seen, "_heard", set())
    monkeypatch.setattr(last_seen, "_batteries", {})


@pytest.fixture
def manager(house):
    return house.actor("manager")


def beat(house, **body):
    answer = house.api("pad").post(BEAT, body)
    assert answer.status_code == 200, answer.content
    return answer.json()


def device_of(house):
    house.pad.device.refresh_from_db()
    return house.pad.device


def log(house):
    return list(Event.objects.filter(restaurant=house.restaurant, type="device_updated").order_by("seq"))


def actions(house):
    return [event.action for event in log(house)]


def queries_that_write(queries):
    return [each["sql"] for each in queries if not each["sql"].startswith(("SELECT", "SAVEPOINT", "RELEASE"))]


# --- ordinary heartbeats -----------------------------------------------------------------------------------------
def test_the_answer(house):
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False):
        answer = beat(house, firmware="1.4", digest="abc", tamper=False, battery=80)
    menu = house.api("pad").get("/api/v1/menu").json()["version"]
    assert answer == {
        "locked": False,
        "reason": "",
        "message": "",
        "server_time": "2026-03-01T12:00:00+00:00",
        "menu_version": menu,
    }


def test_nothing_must_be_said(house):
    assert beat(house)["locked"] is False
    assert beat(house, battery=None)["locked"] is False
    assert (device_of(house).expected_digest, log(house)) == (None, [])


def test_the_first_digest_is_the_expected_one(house):
    beat(house, firmware="1.4", digest="abc")
    assert (device_of(house).expected_digest, device_of(house).firmware) == ("abc", "1.4")
    assert actions(house) == ["reported"]
    assert json.loads(log(house)[0].data)["expected_digest"] == "abc"
    assert log(house)[0].actor == f"device:{house.pad.device.pk}"


def test_an_ordinary_one_writes_nothing(house):
    beat(house, firmware="1.4", digest="abc", battery=80)
    with nothing_changes(), CaptureQueriesContext(connection) as queries:
        for battery in (79, 78, None):
            assert beat(house, firmware="1.4", digest="abc", battery=battery)["locked"] is False
    assert queries_that_write(queries.captured_queries) == []
    assert len(queries) <= 3 * 4


def test_the_battery_is_written_with_the_last_seen(house, other_house):
    last_seen.flush()  # of devices that other tests used
    beat(house, battery=80)
    beat(house, battery=79)
    beat(house)
    assert device_of(house).battery is None
    other_house.api("pad").post(BEAT, {"battery": 0})
    with CaptureQueriesContext(connection) as queries:
        last_seen.flush()
    assert len(queries) == 2
    assert (device_of(house).battery, device_of(other_house).battery) == (79, 0)
    assert device_of(house).last_seen_at is not None
    with CaptureQueriesContext(connection) as queries:
        last_seen.flush()
    assert len(queries) == 0
    assert log(house) == []


def test_other_firmware_is_noted_once(house):
    for _ in range(2):
        beat(house, firmware="1.5")
    assert (device_of(house).firmware, actions(house)) == ("1.5", ["reported"])


@pytest.mark.parametrize(
    "body",
    [
        {"battery": -1}, {"battery": 101}, {"battery": "80"}, {"battery": 80.5}, {"battery": True},
        {"tamper": "true"}, {"tamper": 1}, {"tamper": None}, {"digest": "x" * 129}, {"digest": 7}, {"digest": ""},
        {"digest": None}, {"firmware": "x" * 41}, {"firmware": []}, {"locked": False}, {"expected_digest": "abc"},
        [], "x",
    ],
)  # fmt: skip
def test_what_is_no_report_is_refused(house, body):
    before = vars(device_of(house)).copy()
    with nothing_changes():
        refused(house.api("pad").post(BEAT, body), 422, "validation_error")
    after = vars(device_of(house))
    assert {name: after[name] for name in before if name[0] != "_"} == {
        name: value for name, value in before.items() if name[0] != "_"
    }


def test_a_flood_is_slowed_down(house, settings):
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "heartbeat": "2/min"}
    assert [house.api("pad").post(BEAT, {}).status_code for _ in range(3)] == [200, 200, 429]


def test_without_a_credential(house):
    assert Api().post(BEAT, {}).status_code == 401
    cookie = Client()
    cookie.cookies[DEVICE_COOKIE] = token_of(house.pad.device)
    assert cookie.post(BEAT, "{}", "application/json").status_code == 401


# --- locked ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"digest": "evil"}, "digest"),
        ({"tamper": True}, "tamper"),
        ({"digest": "abc", "tamper": True}, "tamper"),
        ({"digest": "evil", "tamper": True}, "tamper"),
    ],
)
def test_something_wrong_locks_it_once(house, other_house, body, reason):
    beat(house, digest="abc")
    other_house.api("pad").post(BEAT, {"digest": "abc"})
    version = device_of(house).version
    answer = beat(house, **body)
    assert (answer["locked"], answer["reason"]) == (True, reason)
    assert "Ask a member of staff" in answer["message"]
    assert (device_of(house).lock_reason, device_of(house).version) == (reason, version + 1)
    with nothing_changes():
        for again in (body, {"digest": "abc"}, {"tamper": True}, {"digest": "third", "battery": 3}, {}):
            assert beat(house, **again)["reason"] == reason
    assert actions(house) == ["reported", "locked"]
    told = json.loads(log(house)[-1].data)
    assert (told["locked"], told["reason"], told["expected_digest"]) == (True, reason, "abc")
    assert device_of(house).expected_digest == "abc"
    assert device_of(other_house).locked_at is None


def test_the_first_report_may_already_be_wrong(house):
    beat(house, digest="evil", tamper=True)
    assert (device_of(house).expected_digest, device_of(house).reported_digest) == (None, "evil")


def test_a_locked_pad_may_only_report(house):
    order = house.place()
    beat(house, tamper=True)
    pad = house.api("pad")
    line = {"item": house.item.pk, "quantity": 1}
    asked = [
        lambda: pad.get("/api/v1/pad"), lambda: pad.get("/api/v1/pad/orders"), lambda: pad.get("/api/v1/menu"),
        lambda: pad.get("/api/orders"), lambda: pad.get("/api/v1/orders"),
        lambda: pad.get(f"/api/v1/orders/{order['id']}"), lambda: pad.delete(f"/api/v1/orders/{order['id']}"),
        lambda: pad.put(f"/api/v1/orders/{order['id']}", {"lines": [line]}),
        lambda: pad.post("/api/v1/orders", {"lines": [line]}, key="k"),
        lambda: pad.post("/api/order", {"table": house.table.name, "items": []}),
        lambda: pad.post("/api/v1/devices/rotate"), lambda: pad.post("/api/v1/auth/ticket"),
    ]  # fmt: skip
    with nothing_changes():
        for ask in asked:
            assert "Ask a member of staff" in refused(ask(), 403, "device_locked")["detail"]
    assert beat(house)["locked"] is True


def test_the_control_an_unlocked_pad_may_ask(house):
    beat(house, digest="abc")
    for path in ("/api/v1/pad", "/api/v1/pad/orders", "/api/v1/menu", "/api/orders", "/api/v1/orders"):
        assert house.api("pad").get(path).status_code == 200


def test_a_locked_pads_cookie_opens_no_page_and_says_why(house):
    beat(house, tamper=True)
    browser = Client()
    browser.cookies[DEVICE_COOKIE] = token_of(house.pad.device)
    for path in ("/floor/", "/kitchen/"):
        answer = browser.get(path)
        assert answer.status_code == 403
        assert b"Ask a member of staff" in answer.content
    assert browser.get("/device/").status_code == 200
    assert browser.get("/").status_code == 200


# --- unlocking ---------------------------------------------------------------------------------------------------
def test_a_manager_unlocks_and_takes_what_was_reported_last(house, manager):
    beat(house, digest="abc")
    beat(house, digest="new")
    beat(house, digest="newer")
    unlock_device(device_id=house.pad.device.pk, actor=manager)
    device = device_of(house)
    assert (device.locked_at, device.lock_reason, device.reported_digest) == (None, None, None)
    assert device.expected_digest == "newer"
    assert house.api("pad").get("/api/v1/pad").status_code == 200
    assert beat(house, digest="newer")["locked"] is False
    assert actions(house) == ["reported", "locked", "unlocked"]
    assert log(house)[-1].actor == manager.credential
    assert beat(house, digest="abc")["reason"] == "digest"


def test_a_closed_case_keeps_the_expected_digest(house, manager):
    beat(house, digest="abc")
    beat(house, tamper=True)
    unlock_device(device_id=house.pad.device.pk, actor=manager)
    assert device_of(house).expected_digest == "abc"
    assert beat(house, tamper=True)["locked"] is True


def test_unlocking_what_is_not_locked_changes_nothing(house, manager):
    beat(house, digest="abc")
    with nothing_changes():
        unlock_device(device_id=house.pad.device.pk, actor=manager)
    assert device_of(house).expected_digest == "abc"


@pytest.mark.parametrize("role", ["waiter", "kitchen", "host", "cashier", "pad", "screen", "integration"])
def test_only_managers_unlock(house, role):
    beat(house, tamper=True)
    actor = house.actor(role)
    with nothing_changes(), pytest.raises(DomainError) as refusal:
        unlock_device(device_id=house.pad.device.pk, actor=actor)
    assert refusal.value.code == "permission_denied"
    assert device_of(house).locked_at is not None


def test_another_restaurants_pad_is_out_of_reach(house, other_house, manager):
    other_house.api("pad").post(BEAT, {"tamper": True})
    for pk in (other_house.pad.device.pk, 10**9):
        with nothing_changes(), pytest.raises(DomainError) as refusal:
            unlock_device(device_id=pk, actor=manager)
        assert (refusal.value.status, refusal.value.code) == (404, "device_not_found")
    assert device_of(other_house).locked_at is not None


@pytest.mark.parametrize("role", ["waiter", "manager", "screen", "integration"])
def test_only_a_pad_has_a_heart(house, role):
    actor = house.actor(role)
    with nothing_changes(), pytest.raises(DomainError) as refusal:
        report_heartbeat(beat=Heartbeat(tamper=True), actor=actor)
    assert refusal.value.code == "permission_denied"


# --- enrolment, rotation, revocation --------------------------------------------------------------------------------
def test_a_new_enrolment_starts_with_a_new_digest(house, manager):
    beat(house, digest="abc")
    _device, token = enrol(code=make_enrolment_code(device_id=house.pad.device.pk, actor=manager))
    answer = Api(f"Device {token}").post(BEAT, {"digest": "other"})
    assert answer.json()["locked"] is False
    assert device_of(house).expected_digest == "other"


def test_enrolling_and_giving_a_token_do_not_unlock(house, manager):
    beat(house, tamper=True, digest="evil")
    code = make_enrolment_code(device_id=house.pad.device.pk, actor=manager)
    enrolled = Api().post("/api/v1/devices/enrol", {"code": code})
    assert enrolled.status_code == 201
    given = give_token(device_id=house.pad.device.pk, actor=manager)
    pad = Api(f"Device {given}")
    refused(pad.get("/api/v1/pad"), 403, "device_locked")
    assert pad.post(BEAT, {}).json()["locked"] is True
    unlock_device(device_id=house.pad.device.pk, actor=manager)
    assert pad.post(BEAT, {"digest": "fresh"}).json()["locked"] is False, "the old thing's digest is not expected"
    assert device_of(house).expected_digest == "fresh"


def test_a_token_from_before_the_lock_does_not_unlock(house):
    new = rotate(actor=house.pad_actor)
    beat(house, tamper=True)
    refused(Api(f"Device {new}").get("/api/v1/pad"), 403, "device_locked")
    assert Api(f"Device {new}").post(BEAT, {}).json()["locked"] is True


def test_a_rotation_keeps_the_expected_digest(house):
    beat(house, digest="abc")
    new = rotate(actor=house.pad_actor)
    assert Api(f"Device {new}").post(BEAT, {"digest": "evil"}).json()["reason"] == "digest"


def test_a_revoked_pad_does_not_report(house, manager):
    beat(house, tamper=True)
    revoke(device_id=house.pad.device.pk, actor=manager)
    refused(house.api("pad").post(BEAT, {}), 401, "invalid_token")


# --- the floor ---------------------------------------------------------------------------------------------------
def test_the_floor_says_which_pad_is_locked(house, other_house, manager):
    pad, browser = house.api("pad"), house.browser("waiter")
    house.pad.device.name, house.table.name = "Pad <7>", "Table 3"
    house.pad.device.save()
    house.table.save()
    assert "is locked" not in browser.get("/floor/").content.decode()
    assert pad.post(BEAT, {"tamper": True}).json()["locked"] is True
    page = browser.get("/floor/").content.decode()
    assert "Pad &lt;7&gt; at Table 3 is locked: tampered with" in page
    assert "is locked" not in other_house.browser("waiter").get("/floor/").content.decode()
    revoke(device_id=house.pad.device.pk, actor=manager)
    assert "is locked" not in browser.get("/floor/").content.decode()


def test_a_pad_that_stands_nowhere_alarms_as_well(house):
    house.pad.delete()
    report_heartbeat(beat=Heartbeat(digest="abc"), actor=house.pad_actor)
    report_heartbeat(beat=Heartbeat(digest="evil"), actor=house.pad_actor)
    page = house.browser("waiter").get("/floor/").content.decode()
    assert f"{house.pad.device.name} is locked: its software is not the expected one" in page
