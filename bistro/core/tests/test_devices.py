"""Devices: enrolled once by a code, rotated without a gap, revoked at once."""

import threading

import pytest
import time_machine
from django.db import connection
from django.test import Client

from bistro.core.auth.authentication import DEVICE_COOKIE, claims_for
from bistro.core.kernel.errors import DomainError
from bistro.core.kernel.secrets import CODE_ALPHABET, digest
from bistro.core.models import Device, EnrolmentCode, Event
from bistro.core.services.devices import (
    create_device,
    enrol,
    give_token,
    make_enrolment_code,
    revoke,
    rotate,
)
from bistro.core.tests.factories import DeviceFactory, MembershipFactory, RestaurantFactory, actor_as, token_of
from bistro.core.tests.http import Api, refused

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]


@pytest.fixture
def here():
    return RestaurantFactory()


@pytest.fixture
def owner(here):
    return actor_as("owner", here)


@pytest.fixture
def device(here):
    return DeviceFactory(restaurant=here, kind=Device.Kind.INTEGRATION, name="till", token_hash=None)


def works(token):
    return Api(f"Device {token}").get("/api/v1/menu").status_code == 200


def enrol_by(code, **more):
    return Api().post("/api/v1/devices/enrol", {"code": code, **more})


# --- enrolment ---------------------------------------------------------------------------------------------------
def test_a_code_becomes_a_token_once(here, owner, device):
    code = make_enrolment_code(device_id=device.pk, actor=owner)
    answer = enrol_by(code, firmware="1.2.3")
    assert answer.status_code == 201
    body = answer.json()
    assert body["device"] == {"id": device.pk, "kind": "integration", "name": "till", "restaurant": str(here.uid)}
    assert len(body["token"]) >= 43
    assert works(body["token"])
    refused(enrol_by(code), 422, "invalid_code")
    assert works(body["token"])
    device.refresh_from_db()
    assert device.firmware == "1.2.3"


@pytest.mark.parametrize("typed", ["lower", "spaced"])
def test_a_code_is_read_as_people_type_it(owner, device, typed):
    code = make_enrolment_code(device_id=device.pk, actor=owner)
    assert enrol_by({"lower": code.lower(), "spaced": f"  {code} "}[typed]).status_code == 201


def test_codes_are_long_enough_and_cannot_be_misread(owner, device):
    codes = {make_enrolment_code(device_id=device.pk, actor=owner) for _ in range(20)}
    assert len(codes) == 20
    assert {len(code) for code in codes} == {8}
    assert set("".join(codes)) <= set(CODE_ALPHABET)
    assert not set("01OIL") & set(CODE_ALPHABET)


def test_unknown_used_late_and_replaced_codes_get_the_same_answer(owner, device):
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False) as clock:
        late = make_enrolment_code(device_id=device.pk, actor=owner)
        EnrolmentCode.objects.update(used_at=None)
        clock.move_to("2026-03-01T12:10:01Z")
        expired = enrol_by(late)
        replaced = make_enrolment_code(device_id=device.pk, actor=owner)
        used = make_enrolment_code(device_id=device.pk, actor=owner)
        assert enrol_by(used).status_code == 201
        answers = [expired, enrol_by(replaced), enrol_by(used), enrol_by("AAAAAAAA")]
    for answer in answers:
        refused(answer, 422, "invalid_code")
    assert len({answer.content for answer in answers}) == 1


def test_a_code_counts_to_the_end_of_its_ten_minutes(owner, device):
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False) as clock:
        code = make_enrolment_code(device_id=device.pk, actor=owner)
        clock.move_to("2026-03-01T12:09:59Z")
        assert enrol_by(code).status_code == 201


def test_enrolling_again_ends_the_earlier_token(owner, device):
    first = enrol_by(make_enrolment_code(device_id=device.pk, actor=owner)).json()["token"]
    rotated = rotate(actor=_actor(device))
    second = enrol_by(make_enrolment_code(device_id=device.pk, actor=owner)).json()["token"]
    assert [works(token) for token in (first, rotated, second)] == [False, False, True]


def _actor(device):
    from bistro.core.auth.access import actor_of_device

    return actor_of_device(Device.objects.get(pk=device.pk))


@pytest.mark.parametrize(
    "body", [{}, {"code": ""}, {"code": "x" * 41}, {"code": ["A"]}, {"code": "A", "kind": "pad"}, [], "code"]
)
def test_what_is_no_code_is_422(body):
    assert Api().post("/api/v1/devices/enrol", body).status_code == 422


