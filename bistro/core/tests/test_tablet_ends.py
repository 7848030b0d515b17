"""Ends of a person's session on a shared tablet: idleness, dismissal, lost devices; and what sessions cost."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from bistro.core.auth import tablets as tablet_auth
from bistro.core.auth.access import actor_of_device, actor_of_member
from bistro.core.auth.authentication import DEVICE_COOKIE
from bistro.core.auth.tablets import session_of_device, sweep_tablets
from bistro.core.models import Device, Event, TabletSession
from bistro.core.services.devices import enrol, make_enrolment_code, revoke
from bistro.core.services.restaurants import change_member
from bistro.core.services.tablets import enter_tablet
from bistro.core.tests.factories import (
    DeviceFactory,
    MembershipFactory,
    RestaurantFactory,
    actor_as,
    give_pin,
    tablet_browser,
)

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]

PIN = "2468"


@pytest.fixture
def ana():
    return give_pin(MembershipFactory(role="waiter"), PIN)


@pytest.fixture
def ben(ana):
    return give_pin(MembershipFactory(role="cashier", restaurant=ana.restaurant), "9753")


@pytest.fixture
def device(ana):
    return DeviceFactory(restaurant=ana.restaurant, kind="tablet")


@pytest.fixture
def browser(device):
    return tablet_browser(device)


def enter(browser, member, pin=PIN, **more):
    return browser.post("/tablet/", {"person": member.pk, "pin": pin, **more})


def works(browser):
    """Return whether somebody works on the tablet: the floor plan opens."""
    answer = browser.get("/floor/")
    assert answer.status_code == 200 or answer["Location"].startswith("/tablet/?next=")
    return answer.status_code == 200


def events():
    rows = Event.objects.filter(type="tablet_updated").order_by("seq").values_list("action", "data", "actor")
    return [(action, data.split('"why":')[-1].strip(' "}') if action == "left" else "", actor)
            for action, data, actor in rows]  # fmt: skip


# --- ends --------------------------------------------------------------------------------------------------------
def test_nobody_touches_it_and_it_locks(ana, browser):
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False) as clock:
        enter(browser, ana)
        clock.move_to("2026-03-01T12:04:59Z")
        sweep_tablets(now=timezone.now())
        assert works(browser)
        tablet_auth.forget_touches()  # as if the page had not been loaded
        clock.move_to("2026-03-01T12:05:00Z")
        assert not works(browser), "locked even before the sweep"
        sweep_tablets(now=timezone.now())
    assert events()[-1][:2] == ("left", "idle")
    assert TabletSession.objects.get().ended_at is not None


def test_a_touch_keeps_it_open(ana, browser):
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False) as clock:
        enter(browser, ana)
        for minute in (4, 8, 12):
            clock.move_to(f"2026-03-01T12:{minute:02}:00Z")
            assert browser.post("/tablet/touched/").status_code == 204
            sweep_tablets(now=timezone.now())
        assert works(browser)
        clock.move_to("2026-03-01T12:30:00Z")
        assert browser.post("/tablet/touched/").status_code == 401


@pytest.mark.parametrize("header", [{"HX-Request": "true"}, {"Sec-Fetch-Mode": "cors"}])
def test_what_a_page_asks_automatically_is_no_touch(ana, browser, header):
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False) as clock:
        enter(browser, ana)
        sweep_tablets(now=timezone.now())
        clock.move_to("2026-03-01T12:04:00Z")
        browser.get("/floor/", headers=header)
        sweep_tablets(now=timezone.now())
        clock.move_to("2026-03-01T12:05:00Z")
        assert not works(browser)


def test_the_restaurant_says_how_long(ana, browser):
    ana.restaurant.tablet_idle_minutes = 30
    ana.restaurant.save()
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False) as clock:
        enter(browser, ana)
        clock.move_to("2026-03-01T12:29:59Z")
        assert sweep_tablets(now=timezone.now()) == 0
        clock.move_to("2026-03-01T12:30:30Z")
        assert sweep_tablets(now=timezone.now()) == 1


@pytest.mark.parametrize("change", [{"is_active": False}, {"role": "cashier"}])
def test_a_dismissal_ends_the_session_at_once(ana, browser, change):
    enter(browser, ana)
    change_member(membership_id=ana.pk, actor=actor_as("manager", ana.restaurant), **change)
    assert not works(browser)
    assert events()[-1][:2] == ("left", "ended")


def test_each_condition_of_a_session_counts_by_itself(ana, browser, device):
    """Each is changed behind the services' back, so that nothing but the check is left."""
    enter(browser, ana)
    for row, name, value in (
        (ana, "is_active", False),
        (ana.staff, "is_active", False),
        (ana.staff, "version", 99),
        (device, "locked_at", timezone.now()),
        (device, "revoked_at", timezone.now()),
        (ana.pin, "delete", None),
    ):
        assert session_of_device(device.pk) is not None
        if name == "delete":
            row.delete()
            assert session_of_device(device.pk) is None
            return
        rows = type(row).objects.filter(pk=row.pk)
        before = rows.values_list(name, flat=True).get()
        rows.update(**{name: value})
        assert session_of_device(device.pk) is None, name
        rows.update(**{name: before})


