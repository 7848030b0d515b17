"""Logins of browsers: the session key changes, cookies have their attributes, CSRF holds, one restaurant at a time."""

import re

import pytest
from django.test import Client

from bistro.core.auth.access import SESSION_RESTAURANT
from bistro.core.models import Membership
from bistro.core.tests.factories import DeviceFactory, MembershipFactory, RestaurantFactory, StaffFactory, token_of
from bistro.core.tests.http import refused

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]

PASSWORD = "correct horse"


@pytest.fixture
def member():
    return MembershipFactory(role="waiter")


def log_in(client, member, **more):
    return client.post("/login/", {"username": member.staff.email, "password": PASSWORD, **more})


def csrf_of(client, path="/login/"):
    return client.get(path).content.decode().split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]


def test_the_session_gets_a_new_key_at_the_login(member, client):
    client.get("/login/")
    session = client.session
    session["planted"] = True
    session.save()
    client.cookies["sessionid"] = session.session_key
    planted = session.session_key
    assert log_in(client, member).status_code == 302
    assert client.cookies["sessionid"].value != planted
    other = Client()
    other.cookies["sessionid"] = planted
    assert other.get("/floor/").status_code == 302


def test_the_csrf_token_changes_at_the_login(member):
    client = Client(enforce_csrf_checks=True)
    before = csrf_of(client)
    cookie = client.cookies["csrftoken"].value
    assert log_in(client, member, csrfmiddlewaretoken=before).status_code == 302
    assert client.cookies["csrftoken"].value != cookie


@pytest.mark.parametrize("name", ["sessionid", "csrftoken"])
def test_cookies_have_their_attributes(member, client, name, settings):
    client.get("/login/")
    log_in(client, member)
    cookie = client.cookies[name]
    assert cookie["samesite"] == "Lax"
    assert bool(cookie["httponly"]) is (name == "sessionid")
    assert bool(cookie["secure"]) is settings.HTTPS


def test_logging_out_ends_the_session_on_the_server(member, client):
    log_in(client, member)
    key = client.cookies["sessionid"].value
    assert client.get("/floor/").status_code == 200
    assert client.get("/logout/").status_code == 405  # a GET, for example of a link or an image, must not log out
    assert client.get("/floor/").status_code == 200
    assert client.post("/logout/").status_code == 302
    other = Client()
    other.cookies["sessionid"] = key
    assert other.get("/floor/").status_code == 302


@pytest.mark.parametrize("path", ["/login/", "/logout/", "/restaurant/", "/device/", "/floor/tables/1/clear/"])
def test_pages_refuse_posts_without_a_csrf_token(member, path):
    client = Client(enforce_csrf_checks=True)
    client.force_login(member.staff)
    answer = client.post(path, {})
    assert answer.status_code == 403
    assert b"<html" in answer.content


def test_the_api_takes_a_session_with_csrf_only(member):
    client = Client(enforce_csrf_checks=True)
    token = csrf_of(client)
    log_in(client, member, csrfmiddlewaretoken=token)
    assert client.get("/api/v1/orders").status_code == 200
    assert client.get("/auth/me").json()["role"] == "waiter"
    bare = client.post("/api/v1/tables/1/clear", content_type="application/json")
    refused(bare, 403, "permission_denied")
    good = client.post(
        "/api/v1/tables/1/clear",
        content_type="application/json",
        headers={"X-CSRFToken": client.cookies["csrftoken"].value},
    )
    assert good.status_code == 404
    foreign = client.post(
        "/api/v1/tables/1/clear",
        content_type="application/json",
        headers={"X-CSRFToken": client.cookies["csrftoken"].value, "Origin": "https://evil.example"},
    )
    refused(foreign, 403, "permission_denied")