def test_guessing_codes_is_slowed_down_on_page_and_api(client):
    with time_machine.travel("2026-03-01T12:00:30Z", tick=False):
        statuses = [enrol_by(f"GUESS{number}").status_code for number in range(12)]
        assert statuses == [422] * 10 + [429] * 2
        refusal = enrol_by("GUESS")
        assert refused(refusal, 429, "throttled")["detail"] == "Too many wrong codes. Try again in 30 s."
        assert refusal["Retry-After"] == "30"
        pages = [client.post("/device/", {"code": f"GUESS{number}"}).status_code for number in range(12)]
        assert pages == [422] * 10 + [429] * 2
        assert client.post("/device/", {"code": "GUESS"})["Retry-After"] == "30"


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_two_who_type_one_code_one_is_enrolled():
    here = RestaurantFactory()
    device = DeviceFactory(restaurant=here, token_hash=None)
    code = make_enrolment_code(device_id=device.pk, actor=actor_as("owner", here))
    barrier, outcomes = threading.Barrier(4), []

    def type_it():
        barrier.wait(5)
        try:
            outcomes.append(enrol(code=code)[1])
        except DomainError as error:
            outcomes.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=type_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert outcomes.count("invalid_code") == 3
    (token,) = [outcome for outcome in outcomes if outcome != "invalid_code"]
    assert works(token)


# --- rotation ----------------------------------------------------------------------------------------------------
def test_the_old_token_works_until_the_first_use_of_the_new(here):
    device = DeviceFactory(restaurant=here)
    old = token_of(device)
    new = Api(f"Device {old}").post("/api/v1/devices/rotate").json()["token"]
    assert works(old)
    assert works(old)
    assert works(new)
    assert not works(old)
    assert works(new)


def test_a_rotation_whose_answer_was_lost_can_be_repeated(here):
    device = DeviceFactory(restaurant=here)
    old = token_of(device)
    lost = Api(f"Device {old}").post("/api/v1/devices/rotate").json()["token"]
    new = Api(f"Device {old}").post("/api/v1/devices/rotate").json()["token"]
    assert not works(lost)
    assert works(new)
    assert not works(old)


def test_only_a_device_rotates(here):
    member = MembershipFactory(restaurant=here, role="owner")
    answer = Api(f"Bearer {claims_for(member.staff, here.pk).access_token}").post("/api/v1/devices/rotate")
    refused(answer, 403, "permission_denied")
    assert Api().post("/api/v1/devices/rotate").status_code == 401


# --- revocation --------------------------------------------------------------------------------------------------
def test_a_revoked_device_is_out_at_once_with_all_it_has(here, owner):
    device = DeviceFactory(restaurant=here)
    old, code = token_of(device), make_enrolment_code(device_id=device.pk, actor=owner)
    new = rotate(actor=_actor(device))
    revoke(device_id=device.pk, actor=owner)
    for token in (old, new):
        refused(Api(f"Device {token}").get("/api/v1/menu"), 401, "invalid_token")
    refused(enrol_by(code), 422, "invalid_code")


def test_a_revoked_device_can_be_enrolled_anew(here, owner):
    device = DeviceFactory(restaurant=here)
    revoke(device_id=device.pk, actor=owner)
    token = enrol_by(make_enrolment_code(device_id=device.pk, actor=owner)).json()["token"]
    assert works(token)
    assert not works(token_of(device))


def test_a_token_given_on_the_machine_ends_the_others(here, owner):
    device = DeviceFactory(restaurant=here)
    rotated = rotate(actor=_actor(device))
    given = give_token(device_id=device.pk, actor=owner)
    assert [works(token) for token in (token_of(device), rotated, given)] == [False, False, True]
    device.refresh_from_db()
    assert device.version == 1


def test_another_restaurants_device_does_not_exist(here, owner):
    theirs = DeviceFactory()
    for act in (revoke, make_enrolment_code, give_token):
        for wanted in (theirs.pk, 10**9):
            with pytest.raises(DomainError) as refusal:
                act(device_id=wanted, actor=owner)
            assert (refusal.value.status, refusal.value.code) == (404, "device_not_found")
    assert works(token_of(theirs))


