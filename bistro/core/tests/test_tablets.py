"""Shared tablets: enrolment, the lock screen, sessions of people and their ends."""

import pytest
from django.test import Client

from bistro.core.auth.access import actor_of_device
from bistro.core.auth.authentication import DEVICE_COOKIE
from bistro.core.models import Event, TabletSession
from bistro.core.services.devices import create_device, make_enrolment_code
from bistro.core.services.pins import reset_pin
from bistro.core.services.tablets import enter_tablet, lock_tablet
from bistro.core.tests.factories import (
    DeviceFactory,
    MembershipFactory,
    actor_as,
    give_pin,
    tablet_browser,
)
from bistro.core.tests.http import refused

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]

PIN, WRONG = "2468", "1357"


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


# --- enrolment ---------------------------------------------------------------------------------------------------
def test_a_code_makes_a_browser_a_shared_tablet(ana):
    manager = actor_as("manager", ana.restaurant)
    made = create_device(kind="tablet", name="Bar tablet", actor=manager)
    browser = Client(enforce_csrf_checks=True)
    page = browser.get("/device/").content.decode()
    token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    code = make_enrolment_code(device_id=made.pk, actor=manager)
    assert browser.post("/device/", {"code": code}).status_code == 403, "the form needs its CSRF token"
    answer = browser.post("/device/", {"code": code, "csrfmiddlewaretoken": token})
    assert answer["Location"] == "/tablet/"
    cookie = answer.cookies[DEVICE_COOKIE]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Strict")
    assert str(ana.staff) in browser.get("/tablet/").content.decode()
    assert browser.get("/device/")["Location"] == "/tablet/"


def test_without_a_tablet_there_is_no_lock_screen(ana, client):
    assert client.get("/tablet/")["Location"] == "/device/"
    client.cookies[DEVICE_COOKIE] = "token-of-nobody"
    assert client.post("/tablet/", {"person": ana.pk, "pin": PIN})["Location"] == "/device/"
    pad = tablet_browser(DeviceFactory(restaurant=ana.restaurant, kind="pad"))
    assert enter(pad, ana)["Location"] == "/device/"
    signed_in = Client()
    signed_in.force_login(ana.staff)
    assert enter(signed_in, ana)["Location"] == "/device/"
    assert not TabletSession.objects.exists()


# --- the lock screen ---------------------------------------------------------------------------------------------
def test_the_lock_screen_names_members_with_a_pin_and_nobody_else(ana, ben, browser):
    without = MembershipFactory(restaurant=ana.restaurant)
    dismissed = give_pin(MembershipFactory(restaurant=ana.restaurant, is_active=False), PIN)
    elsewhere = give_pin(MembershipFactory(), PIN)
    page = browser.get("/tablet/").content.decode()
    for member in (ana, ben):
        assert f"?person={member.pk}" in page
        assert member.staff.name in page
    for member in (without, dismissed, elsewhere):
        assert f"?person={member.pk}" not in page
        assert f"<bdi>{member.staff.name}</bdi>" not in page


def test_a_locked_tablet_opens_no_page_and_no_call(browser, device):
    assert browser.get("/", headers={"Accept": "text/html"})["Location"] == "/tablet/"
    assert browser.get("/floor/?section=1")["Location"] == "/tablet/?next=%2Ffloor%2F%3Fsection%3D1"
    assert browser.get("/kitchen/")["Location"].startswith("/tablet/")
    assert browser.get("/me/")["Location"].startswith("/tablet/")
    assert browser.get("/admin/").status_code == 302
    refused(browser.get("/api/v1/orders"), 401, "not_authenticated")
    token = {"Authorization": f"Device token-{device.name}"}
    refused(Client().get("/api/v1/tables", headers=token), 403, "permission_denied")
    htmx = browser.post(
        "/floor/tables/1/clear/", headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/floor/"}
    )
    assert htmx.status_code == 401
    assert htmx["HX-Redirect"] == "/tablet/?next=%2Ffloor%2F"


