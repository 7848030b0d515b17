"""Logins of programs: the exact shapes of docs/contracts/qtable.md, lock-out, and tokens that end."""

import uuid

import pytest
import time_machine
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken

from bistro.core.api.views import token_json
from bistro.core.auth.authentication import claims_for
from bistro.core.models import Membership, Staff
from bistro.core.services.restaurants import change_member
from bistro.core.tests.factories import MembershipFactory, RestaurantFactory, StaffFactory, actor_as
from bistro.core.tests.http import Api, refused

pytestmark = [pytest.mark.django_db, pytest.mark.database_agnostic]

PASSWORD = "correct horse"
PREFIXES = ["/auth", "/api/v1/auth"]


@pytest.fixture
def member():
    return MembershipFactory(role="waiter")


def login(email, password=PASSWORD, prefix="/auth", **more):
    return Api().post(f"{prefix}/login", {"email": email, "password": password, **more})


def user_of(member):
    here = member.restaurant
    place = {"id": str(here.uid), "restaurantId": here.pk, "name": here.name, "role": member.role}
    return {
        "id": member.staff.pk,
        "email": member.staff.email,
        "name": member.staff.name,
        "role": member.role,
        "restaurantId": str(here.uid),
        "restaurants": [place],
    }


def place_of(member):
    here = member.restaurant
    return {"id": here.pk, "uid": str(here.uid), "name": here.name}


# --- shapes ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("prefix", PREFIXES)
def test_login_refresh_and_me(member, prefix):
    answer = login(member.staff.email, prefix=prefix)
    assert answer.status_code == 200
    body = answer.json()
    assert set(body) == {"access_token", "refresh_token", "token_type", "user"}
    assert body["token_type"] == "bearer"
    assert body["user"] == user_of(member)

    me = Api(f"Bearer {body['access_token']}").get(f"{prefix}/me")
    assert (me.status_code, me.json()) == (200, {**user_of(member), "restaurant": place_of(member)})

    again = Api().post(f"{prefix}/refresh", {"refresh_token": body["refresh_token"]})
    assert again.status_code == 200
    assert set(again.json()) == set(body)
    assert again.json()["user"] == user_of(member)
    assert Api(f"Bearer {again.json()['access_token']}").get(f"{prefix}/me").status_code == 200


@pytest.mark.parametrize("typed", ["UPPER", " spaces ", "Mixed"])
def test_an_address_is_read_as_people_type_it(typed):
    member = MembershipFactory(staff__email="ana@bistro.example")
    forms = {"UPPER": "ANA@BISTRO.EXAMPLE", " spaces ": "  ana@bistro.example ", "Mixed": "Ana@Bistro.example"}
    assert login(forms[typed]).json()["user"]["id"] == member.staff.pk


def test_a_password_may_begin_and_end_with_spaces():
    staff = StaffFactory()
    staff.set_password("  spaced out  ")
    staff.save()
    assert login(staff.email, "  spaced out  ").status_code == 200
    refused(login(staff.email, "spaced out"), 401, "invalid_credentials")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"email": "a@b.example"}, "password"),
        ({"password": "x"}, "email"),
        ({"email": "a@b.example", "password": "x", "admin": True}, "admin"),
        ({"email": ["a@b.example"], "password": "x"}, "email"),
        ({"email": "a" * 300, "password": "x"}, "email"),
        ({"email": "a@b.example", "password": "x" * 300}, "password"),
        ({"email": "a@b.example", "password": "x", "restaurantId": "here"}, "restaurantId"),
    ],
)
def test_what_is_no_login_is_422(body, field):
    assert field in refused(Api().post("/auth/login", body), 422, "validation_error")["errors"]


