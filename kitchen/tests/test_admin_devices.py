"""Devices in the admin: managers add, place, enrol and revoke them."""

import re

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from bistro.core.auth.access import actor_of_device
from bistro.core.models import Device, EnrolmentCode, Event
from bistro.core.services.heartbeats import Heartbeat, report_heartbeat
from bistro.core.tests.factories import DeviceFactory
from kitchen.tests.factories import StationFactory
from tables.models import Pad

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]

DEVICES, ADD = "/admin/core/device/", "/admin/core/device/add/"


@pytest.fixture
def owner(house):
    return house.browser("owner")


def code_on(page):
    return re.search(r'id="enrolment-code"[^>]*>([^<]+)<', page.content.decode())[1].strip()


def said(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def test_a_new_pad_stands_on_its_table_and_gets_a_code_once(house, owner):
    table = house.add_table()
    page = owner.post(ADD, {"kind": "pad", "name": "New pad", "table": table.pk})
    assert page.status_code == 200
    device = Device.objects.get(name="New pad")
    assert (device.restaurant, device.pad.table) == (house.restaurant, table)
    code = code_on(page)
    assert "<svg" in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    assert not EnrolmentCode.objects.filter(code_hash=code).exists(), "only its digest is stored"
    assert code not in owner.get(f"{DEVICES}{device.pk}/change/").content.decode()
    assert code not in "".join(Event.objects.values_list("data", flat=True))
    wall = Client()
    assert wall.post("/device/", {"code": code}).status_code == 302
    device.refresh_from_db()
    assert device.token_hash
    assert wall.post("/device/", {"code": code}).status_code == 422


def test_a_pad_needs_a_table_and_only_ours(house, other_house, owner):
    for table in ("", other_house.table.pk):
        page = owner.post(ADD, {"kind": "pad", "name": "New pad", "table": table})
        assert "table" in page.context["adminform"].form.errors
    assert not Device.objects.filter(name="New pad").exists()


def test_a_screen_hangs_at_stations_and_only_ours(house, other_house, owner):
    grill = StationFactory(restaurant=house.restaurant)
    page = owner.post(ADD, {"kind": "kitchen", "name": "Wall", "stations": [other_house.station.pk]})
    assert "stations" in page.context["adminform"].form.errors
    owner.post(ADD, {"kind": "kitchen", "name": "Wall", "stations": [grill.pk]})
    wall = Device.objects.get(name="Wall")
    assert list(wall.screen.stations.all()) == [grill]
    version = wall.version
    answer = owner.post(f"{DEVICES}{wall.pk}/change/", {"stations": [grill.pk, house.station.pk]})
    assert answer.status_code == 302
    wall.refresh_from_db()
    assert (wall.screen.stations.count(), wall.version) == (2, version + 1)


def test_a_moved_pad_raises_its_version(house, owner):
    table, device = house.add_table(), house.pad.device
    version = device.version
    assert owner.post(f"{DEVICES}{device.pk}/change/", {"table": table.pk}).status_code == 302
    device.refresh_from_db()
    assert (Pad.objects.get(device=device).table, device.version) == (table, version + 1)


def test_a_doubled_name_is_a_message(house, owner):
    page = owner.post(ADD, {"kind": "integration", "name": house.pad.device.name})
    assert "name" in page.context["adminform"].form.errors


def test_looking_at_the_enrolment_page_makes_no_code(house, owner):
    path = f"{DEVICES}{house.pad.device.pk}/enrol/"
    assert owner.get(path).status_code == 200
    assert not EnrolmentCode.objects.exists()
    first, second = code_on(owner.post(path)), code_on(owner.post(path))
    assert first != second
    assert Client().post("/device/", {"code": first}).status_code == 422, "the older code has ended"
    assert Client().post("/device/", {"code": second}).status_code == 302


def test_revoking_asks_first_and_ends_the_token_at_once(house, owner):
    device = house.pad.device
    path = f"{DEVICES}{device.pk}/revoke/"
    assert owner.get(path).status_code == 200
    device.refresh_from_db()
    assert device.revoked_at is None
    assert house.api().get("/api/v1/pad/menu").status_code in (200, 404)
    assert owner.post(path).status_code == 302
    device.refresh_from_db()
    assert (device.token_hash, device.revoked_at is None) == (None, False)
    assert house.api().get("/api/v1/orders").status_code == 401
    assert Event.objects.filter(subject=f"device:{device.pk}", action="revoked").count() == 1


def test_a_locked_pad_is_unlocked_after_a_look(house, owner):
    device = house.pad.device
    report_heartbeat(beat=Heartbeat(firmware="1.4", digest="abc"), actor=house.pad_actor)
    report_heartbeat(beat=Heartbeat(digest="new"), actor=house.pad_actor)
    Device.objects.filter(pk=device.pk).update(battery=17)
    for page in (DEVICES, f"{DEVICES}{device.pk}/change/"):
        text = owner.get(page).content.decode()
        assert all(word in text for word in ("locked", "17 %", "1.4")), page
    path = f"{DEVICES}{device.pk}/unlock/"
    assert "its software is not the expected one" in owner.get(path).content.decode()
    device.refresh_from_db()
    assert device.locked_at is not None, "looking unlocks nothing"
    assert said(owner.post(path)) == [f"{device} is unlocked."]
    device.refresh_from_db()
    assert (device.locked_at, device.expected_digest) == (None, "new")
    assert Event.objects.filter(subject=f"device:{device.pk}", action="unlocked").count() == 1
    assert house.api().get("/api/v1/pad").status_code == 200


def test_several_are_unlocked_together(house, owner):
    house.add_pad()
    for device in Device.objects.all():
        report_heartbeat(beat=Heartbeat(tamper=True), actor=actor_of_device(device))
    chosen = list(Device.objects.values_list("pk", flat=True))
    assert said(owner.post(DEVICES, {"action": "unlock_chosen", "_selected_action": chosen})) == ["2 unlocked."]
    assert not Device.objects.exclude(locked_at=None).exists()


def test_several_are_revoked_together(house, owner):
    devices = [DeviceFactory(restaurant=house.restaurant) for _ in range(3)]
    answer = owner.post(DEVICES, {"action": "revoke_chosen", "_selected_action": [d.pk for d in devices]})
    assert said(answer) == ["3 revoked."]
    assert not Device.objects.live().filter(pk__in=[d.pk for d in devices]).exists()


@pytest.mark.parametrize("act", ["enrol", "unlock", "revoke"])
def test_another_restaurants_device_is_out_of_reach(house, other_house, owner, act):
    foreign = other_house.pad.device
    report_heartbeat(beat=Heartbeat(tamper=True), actor=other_house.pad_actor)
    assert owner.get(f"{DEVICES}{foreign.pk}/{act}/").status_code == 404
    assert owner.post(f"{DEVICES}{foreign.pk}/{act}/").status_code == 404
    for chosen in ("revoke_chosen", "unlock_chosen"):
        owner.post(DEVICES, {"action": chosen, "_selected_action": [foreign.pk]})
    foreign.refresh_from_db()
    assert foreign.revoked_at is None
    assert foreign.locked_at is not None
    assert not EnrolmentCode.objects.exists()


@pytest.mark.parametrize("act", ["enrol", "unlock", "revoke"])
def test_acts_want_the_form_of_our_own_page(house, act):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(house.staff("owner"))
    assert strict.post(f"{DEVICES}{house.pad.device.pk}/{act}/").status_code == 403


@pytest.mark.parametrize("act", ["enrol", "unlock"])
def test_other_roles_make_no_codes_and_unlock_nothing(house, act):
    report_heartbeat(beat=Heartbeat(tamper=True), actor=house.pad_actor)
    answer = house.browser("waiter").post(f"{DEVICES}{house.pad.device.pk}/{act}/")
    assert answer.status_code == 302
    assert not EnrolmentCode.objects.exists()
    assert Device.objects.get(pk=house.pad.device.pk).locked_at is not None