def test_a_right_pin_opens_the_page_that_was_wanted(ana, browser, device):
    page = browser.get(f"/tablet/?person={ana.pk}&next=/floor/").content.decode()
    assert 'type="password" inputmode="numeric"' in page
    answer = enter(browser, ana, next="/floor/")
    assert (answer.status_code, answer["Location"]) == (302, "/floor/")
    assert works(browser)
    session = TabletSession.objects.get()
    assert session.person.device_id == device.pk
    assert session.person.roles == {"waiter"}
    assert events() == [("entered", "", f"staff:{ana.staff_id}")]
    assert "sessionid" not in browser.cookies, "a PIN is no login"


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/admin/", "/no/such/page/", "/tablet/", ""]
)
def test_other_targets_become_the_persons_start(ana, browser, target):
    assert enter(browser, ana, next=target)["Location"] == "/floor/"


def test_a_person_is_not_sent_to_a_page_of_another_role(ana, browser):
    cook = give_pin(MembershipFactory(role="kitchen", restaurant=ana.restaurant), PIN)
    assert enter(browser, cook, next="/floor/")["Location"] == "/kitchen/"


def test_a_wrong_pin_says_so_beside_the_field_and_opens_nothing(ana, browser):
    answer = enter(browser, ana, WRONG, next="/floor/")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f"This is not the PIN of {ana.staff}. 4 tries are left." in page
    assert 'aria-invalid="true" aria-describedby="pin-problem"' in page
    assert 'value="/floor/"' in page
    assert WRONG not in page
    assert not works(browser)


def test_the_fifth_wrong_pin_locks_the_person_here_until_a_time(ana, ben, browser):
    for _ in range(5):
        answer = enter(browser, ana, WRONG)
    assert (answer.status_code, answer["Retry-After"]) == (429, "900")
    assert "Try again in 15 minutes, at " in answer.content.decode()
    assert enter(browser, ana).status_code == 429
    assert not works(browser)
    assert enter(browser, ben, "9753").status_code == 302


@pytest.mark.parametrize("person", ["", "0", "abc", "9" * 30, "²"])
def test_a_person_who_is_nobody_is_refused(ana, browser, person):
    answer = browser.post("/tablet/", {"person": person, "pin": PIN})
    assert answer.status_code == 404
    assert not TabletSession.objects.exists()


def test_a_member_of_another_restaurant_does_not_enter(ana, browser):
    assert enter(browser, give_pin(MembershipFactory(), PIN)).status_code == 404
    assert not TabletSession.objects.exists()


def test_the_form_needs_its_csrf_token_and_gets_a_new_one(ana, device):
    browser = tablet_browser(device, enforce_csrf_checks=True)
    assert enter(browser, ana).status_code == 403
    page = browser.get(f"/tablet/?person={ana.pk}").content.decode()
    token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    before = browser.cookies["csrftoken"].value
    assert enter(browser, ana, csrfmiddlewaretoken=token).status_code == 302
    assert browser.cookies["csrftoken"].value != before
    assert browser.post("/tablet/lock/", {"csrfmiddlewaretoken": token}).status_code == 403


# --- the person's rights -----------------------------------------------------------------------------------------
def test_the_person_has_the_rights_of_the_role_but_not_the_admin(ana, browser):
    boss = give_pin(MembershipFactory(role="owner", restaurant=ana.restaurant), PIN)
    enter(browser, boss)
    assert works(browser)
    assert browser.get("/kitchen/").status_code == 200
    for path in ("/admin/", "/admin/core/membership/"):
        assert browser.get(path)["Location"].startswith("/admin/login/")
    refused(browser.get("/api/debug"), 403, "permission_denied")


