"""A person changes the own password, and changes of passwords keep what others change meanwhile."""

import pytest
from django.test import Client

from bistro.core.auth.access import actor_of_member
from bistro.core.models import Event, Staff
from bistro.core.services import own_login, passwords
from bistro.core.tests.factories import MembershipFactory
from bistro.core.tests.http import nothing_changes

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]

PASSWORD, NEW = "correct horse", "nine purple walnuts"


@pytest.fixture
def ana():
    return MembershipFactory(role="waiter")


def signed_in(member):
    browser = Client()
    browser.post("/login/", {"username": member.staff.email, "password": PASSWORD})
    return browser


def change(browser, password=PASSWORD, new_password=NEW, again=None):
    said = {"password": password, "new_password": new_password, "again": new_password if again is None else again}
    return browser.post("/me/password/", said)


def test_other_sessions_and_tokens_end_and_this_one_stays(ana):
    here, other = signed_in(ana), signed_in(ana)
    said = {"email": ana.staff.email, "password": PASSWORD}
    tokens = Client().post("/auth/login", said, "application/json").json()
    link = passwords.offer_reset(
        membership_id=ana.pk, actor=actor_of_member(MembershipFactory(restaurant=ana.restaurant, role="owner"))
    )
    assert change(here)["Location"] == "/me/"
    assert "Your password is changed." in here.get("/me/").content.decode()
    assert other.get("/me/").status_code == 302
    refresh = Client().post("/auth/refresh", {"refresh_token": tokens["refresh_token"]}, "application/json")
    assert refresh.status_code == 401
    assert "not valid" in Client().post(f"/password/{link}/", {"password": NEW}).content.decode()
    assert Staff.objects.get(pk=ana.staff_id).check_password(NEW)
    events = list(Event.objects.order_by("seq").values())
    assert events[-1]["action"] == "password_changed"
    assert not any(word in str(events) for word in (PASSWORD, NEW, "argon2"))


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"password": "wrong horse"}, "This is not your password."),
        ({"password": ""}, "This is not your password."),
        ({"new_password": "short"}, "This password is too short."),
        ({"new_password": "1234567890"}, "too common"),
        ({"again": "nine purple walnut"}, "The two passwords differ."),
    ],
)
def test_a_refusal_stands_beside_the_field_and_changes_nothing(ana, said, words):
    browser = signed_in(ana)
    with nothing_changes():
        answer = change(browser, **said)
    page = answer.content.decode()
    assert (answer.status_code, words in page, 'id="password-problem"' in page) == (422, True, True)


def test_guessing_ends_as_at_the_login(ana):
    browser = signed_in(ana)
    browser.cookies.pop("bistro_known")
    statuses = [change(browser, password="wrong horse").status_code for _ in range(6)]
    assert statuses == [422] * 4 + [429] * 2
    assert change(browser).status_code == 429
    assert Staff.objects.get(pk=ana.staff_id).check_password(PASSWORD)


def test_a_chosen_language_is_an_event(ana):
    signed_in(ana).post("/me/language/", {"language": "de"})
    event = Event.objects.get()
    assert (event.action, '"language":"de"' in event.data.replace(" ", "")) == ("language_chosen", True)


# --- a change that somebody else makes meanwhile -------------------------------------------------------------------
def language_after(monkeypatch, act):
    """Return the language of a login after somebody else set it while `act` changed the password."""
    inner = Staff.set_password

    def slow(staff, raw):
        Staff.objects.filter(pk=staff.pk).update(language="de")
        inner(staff, raw)

    ana = MembershipFactory(role="waiter", staff__password_is_one_time=act == "replace")
    manager = actor_of_member(MembershipFactory(restaurant=ana.restaurant, role="owner"))
    token = passwords.offer_reset(membership_id=ana.pk, actor=manager) if act == "choose" else ""
    monkeypatch.setattr(Staff, "set_password", slow)
    if act == "choose":
        passwords.choose(token=token, password=NEW)
    elif act == "change":
        own_login.change_password(password=NEW, actor=actor_of_member(ana))
    else:
        own = {"email": "own@bistro.example", "name": "Own", "password": NEW}
        own_login.replace_one_time_login(**own, actor=actor_of_member(ana))
    staff = Staff.objects.get(pk=ana.staff_id)
    assert staff.check_password(NEW)
    assert (staff.password_is_one_time, staff.version) == (False, 1)
    assert act != "replace" or (staff.email, staff.name) == ("own@bistro.example", "Own")
    return staff.language


@pytest.mark.parametrize("act", ["choose", "change", "replace"])
def test_a_new_password_keeps_what_was_changed_meanwhile(monkeypatch, act):
    assert language_after(monkeypatch, act) == "de"


def test_control_a_full_save_loses_it(monkeypatch):
    monkeypatch.setattr(passwords, "PASSWORD_FIELDS", None)
    assert language_after(monkeypatch, "choose") == ""
