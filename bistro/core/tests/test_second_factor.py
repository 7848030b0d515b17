"""The second factor: asked at every door after the password, each code once, with a way back for a lost phone."""

import base64
import re

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django_otp.oath import totp

from bistro.core.auth.access import actor_of_device, actor_of_member
from bistro.core.kernel.errors import DomainError
from bistro.core.models import Event, RecoveryCode, SecondFactor
from bistro.core.services import second_factors
from bistro.core.services.tablets import enter_tablet
from bistro.core.tests.factories import DeviceFactory, MembershipFactory, StaffFactory, give_pin, tablet_browser
from bistro.core.tests.http import Api, nothing_changes, refused
from bistro.core.tests.racing import race

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]

PASSWORD = "correct horse"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel("2026-03-01T12:00:05Z", tick=False) as clock:
        yield clock


@pytest.fixture
def boss():
    return MembershipFactory(role="owner")


def phone(key, later=0):
    """Return the code that the phone shows, some steps of 30 s from now."""
    return f"{totp(base64.b32decode(key.replace(' ', '')), drift=later):06}"


def connect(member):
    """Switch the second factor on and return (key, recovery codes). The code of the present step is used then."""
    sealed = second_factors.new_sealed_secret()
    key = second_factors.key_of(sealed)
    return key, second_factors.switch_on(sealed=sealed, code=phone(key), actor=actor_of_member(member))


def password_at(door, member, browser=None):
    browser = browser or Client()
    return browser, browser.post(door, {"username": member.staff.email, "password": PASSWORD})


def actions():
    return list(Event.objects.order_by("pk").values_list("action", flat=True))


def api_login(member, **more):
    return Api().post("/auth/login", {"email": member.staff.email, "password": PASSWORD, **more})


# --- under “Me” --------------------------------------------------------------------------------------------------
def test_a_phone_is_connected_with_the_password_and_a_code(boss):
    browser, _answer = password_at("/login/", boss)
    page = browser.get("/me/second-factor/")
    key = re.search(r"<code[^>]*>([A-Z2-7 ]+)</code>", page.content.decode())[1]
    assert "<svg" in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    with nothing_changes():
        wrong = browser.post("/me/second-factor/", {"code": "000000", "password": PASSWORD})
        assert (wrong.status_code, key in wrong.content.decode()) == (422, True), "the phone keeps its key"
        other = browser.post("/me/second-factor/", {"code": phone(key), "password": "wrong horse"})
        assert other.status_code == 422
    done = browser.post("/me/second-factor/", {"code": phone(key), "password": PASSWORD})
    codes = re.findall(r"<code>([A-Z0-9-]+)</code>", done.content.decode())
    assert (done.status_code, len(codes)) == (200, second_factors.CODES)
    assert "no-store" in done["Cache-Control"]
    assert "10 recovery codes are left." in browser.get("/me/").content.decode()
    kept = str([*Event.objects.values(), *SecondFactor.objects.values(), *RecoveryCode.objects.values()])
    kept += str(dict(browser.session))
    assert not any(
        secret in kept for secret in (key, key.replace(" ", ""), *codes, *(c.replace("-", "") for c in codes))
    )
    assert actions() == ["second_factor_on"]
    again = browser.get("/me/second-factor/")
    new_key = re.search(r"<code[^>]*>([A-Z2-7 ]+)</code>", again.content.decode())[1]
    assert new_key != key, "the key of the connected phone is never shown again"
    with nothing_changes():
        twice = browser.post("/me/second-factor/", {"code": phone(new_key), "password": PASSWORD})
        assert (twice.status_code, "is on already" in twice.content.decode()) == (422, True)


def test_it_is_switched_off_with_the_password(boss):
    browser, _answer = password_at("/login/", boss)
    connect(boss)
    assert browser.post("/me/second-factor/off/", {"password": "wrong horse"}).status_code == 422
    assert SecondFactor.objects.exists()
    assert browser.post("/me/second-factor/off/", {"password": PASSWORD}).status_code == 302
    assert not SecondFactor.objects.exists()
    assert not RecoveryCode.objects.exists()
    assert password_at("/login/", boss)[1]["Location"] != "/login/code/"
    assert actions() == ["second_factor_on", "second_factor_off"]