def test_the_api_knows_the_person_with_csrf_only(ana, device):
    browser = tablet_browser(device, enforce_csrf_checks=True)
    enter_tablet(membership_id=ana.pk, pin=PIN, actor=actor_of_device(device))
    assert browser.get("/auth/me").json()["email"] == ana.staff.email
    assert browser.get("/api/v1/orders").status_code == 200
    bare = browser.post("/api/v1/tables/1/clear", content_type="application/json")
    refused(bare, 403, "permission_denied")
    browser.get("/me/")
    token = {"X-CSRFToken": browser.cookies["csrftoken"].value}
    good = browser.post("/api/v1/tables/1/clear", content_type="application/json", headers=token)
    assert good.status_code == 404


# --- change of person --------------------------------------------------------------------------------------------
def test_the_shell_has_one_tap_for_a_change_of_person(ana, ben, browser):
    enter(browser, ana)
    page = browser.get("/me/").content.decode()
    assert 'data-idle-minutes="5"' in page
    assert 'action="/tablet/lock/"' in page
    answer = browser.post("/tablet/lock/", {"next": "/floor/"})
    assert answer["Location"] == "/tablet/?next=%2Ffloor%2F"
    assert not works(browser)
    assert enter(browser, ben, "9753", next="/floor/")["Location"] == "/floor/"
    assert works(browser)
    staff = [f"staff:{member.staff_id}" for member in (ana, ana, ben)]
    assert events() == [("entered", "", staff[0]), ("left", "locked", staff[1]), ("entered", "", staff[2])]


def test_elsewhere_the_shell_has_no_change_of_person(ana, client):
    client.force_login(ana.staff)
    assert "/tablet/lock/" not in client.get("/me/").content.decode()


def test_the_next_pin_ends_the_session_before(ana, ben, browser):
    enter(browser, ana)
    enter(browser, ben, "9753")
    assert TabletSession.objects.running().get().membership == ben
    assert [event[1] for event in events() if event[0] == "left"] == ["changed"]


def test_signing_out_on_a_tablet_locks_it(ana, browser):
    enter(browser, ana)
    assert browser.post("/logout/")["Location"] == "/tablet/"
    assert not works(browser)


def test_locking_a_locked_tablet_is_no_error(browser, device):
    assert browser.post("/tablet/lock/").status_code == 302
    lock_tablet(actor=actor_of_device(device))
    assert events() == []


# --- one-time PINs -----------------------------------------------------------------------------------------------
def test_a_one_time_pin_opens_nothing_but_the_choice_of_another(ana, browser):
    given = reset_pin(membership_id=ana.pk, actor=actor_as("manager", ana.restaurant))
    answer = enter(browser, ana, given, next="/floor/")
    assert answer["Location"] == "/tablet/new-pin/?next=%2Ffloor%2F"
    assert not works(browser)
    page = browser.get(answer["Location"]).content.decode()
    assert "Choose your own PIN" in page
    new = "/tablet/new-pin/"
    differ = browser.post(new, {"new_pin": "8642", "again": "8643", "next": "/floor/"})
    assert (differ.status_code, "The two PINs differ" in differ.content.decode()) == (422, True)
    weak = browser.post(new, {"new_pin": "1111", "again": "1111", "next": "/floor/"})
    assert (weak.status_code, "too easy to guess" in weak.content.decode()) == (422, True)
    assert not works(browser)
    assert browser.post(new, {"new_pin": "8642", "again": "8642", "next": "/floor/"})["Location"] == "/floor/"
    assert works(browser)
    assert browser.get(new)["Location"] == "/tablet/"


def test_the_choice_of_a_pin_is_for_nobody_else(ana, browser, client):
    for each in (browser, client):
        assert each.get("/tablet/new-pin/")["Location"] == "/tablet/"
        assert each.post("/tablet/new-pin/", {"new_pin": "8642", "again": "8642"})["Location"] == "/tablet/"
    enter(browser, ana)
    assert browser.post("/tablet/new-pin/", {"new_pin": "8642", "again": "8642"})["Location"] == "/tablet/"
    assert Event.objects.filter(action="set").count() == 0
