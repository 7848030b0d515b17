"""The page of the person who is signed in: name, PIN, sign out everywhere."""

import pytest
from django.test import Client

from bistro.core.auth.access import actor_of_device
from bistro.core.models import Event, Pin, TabletSession
from bistro.core.services.tablets import enter_tablet
from bistro.core.tests.factories import DeviceFactory, MembershipFactory, StaffFactory, give_pin, tablet_browser

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]

PASSWORD, PIN = "correct horse", "2468"
POSTS = ("/me/name/", "/me/language/", "/me/pin/", "/me/pin/forget/", "/me/password/", "/me/sign-out/")


@pytest.fixture
def ana():
    return MembershipFactory(role="waiter")


@pytest.fixture
def browser(ana, client):
    client.post("/login/", {"username": ana.staff.email, "password": PASSWORD})
    return client


def actions():
    return list(Event.objects.order_by("seq").values_list("action", flat=True))


def new_pin(browser, pin=PIN, again=None, proof=PASSWORD):
    return browser.post("/me/pin/", {"new_pin": pin, "again": pin if again is None else again, "proof": proof})


def test_the_page_is_for_members_of_staff(ana, client):
    pages = (client.get("/me/"), *(client.post(path) for path in POSTS))
    assert {answer["Location"].split("?")[0] for answer in pages} == {"/login/"}
    client.force_login(StaffFactory())
    assert client.get("/me/")["Location"] == "/restaurant/"
    wall = tablet_browser(DeviceFactory(restaurant=ana.restaurant, kind="kitchen"))
    assert wall.get("/me/").status_code == 403
    assert actions() == []


def test_posts_need_a_csrf_token(ana):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(ana.staff)
    assert [browser.post(path).status_code for path in POSTS] == [403] * len(POSTS)


def test_a_name_is_changed_and_told(ana, browser):
    assert browser.post("/me/name/", {"name": "  Ana \u202e María "})["Location"] == "/me/"
    ana.staff.refresh_from_db()
    assert ana.staff.name == "Ana  María"
    assert "Your name is saved." in browser.get("/me/").content.decode()
    assert actions() == ["renamed"]


@pytest.mark.parametrize("name", ["", "   ", "\u202e", "x" * 121])
def test_a_name_that_is_none_is_refused_beside_the_field(ana, browser, name):
    answer = browser.post("/me/name/", {"name": name})
    assert answer.status_code == 422
    assert "A name has 1 to 120 letters." in answer.content.decode()
    before = ana.staff.name
    ana.staff.refresh_from_db()
    assert ana.staff.name == before
    assert actions() == []


def test_a_pin_is_set_with_the_password_and_changed_with_the_pin(browser):
    assert new_pin(browser)["Location"] == "/me/"
    assert "Your PIN is saved." in browser.get("/me/").content.decode()
    assert new_pin(browser, "8642", proof=PIN)["Location"] == "/me/"
    assert actions() == ["set", "set"]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"pin": "1234"}, "too easy to guess"),
        ({"pin": "12"}, "A PIN has 4 to 8 digits."),
        ({"again": "2469"}, "The two PINs differ."),
        ({"proof": "wrong horse"}, "This is not the password of"),
        ({"proof": "1357"}, "has no PIN yet."),
        ({"proof": ""}, "has no PIN yet."),
    ],
)
def test_a_refusal_stands_beside_the_pin_and_changes_nothing(browser, said, words):
    answer = new_pin(browser, **said)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert 'id="pin-problem"' in page
    assert not Pin.objects.exists()
    assert "set" not in actions()


def test_guessing_the_password_here_is_limited(ana, browser):
    for _ in range(5):
        last = new_pin(browser, proof="wrong horse")
    assert last.status_code == 429
    assert new_pin(browser).status_code == 429
    assert not Pin.objects.exists()


def test_a_pin_is_removed(ana, browser):
    give_pin(ana, PIN)
    assert "Remove my PIN" in browser.get("/me/").content.decode()
    assert browser.post("/me/pin/forget/")["Location"] == "/me/"
    assert not Pin.objects.exists()
    assert "Remove my PIN" not in browser.get("/me/").content.decode()


def test_sign_out_everywhere_ends_browsers_programs_and_tablets(ana, browser):
    give_pin(ana, PIN)
    other = Client()
    tokens = other.post("/auth/login", {"email": ana.staff.email, "password": PASSWORD}, "application/json").json()
    other.post("/login/", {"username": ana.staff.email, "password": PASSWORD})
    device = DeviceFactory(restaurant=ana.restaurant, kind="tablet")
    tablet = tablet_browser(device)
    enter_tablet(membership_id=ana.pk, pin=PIN, actor=actor_of_device(device))
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}

    def inside():
        pages = [each.get("/me/").status_code for each in (browser, other, tablet)]
        return [*pages, Client().get("/auth/me", headers=bearer).status_code]

    assert inside() == [200] * 4
    assert browser.post("/me/sign-out/")["Location"] == "/login/"
    assert inside() == [302, 302, 302, 401]
    assert not TabletSession.objects.running().exists()
    assert actions()[-2:] == ["left", "signed_out"]
    assert other.post("/login/", {"username": ana.staff.email, "password": PASSWORD}).status_code == 302
    assert other.get("/me/").status_code == 200


def test_nobody_else_is_signed_out(ana, browser):
    colleague = MembershipFactory(restaurant=ana.restaurant)
    other = Client()
    other.post("/login/", {"username": colleague.staff.email, "password": PASSWORD})
    browser.post("/me/sign-out/")
    assert other.get("/me/").status_code == 200


def test_a_stronger_hash_of_the_password_signs_nobody_out(ana, settings):
    ana.staff.set_password(PASSWORD)
    ana.staff.save()
    settings.PASSWORD_HASHERS = ["bistro.core.auth.hashers.Argon2LowMemory", *settings.PASSWORD_HASHERS]
    browser = Client()
    browser.post("/login/", {"username": ana.staff.email, "password": PASSWORD})
    assert browser.get("/me/").status_code == 200
    before = ana.staff.version
    ana.staff.refresh_from_db()
    assert ana.staff.password.startswith("argon2")
    assert ana.staff.version == before