def test_it_is_offered_to_those_who_manage(boss):
    waiter = MembershipFactory(restaurant=boss.restaurant)
    browser, _answer = password_at("/login/", waiter)
    assert "/me/second-factor/" not in browser.get("/me/").content.decode()
    assert browser.get("/me/second-factor/").status_code == 403


# --- the doors ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("door", "home"), [("/login/?next=/me/", "/me/"), ("/admin/login/?next=/me/", "/me/")])
def test_a_page_opens_after_password_and_code_only(boss, clock, door, home):
    key, _codes = connect(boss)
    browser, asked = password_at(door, boss)
    assert asked["Location"].startswith("/login/code/?next=")
    assert browser.get("/me/").status_code == 302, "the password alone opens nothing"
    assert browser.get("/admin/").status_code == 302
    assert browser.get(asked["Location"]).status_code == 200
    wrong = browser.post(asked["Location"], {"code": "000000"})
    assert (wrong.status_code, "This code is wrong" in wrong.content.decode()) == (422, True)
    assert browser.get("/me/").status_code == 302
    used = browser.post(asked["Location"], {"code": phone(key)})
    assert used.status_code == 422, "the code that connected the phone was used"
    clock.shift(30)
    assert browser.post(asked["Location"], {"code": phone(key)})["Location"] == home
    assert browser.get("/me/").status_code == 200
    assert browser.get("/admin/").status_code == 200


def test_a_login_without_one_is_as_before(boss):
    connect(MembershipFactory(restaurant=boss.restaurant, role="manager"))
    browser, answer = password_at("/login/", boss)
    assert "code" not in answer["Location"]
    assert browser.get("/me/").status_code == 200


@pytest.mark.parametrize("end", ["time", "password", "stranger"])
def test_half_a_login_ends(boss, clock, end):
    key, _codes = connect(boss)
    browser, _asked = password_at("/login/", boss)
    clock.shift(30)
    if end == "time":
        clock.shift(5 * 60)
    elif end == "password":
        boss.staff.set_password("nine purple walnuts")
        boss.staff.save()
    else:
        browser = Client()
    assert browser.post("/login/code/", {"code": phone(key)})["Location"].startswith("/login/?next=")
    assert browser.get("/me/").status_code == 302


def test_the_api_asks_for_the_code_and_takes_it_once(boss, clock):
    key, codes = connect(boss)
    clock.shift(30)
    with nothing_changes():
        refused(api_login(boss), 401, "second_factor_required")
        refused(api_login(boss, code=""), 422, "validation_error")
        refused(api_login(boss, code="12345x"), 401, "wrong_code")
        refused(api_login(boss, code="１２３４５６"), 401, "wrong_code")
    assert api_login(boss, code=f" {phone(key)[:3]} {phone(key)[3:]}").status_code == 200
    refused(api_login(boss, code=phone(key)), 401, "wrong_code")
    refused(api_login(boss, code=phone(key, later=-1)), 401, "wrong_code")
    refused(api_login(boss, code=phone(key, later=2)), 401, "wrong_code")
    assert api_login(boss, code=phone(key, later=1)).status_code == 200, "a phone whose clock is ahead"
    assert api_login(boss, code=codes[0].lower()).status_code == 200
    refused(api_login(boss, code=codes[0]), 401, "wrong_code")
    assert actions()[-1] == "recovery_code_used"
    assert "wrong_code" not in api_login(MembershipFactory(role="owner"), code="000000").content.decode()


def test_guessing_codes_locks_the_codes_of_this_login_only(boss, clock):
    key, _codes = connect(boss)
    ben = MembershipFactory(restaurant=boss.restaurant, role="owner")
    ben_key, _codes = connect(ben)
    clock.shift(30)
    for _number in range(4):
        refused(api_login(boss, code="000000"), 401, "wrong_code")
    refused(api_login(boss, code="000000"), 429, "throttled")
    refused(api_login(boss, code=phone(key)), 429, "throttled")
    browser, _asked = password_at("/login/", boss)
    assert browser.post("/login/code/", {"code": phone(key)}).status_code == 429
    assert api_login(ben, code=phone(ben_key)).status_code == 200
    clock.shift(15 * 60 + 1)
    assert api_login(boss, code=phone(key)).status_code == 200