@pytest.mark.parametrize(
    "path",
    [
        "/api/order",
        "/api/orders",
        "/api/v1/pad",
        "/api/v1/pad/orders",
        "/api/v1/pad/heartbeat",
        "/api/v1/devices/rotate",
    ],
)
def test_pad_calls_take_no_cookie(path, member, client):
    log_in(client, member)
    for ask in (client.get, client.post):
        assert ask(path, content_type="application/json").status_code in (401, 405)
    assert client.get("/api/orders").status_code == 401


@pytest.mark.parametrize("header", ["Device nonsense", "Bearer nonsense", "Basic eDp5", "x"])
def test_cookies_are_ignored_beside_an_authorization_header(member, client, header):
    log_in(client, member)
    assert client.get("/api/v1/orders").status_code == 200
    assert client.get("/api/v1/orders", headers={"Authorization": header}).status_code == 401


def test_the_header_decides_who_it_is(member, client):
    log_in(client, member)
    device = DeviceFactory()
    answer = client.get("/api/v1/menu", headers={"Authorization": f"Device {token_of(device)}"})
    assert answer.status_code == 200
    assert client.get("/auth/me", headers={"Authorization": f"Device {token_of(device)}"}).status_code == 401


# --- restaurants -------------------------------------------------------------------------------------------------
def test_who_works_in_one_place_goes_straight_on(member, client):
    assert log_in(client, member, next="/floor/")["Location"] == "/floor/"
    assert client.session[SESSION_RESTAURANT] == member.restaurant.pk


def test_who_works_in_two_places_chooses_and_then_goes_on(client):
    first = MembershipFactory(role="waiter")
    second = MembershipFactory(staff=first.staff, role="cashier")
    answer = log_in(client, first, next="/floor/")
    assert answer["Location"] == "/restaurant/?next=%2Ffloor%2F"
    page = client.get(answer["Location"]).content.decode()
    assert first.restaurant.name in page
    assert second.restaurant.name in page
    assert client.get("/floor/")["Location"].startswith("/restaurant/")
    chosen = client.post("/restaurant/", {"restaurant": second.restaurant.pk, "next": "/floor/"})
    assert chosen["Location"] == "/floor/"
    assert client.get("/auth/me").json()["role"] == "cashier"


def test_a_place_that_is_not_yours_is_404_like_one_that_is_missing(member, client):
    log_in(client, member)
    answers = [
        client.post("/restaurant/", {"restaurant": wanted}) for wanted in (RestaurantFactory().pk, 10**9, "x", "")
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({re.sub(rb'X-CSRFToken": "\w+"', b"", answer.content) for answer in answers}) == 1


def test_a_membership_that_ended_ends_the_view(member, client):
    log_in(client, member)
    Membership.objects.filter(pk=member.pk).update(is_active=False)
    assert client.get("/floor/").status_code == 302
    assert client.get("/api/v1/orders").json()["results"] == []


def test_a_login_that_was_blocked_is_out(member, client):
    log_in(client, member)
    member.staff.is_active = False
    member.staff.save()
    assert client.get("/floor/")["Location"].startswith("/login/")
    assert client.get("/api/v1/orders").status_code == 401


def test_nobody_is_sent_elsewhere_after_the_login(member, client):
    for target in (
        "https://evil.example/",
        "//evil.example",
        "javascript:alert(1)",
        "http:evil.example",
        "/\\evil.example",
    ):
        assert log_in(client, member, next=target)["Location"] == "/floor/"
        chosen = client.post("/restaurant/", {"restaurant": member.restaurant.pk, "next": target})
        assert chosen["Location"] == "/floor/"


def test_a_login_without_a_place_is_told_so_and_not_sent_in_circles(client):
    staff = StaffFactory()
    client.post("/login/", {"username": staff.email, "password": PASSWORD})
    answer = client.get("/floor/", follow=True)
    assert answer.status_code == 200
    assert answer.request["PATH_INFO"] == "/restaurant/"


def test_an_htmx_request_without_a_login_moves_the_whole_page(client):
    answer = client.get("/floor/", headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert answer["HX-Redirect"].startswith("/login/?next=")