def test_what_is_no_json_is_400():
    for raw in (b"", b"{", b"\xff", b'{"email": "\\u0000", "password": "x"}', b"[" * 1000):
        answer = Api().post_raw("/auth/login", raw)
        assert answer.status_code in (400, 422), raw
        assert answer["Content-Type"] == "application/problem+json"
    refused(
        Api().post_raw("/auth/login", b"email=a", "application/x-www-form-urlencoded"), 415, "unsupported_media_type"
    )


# --- refusals ----------------------------------------------------------------------------------------------------
def test_unknown_wrong_and_ended_logins_get_the_same_answer(member):
    ended = StaffFactory(is_active=False)
    answers = [login("nobody@bistro.example"), login(member.staff.email, "wrong horse"), login(ended.email)]
    for answer in answers:
        refused(answer, 401, "invalid_credentials")
        assert answer["WWW-Authenticate"].startswith("Bearer")
    assert len({answer.content for answer in answers}) == 1


def test_an_unknown_login_costs_a_hash_too(monkeypatch):
    """The response time must not tell whether a login exists."""
    hashed = []
    monkeypatch.setattr(Staff, "set_password", lambda self, raw: hashed.append(raw))
    login("nobody@bistro.example", "guess")
    assert hashed == ["guess"]


# --- tokens ------------------------------------------------------------------------------------------------------
def end_by_version(member):
    Staff.objects.filter(pk=member.staff.pk).update(version=99)


def end_by_deactivating(member):
    Staff.objects.filter(pk=member.staff.pk).update(is_active=False)


def end_by_role(member):
    change_member(membership_id=member.pk, role="cashier", actor=actor_as("owner", member.restaurant))


def end_by_leaving(member):
    change_member(membership_id=member.pk, is_active=False, actor=actor_as("owner", member.restaurant))


def end_by_password(member):
    member.staff.refresh_from_db()
    member.staff.set_password("another horse")
    member.staff.save()


def end_by_removal(member):
    member.delete()
    member.staff.delete()


@pytest.mark.parametrize(
    "end", [end_by_version, end_by_deactivating, end_by_role, end_by_leaving, end_by_password, end_by_removal]
)
def test_tokens_of_an_ended_login_are_refused_at_once(member, end):
    body = login(member.staff.email).json()
    token = Api(f"Bearer {body['access_token']}")
    assert token.get("/auth/me").status_code == 200
    end(member)
    refused(token.get("/auth/me"), 401, "invalid_token")
    refused(token.get("/api/v1/orders"), 401, "invalid_token")
    refused(Api().post("/auth/refresh", {"refresh_token": body["refresh_token"]}), 401, "invalid_token")


def test_tokens_end_with_their_time(member):
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False) as clock:
        body = login(member.staff.email).json()
        clock.move_to("2026-03-01T12:29:59Z")
        assert Api(f"Bearer {body['access_token']}").get("/auth/me").status_code == 200
        clock.move_to("2026-03-01T12:30:01Z")
        refused(Api(f"Bearer {body['access_token']}").get("/auth/me"), 401, "invalid_token")
        assert Api().post("/auth/refresh", {"refresh_token": body["refresh_token"]}).status_code == 200
        clock.move_to("2026-03-08T12:00:01Z")
        refused(Api().post("/auth/refresh", {"refresh_token": body["refresh_token"]}), 401, "invalid_token")


def test_one_kind_of_token_is_not_the_other(member):
    body = login(member.staff.email).json()
    refused(Api(f"Bearer {body['refresh_token']}").get("/auth/me"), 401, "invalid_token")
    refused(Api().post("/auth/refresh", {"refresh_token": body["access_token"]}), 401, "invalid_token")


def test_a_token_that_somebody_else_signed_is_nothing(member):
    import jwt

    claims = AccessToken.for_user(member.staff).payload | {"rid": member.restaurant.pk, "ver": member.staff.version}
    for key, algorithm in (("another key of fifty characters and more, for sure!!", "HS256"), (None, "none")):
        forged = jwt.encode(claims, key, algorithm=algorithm)
        refused(Api(f"Bearer {forged}").get("/auth/me"), 401, "invalid_token")


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer a b", "Token x", "Basic eDp5", "bearer", "Device", "Device a b", "ü"]
)
def test_a_strange_header_is_401_and_never_somebody_anonymous(member, header):
    answer = Api(header).get("/auth/me")
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"


