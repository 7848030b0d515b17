"""“Sign in once more” before dangerous acts, at pages, in the admin and in the API."""

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from bistro.core.auth import confirmations
from bistro.core.auth.authentication import claims_for
from bistro.core.auth.login_tokens import RefreshToken
from bistro.core.models import Invitation, Membership, Restaurant, Staff
from bistro.core.tests.factories import DeviceFactory, MembershipFactory, tablet_browser
from bistro.core.tests.http import Api, nothing_changes, refused

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]

PASSWORD = "correct horse"
LATER = "2026-03-01T12:15:00Z"  # fifteen minutes after the login


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False) as clock:
        yield clock


@pytest.fixture
def boss():
    return MembershipFactory(role="owner")


@pytest.fixture(params=["/login/", "/admin/login/"])
def browser(boss, client, request):
    client.post(request.param, {"username": boss.staff.email, "password": PASSWORD})
    return client


def test_a_login_counts_for_fifteen_minutes_and_no_longer(browser, clock):
    clock.move_to("2026-03-01T12:14:59Z")
    assert browser.post("/setup/staff/", {"email": "", "role": "waiter"}).status_code == 200
    clock.move_to(LATER)
    assert browser.post("/setup/staff/", {"email": "", "role": "waiter"}).status_code == 403
    assert Invitation.objects.count() == 1


def test_what_was_typed_is_kept_until_the_password_is_right(browser, clock):
    clock.move_to(LATER)
    typed = {"email": "a&b@bistro.example", "role": "waiter"}
    page = browser.post("/setup/staff/", typed)
    assert 'name="email" value="a&amp;b@bistro.example"' in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    wrong = browser.post("/setup/staff/", {**typed, "confirm_password": "wrong horse"})
    assert (wrong.status_code, "This is not your password." in wrong.content.decode()) == (422, True)
    assert 'value="a&amp;b@bistro.example"' in wrong.content.decode()
    assert "wrong horse" not in wrong.content.decode()
    assert not Invitation.objects.exists()
    assert browser.post("/setup/staff/", {**typed, "confirm_password": PASSWORD}).status_code == 200
    assert Invitation.objects.get().email == "a&b@bistro.example"
    assert browser.post("/setup/staff/", {"email": "", "role": "waiter"}).status_code == 200, "not asked again"


def test_the_page_leads_back_to_our_pages_only(browser, clock):
    clock.move_to(LATER)
    assert browser.get("/confirm/?next=/setup/").status_code == 200
    assert browser.post("/confirm/?next=/setup/", {"confirm_password": PASSWORD})["Location"] == "/setup/"
    outside = browser.post("/confirm/?next=https://evil.example/", {"confirm_password": PASSWORD})
    assert outside["Location"] == "/"
    assert browser.post("/setup/staff/", {"email": "", "role": "waiter"}).status_code == 200


def test_only_a_login_is_asked(boss):
    assert Client().get("/confirm/")["Location"].startswith("/login/")
    tablet = tablet_browser(DeviceFactory(restaurant=boss.restaurant, kind="tablet"))
    assert tablet.post("/confirm/", {"confirm_password": PASSWORD})["Location"].startswith("/login/")


def test_guessing_ends_as_at_the_login(browser, clock):
    clock.move_to(LATER)
    browser.cookies.pop("bistro_known")
    statuses = [browser.post("/confirm/", {"confirm_password": "wrong horse"}).status_code for _ in range(5)]
    assert statuses == [422] * 4 + [429]
    assert browser.post("/confirm/", {"confirm_password": PASSWORD}).status_code == 429
    assert browser.post("/setup/staff/", {"email": "", "role": "waiter"}).status_code == 403


def test_the_admin_dismisses_after_the_password_only(boss, browser, clock):
    waiter = MembershipFactory(restaurant=boss.restaurant)
    path = reverse("admin:core_membership_dismiss", args=[waiter.pk])
    clock.move_to(LATER)
    assert browser.get(path).status_code == 200
    assert browser.post(path).status_code == 403
    assert Membership.objects.get(pk=waiter.pk).is_active
    assert browser.post(path, {"confirm_password": PASSWORD}).status_code == 302
    assert not Membership.objects.get(pk=waiter.pk).is_active