def test_a_new_enrolment_and_a_revocation_end_the_session_on_the_old_hardware(ana, device):
    manager = actor_as("manager", ana.restaurant)
    enter_tablet(membership_id=ana.pk, pin=PIN, actor=actor_of_device(device))
    _device, token = enrol(code=make_enrolment_code(device_id=device.pk, actor=manager))
    newer = Client()
    newer.cookies[DEVICE_COOKIE] = token
    assert newer.get("/floor/")["Location"].startswith("/tablet/")
    enter_tablet(membership_id=ana.pk, pin=PIN, actor=actor_of_device(device))
    revoke(device_id=device.pk, actor=manager)
    assert not TabletSession.objects.running().exists()
    assert newer.get("/floor/")["Location"].startswith("/login/")


def test_only_a_tablet_of_the_restaurant_is_entered(ana):
    from bistro.core.kernel.errors import DomainError

    wall = actor_of_device(DeviceFactory(restaurant=ana.restaurant, kind="kitchen"))
    for actor in (wall, actor_of_member(ana)):
        with pytest.raises(DomainError):
            enter_tablet(membership_id=ana.pk, pin=PIN, actor=actor)
    assert not TabletSession.objects.exists()


# --- a password login on a tablet --------------------------------------------------------------------------------
def test_a_password_login_on_a_tablet_ends_like_a_pin_session(ana, ben, browser):
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False) as clock:
        enter(browser, ben, "9753")
        browser.post("/login/", {"username": ana.staff.email, "password": "correct horse"})
        assert events()[-1][:2] == ("left", "locked"), "the person who came by PIN has left"
        assert 'data-idle-minutes="5"' in browser.get("/floor/").content.decode()
        clock.move_to("2026-03-01T12:04:00Z")
        assert browser.post("/tablet/touched/").status_code == 204
        clock.move_to("2026-03-01T12:08:00Z")
        browser.get("/floor/", headers={"HX-Request": "true"})  # no touch
        assert browser.get("/api/v1/orders", headers={"Sec-Fetch-Mode": "cors"}).status_code == 200
        clock.move_to("2026-03-01T12:09:00Z")
        assert browser.get("/api/v1/orders").status_code == 401
        assert browser.post("/tablet/touched/").status_code == 401
        assert not works(browser)


def test_a_change_of_person_ends_a_password_login(ana, ben, browser):
    for leave in (lambda: browser.post("/tablet/lock/"), lambda: enter(browser, ben, "9753")):
        browser.post("/login/", {"username": ana.staff.email, "password": "correct horse"})
        assert browser.get("/auth/me").json()["email"] == ana.staff.email
        leave()
        assert "sessionid" not in browser.cookies or not browser.cookies["sessionid"].value
    assert browser.get("/auth/me").json()["email"] == ben.staff.email


def test_a_password_login_elsewhere_lives_on(ana, client):
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False) as clock:
        client.post("/login/", {"username": ana.staff.email, "password": "correct horse"})
        clock.move_to("2026-03-01T20:00:00Z")
        assert client.get("/floor/").status_code == 200
        assert "data-idle-minutes" not in client.get("/floor/").content.decode()


# --- cost --------------------------------------------------------------------------------------------------------
def test_the_sweep_costs_one_query_without_sessions(django_assert_num_queries):
    RestaurantFactory()
    with django_assert_num_queries(1):
        sweep_tablets(now=timezone.now())


def test_the_lock_screen_costs_the_same_for_any_number_of_people(ana, browser, django_assert_max_num_queries):
    for _ in range(12):
        give_pin(MembershipFactory(restaurant=ana.restaurant), PIN)
    browser.get("/tablet/")
    with django_assert_max_num_queries(5):
        browser.get("/tablet/")


def test_touches_are_written_in_one_update(ana, device, django_assert_num_queries):
    session = enter_tablet(membership_id=ana.pk, pin=PIN, actor=actor_of_device(device))
    for _ in range(5):
        tablet_auth.record_touch(session.pk)
    with time_machine.travel(timezone.now() + timedelta(seconds=30)), django_assert_num_queries(2):
        sweep_tablets(now=timezone.now())
    assert Device.objects.filter(pk=device.pk).exists()