def test_a_renewed_hash_does_not_end_the_login_that_renewed_it(member, settings):
    """Django upgrades an old hash at the login, whose token must stay valid."""
    settings.PASSWORD_HASHERS = [*settings.PASSWORD_HASHERS, "django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    old = PBKDF2PasswordHasher()
    Staff.objects.filter(pk=member.staff.pk).update(password=old.encode(PASSWORD, "salt", iterations=1))
    body = login(member.staff.email).json()
    assert not Staff.objects.get(pk=member.staff.pk).password.startswith("pbkdf2")
    assert Api(f"Bearer {body['access_token']}").get("/auth/me").status_code == 200


# --- several restaurants -----------------------------------------------------------------------------------------
@pytest.fixture
def two_places():
    staff = StaffFactory()
    return [MembershipFactory(staff=staff, role=role) for role in ("waiter", "manager")]


def test_who_works_in_two_places_chooses_one(two_places):
    email = two_places[0].staff.email
    for member in two_places:
        body = login(email, restaurantId=str(member.restaurant.uid)).json()
        assert body["user"]["restaurantId"] == str(member.restaurant.uid)
        assert body["user"]["role"] == member.role
        assert len(body["user"]["restaurants"]) == 2
        me = Api(f"Bearer {body['access_token']}").get("/auth/me").json()
        assert me == {**body["user"], "restaurant": place_of(member)}
        again = Api().post("/auth/refresh", {"refresh_token": body["refresh_token"]}).json()
        assert again["user"] == body["user"]


def test_who_has_not_chosen_sees_nothing_yet(two_places):
    body = login(two_places[0].staff.email).json()
    assert (body["user"]["restaurantId"], body["user"]["role"]) == (None, None)
    token = Api(f"Bearer {body['access_token']}")
    assert token.get("/auth/me").status_code == 200
    assert token.get("/api/v1/orders").json()["results"] == []
    for path in ("/api/v1/menu", "/api/v1/tables", "/api/v1/events", "/api/debug"):
        refused(token.get(path), 403, "permission_denied")


def test_another_restaurant_cannot_be_chosen(two_places):
    elsewhere = RestaurantFactory()
    for uid in (elsewhere.uid, uuid.uuid4()):
        errors = refused(login(two_places[0].staff.email, restaurantId=str(uid)), 422, "validation_error")["errors"]
        assert "restaurantId" in errors


def test_a_membership_that_ended_is_not_among_the_choices(two_places):
    Membership.objects.filter(pk=two_places[0].pk).update(is_active=False)
    body = login(two_places[0].staff.email).json()
    assert body["user"]["restaurantId"] == str(two_places[1].restaurant.uid)


def test_a_login_without_any_place_gets_in_and_sees_nothing():
    body = login(StaffFactory().email).json()
    assert body["user"]["restaurants"] == []
    refused(Api(f"Bearer {body['access_token']}").get("/api/v1/menu"), 403, "permission_denied")


def test_a_superuser_has_no_implicit_membership():
    boss = Staff.objects.create_superuser("operator@bistro.example", PASSWORD)
    token = Api(f"Bearer {claims_for(boss, None).access_token}")
    refused(token.get("/api/v1/menu"), 403, "permission_denied")
    assert token.get("/api/v1/orders").json()["results"] == []


def test_a_token_names_a_place_and_not_a_role(member):
    """The role is read at every request, so a token cannot carry an old one."""
    claims = RefreshToken(token_json(member.staff, member.restaurant.pk)["refresh_token"]).payload
    assert claims["rid"] == member.restaurant.pk
    assert "role" not in str(claims)