def test_signing_in_once_more_asks_for_the_code_too(boss, clock):
    browser, _answer = password_at("/login/", boss)
    key, _codes = connect(boss)
    clock.shift(15 * 60)
    typed = {"email": "", "role": "waiter", "confirm_password": PASSWORD}
    assert 'name="confirm_code"' in browser.get("/confirm/").content.decode()
    missing = browser.post("/setup/staff/", typed)
    assert (missing.status_code, "Enter the code of your phone too." in missing.content.decode()) == (422, True)
    assert browser.post("/setup/staff/", {**typed, "confirm_code": phone(key)}).status_code == 200


def test_a_pin_on_a_tablet_stays_as_it_is(boss):
    connect(give_pin(boss, "2468"))
    device = DeviceFactory(restaurant=boss.restaurant, kind="tablet")
    tablet = tablet_browser(device)
    enter_tablet(membership_id=boss.pk, pin="2468", actor=actor_of_device(device))
    assert tablet.get("/me/").status_code == 200


# --- a lost phone ------------------------------------------------------------------------------------------------
def test_an_owner_removes_the_second_factor_of_a_colleague(boss):
    ana = MembershipFactory(restaurant=boss.restaurant, role="manager")
    connect(ana)
    owner = Client()
    owner.force_login(boss.staff)
    path = reverse("admin:core_membership_remove_factor", args=[ana.pk])
    with nothing_changes():
        assert owner.get(path).status_code == 200
    assert owner.post(path).status_code == 302
    assert not SecondFactor.objects.exists()
    assert actions()[-1] == "second_factor_removed"
    assert api_login(ana).status_code == 200


@pytest.mark.parametrize("who", ["manager", "another owner", "owner of one of two"])
def test_nobody_else_removes_it(boss, who):
    ana = MembershipFactory(restaurant=boss.restaurant, role="manager")
    connect(ana)
    if who == "owner of one of two":
        MembershipFactory(staff=ana.staff)
    role, where = ("manager", boss.restaurant) if who == "manager" else ("owner", boss.restaurant)
    actor = MembershipFactory(role=role, restaurant=where) if who != "another owner" else MembershipFactory(role=role)
    with nothing_changes(), pytest.raises(DomainError):
        second_factors.remove_for_colleague(membership_id=ana.pk, actor=actor_of_member(actor))
    assert SecondFactor.objects.exists()


def test_the_operator_removes_it_on_the_server(boss):
    connect(boss)
    call_command("remove_second_factor", boss.staff.email.upper())
    assert api_login(boss).status_code == 200
    assert actions()[-1] == "second_factor_removed"
    for email in (boss.staff.email, StaffFactory().email, "nobody@bistro.example"):
        with pytest.raises(CommandError):
            call_command("remove_second_factor", email)


def test_another_key_of_the_installation_makes_codes_wrong_and_breaks_nothing(boss, clock, settings):
    key, _codes = connect(boss)
    clock.shift(30)
    settings.SECRET_KEY = "x" * 60
    refused(api_login(boss, code=phone(key)), 401, "wrong_code")


# --- each code once, for simultaneous logins too -------------------------------------------------------------------
def logins_at_once(boss, code, number=6):
    def use():
        try:
            second_factors.use_code(staff_id=boss.staff_id, code=code)
        except DomainError as refusal:
            return refusal.code
        return "in"

    return sorted(race([use] * number))


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["phone", "paper"])
def test_of_simultaneous_logins_with_one_code_one_enters(boss, clock, kind):
    key, codes = connect(boss)
    clock.shift(30)
    code = phone(key) if kind == "phone" else codes[3]
    assert logins_at_once(boss, code) == ["in"] + ["wrong_code"] * 5


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_control_without_the_condition_in_the_update_all_enter(boss, clock, monkeypatch):
    key, _codes = connect(boss)
    clock.shift(30)

    def careless(staff_id, step):
        return SecondFactor.objects.filter(staff_id=staff_id).update(last_step=step) == 1

    monkeypatch.setattr(second_factors, "_take_step", careless)
    assert logins_at_once(boss, phone(key)) == ["in"] * 6