@pytest.mark.parametrize("role", ["waiter", "kitchen", "host", "cashier", "pad", "screen", "integration"])
def test_only_managers_manage_devices(here, device, role):
    actor = actor_as(role, here)
    for act in (revoke, make_enrolment_code, give_token):
        with pytest.raises(DomainError) as refusal:
            act(device_id=device.pk, actor=actor)
        assert refusal.value.status == 403
    with pytest.raises(DomainError):
        create_device(kind="pad", name="new", actor=actor)


def test_a_name_is_taken_once_a_restaurant(here, owner):
    create_device(kind="pad", name=" Pad 1 ", actor=owner)
    with pytest.raises(DomainError) as refusal:
        create_device(kind="kitchen", name="Pad 1", actor=owner)
    assert "name" in refusal.value.fields
    create_device(kind="pad", name="Pad 1", actor=actor_as("owner", RestaurantFactory()))


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_two_who_take_a_name_at_once_one_gets_it():
    here = RestaurantFactory()
    owner, barrier, outcomes = actor_as("owner", here), threading.Barrier(4), []

    def take():
        barrier.wait(5)
        try:
            create_device(kind="pad", name="Pad 1", actor=owner)
            outcomes.append("made")
        except DomainError as error:
            outcomes.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(outcomes) == ["made", "validation_error", "validation_error", "validation_error"]


# --- secrets -----------------------------------------------------------------------------------------------------
def test_no_token_or_code_is_kept_or_logged(here, owner, device, caplog, capsys):
    code = make_enrolment_code(device_id=device.pk, actor=owner)
    token = enrol_by(code).json()["token"]
    rotated = Api(f"Device {token}").post("/api/v1/devices/rotate").json()["token"]
    works(rotated)
    Api(f"Device {token}x").get("/api/v1/menu")
    rows = str([list(model.objects.values()) for model in (Device, EnrolmentCode, Event)])
    said = rows + caplog.text + "".join(capsys.readouterr())
    for secret in (code, token, rotated):
        assert secret not in said
    assert digest(rotated) in rows


# --- the set-up page of screens and pads -------------------------------------------------------------------------
@pytest.mark.parametrize(("https", "secure"), [(False, ""), (True, True)])
def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(here, owner, settings, https, secure):
    settings.HTTPS = https
    wall = DeviceFactory(restaurant=here, kind=Device.Kind.KITCHEN, token_hash=None)
    client = Client()
    answer = client.post("/device/", {"code": make_enrolment_code(device_id=wall.pk, actor=owner)})
    assert (answer.status_code, answer["Location"]) == (302, "/kitchen/")
    cookie = answer.cookies[DEVICE_COOKIE]
    assert (cookie["httponly"], cookie["samesite"], cookie["secure"]) == (True, "Strict", secure)
    assert client.get("/kitchen/").status_code == 200
    assert cookie.value not in answer.content.decode()


def test_the_door_wants_a_csrf_token(here, owner):
    wall = DeviceFactory(restaurant=here, kind=Device.Kind.KITCHEN, token_hash=None)
    code = make_enrolment_code(device_id=wall.pk, actor=owner)
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/device/", {"code": code}).status_code == 403
    page = strict.get("/device/").content.decode()
    token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    assert strict.post("/device/", {"code": code, "csrfmiddlewaretoken": token}).status_code == 302


def test_a_wrong_code_is_said_beside_the_form(client):
    answer = client.post("/device/", {"code": "WRONG"})
    assert answer.status_code == 422
    assert b"not valid" in answer.content
    assert DEVICE_COOKIE not in answer.cookies


def test_a_revoked_wall_is_led_to_the_way_in(here, owner):
    wall = DeviceFactory(restaurant=here, kind=Device.Kind.KITCHEN)
    client = Client()
    client.cookies[DEVICE_COOKIE] = token_of(wall)
    assert client.get("/kitchen/").status_code == 200
    revoke(device_id=wall.pk, actor=owner)
    answer = client.get("/kitchen/")
    assert (answer.status_code, answer["Location"]) == (302, "/login/?next=%2Fkitchen%2F")


@pytest.mark.parametrize("path", ["/api/v1/menu", "/api/v1/orders", "/api/orders", "/api/v1/pad"])
def test_a_devices_cookie_opens_no_api(here, path):
    client = Client()
    client.cookies[DEVICE_COOKIE] = token_of(DeviceFactory(restaurant=here))
    assert client.get(path).status_code == 401