def test_a_list_action_keeps_the_chosen_rows(boss, browser, clock):
    device = DeviceFactory(restaurant=boss.restaurant, kind="kitchen")
    path, chosen = reverse("admin:core_device_changelist"), {"action": "revoke_chosen", "_selected_action": [device.pk]}
    clock.move_to(LATER)
    page = browser.post(path, chosen)
    assert (page.status_code, f'name="_selected_action" value="{device.pk}"' in page.content.decode()) == (403, True)
    device.refresh_from_db()
    assert device.revoked_at is None
    browser.post(path, {**chosen, "confirm_password": PASSWORD})
    device.refresh_from_db()
    assert device.revoked_at is not None


def test_the_limit_of_typed_prices_needs_it_and_other_settings_do_not(boss, browser, clock):
    path = reverse("admin:core_restaurant_change", args=[boss.restaurant_id])
    clock.move_to(LATER)
    form = browser.get(path).context["adminform"].form
    typed = {name: "" if (value := form[name].value()) is None else value for name in form.fields}
    typed = {name: value for name, value in typed.items() if value is not False and name != "logo"}
    browser.post(path, {**typed, "name": "Renamed"})
    here = Restaurant.objects.get(pk=boss.restaurant_id)
    assert here.name == "Renamed"
    with nothing_changes():
        page = browser.post(path, {**typed, "name": "Kept", "version": here.version, "price_limit": "5.00"})
    assert page.context["adminform"].form.errors.keys() == {"price_limit"}
    assert '<a href="/confirm/?next=/admin/core/restaurant/"' in page.content.decode()
    assert 'value="Kept"' in page.content.decode()
    browser.post("/confirm/", {"confirm_password": PASSWORD})
    browser.post(path, {**typed, "name": "Kept", "version": here.version, "price_limit": "5.00"})
    assert str(Restaurant.objects.get(pk=boss.restaurant_id).price_limit) == "5.0000"


# --- the API -----------------------------------------------------------------------------------------------------
def log_in(boss):
    return Api().post("/auth/login", {"email": boss.staff.email, "password": PASSWORD}).json()


def register(token):
    person = {"email": "new@bistro.example", "password": "nine purple walnuts", "name": "New", "role": "waiter"}
    return Api(f"Bearer {token}").post("/auth/register", person)


def test_a_renewed_token_is_as_old_as_its_login(boss, clock):
    tokens = log_in(boss)
    clock.move_to("2026-03-01T12:10:00Z")
    young = Api().post("/auth/refresh", {"refresh_token": tokens["refresh_token"]}).json()
    clock.move_to(LATER)
    renewed = Api().post("/auth/refresh", {"refresh_token": young["refresh_token"]}).json()
    with nothing_changes():
        for token in (tokens["access_token"], young["access_token"], renewed["access_token"]):
            refused(register(token), 403, "confirm_required")
    assert not Staff.objects.filter(email="new@bistro.example").exists()
    assert register(log_in(boss)["access_token"]).status_code == 201


def test_control_a_token_that_starts_over_at_each_renewal_would_pass(boss, clock, monkeypatch):
    monkeypatch.setattr("bistro.core.api.views.claims_for", lambda staff, place, typed_at: claims_for(staff, place))
    tokens = log_in(boss)
    clock.move_to(LATER)
    renewed = Api().post("/auth/refresh", {"refresh_token": tokens["refresh_token"]}).json()
    assert register(renewed["access_token"]).status_code == 201


@pytest.mark.parametrize("typed_at", [None, "1772366400", 4e9, True])
def test_a_token_without_a_sane_time_is_not_confirmed(boss, typed_at):
    token = claims_for(boss.staff, boss.restaurant_id)
    token[confirmations.AUTH_TIME] = typed_at
    refused(register(token.access_token), 403, "confirm_required")


def test_an_older_refresh_token_without_the_time_still_renews(boss):
    token = RefreshToken(log_in(boss)["refresh_token"])
    del token.payload[confirmations.AUTH_TIME]
    answer = Api().post("/auth/refresh", {"refresh_token": str(token)})
    assert answer.status_code == 200
    refused(register(answer.json()["access_token"]), 403, "confirm_required")


def test_the_api_asks_a_browser_too(browser, boss, clock):
    clock.move_to(LATER)
    person = {"email": "new@bistro.example", "password": "nine purple walnuts", "name": "New", "role": "waiter"}
    answer = browser.post("/auth/register", person, "application/json")
    assert (answer.status_code, answer.json()["code"]) == (403, "confirm_required")
